"""Texts of the service itself to people of its own: those in charge, those on duty, the test number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from delivery import broadcasts, messages
from delivery.broadcasts import Origin
from delivery.messages import Draft
from delivery.writing import Written
from storage.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnText:
    """One text to a few people, a broadcast of its own."""

    text: Written
    people: Sequence[int]
    #: nobody gets a text of the same name twice
    name: str
    kind: str
    origin: Origin
    reason: str
    priority: int
    #: an older one is not handed over
    keep: timedelta


def queue(db: Connection, own: OwnText, version: str, now: datetime) -> int:
    """Put it into the outbox; the id of its broadcast. `version` is that of the words, '' where none were used."""
    broadcast_id = broadcasts.add(
        db,
        origin=own.origin,
        event=own.name,
        reason=own.reason,
        priority=own.priority,
        now=now,
        expires_at=now + own.keep,
        planned=(len(own.people), len(own.people) * own.text.segments),
    )
    draft = Draft(
        broadcast_id=broadcast_id,
        change_key=own.name,
        kind=own.kind,
        language="en",
        written=own.text,
        text_key=f"{broadcast_id}|{own.kind}",
        priority=own.priority,
        expires_at=now + own.keep,
    )
    messages.add(db, [(draft, own.people)], version, now)
    return broadcast_id
