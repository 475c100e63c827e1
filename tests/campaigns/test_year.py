"""A year in minutes: every lesson of a leap year on a fake clock, with restarts, jumps of the clock and warnings.

The phones keep their own count; what they must show is told by the calendar alone.
"""

from collections import Counter
from datetime import date, timedelta

import pytest

from campaigns import calendar, daylight, holidays, runner
from campaigns.calendar import Every, OnHoliday, Rhythm
from storage import database
from storage import times as database_times
from tests.campaigns.planning import a_plan, desk, japan, planned
from tests.delivery.builders import NOTO, SUZU, WAJIMA, a_person, a_service, number, set_state

FIRST, LAST = date(2028, 1, 1), date(2028, 12, 31)
MOST = 4
PLANS = {
    "weekly": a_plan(
        WAJIMA,
        SUZU,
        start=date(2028, 1, 10),
        rhythm=Rhythm(every=Every.WEEKS, step=2),
        end=LAST,
        on_holiday=OnHoliday.MOVE,
        name="weekly",
    ),
    "month's end": a_plan(WAJIMA, start=date(2028, 1, 31), rhythm=Rhythm(every=Every.MONTHS), times=11, name="ends"),
    "leap day": a_plan(SUZU, start=date(2028, 2, 29), name="leap day"),
    "holiday": a_plan(NOTO, start=date(2028, 5, 3), on_holiday=OnHoliday.MOVE, name="holiday"),
    "after": a_plan(NOTO, start=date(2028, 7, 1), rhythm=Rhythm(every=Every.DAYS, after=(1, 3, 7, 30)), name="after"),
}
#: place, from, to (days and hours of Japan): level 3 in force
WARNINGS = (
    (WAJIMA, (date(2028, 1, 31), 9), (date(2028, 2, 2), 15)),
    (SUZU, (date(2028, 2, 28), 20), (date(2028, 3, 1), 6)),
    (NOTO, (date(2028, 7, 3), 11), (date(2028, 7, 3), 13)),
    (WAJIMA, (date(2028, 9, 14), 3), (date(2028, 9, 21), 22)),
    (SUZU, (date(2028, 9, 16), 3), (date(2028, 9, 17), 22)),
)
#: day -> how far the clock is wrong for the looks of that day
JUMPS = {
    date(2028, 4, 11): timedelta(days=200),
    date(2028, 6, 20): timedelta(days=-45),
    date(2028, 10, 5): timedelta(days=-300),
    date(2028, 11, 20): timedelta(hours=13),
}
RESTARTS = {FIRST + timedelta(days=days) for days in (10, 31, 59, 60, 102, 172, 185, 258, 279, 325)}
HOURS = (2, 10, 12, 15, 21)


def _warned(place, at):
    return any(place == where and japan(*since) <= at < japan(*until) for where, since, until in WARNINGS)


