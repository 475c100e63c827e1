"""Rows as the other steps would leave them, written straight into the tables; numbers in them are nobody's."""

import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from delivery import counting
from storage import times
from storage.connection import Connection

#: 12:00 in Japan
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    """So many minutes before NOW."""
    return NOW - timedelta(minutes=minutes)


def insert(db: Connection, table: str, **values: object) -> int:
    """One row; its id, where the table has one. Aware datetimes become stored times."""
    row = {name: times.to_text(value) if isinstance(value, datetime) else value for name, value in values.items()}
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    with_id = " RETURNING id" if table in _WITH_ID else ""
    found = db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks}){with_id}", row)
    return found[0].integer("id") if found else 0


_WITH_ID = frozenset(
    {"telegrams", "notices", "reports", "alerts", "subscribers", "broadcasts", "texts", "messages", "attempts"}
    | {"receipts", "campaigns", "campaign_lessons"}
)


def a_feed(db: Connection, name: str = "eqvol", **values: object) -> None:
    """A feed that is well."""
    row: dict[str, object] = {"last_poll_at": ago(0.1), "last_success_at": ago(0.1), "content_at": ago(2)}
    insert(db, "feeds", name=name, **(row | values))


def all_feeds(db: Connection) -> None:
    """All four, well."""
    for name in ("eqvol", "extra", "regular", "other"):
        a_feed(db, name)


def a_telegram(db: Connection, digest: str = "d1", type: str = "VXSE53", **values: object) -> int:
    """A telegram that was read."""
    row: dict[str, object] = {
        "file_name": f"{type}.xml",
        "received_at": ago(3),
        "size": 3,
        "body": zlib.compress(b"<x/>"),
        "state": "read",
        "reason": "",
        "read_at": ago(3),
    }
    return insert(db, "telegrams", digest=digest, type=type, **(row | values))


def an_alert(db: Connection, digest: str = "d1", hazard: str = "earthquake", **values: object) -> int:
    """An alert of a telegram, decided to be sent."""
    places = values.pop("places", {"17204": "6+"})
    row: dict[str, object] = {
        "identifier": f"jma.{digest}.{hazard}",
        "event": "",
        "msg_type": "Alert",
        "status": "Actual",
        "sent": ago(4),
        "decision": "send",
        "reason": f"{hazard}: send by the table of hazards",
        "places": json.dumps(places, separators=(",", ":")),
        "decided_at": ago(3),
    }
    return insert(db, "alerts", digest=digest, hazard=hazard, **(row | values))


def a_report(db: Connection, digest: str = "d1", hazard: str = "earthquake", **values: object) -> int:
    """A report of a telegram."""
    row: dict[str, object] = {"status": "Actual", "lineage": digest, "event": "", "sent": ago(4), "body": "{}"}
    return insert(db, "reports", digest=digest, hazard=hazard, **(row | values))


def in_force(
    db: Connection, place: str = "17204", hazard: str = "earthquake", grade: str = "6+", **values: object
) -> None:
    """One hazard in force in one place."""
    row: dict[str, object] = {"event": "", "since": ago(5), "revision": 1, "digest": "d1", "facts": "{}"}
    insert(db, "in_force", place=place, hazard=hazard, grade=grade, **(row | values))


def a_broadcast(db: Connection, **values: object) -> int:
    """A broadcast on its way."""
    excluded = values.pop("excluded", {})
    row: dict[str, object] = {
        "origin": "alert",
        "hazard": "earthquake",
        "event": "",
        "revision": 1,
        "decision": "send",
        "reason": "earthquake 6+: send by the table of hazards",
        "state": "planning",
        "priority": 10,
        "snapshot": '{"changes": {}}',
        "form": "full",
        "seen_at": ago(3),
        "created_at": ago(3),
        "expires_at": ago(-60),
        "planned": 0,
        "planned_segments": 0,
        "excluded": json.dumps(excluded),
    }
    return insert(db, "broadcasts", **(row | values))


def a_text(db: Connection, broadcast_id: int, language: str = "en", text: str = "EARTHQUAKE", **values: object) -> int:
    """A text of a broadcast."""
    row: dict[str, object] = {
        "text_key": f"{broadcast_id}:{language}:{values.get('form', 'full')}",
        "form": "full",
        "encoding": "GSM-7" if text.isascii() else "UCS-2",
        "units": len(text),
        "segments": 1 + len(text) // (160 if text.isascii() else 67),
        "catalogue": "c1",
    }
    return insert(db, "texts", broadcast_id=broadcast_id, language=language, text=text, **(row | values))


def number_hash(broadcast_id: int, text_id: int, number: int) -> str:
    """The number hash of whom `messages` made as the n-th of a text, from 1."""
    return f"{broadcast_id}-{text_id}-{number}"


def messages(db: Connection, broadcast_id: int, text_id: int, states: Mapping[str, int], **values: object) -> None:
    """So many messages of a broadcast in each state."""
    row: dict[str, object] = {
        "hazard": "earthquake",
        "event": "",
        "place": "17204",
        "grade": "6+",
        "kind": "new",
        "revision": 1,
        "language": "en",
        "segments": 2,
        "priority": 10,
        "created_at": ago(3),
        "expires_at": ago(-60),
    }
    number = 0
    for state, count in states.items():
        for _ in range(count):
            number += 1
            person = insert(
                db,
                "subscribers",
                number_hash=number_hash(broadcast_id, text_id, number),
                number_sealed=b"sealed",
                role="resident",
                state="active",
                created_at=ago(1000),
            )
            insert(
                db,
                "messages",
                broadcast_id=broadcast_id,
                subscriber_id=person,
                change_key=f"b{broadcast_id}",
                text_id=text_id,
                state=state,
                **(row | values),
            )


def a_notice(
    db: Connection, kind: str = "unknown_code", subject: str = "x", text: str = "Look.", **values: object
) -> int:
    """An open notice."""
    row: dict[str, object] = {"urgent": 0, "first_at": ago(10), "last_at": ago(10), "times": 1}
    return insert(db, "notices", kind=kind, subject=subject, text=text, **(row | values))


def a_campaign(db: Connection, **values: object) -> int:
    """A campaign that runs."""
    plan = {
        "name": "Water", "lessons": ["water"], "places": ["17204"], "languages": [], "groups": [],
        "start": "2026-11-20", "every": "once", "step": 1, "after": [], "opens": "10:00", "closes": "17:00",
        "on_holiday": "send", "times": 1, "end": None,
    }  # fmt: skip
    row: dict[str, object] = {
        "municipality": "17204",
        "name": "Water",
        "plan": json.dumps(plan),
        "people": 10,
        "state": "running",
        "planned_by": "user:aoi",
        "planned_at": ago(1000),
    }
    return insert(db, "campaigns", **(row | values))


def a_lesson(db: Connection, **values: object) -> int:
    """A lesson of a campaign that waits for its time."""
    row: dict[str, object] = {
        "lesson": "water",
        "place": "17204",
        "number": 0,
        "due_at": ago(-120),
        "planned_for": ago(-120),
        "state": "waiting",
        "reason": "",
    }
    return insert(db, "campaign_lessons", campaign_id=a_campaign(db), **(row | values))


def counted(db: Connection) -> None:
    """Count what became of the messages, as the service does beside the sender."""
    for broadcast_id, version in counting.moved(db, None):
        counting.put(db, broadcast_id, counting.cells_of(db, broadcast_id), version, NOW)
