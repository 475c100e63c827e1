"""Rows of alerts and broadcasts that concern some places, for the API. Owns its SQL; reads no number of a person."""

import json
from collections.abc import Collection, Iterator

from alerts.vocabulary import NONE
from storage import lists
from storage.connection import Connection
from storage.rows import Row
from subscribers import disclosure
from subscribers.disclosure import Told
from web.api.alerts_models import AlertOut, BroadcastOut

#: rows looked at for one page: most alerts of Japan concern other places
_MOST_SEEN = 2_000


def alerts(db: Connection, places: Collection[str], before: int, limit: int) -> list[AlertOut]:
    """The newest below an id that name one of these places."""
    rows = db.execute(
        "SELECT * FROM alerts WHERE id < :before ORDER BY id DESC LIMIT :seen", {"before": before, "seen": _MOST_SEEN}
    )
    found = (one for row in rows if (one := _alert(row, places)) is not None)
    return [one for one, _ in zip(found, range(limit), strict=False)]


def alert(db: Connection, places: Collection[str], identity: int) -> AlertOut | None:
    """One of them."""
    rows = db.execute("SELECT * FROM alerts WHERE id = :id", {"id": identity})
    return _alert(rows[0], places) if rows else None


def _alert(row: Row, places: Collection[str]) -> AlertOut | None:
    named: dict[str, str] = json.loads(row.text("places"))
    here = {place: grade for place, grade in named.items() if place in places}
    if not here:
        return None
    return AlertOut(
        id=str(row.integer("id")),
        identifier=row.text("identifier"),
        hazard=row.text("hazard"),
        msg_type=row.text("msg_type"),
        status=row.text("status"),
        sent=row.time("sent"),
        expires=row.optional_time("expires"),
        decision=row.text("decision"),
        reason=row.text("reason"),
        places=here,
    )


def broadcasts(db: Connection, places: Collection[str], before: int, limit: int) -> list[BroadcastOut]:
    """The newest below an id that tell of one of these places."""
    rows = db.execute(
        "SELECT * FROM broadcasts WHERE origin = 'alert' AND id < :before ORDER BY id DESC LIMIT :seen",
        {"before": before, "seen": _MOST_SEEN},
    )
    found = _broadcasts(db, rows, places)
    return [one for one, _ in zip(found, range(limit), strict=False)]


def broadcast(db: Connection, places: Collection[str], identity: int) -> BroadcastOut | None:
    """One of them."""
    rows = db.execute("SELECT * FROM broadcasts WHERE origin = 'alert' AND id = :id", {"id": identity})
    return next(_broadcasts(db, rows, places), None)


def _broadcasts(db: Connection, rows: list[Row], places: Collection[str]) -> Iterator[BroadcastOut]:
    for row in rows:
        changes = json.loads(row.text("snapshot"))["changes"]
        here = {place: change["after"] or NONE for place, change in changes.items() if place in places}
        if here:
            identity = row.integer("id")
            yield BroadcastOut(
                id=str(identity),
                hazard=row.text("hazard"),
                state=row.text("state"),
                reason=row.text("reason"),
                created_at=row.time("created_at"),
                expires_at=row.time("expires_at"),
                places=here,
                messages=_counts(db, identity, places),
            )


def _counts(db: Connection, identity: int, places: Collection[str]) -> dict[str, Told]:
    """Of the people that the municipality has registered."""
    marks, names = lists.listed(sorted(places))
    rows = db.execute(
        "SELECT m.state, count(DISTINCT m.id) AS n FROM messages m WHERE m.broadcast_id = :id"  # noqa: S608 -- marks
        " AND EXISTS (SELECT 1 FROM registrations r WHERE r.subscriber_id = m.subscriber_id"
        f" AND r.municipality IN ({marks})) GROUP BY m.state ORDER BY m.state",
        {"id": identity, **names},
    )
    return disclosure.table({row.text("state"): row.integer("n") for row in rows})
