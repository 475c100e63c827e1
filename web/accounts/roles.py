"""Roles and what they may do, per municipality. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody does for a municipality (contract §3, `users add`)."""

    REGISTRAR = "registrar"  #: registers residents
    SUPPORTER = "supporter"  #: registers the people of their own group, sees counts only
    COORDINATOR = "coordinator"  #: plans and submits what is sent
    APPROVER = "approver"  #: the second person
    ADMIN = "admin"  #: users, keys, settings


class Permission(StrEnum):
    """One thing that can be allowed."""

    ADD_RESIDENTS = "add residents"
    MANAGE_RESIDENTS = "see, change and remove residents"
    SEE_COUNTS = "see counts of residents"
    SEE_CONSOLE = "see the console"
    SUBMIT = "submit what is sent by hand"
    APPROVE = "approve what is sent by hand"
    MANAGE_USERS = "manage users and keys"
    SEE_AUDIT = "see the log of changes"


_MAY: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.REGISTRAR: frozenset({Permission.ADD_RESIDENTS, Permission.MANAGE_RESIDENTS, Permission.SEE_COUNTS}),
    Role.SUPPORTER: frozenset({Permission.ADD_RESIDENTS, Permission.SEE_COUNTS}),
    Role.COORDINATOR: frozenset({Permission.SEE_COUNTS, Permission.SEE_CONSOLE, Permission.SUBMIT}),
    Role.APPROVER: frozenset({Permission.SEE_COUNTS, Permission.SEE_CONSOLE, Permission.APPROVE}),
    Role.ADMIN: frozenset(Permission) - {Permission.SUBMIT, Permission.APPROVE},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role in one municipality."""

    municipality: str
    role: Role
    #: of a supporter: the group they look after
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody, or a program with a key, who has shown who they are."""

    #: as the log of changes names them: "user:aoi", "key:wajima-office"
    name: str
    grants: tuple[Grant, ...]
    #: of a program: the user who answers for it, '' where nobody does; None for a user, who answers for themself
    owner: str | None = None

    def may(self, permission: Permission, municipality: str) -> bool:
        """Whether they may do this for a municipality."""
        return bool(self._grants(permission, municipality))

    def places(self, permission: Permission) -> tuple[str, ...]:
        """The municipalities for which they may do this, in the order of their codes."""
        return tuple(sorted({grant.municipality for grant in self.grants if permission in _MAY[grant.role]}))

    def only_group(self, permission: Permission, municipality: str) -> str | None:
        """The group to which they are kept when doing this; None where they are kept to none."""
        groups = {grant.group for grant in self._grants(permission, municipality)}
        return None if "" in groups or not groups else min(groups)

    def _grants(self, permission: Permission, municipality: str) -> list[Grant]:
        return [g for g in self.grants if g.municipality == municipality and permission in _MAY[g.role]]
