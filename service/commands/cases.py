"""`cases`: what happened and what helped; search it, share it between municipalities, write drafts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from alerts import places
from alerts.vocabulary import Hazard
from cases import drafting, facts, sharing, store
from cases.case import Case, LifeStage, Section, State
from cases.sharing import Refused, Shared
from cases.store import Search
from delivery import counting
from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.commands.arguments import ACTOR
from storage.connection import Connection
from storage.database import Database
from web.console.cases import labels

#: of counting, each of some hundred broadcasts; while something is being sent there is always more to count
_ROUNDS: Final = 20
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
_HAZARD = click.option("--hazard", default="", type=click.Choice(["", *map(str, Hazard)]), help="Only of this hazard.")
_STAGE = click.option(
    "--stage", default="", type=click.Choice(["", *map(str, LifeStage)]), help="Only of this life stage."
)
_SECTIONS: Final = {
    Section.HAPPENED: "What happened",
    Section.DONE: "What was done",
    Section.HELPED: "What helped",
    Section.NOT_HELPED: "What did not help",
    Section.QUESTIONS: "Questions that came back",
    Section.PROPOSAL: "Proposal to change a rule or a service",
}


@click.group()
def cases() -> None:
    """What happened, what was done, what helped: the cases of all municipalities."""


@cases.command("list")
@_HAZARD
@_STAGE
@click.option("--state", default="", type=click.Choice(["", "draft", "published"]), help="Only drafts, or published.")
@click.option("--municipality", help="Code of the municipality whose cases are listed.")
@_JSON
def list_cases(hazard: str, stage: str, state: str, municipality: str | None, as_json: bool) -> int:
    """All cases, the newest first."""
    code = arguments.municipality(municipality) if municipality else ""
    return _found(Search(hazard=hazard, stage=stage, state=state, municipality=code), as_json=as_json)


@cases.command()
@click.argument("words", nargs=-1, required=True)
@_HAZARD
@_STAGE
@_JSON
def search(words: Sequence[str], hazard: str, stage: str, as_json: bool) -> int:
    """Cases in which all of these words stand, in Japanese or English. Exit code 1 where there is none."""
    asked = Search(words=" ".join(words), hazard=hazard, stage=stage)
    return _found(asked, as_json=as_json, none=1)


def _found(asked: Search, *, as_json: bool, none: int = 0) -> int:
    with opening.opened(settings.load()) as db:
        found = db.read_sync(store.find, asked, None)
    if as_json:
        output.print_json({"cases": [_to_json(one) for one in found]})
    else:
        for one in found:
            click.echo(_line(one))
        if not found:
            output.say("no case")
    return 0 if found else none


@cases.command()
@click.argument("number", type=int)
@_JSON
def show(number: int, as_json: bool) -> int:
    """One case."""
    with opening.opened(settings.load()) as db:
        one = db.read_sync(store.load, number, None)
    if one is None:
        raise click.BadParameter(f"{number}: there is no such case; see `cases list`", param_hint="NUMBER")
    if as_json:
        output.print_json(_to_json(one))
        return 0
    click.echo(_line(one))
    for line in _facts_lines(one):
        click.echo(line)
    for section, heading in _SECTIONS.items():
        if text := one.content.text(section):
            click.echo(f"\n{heading}\n{text}")
    return 0


@cases.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@_HAZARD
@_STAGE
@click.option("--municipality", help="Code of the municipality whose cases are exported.")
def export(file: Path, hazard: str, stage: str, municipality: str | None) -> int:
    """Write the published cases into a file for other municipalities; `-` for standard output."""
    code = arguments.municipality(municipality) if municipality else ""
    asked = Search(hazard=hazard, stage=stage, municipality=code, state=State.PUBLISHED)
    with opening.opened(settings.load()) as db:
        found = db.read_sync(store.find, asked, None)
    text = sharing.write(found)
    if isinstance(text, Refused):
        raise click.UsageError(f"{text.text} (--hazard, --stage)")
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        try:
            file.write_text(text, encoding="utf-8")
        except OSError as wrong:
            raise click.UsageError(f"{file}: {wrong.strerror}") from None
        output.say(f"{len(found)} cases written to {file}")
    return 0


@cases.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", help="Code of the municipality that keeps them; without it, the whole service.")
@click.option("--dry-run", is_flag=True, help="Say whether the file would be taken; change nothing.")
@_JSON
def import_file(file: Path, municipality: str | None, dry_run: bool, as_json: bool) -> int:
    """Take the cases of a file, all or none. Refused where something looks like a person's number or address."""
    keeper = arguments.municipality(municipality) if municipality else ""
    table = places.load()
    result = sharing.read(_data(file), table)
    refused = [one for one in result if isinstance(one, Refused)]
    shared = [one for one in result if isinstance(one, Shared)]
    if refused:
        if as_json:
            output.print_json({"refused": [{"where": one.where, "text": one.text} for one in refused]})
        else:
            click.echo("The file was refused; nothing was changed.")
            for one in refused:
                click.echo(f"{one.where}: {one.text}")
        return 1
    taken: dict[str, object] = {"cases": len(shared)}
    if not dry_run:
        with opening.opened(settings.load()) as db:
            done = db.write_sync(_take, shared, keeper)
        taken |= {"added": done.added, "changed": done.changed, "same": done.same, "kept": done.kept}
    if as_json:
        output.print_json(taken)
    else:
        click.echo(", ".join(f"{name} {value}" for name, value in taken.items()))
    return 0


