"""`replies`: whether other texts of people are kept, sealed, for 72 hours, and those that are."""

import click

from delivery.twoway import keeping
from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.commands.arguments import ACTOR


@click.group()
def replies() -> None:
    """Texts that people send and that are no command."""


@replies.command()
@click.argument("choice", type=click.Choice(["on", "off"]))
@click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
def keep(choice: str, municipality: str) -> int:
    """Keep other texts, sealed, for 72 hours, or no longer: what was kept is deleted at once."""
    code = arguments.municipality(municipality)
    with opening.opened(settings.load()) as db:
        done = db.write_sync(keeping.switch, code, choice == "on", ACTOR, system_time())
    says = "other texts are kept for 72 hours" if choice == "on" else "other texts are not kept"
    click.echo(f"{code}: {says}" if done else f"{code}: nothing to change")
    return 0


@replies.command("list")
@click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_texts(municipality: str, as_json: bool) -> int:
    """The texts that are kept, without numbers. Stands in the log of changes."""
    code, chosen = arguments.municipality(municipality), settings.load()
    with opening.opened(chosen) as db:
        sealer = opening.sealer(chosen, db)
        found = db.write_sync(keeping.read, code, ACTOR, system_time())
        rows = [{"received_at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "text": sealer.open_text(sealed)} for at, sealed in found]
    if as_json:
        output.print_json({"municipality": code, "texts": rows})
    else:
        for row in rows:
            click.echo(f"{row['received_at']} {row['text']!r}")
    return 0
