"""Alerts as they stand in the tables after they were told, for the tests of the residents' pages."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.connection import Connection
from tests.web import rows
from tests.web.rows import ago

WAJIMA, SUZU, KANAZAWA, TOYAMA = "17204", "17205", "17201", "16201"


def change(before: str, after: str, minutes: float = 10, cause: str = "issued", **facts: Any) -> dict[str, Any]:
    """One change of a snapshot."""
    return {
        "before": before,
        "after": after,
        "cause": cause,
        "higher": False,
        "issued": ago(minutes).isoformat(),
        "facts": facts,
    }


def alert(
    db: Connection, hazard: str, changes: Mapping[str, Mapping[str, Any]], *, event: str = "", **values: Any
) -> int:
    """An alert with its broadcast, and the state it leaves; the alert's number."""
    after = {place: one["after"] for place, one in changes.items()}
    seen = rows.ago(0).timestamp()
    number = db.execute("SELECT coalesce(max(id), 0) + 1 AS n FROM alerts")[0].integer("n")
    alert_id = rows.an_alert(db, f"{hazard}-{number}-{seen:.0f}", hazard, event=event, places=after)
    snapshot = json.dumps({"hazard": hazard, "event": event, "changes": changes})
    broadcast_id = rows.a_broadcast(
        db, hazard=hazard, event=event, alert_id=alert_id, snapshot=snapshot, **({"state": "sending"} | values)
    )
    for place, one in changes.items():
        stand(
            db,
            hazard,
            place,
            one["after"],
            event=event,
            since=datetime.fromisoformat(one["issued"]),
            broadcast_id=broadcast_id,
        )
    return alert_id


def stand(db: Connection, hazard: str, place: str, grade: str, *, event: str = "", **values: Any) -> None:
    """The state of a place from now on."""
    db.execute(
        "DELETE FROM in_force WHERE hazard = :hazard AND event = :event AND place = :place",
        {"hazard": hazard, "event": event, "place": place},
    )
    rows.in_force(db, place, hazard, grade, event=event, **values)


def all_well(db: Connection) -> None:
    """Feeds that are read."""
    rows.all_feeds(db)
