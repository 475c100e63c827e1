"""The row that says how traffic is shared, and what the last look at the providers found."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from delivery.providers.shares import Counts, Standing, Why
from storage import locking, times
from storage.connection import Connection
from storage.rows import Row

_READ = "SELECT shares, why, about, changed_at, looked_at, counts FROM traffic WHERE id = 1"
_BEGIN = """
INSERT INTO traffic (id, shares, why) VALUES (1, :shares, 'start') ON CONFLICT (id) DO NOTHING
"""
_KEEP = """
UPDATE traffic SET shares = :shares, why = :why, about = :about, changed_at = :changed_at WHERE id = 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the last look found."""

    at: datetime
    counts: Mapping[str, Counts]


def standing(db: Connection, usual: Mapping[str, int]) -> Standing:
    """How traffic is shared now; `usual` where it was never looked at, or other providers are set up since."""
    rows = db.execute(_READ)
    return _standing(rows[0], usual) if rows else Standing(shares=usual)


def shares(db: Connection) -> dict[str, int]:
    """The shares of the row; empty before anybody wrote it."""
    rows = db.execute(_READ)
    return _shares(rows[0]) if rows else {}


def look(db: Connection) -> Look | None:
    """What the last look found; None before the first."""
    rows = db.execute(_READ)
    if not rows or (at := rows[0].optional_time("looked_at")) is None:
        return None
    counts = {name: Counts(**found) for name, found in json.loads(rows[0].text("counts")).items()}
    return Look(at=at, counts=counts)


def hold(db: Connection, usual: Mapping[str, int]) -> Standing:
    """The same as `standing`, and nobody else changes it until this transaction ends."""
    db.execute(_BEGIN, {"shares": json.dumps(dict(usual))})
    return _standing(db.execute(_READ + locking.for_change(db))[0], usual)


def keep(db: Connection, after: Standing) -> None:
    """Write down new shares; to be called under `hold`."""
    db.execute(
        _KEEP,
        {
            "shares": json.dumps(dict(after.shares)),
            "why": after.why,
            "about": after.about,
            "changed_at": None if after.changed_at is None else times.to_text(after.changed_at),
        },
    )


def keep_look(db: Connection, found: Look) -> None:
    """Write down what was found, for pages; to be called under `hold`."""
    counts = {name: asdict(one) for name, one in found.counts.items()}
    db.execute(
        "UPDATE traffic SET looked_at = :at, counts = :counts WHERE id = 1",
        {"at": times.to_text(found.at), "counts": json.dumps(counts)},
    )


def _shares(row: Row) -> dict[str, int]:
    return {str(name): int(share) for name, share in json.loads(row.text("shares")).items()}


def _standing(row: Row, usual: Mapping[str, int]) -> Standing:
    stored = _shares(row)
    if stored.keys() != usual.keys():
        return Standing(shares=usual)
    return Standing(
        shares=stored, changed_at=row.optional_time("changed_at"), why=Why(row.text("why")), about=row.text("about")
    )
