"""Plays a scenario through the real service: a loopback feed before it, the simulated phone network behind it."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from campaigns import daylight
from campaigns import due as lessons
from campaigns import store as campaigns
from campaigns.calendar import OnHoliday, Timing
from campaigns.daylight import Window
from campaigns.plan import Audience, Plan
from campaigns.timing import Wait
from delivery.deciding import Decided
from delivery.simulated import EVERYDAY, Phone, Profile, SimulatedNetwork
from feeds.jma import types
from service import opening, sample_residents
from service.app import Parts, Service
from service.loopback_feed import LoopbackFeed
from service.scenario import Step
from service.scenarios import SCENARIOS, Scenario
from service.settings import Settings
from service.simulated_clock import SimulatedClock
from storage import database
from storage.connection import Connection
from storage.database import Database
from subscribers import intake, msisdn
from subscribers.intake import Declaration
from subscribers.sealing import Sealer
from templates_i18n import catalogue
from templates_i18n.catalogue import Catalogue

#: how long one step may take to reach the last phone, in seconds
_PATIENCE = 180.0
_LOOK = 0.02


class Stuck(Exception):
    """A step did not come to its end in time: a fault of ours, or a machine that does too much else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Somebody made up, as registered."""

    language: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What one step led to."""

    step: Step
    decided: tuple[Decided, ...]
    #: texts the phones received since the step before, number and text
    received: tuple[tuple[str, str], ...]


@dataclass(slots=True, kw_only=True)
class Simulation:
    """A running simulation; `play` takes the steps one by one."""

    service: Service
    db: Database
    network: SimulatedNetwork
    feed: LoopbackFeed
    clock: SimulatedClock
    #: number -> who it is
    residents: dict[str, Resident]
    _decided: list[Decided]
    _published: set[bytes] = field(default_factory=set)
    _shown: Counter[str] = field(default_factory=Counter)

    async def play(self, step: Step) -> Played:
        """Let one step happen, and wait until the last phone has its text. Stuck if it takes too long."""
        self._decided.clear()
        self.clock.jump(step.at + timedelta(seconds=1))
        if step.code:
            self.feed.publish(step.raw, step.code, _title(step.code), step.at)
        for one in step.further:
            self.feed.publish(one.raw, one.code, _title(one.code), one.at)
        await self.settle()
        return Played(step=step, decided=tuple(self._decided), received=tuple(self._new_texts()))

    async def welcome(self) -> list[tuple[str, str]]:
        """Wait until everybody registered has their welcome text; number and text."""
        await self.settle()
        return self._new_texts()

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE
        quiet = 0
        while quiet < 3:
            await self.network.settle()
            left = await self.db.read(_under_way, self.feed.published, self.clock())
            quiet = 0 if left else quiet + 1
            if loop.time() > deadline:
                raise Stuck(f"after {_PATIENCE:.0f} s still under way: {left}")
            await asyncio.sleep(_LOOK)

    def _new_texts(self) -> list[tuple[str, str]]:
        new: list[tuple[str, str]] = []
        for phone in self.network.phones():
            seen = self._shown[phone.number]
            new.extend((phone.number, received.text) for received in phone.texts[seen:])
            self._shown[phone.number] = len(phone.texts)
        return new

    def phones(self) -> list[tuple[Phone, Resident]]:
        """Every phone that belongs to a resident, with its texts."""
        return [
            (phone, self.residents[phone.number]) for phone in self.network.phones() if phone.number in self.residents
        ]


def _title(code: str) -> str:
    kind = types.of(code)
    return kind.title if kind else code


def _under_way(db: Connection, published: int, now: datetime) -> str:
    """What is not finished yet, in words; empty when all is."""
    fetched = _count(db, "SELECT count(*) AS n FROM feed_entries WHERE state = 'fetched'")
    if fetched < published:
        return f"{published - fetched} telegrams not fetched"
    for what, sql in _OPEN.items():
        if count := _count(db, sql):
            return f"{count} {what}"
    due = len(lessons.due(db, now, 1000))
    return f"{due} lessons due" if due else ""


_OPEN = {
    "telegrams not read": "SELECT count(*) AS n FROM telegrams WHERE state = 'pending'",
    "broadcasts not planned": "SELECT count(*) AS n FROM broadcasts WHERE state = 'planning'",
    "texts of unknown outcome": "SELECT count(*) AS n FROM messages WHERE state = 'uncertain'",
    "newcomers": "SELECT count(*) AS n FROM newcomers",
    "texts not handed over": "SELECT count(*) AS n FROM messages WHERE state IN ('queued', 'handing')",
    "texts on their way": "SELECT count(*) AS n FROM messages WHERE state IN ('accepted', 'sent')",
}


def _count(db: Connection, sql: str) -> int:
    return db.execute(sql)[0].integer("n")


