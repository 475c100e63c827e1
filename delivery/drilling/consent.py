"""Who agreed to drills: whole groups of a municipality, or single people. Nobody else is ever in one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from storage import audit, times
from storage.connection import Connection

# Of one municipality's registrations; a group's name is compared here, not by the database's patterns.
_MEMBERS = """
SELECT r.subscriber_id, r.language, r.places, r.groups, p.subscriber_id AS agreed
FROM registrations r JOIN subscribers s ON s.id = r.subscriber_id
LEFT JOIN drill_people p ON p.subscriber_id = r.subscriber_id AND p.municipality = r.municipality
WHERE r.municipality = :municipality AND s.state = 'active' AND s.role = 'resident' ORDER BY r.subscriber_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who is in a drill."""

    subscriber_id: int
    language: str
    #: five-digit codes, home first
    places: tuple[str, ...]


def is_in(groups: str, group: str, *, person: bool, whole_group: bool) -> bool:
    """Whether a person with these groups is in a drill of a group ('' for single people): they or the group agreed."""
    member = group in groups.split(",") if group else True
    return member and (person or (whole_group and bool(group)))


def members(db: Connection, municipality: str, group: str) -> Iterator[Member]:
    """Everybody who is in a drill of this group; with '' everybody who agreed for themself."""
    agreed = group_agreed(db, municipality, group)
    for row in db.execute(_MEMBERS, {"municipality": municipality}):
        person = row["agreed"] is not None
        if is_in(row.text("groups"), group, person=person, whole_group=agreed):
            places = tuple(filter(None, row.text("places").split(",")))
            yield Member(subscriber_id=row.integer("subscriber_id"), language=row.text("language"), places=places)


def group_agreed(db: Connection, municipality: str, group: str) -> bool:
    """Whether a group is on the list."""
    return group in groups(db, municipality)


def groups(db: Connection, municipality: str) -> list[str]:
    """The groups of a municipality that agreed."""
    rows = db.execute(
        "SELECT group_name FROM drill_groups WHERE municipality = :m ORDER BY group_name", {"m": municipality}
    )
    return [row.text("group_name") for row in rows]


def agree_group(db: Connection, municipality: str, group: str, by: str, now: datetime) -> None:
    """A group agreed: a dormitory, a class."""
    db.execute(
        "INSERT INTO drill_groups (municipality, group_name, agreed_at, recorded_by) VALUES (:m, :g, :now, :by)"
        " ON CONFLICT (municipality, group_name) DO NOTHING",
        {"m": municipality, "g": group, "now": times.to_text(now), "by": by},
    )
    _log(db, municipality, f"group:{group}", by, "group agreed to drills", now)


def leave_group(db: Connection, municipality: str, group: str, by: str, now: datetime) -> bool:
    """The group does not want drills any more; False where it was not on the list."""
    gone = db.execute_count(
        "DELETE FROM drill_groups WHERE municipality = :m AND group_name = :g", {"m": municipality, "g": group}
    )
    _log(db, municipality, f"group:{group}", by, "group left drills", now)
    return gone == 1


def agree_person(db: Connection, municipality: str, number_hash: str, by: str, now: datetime) -> bool:
    """One registered person agreed; False where this municipality has no such registration."""
    added = db.execute(
        "INSERT INTO drill_people (municipality, subscriber_id, agreed_at, recorded_by)"
        " SELECT r.municipality, r.subscriber_id, :now, :by FROM registrations r"
        " JOIN subscribers s ON s.id = r.subscriber_id WHERE r.municipality = :m AND s.number_hash = :hash"
        " ON CONFLICT (municipality, subscriber_id) DO UPDATE SET agreed_at = excluded.agreed_at"
        " RETURNING subscriber_id",
        {"m": municipality, "hash": number_hash, "now": times.to_text(now), "by": by},
    )
    for row in added:
        _log(db, municipality, f"subscriber:{row.integer('subscriber_id')}", by, "person agreed to drills", now)
    return bool(added)


def leave_person(db: Connection, municipality: str, number_hash: str, by: str, now: datetime) -> bool:
    """One person does not want drills any more; False where they had not agreed."""
    gone = db.execute(
        "DELETE FROM drill_people WHERE municipality = :m AND subscriber_id IN"
        " (SELECT id FROM subscribers WHERE number_hash = :hash) RETURNING subscriber_id",
        {"m": municipality, "hash": number_hash},
    )
    for row in gone:
        _log(db, municipality, f"subscriber:{row.integer('subscriber_id')}", by, "person left drills", now)
    return bool(gone)


def _log(db: Connection, municipality: str, subject: str, by: str, action: str, now: datetime) -> None:
    audit.append(db, now=now, actor=by, action=action, subject=subject, municipality=municipality)
