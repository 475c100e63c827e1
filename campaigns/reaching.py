"""Who gets a lesson: the people of a place who take lessons, and of them those whom the campaign is for.

Also how many lessons each of them had this month. Reads only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import places
from campaigns.daylight import JAPAN
from campaigns.lessons import choosing
from campaigns.plan import Audience
from storage import lists, times
from storage.connection import Connection

#: A person's own choice goes before what municipalities registered. A row without municipality that does not stand by
#: itself only holds what a registered person has chosen.
_PEOPLE = """
SELECT p.subscriber_id AS id, coalesce(max(nullif(o.language, '')), min(nullif(r.language, '')), 'en') AS language
FROM subscriber_places p JOIN registrations r ON r.id = p.registration_id
JOIN subscribers s ON s.id = p.subscriber_id
LEFT JOIN registrations o ON o.subscriber_id = p.subscriber_id AND o.municipality = ''
WHERE {place} AND s.state = 'active' AND (r.municipality <> '' OR r.standing = 1)
  AND CASE WHEN o.chosen = 1 THEN o.lessons ELSE r.lessons END = 1{only}
GROUP BY p.subscriber_id
"""
# What was withdrawn or came too late is no lesson that somebody had.
_HAD = """
(SELECT count(*) FROM messages m WHERE m.subscriber_id = x.id AND m.hazard = '' AND m.kind = 'lesson'
   AND m.created_at >= :month AND m.created_at < :next AND m.state NOT IN ('withdrawn', 'expired', 'failed')) AS had
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Somebody of the audience."""

    subscriber_id: int
    language: str
    #: lessons of this month
    had: int


def page(
    db: Connection, audience: Audience, home: str, place: str, after: int, limit: int, now: datetime
) -> list[Learner]:
    """The next people of a place by subscriber id, in whatever language. `home`: whose campaign it is."""
    where, names = _at(audience, home, _cover((place,)))
    people = _PEOPLE.format(place=f"{where} AND p.subscriber_id > :after", only="")
    first, last = month(now)
    rows = db.execute(
        f"SELECT x.id, x.language, {_HAD} FROM ({people} ORDER BY p.subscriber_id LIMIT :limit) x"  # noqa: S608
        " ORDER BY x.id",
        {
            **names,
            "after": after,
            "limit": limit,
            "month": times.to_text(first),
            "next": times.to_text(last),
        },
    )
    return [
        Learner(subscriber_id=row.integer("id"), language=row.text("language"), had=row.integer("had")) for row in rows
    ]


def count(db: Connection, audience: Audience, home: str) -> dict[str, int]:
    """Language -> people of all its places, each once for 250 places that are alike."""
    found: Counter[str] = Counter()
    for everybody in (True, False):
        only, more = _only(audience, home, everybody=everybody)
        alike = [place for place in _cover(audience.places) if _suits(audience, place) is everybody]
        for marks, names in lists.portions(alike):
            people = _PEOPLE.format(place=f"p.place IN ({marks})", only=only)
            rows = db.execute(
                f"SELECT x.language, count(*) AS n FROM ({people}) x GROUP BY x.language",  # noqa: S608 -- our own words
                {**names, **more},
            )
            found.update({row.text("language"): row.integer("n") for row in rows})
    wanted = audience.languages
    return {language: people for language, people in sorted(found.items()) if not wanted or language in wanted}


def _cover(codes: Sequence[str]) -> tuple[str, ...]:
    """These places and the wards of the cities among them, each once."""
    table = places.load()
    return tuple(dict.fromkeys(one for code in codes for one in (code, *table.wards_of(code))))


def _at(audience: Audience, home: str, where: Sequence[str]) -> tuple[str, dict[str, object]]:
    """SQL for those of a few places whom a campaign is for; of some of the places that may be everybody."""
    either, names = list[str](), dict[str, object]()
    for everybody in (True, False):
        alike = [place for place in where if _suits(audience, place) is everybody]
        if alike:
            only, more = _only(audience, home, everybody=everybody)
            here: dict[str, object] = {f"p{int(everybody)}_{number}": place for number, place in enumerate(alike)}
            either.append(f"(p.place IN ({', '.join(f':{name}' for name in here)}){only})")
            names |= {**more, **here}
    return f"({' OR '.join(either)})", names


def _suits(audience: Audience, place: str) -> bool:
    """Whether the tags are met by everybody in a place."""
    return not audience.tags or not choosing.load().of_place(place).isdisjoint(audience.tags)


def month(now: datetime) -> tuple[datetime, datetime]:
    """When this month of Japan began, and when the next one does."""
    first = now.astimezone(JAPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, (first + timedelta(days=32)).replace(day=1)


def _only(audience: Audience, home: str, *, everybody: bool) -> tuple[str, dict[str, object]]:
    """SQL for those whom a campaign is for, beside place and language; nothing for all.

    Groups are those that `home` registered; a group called like a tag is one.
    """
    found, names = "", dict[str, object]()
    if audience.groups:
        either, own = _one_of("r.groups", audience.groups, "g")
        found, names = f" AND r.municipality = :home AND ({either})", {**own, "home": home}
    if audience.tags and not everybody:
        ticked, of_tags = _one_of("o.tags", audience.tags, "t")
        called, of_groups = _one_of("r.groups", audience.tags, "n")
        found = f"{found} AND ({ticked} OR (r.municipality = :home AND ({called})))"
        names |= {**of_tags, **of_groups, "home": home}
    return found, names


def _one_of(column: str, values: Sequence[str], prefix: str) -> tuple[str, dict[str, object]]:
    """SQL for a comma separated column that holds one of some values, with its parameters."""
    names: dict[str, object] = {f"{prefix}{number}": f"%,{_plain(value)},%" for number, value in enumerate(values)}
    return " OR ".join(f"(',' || {column} || ',') LIKE :{name} ESCAPE '!'" for name in names), names


def _plain(text: str) -> str:
    """A text in which LIKE sees no sign of its own."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
