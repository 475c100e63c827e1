"""Rows and values for the tests of delivery: people, states, broadcasts, a writer, a service in small.

Numbers can belong to nobody (090-0…). Aoi and Bruno are people, Wajima, Suzu and Noto places on one peninsula.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts import hazards, store
from alerts.changes import Cause, PlaceChange
from alerts.report import Facts
from alerts.store import InForce
from alerts.vocabulary import NONE, Hazard
from delivery import broadcasts, deciding, planner, priority
from delivery.forms import Rates
from delivery.rate import Bucket
from delivery.sender import Sender, SenderSettings
from delivery.simulated import SimulatedNetwork
from delivery.telling import Telling
from delivery.writing import Written, counted
from storage import times
from storage.connection import Connection
from storage.database import Database
from templates_i18n.render import Form
from templates_i18n.request import Shelter

WAJIMA = "17204"
SUZU = "17205"
NOTO = "17463"
RATES = Rates(segments_per_second=100, targets={"L5": 600, "L4": 900, "L3": 1800, "tsunami": 300, "earthquake": 900})


@dataclass
class PlainWriter:
    """A real writer of plain words: everything a reader must learn stands in the text."""

    version: str = "v1"
    written: list[str] = field(default_factory=list)
    forms: Mapping[Form, int] = field(default_factory=lambda: {Form.FULL: 3, Form.SHORT: 2, Form.CORE: 1})

    def write(
        self,
        hazard: Hazard,
        changes: Mapping[str, PlaceChange],
        telling: Telling,
        form: Form,
        alert_id: int | None = None,
        shelter: Shelter | None = None,
    ) -> Written:
        first = changes[telling.places[0][0]]
        places = "+".join(f"{place}={grade}" for place, grade in telling.places)
        text = (
            f"{telling.kind} {hazard} {places} {telling.language} {form} {first.facts.height} {first.issued:%H:%M:%S}"
            f"{f' go to {shelter.name.ja}' if shelter else ''}"
        )
        self.written.append(text)
        return Written(
            text=text,
            language=telling.language,
            form=form,
            encoding="GSM-7",
            units=len(text),
            segments=self.forms[form],
        )

    def welcome(self, municipality: str, language: str, *, themself: bool = False) -> Written:
        return counted(f"welcome {municipality} {language}", language)


def number(index: int) -> str:
    """An MSISDN nobody has."""
    return f"+81900{index:07d}"


def a_person(
    db: Database,
    index: int,
    *places: str,
    language: str = "en",
    min_level: str = "L3",
    state: str = "active",
    newcomer: bool = False,
    welcome: bool = False,
    now: datetime | None = None,
) -> int:
    """A subscriber with one registration by the first place's municipality; the id."""

    def add(connection: Connection) -> int:
        at = times.to_text(now) if now else "2026-11-22T00:00:00.000000Z"
        row = connection.execute(
            "INSERT INTO subscribers (number_hash, number_sealed, role, state, created_at)"
            " VALUES (:hash, :sealed, 'resident', :state, :at) RETURNING id",
            {"hash": f"hash{index}", "sealed": number(index).encode(), "state": state, "at": at},
        )
        identity = row[0].integer("id")
        _register(connection, identity, places, language, min_level, at)
        if newcomer or welcome:
            connection.execute(
                "INSERT INTO newcomers (subscriber_id, since, welcome) VALUES (:id, :at, :welcome)",
                {"id": identity, "at": at, "welcome": int(welcome)},
            )
        return identity

    return db.write_sync(add)


def move(db: Database, identity: int, *places: str, language: str = "en", now: datetime) -> None:
    """The person lives elsewhere from now on."""

    def change(connection: Connection) -> None:
        connection.execute("DELETE FROM subscriber_places WHERE subscriber_id = :id", {"id": identity})
        connection.execute("DELETE FROM registrations WHERE subscriber_id = :id", {"id": identity})
        at = times.to_text(now)
        _register(connection, identity, places, language, "L3", at)
        connection.execute(
            "INSERT INTO newcomers (subscriber_id, since, welcome) VALUES (:id, :at, 0)"
            " ON CONFLICT (subscriber_id) DO UPDATE SET since = excluded.since",
            {"id": identity, "at": at},
        )

    db.write_sync(change)


def _register(
    connection: Connection, identity: int, places: tuple[str, ...], language: str, min_level: str, at: str
) -> None:
    rows = connection.execute(
        "INSERT INTO registrations (subscriber_id, municipality, language, places, min_level, created_at, updated_at)"
        " VALUES (:id, :municipality, :language, :places, :min_level, :at, :at) RETURNING id",
        {
            "id": identity,
            "municipality": places[0],
            "language": language,
            "places": ",".join(places),
            "min_level": min_level,
            "at": at,
        },
    )
    connection.executemany(
        "INSERT INTO subscriber_places (place, subscriber_id, registration_id) VALUES (:place, :id, :registration)",
        [{"place": place, "id": identity, "registration": rows[0].integer("id")} for place in places],
    )