class Year:
    """One database, reopened at every restart; the sender and the phones begin anew, the rows do not."""

    def __init__(self, url, clock):
        self.url, self.clock = url, clock
        self.texts = Counter()
        self.open()

    def open(self):
        self.db = database.open(self.url)
        self.service = a_service(self.db, self.clock)

    def close(self):
        for index in range(4):
            self.texts[index] += len(self.service.network.texts_of(number(index)))
        self.db.close_sync()

    async def restart(self):
        """In the middle of the work: copies are queued, and nobody has sent them."""
        await runner.run_due(self.db, desk(MOST), self.clock())
        self.close()
        self.open()
        await runner.hold_back(self.db, desk(MOST), self.clock())
        await self.service.send()

    async def look(self):
        """What happens every second, as far as it changes anything."""
        await runner.run_due(self.db, desk(MOST), self.clock())
        self.service.plan()
        await self.service.send()

    async def day(self, day):
        for hour in HOURS:
            self.clock.now = japan(day, hour) + JUMPS.get(day, timedelta())
            self.warn(japan(day, hour), self.clock())
            if day in RESTARTS and hour in (10, 15):
                await self.restart()
            await self.look()

    def warn(self, at, now):
        for place in (WAJIMA, SUZU, NOTO):
            wanted = "L3" if _warned(place, at) else "none"
            if self.grades.get(place, "none") != wanted:
                set_state(self.db, {place: wanted}, now)
                self.grades[place] = wanted

    grades: dict


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_a_leap_year_with_restarts_jumps_and_warnings(request, clock, engine):
    clock.now = japan(FIRST, 8)
    year = Year(request.getfixturevalue(f"{engine}_url"), clock)
    year.grades = {}
    people = {0: (WAJIMA,), 1: (SUZU,), 2: (NOTO,), 3: (WAJIMA, SUZU)}
    for index, places in people.items():
        a_person(year.db, index, *places)
    ids = {name: planned(year.db, plan, clock()) for name, plan in PLANS.items()}
    day = FIRST
    while day <= LAST + timedelta(days=20):
        await year.day(day)
        day += timedelta(days=1)
    rows = year.db.read_sync(lambda c: [dict(row) for row in c.execute(_SENT)])
    states = year.db.read_sync(lambda c: [dict(row) for row in c.execute("SELECT * FROM campaign_lessons")])
    year.close()

    # every time of every series was there once, and is settled
    assert {row["state"] for row in states} == {"sent"}
    for name, plan in PLANS.items():
        for place in plan.audience.places:
            numbers = [row["number"] for row in states if (row["campaign_id"], row["place"]) == (ids[name], place)]
            assert sorted(numbers) == list(range(len(list(calendar.days(plan.timing))))), (name, place)
    # nobody got one twice, and the phones show what the rows say
    handed = [row for row in rows if row["handed_at"] is not None]
    assert len({(row["subscriber_id"], row["change_key"]) for row in handed}) == len(handed)
    told = Counter(row["subscriber_id"] for row in rows if row["state"] == "delivered")
    assert sum(year.texts.values()) - _warning_texts(year) == len(handed) == sum(told.values())
    _check_times(handed)
    _check_cap(rows)
    _check_days(states, ids)


_SENT = (
    "SELECT m.subscriber_id, m.change_key, m.place, m.state, m.created_at, m.handed_at, l.number"
    " FROM messages m JOIN campaign_lessons l ON l.broadcast_id = m.broadcast_id WHERE m.kind = 'lesson' ORDER BY m.id"
)


def _warning_texts(year):
    db = database.open(year.url)
    rows = db.read_sync(
        lambda c: c.execute("SELECT count(*) AS n FROM messages WHERE kind <> 'lesson' AND state = 'delivered'")
    )
    db.close_sync()
    return rows[0].integer("n")


def _moment(text):
    return database_times.from_text(text)


def _check_times(handed):
    """In the light of Japan, and never into a warning: by the clock as it was."""
    window = PLANS["weekly"].timing.window
    for row in handed:
        at = _moment(row["handed_at"])
        assert window.is_open(at), row
        if daylight.day_of(at) not in _wrong_days():
            assert not _warned(row["place"], at), row


def _wrong_days():
    return {day + offset for day, jump in JUMPS.items() for offset in (timedelta(), jump)}


def _check_cap(rows):
    months = Counter((row["subscriber_id"], row["created_at"][:7]) for row in rows if row["state"] == "delivered")
    assert max(months.values()) <= MOST
    assert MOST in months.values()


def _meets(planned_for, since, until):
    return japan(*since) <= planned_for + timedelta(hours=8) and planned_for < japan(*until)


def _check_days(states, ids):
    """What nothing disturbed came on its day; what a warning held came within days of its end."""
    leap = next(row for row in states if row["campaign_id"] == ids["leap day"])
    assert daylight.day_of(_moment(leap["planned_for"])) == date(2028, 2, 29)
    # lifted in the morning of the 1st, a rest of eight hours, and its turn in the next window
    assert daylight.day_of(_moment(leap["begun_at"])) == date(2028, 3, 2)
    moved = next(row for row in states if row["campaign_id"] == ids["holiday"])
    assert holidays.is_holiday(date(2028, 5, 5)) and daylight.day_of(_moment(moved["begun_at"])) == date(2028, 5, 6)
    near = {date(2028, 4, 11) + timedelta(days=200), *JUMPS}
    for row in states:
        planned_for, begun = _moment(row["planned_for"]), _moment(row["begun_at"])
        if any(abs(daylight.day_of(planned_for) - day) < timedelta(days=16) for day in near):
            continue
        held = [
            until for place, since, until in WARNINGS if place == row["place"] and _meets(planned_for, since, until)
        ]
        latest = max([planned_for, *(japan(*until) for until in held)])
        assert planned_for <= begun <= latest + timedelta(days=2 if held else 1), row