@asynccontextmanager
async def running(
    *,
    residents: int,
    speed: float,
    base: Settings,
    say: Callable[[str], None],
    profile: Profile = EVERYDAY,
    day: Scenario = SCENARIOS["noto"],
) -> AsyncIterator[Simulation]:
    """A service on a throw-away database, with made-up residents registered by the real import."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tomoshibi-")))
        clock = SimulatedClock(day.start - timedelta(minutes=30))
        feed = LoopbackFeed(clock)
        stack.push_async_callback(feed.stop)
        settings = _settings(base, folder, await feed.start())
        db = database.open(settings.database, role="serve")
        stack.push_async_callback(db.close)
        words, sealer = catalogue.load(), opening.sealer(settings, db)
        network = SimulatedNetwork(clock=clock, profile=_faster(profile, speed))
        decided: list[Decided] = []
        people = await _register(db, sealer, words, clock, day, residents, say)
        service = Service(
            Parts(
                settings=settings,
                db=db,
                sealer=sealer,
                catalogue=words,
                transport=network,
                clock=clock,
                simulation=True,
                on_decided=decided.append,
            )
        )
        network.on_receipts = service.take_receipts
        stack.push_async_callback(service.stop)
        await service.start()
        if day.lesson_at is not None:
            await db.write(_plan_lesson, next(iter(day.homes)), day.lesson_at, clock())
        yield Simulation(
            service=service, db=db, network=network, feed=feed, clock=clock, residents=people, _decided=decided
        )


def _plan_lesson(db: Connection, place: str, at: datetime, now: datetime) -> None:
    """A campaign of one lesson, due at that time of the day."""
    timing = Timing(
        start=daylight.day_of(at), window=Window(opens=daylight.EARLIEST), on_holiday=OnHoliday.SEND, times=1
    )
    plan = Plan(name="water", lessons=("water",), audience=Audience(places=(place,)), timing=timing)
    new = campaigns.New(municipality=place, plan=plan, people=0, state=campaigns.State.RUNNING, by="simulation")
    identity = campaigns.add(db, new, now)
    assert identity is not None
    lessons.plan(db, identity, plan, now)
    for one in lessons.of_campaign(db, identity):
        lessons.postpone(db, one, Wait(until=at, reason="", held=False), now)


async def _register(
    db: Database,
    sealer: Sealer,
    words: Catalogue,
    clock: SimulatedClock,
    day: Scenario,
    residents: int,
    say: Callable[[str], None],
) -> dict[str, Resident]:
    """Made-up residents, registered by the real import; number -> who it is."""
    people: dict[str, Resident] = {}
    for place, text in sample_residents.by_municipality(residents, homes=day.homes).items():
        people |= _people(text)
        result = await asyncio.to_thread(
            intake.import_residents,
            db,
            text.encode(),
            opening.reader(words, place),
            sealer,
            declaration=Declaration(wording="simulation"),
            clock=clock,
        )
        say(f"{result.tally.added} residents of {place} registered")
    return people


def _settings(base: Settings, folder: Path, feed: str) -> Settings:
    """The settings of a simulation: its own database, feed and network, whatever the environment says."""
    return base.model_copy(
        update={
            "database": str(folder / "simulation.db"),
            "jma_base_url": feed,
            "poll_seconds": 0.2,
            "transport": "simulated",
            "send_rate": 400.0,
            "senders": {},
            "operator_numbers": [],
            "cap_sources": (),
            "secret_key": type(base.secret_key)(""),
        }
    )


def _faster(profile: Profile, speed: float) -> Profile:
    """The same network in a hurry."""
    return replace(
        profile,
        latency=(profile.latency[0] / speed, profile.latency[1] / speed),
        delivery=(profile.delivery[0] / speed, profile.delivery[1] / speed),
    )


def _people(text: str) -> dict[str, Resident]:
    rows = (line.split(",") for line in text.splitlines()[1:])
    return {str(msisdn.parse(row[0])): Resident(language=row[1], place=row[2]) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The whole day in numbers; what phones received is counted by the network, not from our tables."""

    telegrams: int
    alerts: int
    broadcasts: int
    messages: int
    delivered: int
    segments: int
    by_language: dict[str, int]
    by_hazard: dict[str, int]
    told_twice: int
    seen_to_first_handover_ms: int
    seen_to_last_handover_ms: int

    def to_json(self) -> dict[str, object]:
        """The document of `simulate --json`."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


async def summarise(simulation: Simulation) -> Summary:
    """Count the day."""
    totals = simulation.network.totals()
    rows = await simulation.db.read(_rows)
    languages = Counter[str]()
    for phone, resident in simulation.phones():
        languages[resident.language] += len(phone.texts)
    return Summary(
        telegrams=rows.telegrams,
        alerts=rows.alerts,
        broadcasts=rows.broadcasts,
        messages=totals.accepted,
        delivered=totals.delivered,
        segments=totals.segments,
        by_language=dict(languages.most_common()),
        by_hazard=rows.by_hazard,
        told_twice=totals.told_twice,
        seen_to_first_handover_ms=_worst_ms(rows.first),
        seen_to_last_handover_ms=_worst_ms(rows.last),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    telegrams: int
    alerts: int
    broadcasts: int
    by_hazard: dict[str, int]
    first: list[timedelta]
    last: list[timedelta]


def _rows(db: Connection) -> _Rows:
    handed = db.execute(
        "SELECT seen_at, first_handover_at, last_handover_at FROM broadcasts"
        " WHERE origin = 'alert' AND first_handover_at IS NOT NULL"
    )
    hazards = db.execute(
        "SELECT CASE WHEN m.hazard = '' THEN b.origin ELSE m.hazard END AS name, count(*) AS n FROM messages m"
        " JOIN broadcasts b ON b.id = m.broadcast_id"
        " WHERE m.state IN ('accepted', 'sent', 'delivered', 'undelivered', 'uncertain')"
        " GROUP BY CASE WHEN m.hazard = '' THEN b.origin ELSE m.hazard END ORDER BY 1"
    )
    return _Rows(
        telegrams=_count(db, "SELECT count(*) AS n FROM telegrams"),
        alerts=_count(db, "SELECT count(*) AS n FROM alerts"),
        broadcasts=_count(db, "SELECT count(*) AS n FROM broadcasts WHERE origin = 'alert'"),
        by_hazard={row.text("name"): row.integer("n") for row in hazards},
        first=[row.time("first_handover_at") - row.time("seen_at") for row in handed],
        last=[row.time("last_handover_at") - row.time("seen_at") for row in handed],
    )


def _worst_ms(spans: Sequence[timedelta]) -> int:
    return round(max(spans, default=timedelta(0)).total_seconds() * 1000)