def set_state(
    db: Database,
    grades: Mapping[str, str],
    now: datetime,
    *,
    hazard: Hazard = Hazard.LANDSLIDE,
    event: str = "",
    cause: Cause = Cause.ISSUED,
    facts: Facts | None = None,
    higher: bool = False,
    ends_at: datetime | None = None,
    keep: timedelta | None = None,
) -> int:
    """What deciding does: a new state of some places and the broadcast that tells of it; the broadcast's id."""
    return db.write_sync(_set_state, grades, now, hazard, event, cause, facts or Facts(), higher, ends_at, keep)


def _set_state(
    db: Connection,
    grades: Mapping[str, str],
    now: datetime,
    hazard: Hazard,
    event: str,
    cause: Cause,
    facts: Facts,
    higher: bool,
    ends_at: datetime | None,
    keep: timedelta | None,
) -> int:
    rule, present = hazards.rule(hazard), store.in_force(db, hazard, event)
    changes = [
        PlaceChange(
            place=place,
            before=present[place].grade if place in present else NONE,
            after=grade,
            cause=cause,
            facts=facts,
            higher=higher,
            issued=now,
        )
        for place, grade in grades.items()
    ]
    told = [change for change in changes if rule.is_told(change.after) or rule.is_told(change.before)]
    revision = store.next_revision(db)
    broadcast_id = _broadcast(db, hazard, event, told, revision, now, keep or rule.keep) if told else None
    rows = [
        InForce(
            hazard=hazard,
            event=event,
            place=change.place,
            grade=change.after,
            since=now,
            revision=revision,
            ends_at=ends_at,
            facts=facts,
            broadcast_id=broadcast_id or (present[change.place].broadcast_id if change.place in present else None),
            digest="digest",
        )
        for change in changes
    ]
    store.set_in_force(db, rows)
    return broadcast_id or 0


def _broadcast(
    db: Connection,
    hazard: Hazard,
    event: str,
    changes: list[PlaceChange],
    revision: int,
    now: datetime,
    keep: timedelta,
) -> int:
    rows = db.execute(
        "INSERT INTO broadcasts (origin, hazard, event, revision, decision, reason, state, priority, snapshot,"
        " seen_at, created_at, expires_at) VALUES ('alert', :hazard, :event, :revision, 'send', 'test', 'planning',"
        " :priority, :snapshot, :now, :now, :expires_at) RETURNING id",
        {
            "hazard": hazard,
            "event": event,
            "revision": revision,
            "priority": priority.WARNING,
            "snapshot": deciding.snapshot(hazard, event, changes),
            "now": times.to_text(now),
            "expires_at": times.to_text(now + keep),
        },
    )
    return rows[0].integer("id")


@dataclass
class Service:
    """Planner, sender and network on one database and one clock."""

    db: Database
    clock: "Clock"
    network: SimulatedNetwork
    writer: PlainWriter
    sender: Sender

    def plan(self) -> int:
        """Plan all that waits."""
        return planner.plan_all(self.db, self.writer, RATES, self.clock())

    async def send(self) -> int:
        """Send all that is due, and let it arrive."""
        count = await self.sender.drain()
        await self.network.settle()
        return count

    async def run(self) -> None:
        """Plan and send until nothing is left to do."""
        self.plan()
        while await self.send() or self.plan():
            pass

    def texts(self, index: int) -> list[str]:
        """What the phone of person `index` shows: kind and places of each text."""
        return [" ".join(text.split()[0:3:2]) for text in self.network.texts_of(number(index))]

    def states(self) -> list[str]:
        """States of all messages, oldest first."""
        rows = self.db.read_sync(lambda c: c.execute("SELECT state FROM messages ORDER BY id"))
        return [row.text("state") for row in rows]


class Clock:
    """The clock of tests/conftest.py, as far as these builders need it."""

    now: datetime

    def __call__(self) -> datetime: ...

    def advance(self, seconds: float) -> datetime: ...


def a_service(db: Database, clock: "Clock", **network: object) -> Service:
    """Everything wired, without delay; the rate passes no time."""

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    phones = SimulatedNetwork(clock=clock, sleep=sleep, **network)  # type: ignore[arg-type]  # options of the network

    async def receipts(arrived):  # type: ignore[no-untyped-def]  # as the protocol says
        from delivery import receipts as store_receipts

        await db.write(store_receipts.record, arrived)

    phones.on_receipts = receipts
    sender = Sender(
        db=db,
        transport=phones,
        unseal=bytes.decode,
        bucket=Bucket(rate=None, clock=lambda: clock().timestamp(), sleep=sleep),
        clock=clock,
        settings=SenderSettings(poll=0.01, gather=0.001),
    )
    return Service(db=db, clock=clock, network=phones, writer=PlainWriter(), sender=sender)


def broadcast(db: Database, broadcast_id: int) -> broadcasts.Broadcast:
    """As it stands."""
    return db.read_sync(broadcasts.load, broadcast_id)