def _data(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(sharing.MAX_BYTES + 1)
    except OSError as wrong:
        raise click.UsageError(f"{file}: {wrong.strerror}") from None


def _take(db: Connection, shared: Sequence[Shared], keeper: str) -> store.Imported:
    return store.take(db, shared, labels.load(places.load()), keeper=keeper, actor=ACTOR, now=system_time())


@cases.command()
@click.argument("broadcast", type=int, required=False)
@click.option("--municipality", help="Code of the municipality; without it, everyone who has accounts and was told.")
@_JSON
def draft(broadcast: int | None, municipality: str | None, as_json: bool) -> int:
    """Write drafts of what was sent: of one broadcast, or of all that have none yet."""
    code = arguments.municipality(municipality) if municipality else None
    if code and broadcast is None:
        raise click.UsageError("--municipality needs a BROADCAST")
    with opening.opened(settings.load()) as db:
        _count(db)
        made = _draft_due(db) if broadcast is None else _draft_one(db, broadcast, code)
    if as_json:
        output.print_json({"drafts": made})
    else:
        click.echo(f"{made} drafts written or brought up to date")
    return 0


def _count(db: Database) -> None:
    """What became of the messages, where no running service has counted it."""
    for _ in range(_ROUNDS):
        moved = db.read_sync(counting.moved, None)
        if not moved:
            return
        for broadcast_id, version in moved:
            cells = db.read_sync(counting.cells_of, broadcast_id)
            db.write_sync(counting.put, broadcast_id, cells, version, system_time())


def _draft_due(db: Database) -> int:
    table, made = places.load(), 0
    while db.read_sync(drafting.due, system_time()):
        made += db.write_sync(drafting.write_due, table, labels.load(table), system_time())
    return made


def _draft_one(db: Database, broadcast: int, code: str | None) -> int:
    table = places.load()
    made = db.write_sync(drafting.write_one, broadcast, code, table, labels.load(table), system_time())
    if made is None:
        raise click.BadParameter(
            f"{broadcast}: no real warning of this number whose sending is over", param_hint="BROADCAST"
        )
    return len(made)


def _line(one: Case) -> str:
    day, state = one.content.happened_on.isoformat(), "" if one.state is State.PUBLISHED else f" [{one.state}]"
    title = one.content.text(Section.TITLE) or "(no title)"
    stages = f" ({', '.join(one.content.stages)})" if one.content.stages else ""
    return f"#{one.id} {day} {one.municipality} {one.content.hazard}{state}: {title}{stages}"


def _facts_lines(one: Case) -> list[str]:
    if one.facts is None:
        return []
    counted = facts.to_json(one.facts)
    return [f"{name}: {_told(value)}" for name, value in counted.items() if value not in ("", None, {})]


def _told(value: Any) -> str:
    return ", ".join(f"{name} {count}" for name, count in value.items()) if isinstance(value, dict) else str(value)


def _to_json(one: Case) -> dict[str, object]:
    return {
        "id": one.id,
        "state": one.state.value,
        "imported": one.imported,
        "broadcast": one.broadcast_id,
        **sharing.to_json(one),
    }
