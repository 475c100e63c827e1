"""`notices`: what people in charge must hear of, and closing what nothing else ends."""

import click

from alerts import noticeboard
from alerts.noticeboard import Closed
from service import opening, settings
from service.clock import system_time
from service.commands import output
from service.commands.arguments import ACTOR
from web import render

_SAYS = {
    Closed.CLOSED: "closed",
    Closed.GONE: "no open notice has this number: `notices list`",
    Closed.LASTS: "it closes by itself, when what it tells of is over",
}


@click.group()
def notices() -> None:
    """What people in charge must hear of."""


@notices.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_notices(as_json: bool) -> int:
    """Every open notice, urgent ones first. Exit code 1 where there is one."""
    with opening.opened(settings.load()) as db:
        found = db.read_sync(noticeboard.open_notices)
    rows = [
        {
            "id": one.id,
            "kind": one.notice.kind,
            "subject": render.masked(one.notice.subject),
            "text": render.masked(one.notice.text),
            "urgent": one.notice.urgent,
            "first_at": one.first_at.isoformat(),
            "last_at": one.last_at.isoformat(),
            "times": one.times,
        }
        for one in found
    ]
    if as_json:
        output.print_json({"notices": rows})
    for row in () if as_json else rows:
        urgent = "URGENT " if row["urgent"] else ""
        click.echo(f"{row['id']}: {urgent}{row['kind']}, {row['times']} times since {row['first_at']}: {row['text']}")
    if not rows and not as_json:
        click.echo("nothing is open")
    return 1 if rows else 0


@notices.command()
@click.argument("number", type=click.IntRange(min=1))
@click.option("--why", required=True, help="Why it can be closed; stands in the log of changes.")
def close(number: int, why: str) -> int:
    """Close a notice that nothing else ends. The same does not come up again while it goes on."""
    if not why.strip():
        raise click.BadParameter("expected a reason", param_hint="--why")
    with opening.opened(settings.load()) as db:
        outcome = db.write_sync(
            noticeboard.close, number, by=ACTOR, why=why.strip(), municipality="", now=system_time()
        )
    click.echo(f"{number}: {_SAYS[outcome]}")
    return 0 if outcome is Closed.CLOSED else 1
