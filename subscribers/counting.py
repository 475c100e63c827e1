"""How many people are registered. `residents` is for the operator; `own` is what one municipality may see."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.database import Connection
from subscribers import disclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class Residents:
    """People with a registration, over all municipalities; each person counts once in `by_state`."""

    by_state: Mapping[str, int]
    #: registering municipality -> registrations
    by_municipality: Mapping[str, int]
    #: language -> registrations
    by_language: Mapping[str, int]

    @property
    def people(self) -> int:
        """Everybody, each once."""
        return sum(self.by_state.values())

    def to_json(self) -> dict[str, object]:
        """For `residents count --json`; small counts are not told."""
        return {
            "residents": disclosure.total(self.people, self.by_state, self.by_municipality, self.by_language),
            "by_state": disclosure.table(self.by_state),
            "by_municipality": disclosure.table(self.by_municipality),
            "by_language": disclosure.table(self.by_language),
        }


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
            "SELECT municipality AS name, COUNT(*) AS people FROM registrations WHERE municipality <> ''"
            " GROUP BY municipality ORDER BY municipality",
        ),
        by_language=_counts(
            db,
            "SELECT language AS name, COUNT(*) AS people FROM registrations WHERE municipality <> ''"
            " GROUP BY language ORDER BY language",
        ),
    )


def own(db: Connection, municipality: str) -> Mapping[str, int]:
    """Language -> one municipality's own registrations, whatever else is known of these people."""
    return _counts(
        db,
        "SELECT language AS name, COUNT(*) AS people FROM registrations"
        " WHERE municipality = :municipality GROUP BY language ORDER BY language",
        {"municipality": municipality},
    )


def _counts(db: Connection, sql: str, params: Mapping[str, object] | None = None) -> dict[str, int]:
    return {row.text("name"): row.integer("people") for row in db.execute(sql, params)}
