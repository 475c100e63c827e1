"""The hours of Japan in which a lesson may go out: while it is light in all of Japan, and never before nine. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from alerts.japan import JST

#: nobody is woken: it is light everywhere by then, also in the west in January
EARLIEST = time(9)
#: a window that opens later would be shut in December
LATEST_OPENING = time(15)
#: Before the sun sets in Nemuro, the first place of Japan where it does, on the shortest day of each month;
#: from the sun's position, by test. Okinawa has light for longer: one table is easier to explain than 1,741.
_DARK: dict[int, time] = {
    1: time(15, 45),
    2: time(16, 15),
    3: time(17),
    4: time(17, 30),
    5: time(18),
    6: time(18, 30),
    7: time(18, 30),
    8: time(17, 45),
    9: time(16, 45),
    10: time(16),
    11: time(15, 40),
    12: time(15, 30),
}
LATEST_CLOSING = max(_DARK.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when to when on a day of Japan; in darker months it closes earlier."""

    opens: time = time(10)
    closes: time = time(17)

    def closing(self, day: date) -> time:
        """When it closes on that day: not later than the light lasts."""
        return min(self.closes, _DARK[day.month])

    def opening(self, day: date) -> datetime:
        """When it opens on that day, in UTC."""
        return datetime.combine(day, self.opens, JST).astimezone(UTC)

    def is_open(self, moment: datetime) -> bool:
        """Whether a text may go out at that moment."""
        local = moment.astimezone(JST)
        return self.opens <= local.time() < self.closing(local.date())

    def next_open(self, moment: datetime, rests: Callable[[date], bool] = lambda day: False) -> datetime:
        """The moment itself where the window is open, else when it opens next; on no day that `rests`."""
        local = moment.astimezone(JST)
        day = local.date()
        if local.time() < self.closing(day) and not rests(day):
            return max(moment, self.opening(day))
        day += timedelta(days=1)
        while rests(day):
            day += timedelta(days=1)
        return self.opening(day)


def day_of(moment: datetime) -> date:
    """The day it is in Japan."""
    return moment.astimezone(JST).date()
