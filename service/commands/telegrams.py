"""`telegrams`: what came in, what could not be read, and reading it again after a fix."""

import click

from feeds import store
from feeds.jma import types
from service import opening, settings
from service.commands import output


@click.group()
def telegrams() -> None:
    """The raw telegrams."""


@telegrams.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def count(as_json: bool) -> int:
    """How many there are, by type and what became of them."""
    with opening.opened(settings.load()) as db:
        counted = db.read_sync(store.telegram_counts)
    rows = [{"type": code, "state": state, "count": number} for (code, state), number in counted.items()]
    if as_json:
        output.print_json({"telegrams": rows})
    else:
        for row in rows:
            click.echo(f"{row['type'] or '(no type)'} {row['state']}: {row['count']}")
    return 0


@telegrams.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def quarantine(as_json: bool) -> int:
    """Telegrams that could not be read, with the reason. Exit code 1 if there are any."""
    with opening.opened(settings.load()) as db:
        found = db.read_sync(store.quarantined)
    if as_json:
        output.print_json(
            {
                "quarantine": [
                    {
                        "digest": one.digest,
                        "type": one.type,
                        "file": one.file_name,
                        "received_at": one.received_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                        "reason": one.reason,
                    }
                    for one in found
                ]
            }
        )
    else:
        for one in found:
            click.echo(f"{one.received_at:%Y-%m-%d %H:%M} {one.type} {one.file_name} {one.digest[:12]}: {one.reason}")
        if not found:
            output.say("nothing is in quarantine")
    return 1 if found else 0


@telegrams.command()
@click.option("--ignored", is_flag=True, help="Also what was ignored, of types that are read now.")
def reread(ignored: bool) -> int:
    """Let everything in quarantine be read again; a running serve does so at once, and tells what follows."""
    with opening.opened(settings.load()) as db:
        now_read = [code for code in db.read_sync(store.ignored_types) if types.is_read(code)] if ignored else []
        number = db.write_sync(store.reread, now_read)
    click.echo(f"{number} telegrams wait to be read again")
    return 0
