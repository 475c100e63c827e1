"""Who lives in a place, as planning needs it: places, a language for each place, a threshold.

Owns how several registrations of one person become one resident; refuses to decide who is told what.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from storage.database import Connection, Row
from subscribers import registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """One subscriber with everything the municipalities registered of them, and what they chose, taken together."""

    subscriber_id: int
    #: active, paused, stopped, unreachable
    state: str
    #: municipality codes, each once, homes before further places
    places: tuple[str, ...]
    #: language per place
    languages: Mapping[str, str]
    #: the lowest of the registrations: who asked once to hear early hears early
    min_level: str


_IN_PLACE = """
SELECT s.id AS subscriber_id, s.state, r.municipality, r.language, r.places, r.min_level, r.standing, r.chosen
FROM (
    SELECT DISTINCT subscriber_id FROM subscriber_places
    WHERE place = :place AND subscriber_id > :after ORDER BY subscriber_id LIMIT :limit
) here
JOIN subscribers s ON s.id = here.subscriber_id
JOIN registrations r ON r.subscriber_id = s.id
ORDER BY s.id, r.id
"""
_ONE = """
SELECT s.id AS subscriber_id, s.state, r.municipality, r.language, r.places, r.min_level, r.standing, r.chosen
FROM subscribers s JOIN registrations r ON r.subscriber_id = s.id
WHERE s.id = :subscriber_id
ORDER BY s.id, r.id
"""


def residents_of(db: Connection, place: str, *, after: int = 0, limit: int = 500) -> list[Resident]:
    """The next `limit` residents of a place with an id above `after`, in order of id; also who has stopped."""
    return list(fold(db.execute(_IN_PLACE, {"place": place, "after": after, "limit": limit})))


def resident(db: Connection, subscriber_id: int) -> Resident | None:
    """One subscriber; None without any registration."""
    return next(fold(db.execute(_ONE, {"subscriber_id": subscriber_id})), None)


def fold(rows: Iterable[Row]) -> Iterator[Resident]:
    """Residents from rows (subscriber_id, state, municipality, language, places, min_level, standing, chosen).

    The rows of one subscriber stand together.
    """
    for subscriber_id, group in groupby(rows, key=lambda row: row.integer("subscriber_id")):
        yield _resident(subscriber_id, list(group))


def _resident(subscriber_id: int, all_rows: list[Row]) -> Resident:
    rows = [row for row in all_rows if row.text("municipality") != registration.OWN] or all_rows
    resident = _registered(subscriber_id, rows)
    chosen = next((row for row in all_rows if row.text("municipality") == registration.OWN), None)
    return resident if chosen is None else _chosen(resident, chosen)


def _chosen(resident: Resident, row: Row) -> Resident:
    """With what the person has chosen: their language and threshold go before all others, their places come last.

    Of whoever registered themself the home comes first.
    """
    own = tuple(filter(None, row.text("places").split(",")))
    standing = row.flag("standing")
    first, last = (own[:1], own[1:]) if standing else ((), own)
    places = tuple(dict.fromkeys((*first, *resident.places, *last)))
    min_level = row.text("min_level") if row.flag("chosen") else resident.min_level
    resident = replace(resident, places=places, min_level=min_level)
    language = row.text("language")
    if language:
        return replace(resident, languages=dict.fromkeys(places, language))
    home = resident.languages[next(iter(resident.languages))]
    return replace(resident, languages={p: resident.languages.get(p, home) for p in places})


def _registered(subscriber_id: int, rows: list[Row]) -> Resident:
    registered = [tuple(row.text("places").split(",")) for row in rows]
    if len(rows) == 1:
        places = registered[0]
        languages = dict.fromkeys(places, rows[0].text("language"))
    else:
        homes = [places[0] for places in registered]
        further = [place for places in registered for place in places[1:]]
        places = tuple(dict.fromkeys(homes + further))
        languages = {place: _language(place, rows, registered) for place in places}
    return Resident(
        subscriber_id=subscriber_id,
        state=rows[0].text("state"),
        places=places,
        languages=languages,
        min_level=min(row.text("min_level") for row in rows),
    )


def _language(place: str, rows: list[Row], registered: list[tuple[str, ...]]) -> str:
    """The language for a place two registrations name: the place's own municipality knows best, then a home."""
    naming = [(row, places) for row, places in zip(rows, registered, strict=True) if place in places]
    row, _ = max(naming, key=lambda pair: (pair[0].text("municipality") == place, pair[1][0] == place))
    return row.text("language")
