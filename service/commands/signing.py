"""Two people for what a person does by hand: each signs with their own password."""

from collections.abc import Sequence
from dataclasses import dataclass

import click

from service.clock import system_time
from storage.database import Database
from web.accounts import listing, passwords, store
from web.accounts.roles import Permission, Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Somebody who has shown who they are."""

    name: str


def sign(db: Database, name: str, code: str, permissions: Sequence[Permission]) -> Signed:
    """Ask a user's password; refused in the same words for whatever is wrong."""
    password = click.prompt(f"Password of {name}", hide_input=True, err=True)
    user = db.read_sync(store.find, name)
    now = system_time()
    fits = passwords.fits(user.password_hash if user else passwords.NOBODY, password)
    if user is not None and not fits:
        db.write_sync(store.refuse, user, now)
    # an account that rests, rests for strangers on the network: whoever sits at this machine is none
    if user is None or not fits or not may(db, name, code, permissions):
        raise click.UsageError(
            f"{name} may not do this for {code}: wrong password, or no role that may {' or '.join(permissions)}"
        )
    return Signed(name=f"user:{name}")


def may(db: Database, name: str, code: str, permissions: Sequence[Permission]) -> bool:
    """Whether a user has one of these permissions there."""
    for one in db.read_sync(listing.everybody):
        if one.kind == "user" and one.name == name and one.works:
            who = Principal(name=name, grants=tuple(one.grants))
            return any(who.may(permission, code) for permission in permissions)
    return False
