"""Who approved of a source: two people, once, for exactly what its settings say; one of them is enough to revoke it.

Owns the rows of `source_approvals`. Every step is an entry of the log of each of its municipalities.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.places import PlaceTable
from delivery.byhand.signing import Person
from feeds.cap import store as inbox
from feeds.cap.source import Source
from storage import audit, times
from storage.connection import Connection
from storage.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One row that is not revoked."""

    id: int
    fingerprint: str
    first_by: str
    second_by: str

    @property
    def names(self) -> str:
        """Both, as they stand beside what the source says."""
        return f"{self.first_by} and {self.second_by}"


class Outcome(StrEnum):
    """What became of a signature under a source."""

    FIRST = "first"  #: another person has to sign too
    DONE = "done"
    OWN = "own"  #: the second person must be another one
    NOT_ALLOWED = "not_allowed"
    ALREADY = "already"
    NOTHING = "nothing"  #: nothing to revoke


def of(db: Connection, source: Source) -> Approval | None:
    """The approval of two people for the source as it is declared now."""
    found = _newest(db, source)
    return found if found is not None and found.second_by else None


def approve(db: Connection, source: Source, who: Person, places: PlaceTable, now: datetime) -> Outcome:
    """Sign; the second signature lets what the source says go out at once."""
    if not _covers(who, source, places):
        return Outcome.NOT_ALLOWED
    found = _newest(db, source)
    if found is None:
        db.execute(
            "INSERT INTO source_approvals (source, fingerprint, first_by, first_at)"
            " VALUES (:source, :fingerprint, :by, :now)",
            {
                "source": source.name,
                "fingerprint": source.fingerprint(),
                "by": who.name,
                "now": times.to_text(now),
            },
        )
        _log(db, source, who, "source approved first", now)
        return Outcome.FIRST
    if found.second_by:
        return Outcome.ALREADY
    if found.first_by == who.name:
        return Outcome.OWN
    won = db.execute_count(
        "UPDATE source_approvals SET second_by = :by, second_at = :now"
        " WHERE id = :id AND second_by = '' AND revoked_at IS NULL AND first_by <> :by",
        {"id": found.id, "by": who.name, "now": times.to_text(now)},
    )
    if not won:
        return Outcome.ALREADY
    _log(db, source, who, "source approved", now)
    inbox.set_asked(db, source.name, None)
    return Outcome.DONE


def revoke(db: Connection, source: Source, who: Person, places: PlaceTable, now: datetime) -> Outcome:
    """From now on two people sign everything that the source says. One person is enough to be careful."""
    if not _covers(who, source, places):
        return Outcome.NOT_ALLOWED
    count = db.execute_count(
        "UPDATE source_approvals SET revoked_by = :by, revoked_at = :now WHERE source = :source AND revoked_at IS NULL",
        {"source": source.name, "by": who.name, "now": times.to_text(now)},
    )
    if not count:
        return Outcome.NOTHING
    _log(db, source, who, "source revoked", now)
    return Outcome.DONE


def _newest(db: Connection, source: Source) -> Approval | None:
    rows = db.execute(
        "SELECT * FROM source_approvals WHERE source = :source AND fingerprint = :fingerprint AND revoked_at IS NULL"
        " ORDER BY id DESC LIMIT 1",
        {"source": source.name, "fingerprint": source.fingerprint()},
    )
    return _approval(rows[0]) if rows else None


def _covers(who: Person, source: Source, places: PlaceTable) -> bool:
    return all(who.covers(code, places) for code in source.municipalities)


def _approval(row: Row) -> Approval:
    return Approval(
        id=row.integer("id"),
        fingerprint=row.text("fingerprint"),
        first_by=row.text("first_by"),
        second_by=row.text("second_by"),
    )


def _log(db: Connection, source: Source, who: Person, action: str, now: datetime) -> None:
    """In the log of each municipality that it speaks for: each reads its own alone."""
    names = sorted(source.municipalities)
    for municipality in names:
        audit.append(
            db,
            now=now,
            actor=who.name,
            action=action,
            subject=f"source:{source.name}",
            municipality=municipality,
            details={"municipalities": names, "fingerprint": source.fingerprint()[:12]},
        )
