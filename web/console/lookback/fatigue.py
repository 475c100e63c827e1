"""How many messages people get in a month, and why: whoever gets too many stops reading. Counts only."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from alerts.japan import JST
from delivery.states import TOLD
from storage import kept, times
from storage.connection import Connection
from storage.lists import listed
from subscribers import disclosure
from subscribers.disclosure import Told
from web import headings
from web.accounts.roles import Permission
from web.console import reach
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.headings import Heading
from web.state import WebState

_MONTHS: Final = 12
#: months of readers' places that are kept
_MOST_KEPT: Final = 32
#: begin and end; places
_Asked = tuple[tuple[datetime, datetime], frozenset[str] | None]
#: of each broadcast what stands for its state when it was counted
_Version = tuple[tuple[int, str], ...]
#: messages to one person: the first and the last number of each bar
BUCKETS: Final = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 10_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """So many people got so many messages."""

    first: int
    last: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What they were about."""

    origin: str
    hazard: str
    #: of an alert: what was told of it
    heading: Heading
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of the reader's places."""

    bars: tuple[Bar, ...]
    reasons: tuple[Reason, ...]

    @property
    def people(self) -> int:
        """Who got any."""
        return sum(bar.people for bar in self.bars)

    @property
    def told(self) -> tuple[Told, Mapping[int, Told]]:
        """Who got any, and the bars by their first number, as they may be shown."""
        counts = {bar.first: bar.people for bar in self.bars}
        return disclosure.total(self.people, counts), disclosure.table(counts)

    @property
    def exact(self) -> bool:
        """No count of people is small: ratios give nothing away."""
        return all(isinstance(count, int) for count in self.told[1].values())

    @property
    def messages(self) -> int:
        """All of them."""
        return sum(reason.messages for reason in self.reasons)

    @property
    def most(self) -> int:
        """The longest bar."""
        return max((bar.people for bar in self.bars), default=0)


class Kept:
    """Months as they were counted, until any of their broadcasts is counted anew or the hour is over, for people go."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._months = kept.Kept[_Asked, Month](_MOST_KEPT)

    def read(
        self, db: Connection, span: tuple[datetime, datetime], within: frozenset[str] | None, now: datetime
    ) -> Month:
        """Count a month, unless nothing has moved since it was counted."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        version = (hour, _version(db, *span))
        return self._months.get((span, within), version, lambda: read(db, *span, within))


class FatiguePage:
    """`/console/fatigue`."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame
        self._kept = Kept()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """The route."""
        router.add_get("/console/fatigue", self._frame.gate.page(self.show, Permission.SEE_CONSOLE))

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        """One month, this one unless another is asked for."""
        months = _months(visitor.now)
        asked = request.query.get("month", "")
        name = asked if asked in months else next(iter(months))
        within = reach.scope(visitor, self._state.places)
        month = await self._state.db.read(self._kept.read, months[name], within, visitor.now)
        return await self._frame.show(visitor, "console/fatigue.html", month=month, name=name, months=list(months))


def _months(now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """The newest months in Japan: "2026-11" -> its beginning and end."""
    end = now.astimezone(JST).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = _after(end)
    found: dict[str, tuple[datetime, datetime]] = {}
    for _ in range(_MONTHS):
        begin = end.replace(year=end.year - 1, month=12) if end.month == 1 else end.replace(month=end.month - 1)
        found[f"{begin:%Y-%m}"] = (begin, end)
        end = begin
    return found


def _after(month: datetime) -> datetime:
    return month.replace(year=month.year + 1, month=1) if month.month == 12 else month.replace(month=month.month + 1)


def read(db: Connection, begin: datetime, end: datetime, within: frozenset[str] | None) -> Month:
    """Count a month."""
    span: dict[str, object] = {"begin": times.to_text(begin), "end": times.to_text(end)}
    states, told = listed(sorted(TOLD), "s")
    condition, places = reach.message_condition(within)
    rows = db.execute(
        "SELECT n, count(*) AS people FROM (SELECT m.subscriber_id, count(*) AS n FROM messages m"  # noqa: S608
        f" WHERE m.created_at >= :begin AND m.created_at < :end AND m.state IN ({states}){condition}"
        " AND m.kind <> 'operator' GROUP BY m.subscriber_id) AS each_person GROUP BY n",
        span | told | places,
    )
    return Month(
        bars=_bars({row.integer("n"): row.integer("people") for row in rows}),
        reasons=_reasons(db, span | told | places, states, condition.replace("m.place", "c.place")),
    )


def _version(db: Connection, begin: datetime, end: datetime) -> _Version:
    rows = db.execute(
        "SELECT b.id, c.version FROM broadcasts b JOIN counted_broadcasts c ON c.broadcast_id = b.id"
        " WHERE b.created_at >= :begin AND b.created_at < :end ORDER BY b.id",
        {"begin": times.to_text(begin), "end": times.to_text(end)},
    )
    return tuple((row.integer("id"), row.text("version")) for row in rows)


def _bars(people: Mapping[int, int]) -> tuple[Bar, ...]:
    return tuple(
        Bar(first=first, last=last, people=sum(count for n, count in people.items() if first <= n <= last))
        for first, last in BUCKETS
    )


def _reasons(db: Connection, values: Mapping[str, object], states: str, condition: str) -> tuple[Reason, ...]:
    rows = db.execute(
        "SELECT b.id, b.origin, b.hazard, c.place, sum(c.messages) AS n FROM broadcasts b"  # noqa: S608
        " JOIN broadcast_counts c ON c.broadcast_id = b.id WHERE b.created_at >= :begin AND b.created_at < :end"
        f" AND c.state IN ({states}){condition} AND b.origin <> 'operator'"
        " GROUP BY b.id, b.origin, b.hazard, c.place",
        values,
    )
    told: defaultdict[int, list[str]] = defaultdict(list)
    for row in rows:
        told[row.integer("id")].append(row.text("place"))
    headed, messages = headings.by_place(db, told), Counter[tuple[str, str, Heading]]()
    for row in rows:
        heading = headed.get((row.integer("id"), row.text("place")), Heading())
        messages[row.text("origin"), row.text("hazard"), heading] += int(row.number("n"))
    found = (
        Reason(origin=origin, hazard=hazard, heading=heading, messages=number)
        for (origin, hazard, heading), number in messages.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.messages, one.origin, one.hazard, one.heading.grade)))
