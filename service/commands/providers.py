"""`providers`: how texts are shared between two SMS providers, and setting that by hand."""

from collections.abc import Callable, Mapping

import click

from delivery.providers import store, watching
from delivery.providers.shares import Standing
from delivery.providers.store import Look
from delivery.providers.watching import By, Providers, written
from service import opening, settings, transports
from service.clock import system_time
from service.commands import output
from service.commands.arguments import ACTOR
from service.settings import SettingsError
from storage.connection import Connection


@click.group("providers", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def group(context: click.Context, as_json: bool) -> int:
    """How texts are shared between two SMS providers, since when, and why."""
    if context.invoked_subcommand is not None:
        return 0
    known, chosen = _providers()
    with opening.opened(chosen) as db:
        standing, look = db.read_sync(lambda connection: _read(connection, known.usual))
    if as_json:
        output.print_json(_document(known, standing, look))
        return 0
    for name, share in standing.shares.items():
        click.echo(f"{name} {share} % {known.called[name]}{_found(look, name)}")
    since = f" since {standing.changed_at:%Y-%m-%d %H:%M} UTC" if standing.changed_at else ""
    click.echo(f"{standing.why}{f' ({standing.about})' if standing.about else ''}{since}")
    return 0


@group.command("set")
@click.argument("shares", nargs=-1, required=True)
def set_shares(shares: tuple[str, ...]) -> int:
    """Set the shares by hand, such as A=70 B=30; they stay until `providers auto`."""
    wanted = dict(_pair(text) for text in shares)
    if len(wanted) < len(shares):
        raise click.BadParameter("a provider stands there twice", param_hint="SHARES")
    known, _ = _providers()

    def change(db: Connection) -> Standing:
        now = system_time()
        return watching.set_by_hand(db, known.usual, wanted, now, By(actor=ACTOR, at=now))

    try:
        _change(change, "traffic set by hand")
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="SHARES") from None
    return 0


@group.command()
def auto() -> int:
    """Let traffic move by itself again, beginning with the shares that stand."""
    known, _ = _providers()

    def change(db: Connection) -> Standing:
        now = system_time()
        return watching.set_automatic(db, known.usual, now, By(actor=ACTOR, at=now))

    _change(change, "traffic automatic again")
    return 0


def _change(change: Callable[[Connection], Standing], said: str) -> None:
    with opening.opened(settings.load()) as db:
        click.echo(f"{written(db.write_sync(change).shares)}: {said}")


def _providers() -> tuple[Providers, settings.Settings]:
    chosen = settings.load()
    known = transports.providers(chosen)
    if known is None:
        raise SettingsError(["there is one SMS provider; a second one begins with TOMOSHIBI_SECOND_TWILIO_ACCOUNT_SID"])
    return known, chosen


def _read(db: Connection, usual: Mapping[str, int]) -> tuple[Standing, Look | None]:
    return store.standing(db, usual), store.look(db)


def _found(look: Look | None, name: str) -> str:
    if look is None or name not in look.counts:
        return ""
    one = look.counts[name]
    return f": of {one.handed} texts {one.delivered} delivered, {one.slow} slow, {one.failed} failed"


def _pair(text: str) -> tuple[str, int]:
    name, equals, share = text.partition("=")
    if not equals or not share.isascii() or not share.isdecimal() or len(share) > 3:
        raise click.BadParameter(f"{text}: expected PROVIDER=PER_CENT, such as A=70", param_hint="SHARES")
    return name.strip().upper(), int(share)


def _document(known: Providers, standing: Standing, look: Look | None) -> dict[str, object]:
    counts = {} if look is None else look.counts
    providers = [
        {
            "provider": name,
            "called": known.called[name],
            "share": share,
            "usual": known.usual[name],
            **(
                {"handed": one.handed, "delivered": one.delivered, "slow": one.slow, "failed": one.failed}
                if (one := counts.get(name))
                else {}
            ),
        }
        for name, share in standing.shares.items()
    ]
    return {
        "providers": providers,
        "by_hand": standing.by_hand,
        "why": standing.why,
        "about": standing.about,
        "changed_at": standing.changed_at.isoformat() if standing.changed_at else None,
        "looked_at": look.at.isoformat() if look else None,
    }
