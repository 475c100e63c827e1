"""Who gets a lesson: the people of a place who take lessons, and what is known of them that makes one fit.

Also how many lessons each of them had this month, and which ones. Reads only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import places
from alerts.japan import JST
from campaigns import fitting
from campaigns.fitting import Reader
from campaigns.plan import Audience
from storage import lists, times
from storage.connection import Connection
from storage.rows import Row

#: A person's own choice goes before what municipalities registered. A row without municipality that does not stand by
#: itself only holds what a registered person has chosen. Of many places of one person two speak for what is near.
_PEOPLE = """
SELECT p.subscriber_id AS id, coalesce(max(nullif(o.language, '')), min(nullif(r.language, '')), 'en') AS language,
  min(p.place) AS place, max(p.place) AS further, coalesce(max(o.tags), '') AS ticked,
  max(CASE WHEN r.municipality = :home THEN r.groups ELSE '' END) AS called
FROM subscriber_places p JOIN registrations r ON r.id = p.registration_id
JOIN subscribers s ON s.id = p.subscriber_id
LEFT JOIN registrations o ON o.subscriber_id = p.subscriber_id AND o.municipality = ''
WHERE {place} AND s.state = 'active' AND (r.municipality <> '' OR r.standing = 1)
  AND CASE WHEN o.chosen = 1 THEN o.lessons ELSE r.lessons END = 1
GROUP BY p.subscriber_id
"""
# What was withdrawn or came too late is no lesson that somebody had.
_REAL = "m.hazard = '' AND m.kind = 'lesson' AND m.state NOT IN ('withdrawn', 'expired', 'failed')"
_HAD = f"""
(SELECT count(*) FROM messages m WHERE m.subscriber_id = x.id AND {_REAL}
   AND m.created_at >= :month AND m.created_at < :next) AS had
"""  # noqa: S608 -- our own words
_LIKE = "x.language, x.place, x.further, x.ticked, x.called"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Somebody of a place."""

    subscriber_id: int
    reader: Reader
    #: lessons of this month
    had: int


def page(db: Connection, home: str, place: str, after: int, limit: int, now: datetime) -> list[Learner]:
    """The next people of a place by subscriber id, whoever they are. `home`: whose campaign it is."""
    names = {f"p{number}": code for number, code in enumerate(_cover((place,)))}
    where = f"p.place IN ({', '.join(f':{name}' for name in names)}) AND p.subscriber_id > :after"
    first, last = month(now)
    rows = db.execute(
        f"SELECT x.id, {_LIKE}, {_HAD}"  # noqa: S608 -- our own words
        f" FROM ({_PEOPLE.format(place=where)} ORDER BY p.subscriber_id LIMIT :limit) x ORDER BY x.id",
        {
            **names,
            "home": home,
            "after": after,
            "limit": limit,
            "month": times.to_text(first),
            "next": times.to_text(last),
        },
    )
    return [Learner(subscriber_id=row.integer("id"), reader=_reader(row), had=row.integer("had")) for row in rows]


def told(db: Connection, people: Sequence[int], since: datetime | None = None) -> dict[int, set[str]]:
    """Person -> lessons that they got since then, as long as messages are kept."""
    oldest = times.to_text(since) if since is not None else ""
    found: dict[int, set[str]] = {}
    for marks, names in lists.portions(people):
        rows = db.execute(
            f"SELECT m.subscriber_id, m.grade FROM messages m WHERE m.subscriber_id IN ({marks}) AND {_REAL}"  # noqa: S608
            " AND m.created_at >= :oldest",
            {**names, "oldest": oldest},
        )
        for row in rows:
            found.setdefault(row.integer("subscriber_id"), set()).add(row.text("grade"))
    return found


def readers(db: Connection, audience: Audience, home: str) -> Counter[Reader]:
    """How many people of its places a campaign is for, by what is known of them; each once for 250 places."""
    found: Counter[Reader] = Counter()
    for marks, names in lists.portions(_cover(audience.places)):
        people = _PEOPLE.format(place=f"p.place IN ({marks})")
        rows = db.execute(
            f"SELECT {_LIKE}, count(*) AS n FROM ({people}) x GROUP BY {_LIKE}",  # noqa: S608 -- our own words
            {**names, "home": home},
        )
        for row in rows:
            found[_reader(row)] += row.integer("n")
    return Counter({one: people for one, people in found.items() if fitting.why_not(audience, one) is None})


def people(db: Connection, audience: Audience, home: str) -> int:
    """How many people of all its places a campaign is for."""
    return readers(db, audience, home).total()


def month(now: datetime) -> tuple[datetime, datetime]:
    """When this month of Japan began, and when the next one does."""
    first = now.astimezone(JST).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, (first + timedelta(days=32)).replace(day=1)


def _reader(row: Row) -> Reader:
    around = {row.text("place"), row.text("further")}
    return fitting.reader(row.text("language"), around, row.text("ticked"), row.text("called"))


def _cover(codes: Sequence[str]) -> tuple[str, ...]:
    """These places and the wards of the cities among them, each once."""
    table = places.load()
    return tuple(dict.fromkeys(one for code in codes for one in (code, *table.wards_of(code))))
