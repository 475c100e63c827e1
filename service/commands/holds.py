"""`holds`: what waits for two people, on a machine without a browser. Each signs with their own password."""

import re
from collections.abc import Sequence
from typing import TypedDict

import click

from alerts import hazards, places
from delivery import broadcasts
from delivery.byhand import holds as held
from delivery.byhand import signing, submissions, submitting
from delivery.byhand.previews import Desk
from delivery.byhand.signing import Outcome, Person, Refused
from delivery.byhand.submissions import Kind, State
from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.commands import signing as passwords
from storage.connection import Connection
from storage.database import Database
from subscribers import disclosure
from web.accounts.roles import Permission

_MUNICIPALITY = click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
_BY = click.option("--by", required=True, help="User who signs.")
#: municipalities in one line
_SHOWN = 8
_ID = re.compile(r"(s?)([0-9]{1,15})")
_SAYS = {
    Outcome.DONE: "done",
    Outcome.FIRST: "yours is the first signature: another person has to approve it",
    Outcome.OWN: "the second person must be another one",
    Outcome.NOT_ALLOWED: "it is for other municipalities too",
    Outcome.TOO_LATE: "already decided, or its deadline has passed",
    Outcome.TOO_MANY: "more than twice the expected people now: submit it again",
    Outcome.MISSING: "there is none",
}


class _Row(TypedDict):
    """One line of the list."""

    id: str
    what: str
    areas: list[str]
    deadline: str
    submitted_by: str | None


@click.group()
def holds() -> None:
    """What waits for two people: what telegrams led to (12), and what somebody submitted (s12)."""


@holds.command("list")
@_JSON
def list_holds(as_json: bool) -> int:
    """Everything that waits, with its deadline. Exit code 1 where something does."""
    with opening.opened(settings.load()) as db:
        rows = db.read_sync(_waiting)
    if as_json:
        output.print_json({"waiting": rows})
    else:
        for row in rows:
            signed = f", signed by {row['submitted_by']}" if row["submitted_by"] else ""
            click.echo(f"{row['id']}: {row['what']} for {_some(row['areas'])}; decide by {row['deadline']}{signed}")
        if not rows:
            click.echo("nothing waits")
    return 1 if rows else 0


@holds.command()
@click.argument("item")
@_MUNICIPALITY
@_BY
def release(item: str, municipality: str, by: str) -> int:
    """Sign for letting it go. The first who signs asks, another one approves."""
    code, now = arguments.municipality(municipality), system_time()
    submitted, number = _parsed(item)
    with opening.opened(settings.load()) as db:
        desk = _desk(db)
        asked = number if submitted else db.read_sync(_asked, number, code, desk)
        if asked is not None:
            who = _sign(db, by, code, Permission.APPROVE)
            outcome = db.write_sync(signing.approve, asked, who, desk, now).outcome
            return _said(f"s{asked}", outcome, "two people have signed; it goes out as soon as `serve` runs")
        who = _sign(db, by, code, Permission.SUBMIT)
        made = db.write_sync(submitting.submit_release, number, who, desk, now)
    if isinstance(made, Refused):
        click.echo("; ".join(one.text for one in made.wrong), err=True)
        return 1
    people = disclosure.total(made.preview.people)
    click.echo(f"s{made.id} waits for a second person: `holds release s{made.id}`, {people} people")
    return 0


@holds.command()
@click.argument("item")
@_MUNICIPALITY
@_BY
@click.option("--why", required=True, help="The reason; it stands in the log.")
def reject(item: str, municipality: str, by: str, why: str) -> int:
    """Decide that it is not told, in this municipality."""
    code, now = arguments.municipality(municipality), system_time()
    with opening.opened(settings.load()) as db:
        submitted, number = _parsed(item)
        table = places.load()
        who = _sign(db, by, code, Permission.APPROVE)
        if submitted:
            outcome = db.write_sync(signing.reject, number, who, why, table, now).outcome
        else:
            outcome = db.write_sync(signing.reject_hold, number, who, why, table, now)
    return _said(item, outcome, "rejected: nobody is told")


def _some(areas: Sequence[str]) -> str:
    return ", ".join(areas[:_SHOWN]) + (" …" if len(areas) > _SHOWN else "")


def _waiting(db: Connection) -> list[_Row]:
    rows: list[_Row] = []
    for one in submissions.open_ones(db):
        rows.append(_row(one.name, one.what, one.areas, f"{one.deadline:%Y-%m-%dT%H:%M:%SZ}", one.submitted_by))
    for hold in held.open_holds(db):
        told = broadcasts.load(db, hold.broadcast_id)
        worst = hazards.rule(told.hazard).highest([change.after for change in told.changes.values()])
        deadline = f"{hold.deadline:%Y-%m-%dT%H:%M:%SZ}"
        rows.append(_row(str(hold.broadcast_id), f"held {told.hazard} {worst}", tuple(told.changes), deadline, ""))
    return rows


def _row(name: str, what: str, areas: tuple[str, ...], deadline: str, by: str) -> _Row:
    return {"id": name, "what": what, "areas": list(areas), "deadline": deadline, "submitted_by": by or None}


def _asked(db: Connection, broadcast_id: int, code: str, desk: Desk) -> int | None:
    """The submission by which a first person asked to release a held broadcast here."""
    waiting = [one for one in submissions.of_broadcast(db, broadcast_id) if one.state is State.WAITING]
    here = Person(name="", may=frozenset({code}))
    mine = (one for one in waiting if all(here.covers(area, desk.places) for area in one.areas))
    return next((one.id for one in mine if one.kind is Kind.RELEASE), None)


def _parsed(item: str) -> tuple[bool, int]:
    found = _ID.fullmatch(item)
    if found is None:
        raise click.BadParameter(f"{item}: expected a number such as 12 or s12, from `holds list`", param_hint="ITEM")
    return bool(found[1]), int(found[2])


def _sign(db: Database, name: str, code: str, permission: Permission) -> Person:
    return Person(name=passwords.sign(db, name, code, (permission,)).name, may=frozenset({code}))


def _desk(db: Database) -> Desk:
    chosen, table = settings.load(), places.load()
    writer = opening.writer(chosen, opening.spoken(chosen, db).catalogue(), table)
    return Desk(writer=lambda: writer, rates=opening.rates(chosen), places=table)


def _said(item: str, outcome: Outcome, done: str) -> int:
    click.echo(f"{item}: {done if outcome is Outcome.DONE else _SAYS[outcome]}")
    return 0 if outcome is Outcome.DONE else 1
