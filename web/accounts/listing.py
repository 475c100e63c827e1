"""All users and keys with their roles, as lists show them."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from storage import times
from storage.database import Connection, Row
from web.accounts.roles import Grant, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One account or key."""

    #: user, key
    kind: str
    name: str
    #: False where it was disabled or revoked
    works: bool
    grants: tuple[Grant, ...]
    #: of a key: the user who answers for it; '' for nobody
    owner: str = ""
    #: of a user, UTC; None for a key and for whoever never has
    signed_in_at: datetime | None = None

    def within(self, municipality: str) -> "Listed":
        """The same with the roles in one municipality alone."""
        return replace(self, grants=tuple(grant for grant in self.grants if grant.municipality == municipality))

    def to_json(self) -> dict[str, object]:
        """For `users list --json`."""
        return {
            "kind": self.kind,
            "name": self.name,
            "works": self.works,
            "roles": [{"role": g.role.value, "municipality": g.municipality, "group": g.group} for g in self.grants],
            "owner": self.owner or None,
            "signed_in_at": times.to_text(self.signed_in_at) if self.signed_in_at else None,
        }


def everybody(db: Connection) -> list[Listed]:
    """Users, then keys, by name."""
    return [*_users(db), *_keys(db)]


def _users(db: Connection) -> list[Listed]:
    grants: defaultdict[int, list[Grant]] = defaultdict(list)
    for row in db.execute(
        "SELECT user_id, municipality, role, supported_group FROM user_grants ORDER BY municipality, role"
    ):
        grants[row.integer("user_id")].append(_grant(row))
    rows = db.execute(
        "SELECT id, name, disabled_at, (SELECT max(a.at) FROM audit_entries a WHERE a.subject = 'user:' || u.name"
        " AND a.action = 'signed in') AS signed_in_at FROM users u ORDER BY name"
    )
    return [
        Listed(
            kind="user",
            name=row.text("name"),
            works=row.optional_text("disabled_at") is None,
            grants=tuple(grants[row.integer("id")]),
            signed_in_at=row.optional_time("signed_in_at"),
        )
        for row in rows
    ]


def _keys(db: Connection) -> list[Listed]:
    rows = db.execute("SELECT name, municipality, role, supported_group, owner, revoked_at FROM api_keys ORDER BY name")
    return [
        Listed(
            kind="key",
            name=row.text("name"),
            works=row.optional_text("revoked_at") is None,
            grants=(_grant(row),),
            owner=row.text("owner"),
        )
        for row in rows
    ]


def _grant(row: Row) -> Grant:
    return Grant(municipality=row.text("municipality"), role=Role(row.text("role")), group=row.text("supported_group"))
