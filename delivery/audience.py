"""Who may have to hear of a change: the planner's own queries. Decides nothing.

The audience of a place are the people registered there and those who were told of a danger there.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.vocabulary import Hazard
from delivery import chunks
from delivery.ledger import Text
from delivery.states import TOLD, MessageState
from delivery.telling import QUIET_AFTER_EARTHQUAKE, Person
from storage import times
from storage.connection import Connection
from storage.rows import Row
from subscribers import audience

#: older texts cannot be about what is in force now …
_REMEMBERED = timedelta(days=45)
#: … but a volcano's level may stay up for years
_REMEMBERED_OF_VOLCANOES = timedelta(days=3650)

_TOLD = ", ".join(f"'{state}'" for state in sorted(TOLD))
_SENT_OR_QUEUED = f"{_TOLD}, '{MessageState.QUEUED}'"

# Every branch has its own LIMIT, so that no engine reads a whole city for one chunk.
_CANDIDATES = """
SELECT subscriber_id FROM (
    SELECT DISTINCT subscriber_id FROM subscriber_places
    WHERE place = :place AND subscriber_id > :after ORDER BY subscriber_id LIMIT :limit) registered
UNION
SELECT subscriber_id FROM (
    SELECT DISTINCT subscriber_id FROM messages
    WHERE hazard = :hazard AND event = :event AND place = :place AND subscriber_id > :after
      AND state IN ({told}) AND created_at >= :since
    ORDER BY subscriber_id LIMIT :limit) told
UNION
SELECT subscriber_id FROM (
    SELECT DISTINCT p.subscriber_id FROM message_places p JOIN messages m ON m.id = p.message_id
    WHERE p.hazard = :hazard AND p.event = :event AND p.place = :place AND p.subscriber_id > :after
      AND m.state IN ({told}) AND m.created_at >= :since
    ORDER BY p.subscriber_id LIMIT :limit) told_further
ORDER BY subscriber_id LIMIT :limit
""".replace("{told}", _TOLD)

# What makes people alike in one column: reading columns one by one is what planning a big city would cost most.
_PEOPLE = """
SELECT s.id AS subscriber_id, s.state || '|' || r.language || '|' || r.min_level || '|' || r.places AS alike
FROM subscribers s LEFT JOIN registrations r ON r.subscriber_id = s.id
WHERE s.id IN :chunk
"""
_SEVERAL = """
SELECT s.id AS subscriber_id, s.state, r.municipality, r.language, r.places, r.min_level, r.standing, r.chosen
FROM subscribers s JOIN registrations r ON r.subscriber_id = s.id
WHERE s.id IN :chunk
ORDER BY s.id, r.id
"""

_TEXTS = """
SELECT m.subscriber_id, m.hazard, m.event, m.state, m.kind, m.place, m.grade, m.told, m.revision, m.language,
       m.created_at
FROM messages m JOIN broadcasts b ON b.id = m.broadcast_id
WHERE m.subscriber_id IN :chunk AND m.hazard = :hazard AND m.event = :event AND m.created_at >= :since
  AND m.state IN ({counting}) AND (m.state <> 'queued' OR b.state NOT IN ('withdrawn', 'held'))
ORDER BY m.subscriber_id, m.id
""".replace("{counting}", _SENT_OR_QUEUED)

_TEXTS_OF_ALL_HAZARDS = _TEXTS.replace("m.hazard = :hazard AND m.event = :event", "m.hazard <> ''")

_LAST_EARTHQUAKE = """
SELECT subscriber_id, max(coalesce(handed_at, created_at)) AS at FROM messages
WHERE subscriber_id IN :chunk AND hazard = 'earthquake' AND created_at >= :since AND kind IN ('new', 'raised')
  AND (state IN ({told}) OR (state = 'queued' AND event <> :event))
GROUP BY subscriber_id
""".replace("{told}", _TOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What planning must know of one person; shared by all who are registered alike."""

    #: active, stopped, unreachable, erased; `erased` also without any registration
    state: str
    person: Person
    #: equal for people registered alike; '' for those with several registrations, or none
    alike: str


_GONE = Candidate(state="erased", person=Person(places=(), languages={}, min_level=""), alike="")


