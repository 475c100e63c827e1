"""`residents`: import a municipality's file, count, erase."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click
from pydantic import TypeAdapter

from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.commands.arguments import ACTOR
from storage import audit
from storage.connection import Connection
from subscribers import accepted, counting, further, intake, msisdn, own, store
from subscribers.further import Further
from subscribers.intake import Declaration, ImportResult
from subscribers.refusal import quoted
from templates_i18n import catalogue

#: version of the wording below; stored with every import
WORDING = "2026-11"
_DECLARATION = (
    "{name} declares that the people in this file have agreed to get disaster warnings by SMS from Tomoshibi, "
    "and know how to stop."
)


@click.group()
def residents() -> None:
    """Who is warned."""


@residents.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", required=True, help="Code of the registering municipality (5, 6 or 7 digits).")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--agreed", is_flag=True, help="Give the municipality's declaration without being asked.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def import_file(file: Path, municipality: str, dry_run: bool, agreed: bool, as_json: bool) -> int:
    """Register the people of a CSV or Excel file."""
    words, chosen = catalogue.load(), settings.load()
    place = arguments.place(municipality)
    try:
        data = intake.read_file(file)
    except OSError as wrong:
        raise click.UsageError(f"{file}: {wrong.strerror}") from None
    read = opening.reader(words, place.code)
    with opening.opened(chosen) as db:
        sealer = opening.sealer(chosen, db)
        if dry_run:
            result = intake.dry_run(db, data, read, sealer)
        else:
            _declare(place.names.en, agreed=agreed)
            with ExitStack() as stack:
                result = intake.import_residents(
                    db,
                    data,
                    read,
                    sealer,
                    declaration=Declaration(wording=WORDING),
                    clock=system_time,
                    progress=output.progress(stack, "importing"),
                )
    if as_json:
        output.print_json(result.to_json())
    else:
        _show(result, dry_run=dry_run)
    return 0 if result.clean else 1


def _declare(name: str, *, agreed: bool) -> None:
    """The declaration is asked of a person, or given by who runs the command without a terminal."""
    words = _DECLARATION.format(name=name)
    if agreed or not sys.stdin.isatty():
        output.say(words)
    elif not click.confirm(f"{words} Is that so?", err=True):
        raise click.UsageError("nothing was imported: without their agreement people cannot be registered")


def _show(result: ImportResult, *, dry_run: bool) -> None:
    if result.file_refused:
        click.echo(f"The file was refused: {result.file_refused.reason}")
        click.echo(f"ファイルを取り込めません：{result.file_refused.ja}")
        return
    tally = result.tally
    would = "would be " if dry_run else ""
    click.echo(
        f"{result.rows} rows: {tally.added} {would}added, {tally.changed} {would}changed, "
        f"{tally.unchanged} unchanged, {len(result.refused)} refused"
    )
    for heading in result.ignored:
        output.not_read(quoted(heading))
    for one in result.refused:
        click.echo(f"row {one.row}, {one.column}: {one.reason}\n  {one.row} 行目：{one.reason_ja}")


@residents.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def count(as_json: bool) -> int:
    """How many people are registered, by municipality and language."""
    with opening.opened(settings.load()) as db:
        counted = db.read_sync(counting.residents).to_json()
    if as_json:
        output.print_json(counted)
        return 0
    click.echo(f"{counted['residents']} residents")
    for title in ("by_state", "by_municipality", "by_language"):
        rows = counted[title]
        if isinstance(rows, dict):
            click.echo(f"{title.replace('_', ' ')}: " + ", ".join(f"{name} {n}" for name, n in rows.items()))
    return 0


@residents.command()
@click.argument("number")
@click.option("--municipality", default="", help="Remove the registration of this municipality only.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def erase(number: str, municipality: str, as_json: bool) -> int:
    """Erase everything that is stored of one number, or what one municipality has registered of it."""
    parsed, chosen = arguments.number(number), settings.load()
    code = arguments.municipality(municipality) if municipality else ""
    with opening.opened(chosen) as db:
        number_hash = opening.sealer(chosen, db).fingerprint(parsed)
        accepted.finish_left(db, code, system_time)  # a broken-off import must not bring the person back
        done = db.write_sync(_erase, number_hash, code)
    if as_json:
        output.print_json({"erased": done})
    else:
        click.echo("erased" if done else f"{msisdn.mask(parsed)} is not registered")
    return 0 if done else 1


def _erase(db: Connection, number_hash: str, municipality: str) -> bool:
    person = own.person(db, number_hash)
    done = store.erase_registration(db, number_hash, municipality) if municipality else store.erase(db, number_hash)
    if done:
        audit.append(
            db,
            now=system_time(),
            actor=ACTOR,
            action="resident removed" if municipality else "resident erased",
            subject=f"resident:{person}",
            municipality=municipality,
        )
    return done


@residents.command()
@click.argument("number")
def export(number: str) -> int:
    """Print all that is stored about one person, as a JSON document for them. Stands in the log of changes."""
    parsed, chosen = arguments.number(number), settings.load()
    with opening.opened(chosen) as db:
        sealer = opening.sealer(chosen, db)
        accepted.finish_left(db, "", system_time)
        found = db.write_sync(_export, sealer.fingerprint(parsed), sealer.open_text)
    output.print_json({"phone": msisdn.mask(parsed), "stored": found})
    return 1 if found is None else 0


def _export(db: Connection, number_hash: str, opened: Callable[[bytes], str]) -> dict[str, object] | None:
    """All that is stored about a person, but for the sealed number, as plain values; times in RFC 3339."""
    person = own.person(db, number_hash)
    found = own.stored(db, person) if person is not None else None
    if person is None or found is None:
        return None
    audit.append(db, now=system_time(), actor=ACTOR, action="data given out", subject=f"resident:{person}")
    first = TypeAdapter(own.Stored).dump_python(found, mode="json", exclude={"number_sealed"})
    return {**first, **TypeAdapter(Further).dump_python(further.of(db, person, opened), mode="json")}
