"""Plays drills in a process: looks at what is due, and hands over to the phones or to the people of each drill."""

import logging
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alerts.places import PlaceTable
from campaigns.drills import playing, store
from campaigns.drills.offering import Offer
from campaigns.drills.playing import Desk
from campaigns.drills.script import Script
from campaigns.drills.store import Audience, Drill, Host, State
from delivery.drilling import answers, outbox
from delivery.drilling.guards import OnlyDrills
from delivery.drilling.sending import DrillSender
from delivery.rate import Bucket
from delivery.simulated import SimulatedNetwork
from delivery.transport import Receipt, Transport
from service import drill_scripts
from service.scenarios import SCENARIOS
from service.settings import Settings
from storage.connection import Connection
from storage.database import Database

Clock = Callable[[], datetime]
_log = logging.getLogger(__name__)
#: segments per second to people: a drill has time, and warnings go by another sender of the same account
RATE = 5.0
#: a bundled day that is read within seconds; the others by a process of their own
_QUICK = frozenset({"noto"})
#: while texts may leave: those of a drill that runs, and that it has ended
_LEAVING = (State.RUNNING, State.DONE, State.STOPPED)
#: what the sender of simulated phones is called
_PRETENDED = "simulated"
#: of a hundred simulated phones so many answer "yes", and so many "yes" or "no"
_YES, _ANSWER = 70, 90


@dataclass(slots=True, kw_only=True)
class Stage:
    """Where drills are played: one for each process. `people` is None where drills cannot reach anybody."""

    db: Database
    desk: Desk
    clock: Clock
    host: Host
    people: DrillSender | None = None
    phones: DrillSender = field(init=False)
    network: SimulatedNetwork = field(init=False)

    def __post_init__(self) -> None:
        """A network of its own for simulated phones: no SMS leaves this machine."""
        self.network = SimulatedNetwork(clock=self.clock)
        self.phones = DrillSender(
            db=self.db,
            transport=OnlyDrills(inner=self.network, sender=_PRETENDED),
            bucket=Bucket(rate=None, clock=time.monotonic, sender=_PRETENDED),
            clock=self.clock,
        )
        self.network.on_receipts = self._receipts

    async def look(self) -> bool:
        """Do what is due of every drill of this host; whether anything was done."""
        done = False
        for drill in await self.db.read(store.open_ones):
            if drill.host is self.host:
                done = await self.play(drill.id) or done
        return done

    async def play(self, identity: int) -> bool:
        """Do what is due of one drill; whether anything was done. A drill that fails stops no other one."""
        try:
            due = await self.db.read(playing.is_due, identity, self.desk, self.clock())
            done = due and await self.db.write(playing.tick, identity, self.desk, self.clock())
        except (LookupError, ValueError) as error:
            _log.exception("drill_failed", extra={"drill": identity, "error": type(error).__name__})
            await self.db.write(_give_up, identity, self.clock(), str(error))
            return True
        drill = await self.db.read(store.find, identity)
        if drill is not None and drill.state in _LEAVING:
            done = await self._hand_over(drill) or done
        return done

    async def _hand_over(self, drill: Drill) -> bool:
        sender = self.phones if drill.audience is Audience.SIMULATED else self.people
        if sender is None or not await sender.step(drill.id):
            return False
        if sender is self.phones:
            await self.network.settle()
            await self.db.write(_answer, drill.id)
        return True

    async def start(self) -> None:
        """Before the first look: what was under way when the process ended may have left."""
        await self.db.write(outbox.start_up)

    async def take(self, arrived: Sequence[Receipt]) -> Sequence[Receipt]:
        """Keep the receipts of drills; the others come back."""
        found = outbox.ours(arrived)
        if not found:
            return arrived
        await self.db.write(outbox.receive, found)
        return [one for one in arrived if one not in found]

    async def _receipts(self, arrived: Sequence[Receipt]) -> None:
        await self.db.write(outbox.receive, arrived)


def of_service(
    settings: Settings, db: Database, desk: Desk, transport: Transport, unseal: Callable[[bytes], str], clock: Clock
) -> Stage:
    """The stage of `serve`: to people by the sender of drills alone, to nobody without one."""
    people = None
    if settings.drill_sender:
        people = DrillSender(
            db=db,
            transport=OnlyDrills(inner=transport, sender=settings.drill_sender),
            bucket=Bucket(rate=RATE, clock=time.monotonic, sender=settings.drill_sender),
            clock=clock,
            unseal=unseal,
        )
    return Stage(db=db, desk=desk, clock=clock, host=Host.SERVICE, people=people)


def offered(settings: Settings, places: PlaceTable) -> Offer:
    """What the console offers: every bundled day. Warnings are sent by the same process, so long reading is not its."""

    def bundled(name: str, municipality: str) -> Script:
        return drill_scripts.bundled(name, municipality, places, apart=name not in _QUICK)

    return Offer(names=tuple(SCENARIOS), bundled=bundled, people=bool(settings.drill_sender), two_way=settings.two_way)


def _give_up(db: Connection, identity: int, now: datetime, why: str) -> None:
    drill = store.find(db, identity)
    if drill is not None and drill.is_open and store.move(db, drill, State.STOPPED, now, reason=why[:300]):
        store.log(db, drill.id, drill.municipality, playing.CLOCK, "drill stopped", now, {"why": why[:300]})


def _answer(db: Connection, drill_id: int) -> None:
    """Simulated phones answer the question by chance, always the same; results say that this is made up."""
    rows = db.execute(
        "SELECT id, phone FROM drill_messages WHERE drill_id = :id AND asks = 1 AND answered = 0"
        " AND phone IS NOT NULL AND state = 'delivered'",
        {"id": drill_id},
    )
    for row in rows:
        part = zlib.crc32(f"answer|{row.integer('phone')}".encode()) % 100
        if part < _ANSWER:
            answers.count(db, row.integer("id"), "1" if part < _YES else "2")
