"""`users`: who may sign in and which programs have a key, with which role for which municipality."""

import re
from collections.abc import Callable
from typing import TypeVar

import click

from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.commands.arguments import ACTOR
from storage.connection import Connection
from storage.database import Database
from web.accounts import listing, passwords, store
from web.accounts.roles import Grant, Role

T = TypeVar("T")
#: whoever may run commands on this machine; the log names them so
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


@click.group()
def users() -> None:
    """Who may sign in, and keys of programs."""


@users.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What they do there.")
@click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
@click.option("--group", default="", help="Of a supporter: the group they look after, such as a dormitory.")
@click.option("--api-key", is_flag=True, help="Make a key for a program instead of a user.")
@click.option("--owner", default="", help="Of a key: the user who answers for what it submits.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def add(name: str, role: str, municipality: str, group: str, api_key: bool, owner: str, as_json: bool) -> int:
    """Add a user and print a one-time password, give a known user one more role, or make a key."""
    grant = _grant(role, municipality, group)
    if not _NAME.fullmatch(name):
        raise click.BadParameter(f"{name!r}: expected 2 to 40 small letters, digits, dots, hyphens", param_hint="NAME")
    if owner and not api_key:
        raise click.BadParameter("only a key has an owner", param_hint="--owner")
    secret = _make_key(name, grant, owner) if api_key else _add_user(name, grant)
    kind = "key" if api_key else "password"
    if as_json:
        output.print_json({"name": name, "role": role, "municipality": grant.municipality, kind: secret})
    elif secret is None:
        click.echo(f"{name} has the role {role} for {grant.municipality} as well; the password stays")
    else:
        click.echo(secret)
        output.say(
            f"This {kind} of {name} is shown once" + ("." if api_key else "; it is replaced at the first sign-in.")
        )
    if api_key and not owner and grant.role is Role.COORDINATOR:
        output.say("Nobody answers for it: two people have to sign what it submits. `users owner` names somebody.")
    return 0


@users.command()
@click.argument("key")
@click.argument("user")
def owner(key: str, user: str) -> int:
    """Say which user answers for a key: what it submits has their signature, and another person approves it."""

    def give(db: Connection) -> bool:
        _known(db, user, "USER")
        return store.own_key(db, key, user, actor=ACTOR, now=system_time())

    done = _with_db(lambda db: db.write_sync(give))
    click.echo(f"{user} answers for {key}" if done else f"{key}: there is none")
    return 0 if done else 1


@users.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_users(as_json: bool) -> int:
    """All users and keys with their roles."""
    found = _with_db(lambda db: db.read_sync(listing.everybody))
    if as_json:
        output.print_json({"users": [one.to_json() for one in found]})
        return 0
    for one in found:
        roles = ", ".join(f"{grant.role} for {grant.municipality} {grant.group}".rstrip() for grant in one.grants)
        owned = f", {one.owner} answers for it" if one.owner else ""
        click.echo(f"{one.kind} {one.name}: {roles or 'no role'}{owned}{'' if one.works else ' (ended)'}")
    return 0


@users.command()
@click.argument("name")
def password(name: str) -> int:
    """A new one-time password for somebody who lost theirs; their sessions end."""
    secret = passwords.one_time()
    hashed = passwords.hashed(secret)

    def reset(db: Database) -> bool:
        user = db.read_sync(store.find, name)
        if user is None:
            return False
        db.write_sync(store.set_password, user.id, hashed, actor=ACTOR, now=system_time(), once=True)
        return True

    if not _with_db(reset):
        raise click.BadParameter(f"{name}: no such user", param_hint="NAME")
    click.echo(secret)
    return 0


@users.command()
@click.argument("name")
@click.option("--municipality", default="", help="End the roles for this municipality only; others keep theirs.")
def end(name: str, municipality: str) -> int:
    """End an account, or its roles for one municipality: no sign-in, no session, no role."""
    if not municipality:
        return _ended(name, _with_db(lambda db: db.write_sync(store.disable, name, actor=ACTOR, now=system_time())))
    code = arguments.municipality(municipality)
    return _ended(name, _with_db(lambda db: db.write_sync(store.take_role, name, code, actor=ACTOR, now=system_time())))


@users.command()
@click.argument("name")
def revoke(name: str) -> int:
    """End a key: it is refused from now on."""
    return _ended(name, _with_db(lambda db: db.write_sync(store.revoke_key, name, actor=ACTOR, now=system_time())))


def _ended(name: str, done: bool) -> int:
    click.echo(f"{name} has ended" if done else f"{name}: there is none")
    return 0 if done else 1


def _grant(role: str, municipality: str, group: str) -> Grant:
    code = arguments.municipality(municipality)
    if (role == Role.SUPPORTER) != bool(group):
        raise click.BadParameter("a supporter has a group, and nobody else", param_hint="--group")
    return Grant(municipality=code, role=Role(role), group=group)


def _make_key(name: str, grant: Grant, owner: str) -> str:
    def make(db: Connection) -> str | None:
        if owner:
            _known(db, owner, "--owner")
        return store.add_key(db, name, grant, actor=ACTOR, now=system_time(), owner=owner)

    key = _with_db(lambda db: db.write_sync(make))
    if key is None:
        raise click.BadParameter(f"{name}: a key of this name is there already, or was", param_hint="NAME")
    return key


def _known(db: Connection, user: str, hint: str) -> None:
    """BadParameter for a name that nobody signs in with."""
    if store.find(db, user) is None:
        raise click.BadParameter(f"{user}: no such user", param_hint=hint)


def _add_user(name: str, grant: Grant) -> str | None:
    """The one-time password; None where the user was known."""
    secret = passwords.one_time()
    hashed = passwords.hashed(secret)
    new = _with_db(lambda db: db.write_sync(store.add, name, hashed, grant, actor=ACTOR, now=system_time()))
    return secret if new else None


def _with_db(work: Callable[[Database], T]) -> T:
    with opening.opened(settings.load()) as db:
        return work(db)
