"""How many people are registered. `residents` is for the operator; `own` is what one municipality may see."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from storage import lists
from storage.database import Connection
from subscribers import disclosure

#: in counts by municipality: whoever registered themself
SELF: Final = "self-registered"
#: A row without a municipality that does not stand by itself only holds what a registered person has chosen.
_STANDING: Final = "(municipality <> '' OR standing = 1)"
_ACTIVE_AT: Final = """
SELECT language AS name, COUNT(*) AS people FROM (
    SELECT p.subscriber_id, COALESCE(
        MAX(CASE WHEN r.municipality = '' AND r.language <> '' THEN r.language END),
        MAX(CASE WHEN r.municipality = p.place THEN r.language END),
        MIN(CASE WHEN r.id = p.registration_id AND r.language <> '' THEN r.language END),
        MIN(CASE WHEN r.language <> '' THEN r.language END)) AS language
    FROM subscriber_places p JOIN subscribers s ON s.id = p.subscriber_id
    JOIN registrations r ON r.subscriber_id = p.subscriber_id
    WHERE s.state = 'active' AND p.place IN ({places}) GROUP BY p.subscriber_id
) AS each_person GROUP BY language ORDER BY language
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Residents:
    """People with a registration, over all municipalities; each person counts once in `by_state`."""

    by_state: Mapping[str, int]
    #: registering municipality -> registrations; under SELF those of people who registered themselves
    by_municipality: Mapping[str, int]
    #: language -> registrations, of both kinds
    by_language: Mapping[str, int]

    @property
    def people(self) -> int:
        """Everybody, each once."""
        return sum(self.by_state.values())

    def to_json(self) -> dict[str, object]:
        """For `residents count --json`; small counts are not told."""
        people, (states, places, languages) = disclosure.together(
            self.people, self.by_state, self.by_municipality, self.by_language
        )
        return {"residents": people, "by_state": states, "by_municipality": places, "by_language": languages}


def residents(db: Connection) -> Residents:
    """Counts of everybody who is registered somewhere."""
    return Residents(
        by_state=_counts(
            db,
            "SELECT s.state AS name, COUNT(*) AS people FROM subscribers s"
            " WHERE EXISTS (SELECT 1 FROM registrations r WHERE r.subscriber_id = s.id)"
            " GROUP BY s.state ORDER BY s.state",
        ),
        by_municipality=_counts(
            db,
            f"SELECT CASE WHEN municipality = '' THEN '{SELF}' ELSE municipality END AS name,"  # noqa: S608 -- constants
            f" COUNT(*) AS people FROM registrations WHERE {_STANDING} GROUP BY municipality ORDER BY municipality",
        ),
        by_language=_counts(
            db,
            f"SELECT language AS name, COUNT(*) AS people FROM registrations WHERE {_STANDING}"  # noqa: S608 -- a constant
            " GROUP BY language ORDER BY language",
        ),
    )


def active_at(db: Connection, places: Sequence[str]) -> dict[str, int]:
    """Language -> people who can be texted in some places, each once, in the language they would be told in.

    Whoever registered them counts, and whoever registered themself: all who would get a text.
    """
    found: Counter[str] = Counter()
    for marks, names in lists.portions(places):
        found.update(_counts(db, _ACTIVE_AT.format(places=marks), names))
    return dict(found)


def own(db: Connection, municipality: str) -> Mapping[str, int]:
    """Language -> one municipality's own registrations, whatever else is known of these people."""
    return _counts(
        db,
        "SELECT language AS name, COUNT(*) AS people FROM registrations"
        " WHERE municipality = :municipality GROUP BY language ORDER BY language",
        {"municipality": municipality},
    )


def seen(db: Connection, municipality: str, group: str | None) -> Mapping[str, int]:
    """What somebody may count there: the municipality's own registrations, or those of the group they are kept to."""
    return own(db, municipality) if group is None else of_group(db, municipality, group)


def of_group(db: Connection, municipality: str, group: str) -> Mapping[str, int]:
    """Language -> one municipality's own registrations in a group."""
    rows = db.execute(
        "SELECT language, groups, COUNT(*) AS people FROM registrations"
        " WHERE municipality = :municipality AND groups <> '' GROUP BY language, groups ORDER BY language",
        {"municipality": municipality},
    )
    found: Counter[str] = Counter()
    for row in rows:
        if group in row.text("groups").split(","):
            found[row.text("language")] += row.integer("people")
    return found


def _counts(db: Connection, sql: str, params: Mapping[str, object] | None = None) -> dict[str, int]:
    return {row.text("name"): row.integer("people") for row in db.execute(sql, params)}
