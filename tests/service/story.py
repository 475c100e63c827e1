"""A whole service for stories: a loopback JMA that can fail, a phone network that loses nothing, a clock that jumps."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts import noticeboard
from alerts import store as state
from delivery.simulated import SimulatedNetwork
from feeds import store
from feeds.jma import compose
from feeds.jma.compose import Item
from service import opening
from service.app import Parts, Service
from service.settings import Settings
from service.simulated_clock import SimulatedClock
from storage import database
from storage.connection import Connection
from subscribers import intake, msisdn
from subscribers import store as subscribers
from subscribers.intake import Declaration
from templates_i18n import catalogue
from tests.feeds.fake_jma import FakeJma

START = datetime(2026, 11, 23, tzinfo=UTC)
WAJIMA, SUZU, NANAO, KANAZAWA = "17204", "17205", "17202", "17201"
ISHIKAWA = "170000"
_FEED = {"VP": "extra", **dict.fromkeys(("VX", "VT", "VF", "VY"), "eqvol")}
_PATIENCE = 30.0
#: codes of heavy rain by level; "" is a lifted warning
RAIN = {"L2": "10", "L3": "03", "L4": "43", "L5": "33"}

words = functools.cache(catalogue.load)


def number(index: int) -> str:
    """An MSISDN nobody has."""
    return f"+8190000{index:05d}"


def rain(at: datetime, **kinds: object) -> bytes:
    """Heavy rain in Ishikawa: `rain(at, p17204="L4")`; a level of None lifts what was there."""
    items = {
        f"{place[1:]}00": Item(code=RAIN[str(level)]) if level else Item(code="03", status="解除", last="03")
        for place, level in kinds.items()
    }
    return compose.rain_report(region=ISHIKAWA, kinds=items, at=at)


class Story:
    """One database, one JMA, one phone network; services come and go."""

    def __init__(self, folder: Path, jma: FakeJma, **options: object) -> None:
        self.clock = SimulatedClock(START)
        self.jma = jma
        self.settings = Settings(
            database=str(options.pop("database", folder / "story.db")),
            jma_base_url=jma.base_url,
            http_port=0,
            **{  # type: ignore[arg-type]  # as pydantic reads them
                "poll_seconds": 0.1,
                "send_rate": 1000,
                "silence_seconds": dict.fromkeys(("eqvol", "extra", "regular", "other"), None),
                **options,
            },
        )
        self.network = SimulatedNetwork(clock=self.clock)
        #: another process beside the service, such as the command line
        self.tool = database.open(self.settings.database)
        self.sealer = opening.sealer(self.settings, self.tool)
        self.service: Service | None = None
        self._db: database.Database | None = None
        self._published = 0

    async def start(self) -> None:
        """A new service on the database, as after a start of the machine."""
        self._db = database.open(self.settings.database, role="serve")
        parts = Parts(
            settings=self.settings,
            db=self._db,
            sealer=self.sealer,
            catalogue=words(),
            transport=self.network,
            clock=self.clock,
        )
        self.service = Service(parts)
        self.network.on_receipts = self.service.take_receipts
        for agent in (self.service.decider, self.service.planner):
            agent.poll = 0.1
        self.service.sender.settings = replace(self.service.sender.settings, poll=0.1, gather=0.01)
        await self.service.start()

    async def stop(self) -> None:
        """End it gracefully; what has been sent arrives."""
        if self.service is None or self._db is None:
            return
        await self.service.stop()
        await self.network.settle()
        await self._db.close()
        self.service = self._db = None

    def publish(self, code: str, raw: bytes, at: datetime | None = None) -> None:
        """A telegram in its feed, both forms."""
        sent = at or self.clock()
        self._published += 1
        name = f"{sent:%Y%m%d%H%M%S}_{self._published}_{code}_010000.xml"
        self.jma.publish(_FEED.get(code[:2], "other"), name, raw, updated=f"{sent:%Y-%m-%dT%H:%M:%SZ}")

    def rain(self, **kinds: object) -> None:
        """Heavy rain, issued now."""
        now = self.clock()
        self.publish("VPWW55", rain(now, **kinds), now)

    def pass_time(self, **span: float) -> None:
        """Let time go by."""
        self.clock.jump(self.clock() + timedelta(**span))

    async def people(self, *rows: tuple[int, str, str], municipality: str = WAJIMA, at: str = "") -> None:
        """Import people by another process: index, language, further columns such as `places`."""
        text = "phone,language,municipality,places\n"
        text += "".join(f"{number(index)},{language},{at or municipality},{more}\n" for index, language, more in rows)
        result = await asyncio.to_thread(
            intake.import_residents,
            self.tool,
            text.encode(),
            opening.reader(words(), municipality),
            self.sealer,
            declaration=Declaration(wording="test"),
            clock=self.clock,
        )
        assert result.clean, result

    async def say_stop(self, index: int) -> None:
        """One person says STOP."""
        known = self.sealer.fingerprint(msisdn.Msisdn(number(index)))
        await asyncio.to_thread(self.tool.write_sync, subscribers.stop, known, self.clock())

    async def until(self, done: Callable[[], object], what: str, patience: float = _PATIENCE) -> None:
        """Wait for something that will happen; it is a failure if it does not."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        while not done():
            assert loop.time() < deadline, f"{what}: did not happen within {patience:.0f} s"
            await asyncio.sleep(0.02)

    async def settled(self) -> None:
        """Wait until everything published is decided, and everything decided has arrived."""
        await self.until(lambda: not self.under_way(), "settling")
        await self.network.settle()
        await self.until(lambda: not self.under_way(), "settling")

    def under_way(self) -> int:
        """How much is not finished yet."""
        return self._published - self.count("feed_entries", "digest IS NOT NULL") + self.unfinished()

    def unfinished(self) -> int:
        """How much of what came in is not finished yet."""
        return (
            self.count("telegrams", "state = 'pending'")
            + self.count("broadcasts", "state = 'planning'")
            + self.count("newcomers")
            + self.count("messages", "state IN ('queued', 'handing', 'uncertain', 'accepted', 'sent')")
        )

    def unfinished_sending(self) -> int:
        """How much is still to be planned or handed over."""
        return (
            self.count("telegrams", "state = 'pending'")
            + self.count("broadcasts", "state = 'planning'")
            + self.count("newcomers")
            + self.count("messages", "state IN ('queued', 'handing', 'uncertain')")
        )

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What a query gives."""
        return self.tool.read_sync(lambda db: [tuple(row.values()) for row in db.execute(sql)])

    def count(self, table: str, where: str = "1 = 1") -> int:
        """How many rows."""
        return int(str(self.rows(f"SELECT count(*) AS n FROM {table} WHERE {where}")[0][0]))

    def grades(self) -> dict[str, str]:
        """`hazard place` -> grade of everything in force now."""
        found = self.tool.read_sync(state.everything_in_force, self.clock())
        return {f"{row.hazard} {row.place}": row.grade for row in found}

    def heard(self, index: int) -> list[str]:
        """What a phone shows of alerts, in order: `new heavy_rain L4 17204`."""
        rows = self.tool.read_sync(_texts_of, self.sealer.fingerprint(msisdn.Msisdn(number(index))))
        shown = [rows[text] for text in self.network.texts_of(number(index))]
        return [line for line in shown if not line.startswith("welcome")]

    def open_notices(self) -> list[tuple[str, str]]:
        """Kind and subject of what is open."""
        found = self.tool.read_sync(noticeboard.open_notices)
        return [(one.notice.kind, one.notice.subject) for one in found]

    def failures(self, feed: str) -> int:
        """Failed polls of a feed in a row."""
        return self.tool.read_sync(store.feed_state, feed).failures


def _texts_of(db: Connection, number_hash: str) -> dict[str, str]:
    rows = db.execute(
        "SELECT t.text, m.kind, m.hazard, m.grade, m.place FROM messages m JOIN texts t ON t.id = m.text_id"
        " JOIN subscribers s ON s.id = m.subscriber_id WHERE s.number_hash = :hash",
        {"hash": number_hash},
    )
    names = ("kind", "hazard", "grade", "place")
    return {row.text("text"): " ".join(row.text(name) for name in names).strip() for row in rows}


@asynccontextmanager
async def told(folder: Path, **options: object) -> AsyncIterator[Story]:
    """A story that ends tidily."""
    jma = FakeJma()
    await jma.start()
    story = Story(folder, jma, **options)
    try:
        yield story
    finally:
        jma.release()
        await story.stop()
        await asyncio.to_thread(story.tool.close_sync)
        await jma.stop()
