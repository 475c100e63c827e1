"""What else is stored about one person than `own.stored` shows on every page: for who takes everything away.

What they wrote, whether they said that they are safe, drills, and what the log of changes says of them. Reads only; a
test holds the tables against the schema.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from storage import audit
from storage.connection import Connection
from subscribers import own
from subscribers.own import Text

#: entries of the log at most; of one person there are some dozen
_LOGGED: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """A text of theirs that a municipality keeps for some days."""

    at: datetime
    municipality: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What they answered to "are you OK?"."""

    municipality: str
    place: str
    #: safe, help
    says: str
    said_at: datetime
    #: the fixed phrase that people on duty answered last, or ''
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drills:
    """They agreed to drills of a municipality."""

    municipality: str
    agreed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What was done with their registration, as the log of changes has it."""

    at: datetime
    municipality: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """All of it."""

    #: the phone company, where the provider has told it
    carrier: str
    wrote: tuple[Wrote, ...]
    safety: tuple[Safety, ...]
    #: codes of the namesakes that they were asked to choose from
    asked_back: tuple[str, ...]
    drills: tuple[Drills, ...]
    drill_texts: tuple[Text, ...]
    log: tuple[Logged, ...]


def of(db: Connection, subscriber_id: int, opened: Callable[[bytes], str]) -> Further:
    """Of a person; `opened` opens a sealed text."""
    one = {"id": subscriber_id}
    person = db.execute("SELECT carrier FROM subscribers WHERE id = :id", one)
    choices = db.execute("SELECT places FROM place_choices WHERE subscriber_id = :id", one)
    wrote = db.execute("SELECT * FROM kept_texts WHERE subscriber_id = :id ORDER BY id", one)
    safety = db.execute("SELECT * FROM triage WHERE subscriber_id = :id ORDER BY said_at", one)
    agreed = db.execute("SELECT * FROM drill_people WHERE subscriber_id = :id ORDER BY agreed_at", one)
    return Further(
        carrier=person[0].text("carrier") if person else "",
        wrote=tuple(
            Wrote(at=row.time("received_at"), municipality=row.text("municipality"), text=opened(row.blob("sealed")))
            for row in wrote
        ),
        safety=tuple(
            Safety(
                municipality=row.text("municipality"),
                place=row.text("place"),
                says=row.text("says"),
                said_at=row.time("said_at"),
                answer=row.text("answer"),
                answered_at=row.optional_time("answered_at"),
            )
            for row in safety
        ),
        asked_back=tuple(code for row in choices for code in row.text("places").split(",")),
        drills=tuple(Drills(municipality=row.text("municipality"), agreed_at=row.time("agreed_at")) for row in agreed),
        drill_texts=_drill_texts(db, subscriber_id),
        log=tuple(
            Logged(at=entry.at, municipality=entry.municipality, action=entry.action)
            for entry in audit.about(db, f"resident:{subscriber_id}", _LOGGED)
        ),
    )


def _drill_texts(db: Connection, subscriber_id: int) -> tuple[Text, ...]:
    rows = db.execute(
        "SELECT m.created_at, m.handed_at, NULL AS settled_at, 'drill' AS kind, m.state, t.text FROM drill_messages m"
        " JOIN drill_texts t ON t.id = m.text_id WHERE m.subscriber_id = :id ORDER BY m.id",
        {"id": subscriber_id},
    )
    return tuple(map(own.text, rows))
