"""The bundled day played once, at high speed, to 120 residents: what phones and tables say afterwards."""

import asyncio
from dataclasses import dataclass

from delivery.simulated import Profile, Totals
from service import scenario, simulation
from service.settings import Settings
from service.simulation import Played, Simulation, Summary
from storage.connection import Connection

#: nothing is lost on the way, so that whoever is not told was not sent anything; some answers never arrive
NETWORK = Profile(unreachable=0.03, unknown=0.003, retryable=0.001, delivery=(0.0, 0.02))


@dataclass(frozen=True)
class Message:
    """One row of our tables."""

    number: str
    origin: str
    hazard: str
    event: str
    place: str
    grade: str
    kind: str
    state: str
    language: str
    text: str


@dataclass(frozen=True)
class Person:
    """One resident with the texts of their phone, in order."""

    number: str
    language: str
    home: str
    #: all places, and the lowest level the person wants
    places: tuple[str, ...]
    min_level: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    """What is left of it."""

    welcomed: list[tuple[str, str]]
    played: list[Played]
    people: list[Person]
    messages: list[Message]
    summary: Summary
    totals: Totals
    lessons: list[tuple[str, str]]

    def step(self, words: str) -> Played:
        """The step whose story holds these words."""
        (found,) = [played for played in self.played if words in played.step.story]
        return found

    def of(self, **columns: str) -> list[Message]:
        """Messages with these columns, in the order in which they were queued."""
        return [m for m in self.messages if all(getattr(m, name) == value for name, value in columns.items())]

    def is_lesson(self, number: str, text: str) -> bool:
        """Whether a phone was taught by this text."""
        return any(m.text == text for m in self.of(number=number, origin="lesson"))

    def kinds(self, number: str, hazard: str) -> list[str]:
        """Kind and grade of what one phone was told of a hazard and received, in order."""
        texts = [m for m in self.of(number=number, hazard=hazard) if m.state == "delivered"]
        return [f"{m.kind} {m.grade}" for m in texts]


def play() -> Day:
    """Play it; about ten seconds."""
    return asyncio.run(_play())


async def _play() -> Day:
    base = Settings(http_port=0)
    async with simulation.running(
        residents=120, speed=100, base=base, say=lambda line: None, profile=NETWORK
    ) as running:
        welcomed = await running.welcome()
        played = [await running.play(step) for step in scenario.disaster_day()]
        summary = await simulation.summarise(running)
        rows = await running.db.read(_rows, running.service.parts.sealer.open)
        return Day(
            welcomed=welcomed,
            played=played,
            people=await _people(running),
            messages=rows,
            summary=summary,
            totals=running.network.totals(),
            lessons=await running.db.read(_lessons),
        )


def _rows(db: Connection, unseal) -> list[Message]:  # type: ignore[no-untyped-def]  # Sealer.open
    rows = db.execute(
        "SELECT s.number_sealed, b.origin, m.hazard, m.event, m.place, m.grade, m.kind, m.state, m.language, t.text"
        " FROM messages m JOIN subscribers s ON s.id = m.subscriber_id JOIN broadcasts b ON b.id = m.broadcast_id"
        " JOIN texts t ON t.id = m.text_id ORDER BY m.id"
    )
    names = ("origin", "hazard", "event", "place", "grade", "kind", "state", "language", "text")
    return [
        Message(number=unseal(row.blob("number_sealed")), **{name: row.text(name) for name in names}) for row in rows
    ]


def _lessons(db: Connection) -> list[tuple[str, str]]:
    rows = db.execute("SELECT state, due_at FROM campaign_lessons ORDER BY id")
    return [(row.text("state"), row.text("due_at")) for row in rows]


async def _people(running: Simulation) -> list[Person]:
    unseal = running.service.parts.sealer.open
    rows = await running.db.read(
        lambda db: db.execute(
            "SELECT s.number_sealed, r.places, r.min_level, r.language FROM registrations r"
            " JOIN subscribers s ON s.id = r.subscriber_id ORDER BY s.id"
        )
    )
    return [
        Person(
            number=(number := unseal(row.blob("number_sealed"))),
            language=row.text("language"),
            home=row.text("places").split(",")[0],
            places=tuple(row.text("places").split(",")),
            min_level=row.text("min_level"),
            texts=tuple(running.network.texts_of(number)),
        )
        for row in rows
    ]
