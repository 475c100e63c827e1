"""Rows of evacuation sites. Owns the mark of a site and that every change is counted and logged."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shelters.site import Danger, Entry, Site, State
from storage import audit, lists, times
from storage.connection import Connection
from storage.rows import Row

_COLUMNS = (
    "municipality",
    "site_key",
    "place",
    "name",
    "kana",
    "english",
    "address",
    "latitude",
    "longitude",
    "dangers",
    "capacity",
    "neighbourhood",
    "remark",
    "stays",
)
_KEPT = ("id", "state", "state_at", "chosen", "retired_at", *_COLUMNS)
# A site that was on an earlier list comes back without the marks of then.
_PUT = """
INSERT INTO shelters ({columns}, state, created_at, updated_at) VALUES ({values}, 'listed', :now, :now)
ON CONFLICT (municipality, site_key) DO UPDATE SET {updates}, updated_at = excluded.updated_at,
    state = CASE WHEN shelters.retired_at IS NULL THEN shelters.state ELSE 'listed' END,
    state_at = CASE WHEN shelters.retired_at IS NULL THEN shelters.state_at END,
    chosen = CASE WHEN shelters.retired_at IS NULL THEN shelters.chosen ELSE 0 END,
    retired_at = NULL
""".format(  # names of columns, constants
    columns=", ".join(_COLUMNS),
    values=", ".join(f":{name}" for name in _COLUMNS),
    updates=", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[2:]),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """There is no such site on the list of this municipality."""


def revision(db: Connection) -> int:
    """Differs when any site differs."""
    rows = db.execute("SELECT value FROM counters WHERE name = 'shelters'")
    return rows[0].integer("value") if rows else 0


def on_list(db: Connection, municipality: str) -> list[Site]:
    """The sites of a municipality's list, in the order they came in; those that were retired are not among them."""
    rows = db.execute(
        "SELECT * FROM shelters WHERE municipality = :municipality AND retired_at IS NULL ORDER BY id",
        {"municipality": municipality},
    )
    return [_site(row) for row in rows]


def in_places(db: Connection, places: Iterable[str], *, beside: str = "") -> list[Site]:
    """The listed sites that lie in some places, whoever listed them; a site on two lists counts once.

    `beside`: not those of this municipality's list.
    """
    within, values = lists.listed(sorted(set(places)))
    rows = db.execute(
        f"SELECT * FROM shelters WHERE place IN ({within}) AND municipality <> :beside AND retired_at IS NULL"  # noqa: S608 -- names of parameters
        " ORDER BY id",
        {"beside": beside, **values},
    )
    found: dict[str, Site] = {}
    for row in rows:
        found.setdefault(row.text("site_key"), _site(row))
    return list(found.values())


def municipalities(db: Connection) -> list[tuple[str, int]]:
    """Who has a list, and how many sites stand on it."""
    rows = db.execute(
        "SELECT municipality, count(*) AS n FROM shelters WHERE retired_at IS NULL"
        " GROUP BY municipality ORDER BY municipality"
    )
    return [(row.text("municipality"), row.integer("n")) for row in rows]


def put(db: Connection, municipality: str, entries: Sequence[Entry], now: datetime) -> None:
    """Add sites, or change those of the same name and address; marks stay."""
    db.executemany(_PUT, [_row(municipality, entry) | {"now": times.to_text(now)} for entry in entries])


def retire(db: Connection, sites: Iterable[Site], now: datetime) -> None:
    """Take sites off the list; the rows stay."""
    db.executemany(
        "UPDATE shelters SET retired_at = :now, updated_at = :now WHERE id = :id",
        [{"id": site.id, "now": times.to_text(now)} for site in sites],
    )


def changed(db: Connection) -> None:
    """Count a change, in its transaction."""
    db.execute(
        "INSERT INTO counters (name, value) VALUES ('shelters', 1)"
        " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1"
    )