class People:
    """Reads people; those registered alike are one `Candidate`, which keeps a big city small and quick."""

    def __init__(self) -> None:
        self._shared: dict[str, Candidate] = {}

    def read(self, db: Connection, ids: Sequence[int]) -> list[tuple[int, Candidate]]:
        """The people of a chunk with their subscriber ids, in the order of `ids`."""
        found: dict[int, str | None] = {}
        several: set[int] = set()
        for row in db.execute(_PEOPLE, chunks.parameters(ids)):
            identity, alike = row.columns("subscriber_id", "alike")
            if identity in found:
                several.add(identity)
            found[identity] = alike
        together = _together(db, sorted(several)) if several else {}
        return [
            (identity, together[identity] if identity in together else self._single(found[identity]))
            for identity in ids
            if identity in found
        ]

    def _single(self, alike: str | None) -> Candidate:
        if alike is None:
            return _GONE
        candidate = self._shared.get(alike)
        if candidate is None:
            state, language, min_level, places = alike.split("|")
            codes = tuple(places.split(","))
            person = Person(places=codes, languages=dict.fromkeys(codes, language), min_level=min_level)
            candidate = self._shared[alike] = Candidate(state=state, person=person, alike=alike)
        return candidate


def _together(db: Connection, ids: Sequence[int]) -> dict[int, Candidate]:
    """People of several registrations, each one person."""
    return {
        one.subscriber_id: Candidate(
            state=one.state,
            person=Person(places=one.places, languages=one.languages, min_level=one.min_level),
            alike="",
        )
        for one in audience.fold(db.execute(_SEVERAL, chunks.parameters(ids)))
    }


def remembered_since(hazard: Hazard | None, now: datetime) -> str:
    """Texts from before then are not looked at; None stands for any hazard."""
    longest = hazard in (None, Hazard.VOLCANO)
    return times.to_text(now - (_REMEMBERED_OF_VOLCANOES if longest else _REMEMBERED))


def revision(db: Connection) -> int:
    """The newest change of any state; nothing in force has changed while it stays the same."""
    return db.execute("SELECT value FROM counters WHERE name = 'revision'")[0].integer("value")


def candidates(
    db: Connection, hazard: Hazard, event: str, place: str, after: int, limit: int, now: datetime
) -> list[int]:
    """The next ids of a place's audience above `after`, in order."""
    rows = db.execute(
        _CANDIDATES,
        {
            "hazard": hazard,
            "event": event,
            "place": place,
            "after": after,
            "limit": limit,
            "since": remembered_since(hazard, now),
        },
    )
    return [row.integer("subscriber_id") for row in rows]


def registered(db: Connection, places: Iterable[str]) -> int:
    """How many registrations stand in these places."""
    total = 0
    for place in places:
        rows = db.execute("SELECT count(*) AS n FROM subscriber_places WHERE place = :place", {"place": place})
        total += rows[0].integer("n")
    return total


def languages(db: Connection, place: str, limit: int) -> list[str]:
    """The languages of some of a place's people, to estimate lengths by."""
    rows = db.execute(
        "SELECT r.language FROM subscriber_places p JOIN registrations r ON r.id = p.registration_id"
        " WHERE p.place = :place AND r.language <> '' ORDER BY p.subscriber_id LIMIT :limit",
        {"place": place, "limit": limit},
    )
    return [row.text("language") for row in rows]


def texts(db: Connection, ids: Sequence[int], hazard: Hazard, event: str, now: datetime) -> dict[int, list[Text]]:
    """What the people of a chunk were told of one hazard and event, or will be; oldest first."""
    rows = db.execute(
        _TEXTS,
        chunks.parameters(ids) | {"hazard": hazard, "event": event, "since": remembered_since(hazard, now)},
    )
    found: dict[int, list[Text]] = defaultdict(list)
    for row in rows:
        found[row.integer("subscriber_id")].append(_text(row))
    return found


def all_texts(db: Connection, ids: Sequence[int], now: datetime) -> dict[int, dict[tuple[Hazard, str], list[Text]]]:
    """The same of every hazard and event."""
    rows = db.execute(_TEXTS_OF_ALL_HAZARDS, chunks.parameters(ids) | {"since": remembered_since(None, now)})
    found: dict[int, dict[tuple[Hazard, str], list[Text]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        scope = (Hazard(row.text("hazard")), row.text("event"))
        found[row.integer("subscriber_id")][scope].append(_text(row))
    return found


def last_earthquake_texts(db: Connection, ids: Sequence[int], event: str, now: datetime) -> dict[int, datetime]:
    """When people last had a text of an earthquake, of those within the time that matters."""
    since = times.to_text(now - 2 * QUIET_AFTER_EARTHQUAKE)
    rows = db.execute(_LAST_EARTHQUAKE, chunks.parameters(ids) | {"event": event, "since": since})
    return {row.integer("subscriber_id"): row.time("at") for row in rows}


def _text(row: Row) -> Text:
    return Text(
        state=MessageState(row.text("state")),
        kind=row.text("kind"),
        place=row.text("place"),
        grade=row.text("grade"),
        told=row.text("told"),
        revision=row.integer("revision"),
        language=row.text("language"),
        at=row.time("created_at"),
    )
