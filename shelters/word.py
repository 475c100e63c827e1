"""A municipality's word that texts name the nearest open site by themselves. Owns its rows; every change is logged."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from shelters import store
from shelters.finding import Nearest
from storage import audit, lists, times
from storage.connection import Connection

#: metres that a tsunami plan may let people walk: as far as the manual counts with, to as far as is near for all
LEAST_WALK: Final = 500
MOST_WALK: Final = 3000


def given(db: Connection, municipalities: Iterable[str]) -> Mapping[str, Nearest]:
    """Those of some municipalities that have given it."""
    within, values = lists.listed(sorted(set(municipalities)))
    if not values:
        return {}
    rows = db.execute(
        f"SELECT municipality, walk_m FROM nearest_shelters WHERE municipality IN ({within})",  # noqa: S608 -- names of parameters
        values,
    )
    return {row.text("municipality"): Nearest(walk_km=row.integer("walk_m") / 1000) for row in rows}


def give(db: Connection, municipality: str, walk_m: int, *, actor: str, now: datetime) -> None:
    """From now on, for this list and later ones. `walk_m`: metres that the tsunami plan lets everybody walk."""
    if not LEAST_WALK <= walk_m <= MOST_WALK:
        raise ValueError(f"walk_m: expected {LEAST_WALK} to {MOST_WALK}, found {walk_m}")
    db.execute(
        "INSERT INTO nearest_shelters (municipality, walk_m, given_by, given_at)"
        " VALUES (:municipality, :walk_m, :actor, :now) ON CONFLICT (municipality) DO UPDATE SET"
        " walk_m = excluded.walk_m, given_by = excluded.given_by, given_at = excluded.given_at",
        {"municipality": municipality, "walk_m": walk_m, "actor": actor, "now": times.to_text(now)},
    )
    _log(db, municipality, "nearest shelter named", {"walk_m": walk_m}, actor, now)


def take_back(db: Connection, municipality: str, *, actor: str, now: datetime) -> None:
    """Texts name again only what is chosen, or near for all. Nothing happens where it was not given."""
    gone = db.execute(
        "DELETE FROM nearest_shelters WHERE municipality = :municipality RETURNING walk_m",
        {"municipality": municipality},
    )
    if gone:
        _log(db, municipality, "nearest shelter not named", {}, actor, now)


def _log(
    db: Connection, municipality: str, action: str, details: Mapping[str, object], actor: str, now: datetime
) -> None:
    store.changed(db)
    audit.append(
        db,
        now=now,
        actor=actor,
        action=action,
        subject=f"municipality:{municipality}",
        municipality=municipality,
        details=dict(details),
    )