def mark(
    db: Connection, site_id: int, state: State, *, actor: str, now: datetime, municipality: str | None = None
) -> Site | Unknown:
    """Say that a site is open, full, closed, or no more than listed. `municipality`: only of this one's list."""
    return _set(db, site_id, {"state": state.value, "chosen": None}, f"shelter {state}", actor, now, municipality)


def choose(
    db: Connection, site_id: int, *, chosen: bool, actor: str, now: datetime, municipality: str | None = None
) -> Site | Unknown:
    """Say whether texts may name a site although it is not near for everybody."""
    action = "shelter chosen" if chosen else "shelter not chosen"
    return _set(db, site_id, {"state": None, "chosen": int(chosen)}, action, actor, now, municipality)


def _set(
    db: Connection,
    site_id: int,
    values: dict[str, object],
    action: str,
    actor: str,
    now: datetime,
    municipality: str | None,
) -> Site | Unknown:
    before = db.execute("SELECT * FROM shelters WHERE id = :id AND retired_at IS NULL", {"id": site_id})
    if not before or municipality not in (None, before[0].text("municipality")):
        return Unknown()
    rows = db.execute(
        "UPDATE shelters SET state = coalesce(:state, state), chosen = coalesce(:chosen, chosen),"
        " state_at = CASE WHEN :marked = 1 THEN :now ELSE state_at END, updated_at = :now WHERE id = :id RETURNING *",
        values | {"marked": int(values["state"] is not None), "now": times.to_text(now), "id": site_id},
    )
    site, was = _site(rows[0]), _site(before[0])
    changed(db)
    audit.append(
        db,
        now=now,
        actor=actor,
        action=action,
        subject=f"shelter:{site.id}",
        municipality=site.municipality,
        details={"name": site.entry.name, "before": was.state if values["chosen"] is None else was.chosen},
    )
    return site


def _row(municipality: str, entry: Entry) -> dict[str, object]:
    return {
        "municipality": municipality,
        "site_key": entry.key,
        "place": entry.place,
        "name": entry.name,
        "kana": entry.kana,
        "english": entry.english,
        "address": entry.address,
        "latitude": _to_millionths(entry.latitude),
        "longitude": _to_millionths(entry.longitude),
        "dangers": ",".join(danger for danger in Danger if danger in entry.dangers),
        "capacity": entry.capacity,
        "neighbourhood": entry.neighbourhood,
        "remark": entry.remark,
        "stays": int(entry.stays),
    }


def _site(row: Row) -> Site:
    return _made(row.columns(*_KEPT))


@functools.lru_cache(maxsize=8192)  # some list has two thousand, and whoever looks at what texts name reads all of it
def _made(values: tuple[Any, ...]) -> Site:
    """Of the columns `_KEPT`, as they are stored."""
    number, state, state_at, chosen, retired_at, municipality, _, *of_entry = values
    place, name, kana, english, address, latitude, longitude, dangers, capacity, neighbourhood, remark, stays = of_entry
    entry = Entry(
        name=name,
        kana=kana,
        english=english,
        address=address,
        place=place,
        latitude=_from_millionths(latitude),
        longitude=_from_millionths(longitude),
        dangers=_dangers(dangers),
        capacity=capacity,
        neighbourhood=neighbourhood,
        remark=remark,
        stays=bool(stays),
    )
    return Site(
        id=number,
        municipality=municipality,
        entry=entry,
        state=State(state),
        state_at=None if state_at is None else times.from_text(state_at),
        chosen=bool(chosen),
        retired_at=None if retired_at is None else times.from_text(retired_at),
    )


@functools.lru_cache(maxsize=256)  # 2 ** len(Danger): the sites of a list are mostly designated alike
def _dangers(stored: str) -> frozenset[Danger]:
    return frozenset(Danger(danger) for danger in stored.split(","))


def _to_millionths(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees * 1_000_000)


def _from_millionths(stored: int | None) -> float | None:
    return None if stored is None else stored / 1_000_000
