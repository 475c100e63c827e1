"""`sources`: municipalities' own systems that send CAP messages. Two people approve of one; one is enough to revoke."""

from typing import TypedDict

import click

from alerts import places
from delivery.byhand.signing import Person
from delivery.relaying import approvals
from delivery.relaying.approvals import Outcome
from feeds.cap import store
from feeds.cap.source import Source
from service import opening, settings
from service.clock import system_time
from service.commands import output, signing
from storage.connection import Connection
from storage.database import Database
from web.accounts.roles import Permission

_BY = click.option("--by", required=True, help="User who signs, with the role approver in each of its municipalities.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
_SAYS = {
    Outcome.FIRST: "signed; another person has to sign too: `sources approve {name} --by USER`",
    Outcome.DONE: "done",
    Outcome.OWN: "the second person must be another one",
    Outcome.NOT_ALLOWED: "it speaks for other municipalities too",
    Outcome.ALREADY: "is approved already",
    Outcome.NOTHING: "is not approved, so there is nothing to revoke",
}


@click.group()
def sources() -> None:
    """Systems of municipalities that send CAP messages, as `cap_sources` in the settings declares them."""


@sources.command("list")
@_JSON
def list_sources(as_json: bool) -> int:
    """Each source, whether it is approved, and what came of its messages. Exit code 1 where one is in quarantine."""
    chosen = settings.load()
    with opening.opened(chosen) as db:
        rows = [db.read_sync(_row, source) for source in chosen.cap_sources]
    if as_json:
        output.print_json({"sources": rows})
    for row in () if as_json else rows:
        approved = f"approved by {row['approved_by']}" if row["approved_by"] else "two people sign each change"
        click.echo(f"{row['name']}: {', '.join(row['municipalities'])}; {approved}; {row['messages']}")
        for digest, reason in row["quarantine"]:
            click.echo(f"  in quarantine: {digest} {reason}")
    if not rows and not as_json:
        click.echo("no source is declared: see docs/how-to/publish-and-take-cap.md")
    return 1 if any(row["quarantine"] for row in rows) else 0


@sources.command()
@click.argument("name")
@_BY
def approve(name: str, by: str) -> int:
    """Let what a source says go out without a further signature. Two people have to approve."""
    source = _found(name)
    with opening.opened(settings.load()) as db:
        who = _sign(db, source, by)
        outcome = db.write_sync(approvals.approve, source, who, places.load(), system_time())
    said = "approved: what it says goes out at once" if outcome is Outcome.DONE else _SAYS[outcome].format(name=name)
    click.echo(f"{name}: {said}")
    return 0 if outcome in (Outcome.DONE, Outcome.FIRST) else 1


@sources.command()
@click.argument("name")
@_BY
def revoke(name: str, by: str) -> int:
    """From now on two people sign everything it says."""
    source = _found(name)
    with opening.opened(settings.load()) as db:
        who = _sign(db, source, by)
        outcome = db.write_sync(approvals.revoke, source, who, places.load(), system_time())
    click.echo(f"{name}: {'revoked' if outcome is Outcome.DONE else _SAYS[outcome]}")
    return 0 if outcome is Outcome.DONE else 1


@sources.command()
@click.argument("name")
def reread(name: str) -> int:
    """Read what is in quarantine again, after its words were declared."""
    source = _found(name)
    with opening.opened(settings.load()) as db:
        count = db.write_sync(store.reread, source.name)
    click.echo(f"{name}: {count} messages are read again as soon as `serve` runs")
    return 0


class _Row(TypedDict):
    """One line of the list."""

    name: str
    municipalities: list[str]
    approved_by: str | None
    messages: dict[str, int]
    quarantine: list[tuple[str, str]]


def _row(db: Connection, source: Source) -> _Row:
    found = approvals.of(db, source)
    counted = {state: count for (name, state), count in store.counted(db).items() if name == source.name}
    return {
        "name": source.name,
        "municipalities": sorted(source.municipalities),
        "approved_by": found.names if found else None,
        "messages": counted,
        "quarantine": store.quarantined(db, source.name),
    }


def _found(name: str) -> Source:
    declared = {source.name: source for source in settings.load().cap_sources}
    if name not in declared:
        known = ", ".join(sorted(declared)) or "none is declared"
        raise click.BadParameter(f"{name}: no such source; {known}", param_hint="NAME")
    return declared[name]


def _sign(db: Database, source: Source, by: str) -> Person:
    """One password, for every municipality of the source."""
    first, *others = sorted(source.municipalities)
    signed = signing.sign(db, by, first, (Permission.APPROVE,))
    missing = [code for code in others if not signing.may(db, by, code, (Permission.APPROVE,))]
    if missing:
        raise click.UsageError(f"{by} may not do this for {', '.join(missing)}")
    return Person(name=signed.name, may=source.municipalities)
