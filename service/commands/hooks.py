"""`hooks`: programs that are told of alerts and broadcasts at once, by webhook."""

import secrets
from typing import TypedDict

import click

from delivery.hooks import addresses, store
from delivery.hooks.store import Hook, State
from service import hooking, opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.commands.arguments import ACTOR
from storage.connection import Connection
from storage.errors import Conflict

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


class _Row(TypedDict):
    """One line of the list."""

    name: str
    url: str
    municipality: str | None
    disabled: str | None
    waiting: int
    delivered: int
    given_up: int
    last: str


@click.group()
def hooks() -> None:
    """Programs that are told of alerts and broadcasts at once, signed, without anything of a person."""


@hooks.command()
@click.argument("name")
@click.option("--url", required=True, help="Where it is told: https://…")
@click.option("--municipality", default="", help="Only of this municipality (code of 5, 6 or 7 digits); else of all.")
def add(name: str, url: str, municipality: str) -> int:
    """Tell a program from now on, and print the secret that signs what it is told."""
    chosen = settings.load()
    if not store.NAME.fullmatch(name):
        raise click.BadParameter(f"{name!r}: expected up to 40 small letters, digits, hyphens", param_hint="NAME")
    try:
        addresses.check(url, private=chosen.hooks_private)
    except addresses.Refused as wrong:
        raise click.BadParameter(str(wrong), param_hint="--url") from None
    code = arguments.municipality(municipality) if municipality else ""
    with opening.opened(chosen) as db:
        sealer = opening.sealer(chosen, db)
        try:
            made = db.write_sync(
                store.add,
                name=name,
                url=url,
                municipality=code,
                salt=secrets.token_hex(16),
                by=ACTOR,
                now=system_time(),
            )
        except Conflict:
            raise click.BadParameter(f"{name}: there is one of this name", param_hint="NAME") from None
        click.echo(hooking.secret(sealer, made))
    output.say(f"This secret signs what {name} is told; `hooks secret {name}` shows it again.")
    return 0


@hooks.command("list")
@_JSON
def list_hooks(as_json: bool) -> int:
    """Each of them, and what became of what it was to be told. Exit code 1 where something was given up."""
    with opening.opened(settings.load()) as db:
        rows = db.read_sync(_rows)
    if as_json:
        output.print_json({"hooks": rows})
    for row in () if as_json else rows:
        whose = row["municipality"] or "all of Japan"
        state = f"disabled: {row['disabled']}" if row["disabled"] is not None else row["last"] or "nothing told yet"
        click.echo(
            f"{row['name']}: {row['url']} ({whose}); {row['waiting']} waiting, {row['delivered']} delivered,"
            f" {row['given_up']} given up; {state}"
        )
    if not rows and not as_json:
        click.echo("no webhooks")
    return 1 if any(row["given_up"] or row["disabled"] is not None for row in rows) else 0


@hooks.command()
@click.argument("name")
def secret(name: str) -> int:
    """Print the secret again. After `keys rotate` it is another one."""
    chosen = settings.load()
    with opening.opened(chosen) as db:
        click.echo(hooking.secret(opening.sealer(chosen, db), _found(db.read_sync(store.find, name), name)))
    return 0


@hooks.command()
@click.argument("name")
def test(name: str) -> int:
    """Send a `ping` as soon as `serve` runs; `hooks list` shows what came of it."""
    now = system_time()
    with opening.opened(settings.load()) as db:
        hook = _found(db.read_sync(store.find, name), name)
        db.write_sync(store.ping, hook, now, now)
    click.echo(f"{name}: a ping is on its way")
    return 0


@hooks.command()
@click.argument("name")
def enable(name: str) -> int:
    """Tell it again, and try once more what was given up."""
    with opening.opened(settings.load()) as db:
        count = db.write_sync(store.enable, name, ACTOR, system_time())
    if count is None:
        raise _missing(name)
    click.echo(f"{name}: is told again; {count} that were given up are tried once more")
    return 0


@hooks.command()
@click.argument("name")
def remove(name: str) -> int:
    """Tell it nothing more, and forget what it was to be told."""
    with opening.opened(settings.load()) as db:
        if not db.write_sync(store.remove, name, ACTOR, system_time()):
            raise _missing(name)
    click.echo(f"{name}: removed")
    return 0


def _rows(db: Connection) -> list[_Row]:
    counts = store.counts(db)
    return [
        {
            "name": one.name,
            "url": one.url,
            "municipality": one.municipality or None,
            "disabled": one.disabled_why if one.disabled_at is not None else None,
            "waiting": counts.get((one.id, State.WAITING), 0),
            "delivered": counts.get((one.id, State.DELIVERED), 0),
            "given_up": counts.get((one.id, State.GIVEN_UP), 0),
            "last": store.last_answer(db, one),
        }
        for one in store.hooks(db)
    ]


def _found(hook: Hook | None, name: str) -> Hook:
    if hook is None:
        raise _missing(name)
    return hook


def _missing(name: str) -> click.BadParameter:
    return click.BadParameter(f"{name}: no such webhook; `hooks list` shows all", param_hint="NAME")
