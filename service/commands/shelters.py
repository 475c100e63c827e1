"""`shelters`: import a municipality's list of evacuation sites, show it, mark sites open, full or closed."""

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from alerts import places
from alerts.places import Place, PlaceTable
from alerts.vocabulary import Hazard
from delivery import sheltering
from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.commands.arguments import ACTOR
from shelters import finding, importing, latin, store
from shelters.importing import ImportResult, Task
from shelters.site import Danger, Site, State
from storage.connection import Connection
from subscribers import intake

#: the grade that stands for a hazard in `shelters list`: the highest at which people are told to go
_SAMPLES: Final = (
    (Hazard.HEAVY_RAIN, "L4"),
    (Hazard.FLOOD, "L4"),
    (Hazard.LANDSLIDE, "L4"),
    (Hazard.STORM_SURGE, "L4"),
    (Hazard.TSUNAMI, "major_warning"),
    (Hazard.EARTHQUAKE, "6+"),
    (Hazard.VOLCANO, "V5"),
)
_WHY: Final = {
    finding.Why.NOT_NOW: "never",
    finding.Why.NO_SITE: "none is listed for it, or all are full or closed",
    finding.Why.NOT_CHOSEN: "only one that you choose (shelters choose ID)",
    finding.Why.SPREAD: f"sites lie more than {finding.NEAR_KM:g} km apart; choose one that texts may name",
    finding.Why.CROWD: "more people are registered than it holds; choose one that texts may name",
}


@click.group()
def shelters() -> None:
    """Evacuation sites that texts and pages name."""


@shelters.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--fewer", is_flag=True, help="Most of the sites are really gone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def import_file(file: Path, municipality: str, dry_run: bool, fewer: bool, as_json: bool) -> int:
    """Take a municipality's whole list of evacuation sites from a CSV or Excel file."""
    table = places.load()
    task = Task(places=table, municipality=arguments.place(municipality), actor=ACTOR, fewer=fewer)
    try:
        data = intake.read_file(file)
    except OSError as wrong:
        raise click.UsageError(f"{file}: {wrong.strerror}") from None
    with opening.opened(settings.load()) as db:
        if dry_run:
            result = importing.dry_run(db, data, task)
        else:
            with ExitStack() as stack:
                result = importing.import_list(db, data, task, system_time, output.progress(stack, "importing"))
        naming = {} if result.file_refused else db.read_sync(_naming, table, task.municipality, system_time())
    if as_json:
        output.print_json(result.to_json())
    else:
        _show(result, dry_run=dry_run)
        if not dry_run:
            _show_naming(naming)
    return 0 if result.clean else 1


@shelters.command("list")
@click.option("--municipality", help="Code of the municipality; without it, who has a list.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_sites(municipality: str | None, as_json: bool) -> int:
    """Show the sites of a municipality, and which of them texts would name now."""
    table = places.load()
    with opening.opened(settings.load()) as db:
        if municipality is None:
            return _list_municipalities(table, db.read_sync(store.municipalities), as_json=as_json)
        place = arguments.place(municipality)
        sites = db.read_sync(store.on_list, place.code)
        naming = db.read_sync(_naming, table, place, system_time())
    if as_json:
        named = {hazard: site.id if isinstance(site, Site) else None for hazard, site in naming.items()}
        output.print_json({"municipality": place.code, "sites": [_to_json(site) for site in sites], "named": named})
        return 0
    for site in sites:
        click.echo(_line(site))
    _show_naming(naming)
    return 0


@shelters.command()
@click.argument("id", type=int)
@click.argument("state", type=click.Choice([state.value for state in State]))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def mark(id: int, state: str, as_json: bool) -> int:
    """Say that a site is open, full or closed, or take it back (listed)."""
    with opening.opened(settings.load()) as db:
        marked = db.write_sync(lambda at: store.mark(at, id, State(state), actor=ACTOR, now=system_time()))
    return _answer(id, marked, as_json=as_json)


@shelters.command()
@click.argument("id", type=int)
@click.option("--no", "revoke", is_flag=True, help="Take the choice back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def choose(id: int, revoke: bool, as_json: bool) -> int:
    """Let texts name this site to everybody of the place, wherever they live."""
    with opening.opened(settings.load()) as db:
        chosen = db.write_sync(lambda at: store.choose(at, id, chosen=not revoke, actor=ACTOR, now=system_time()))
    return _answer(id, chosen, as_json=as_json)


def _answer(site_id: int, site: Site | store.Unknown, *, as_json: bool) -> int:
    if isinstance(site, store.Unknown):
        raise click.BadParameter(f"{site_id}: no site on any list has this id; see `shelters list`", param_hint="ID")
    if as_json:
        output.print_json(_to_json(site))
    else:
        click.echo(_line(site))
    return 0


def _naming(db: Connection, table: PlaceTable, place: Place, now: datetime) -> dict[Hazard, Site | finding.Why]:
    """What a text would name now, by hazard."""
    return {hazard: sheltering.site(db, table, place, hazard, grade, now) for hazard, grade in _SAMPLES}


def _show_naming(naming: dict[Hazard, Site | finding.Why]) -> None:
    for hazard, found in naming.items():
        said = f"{found.id} {found.entry.name}" if isinstance(found, Site) else f"no site: {_WHY[found]}"
        click.echo(f"texts of {hazard} name {said}")


def _list_municipalities(table: PlaceTable, found: list[tuple[str, int]], *, as_json: bool) -> int:
    if as_json:
        output.print_json({"municipalities": [{"code": code, "sites": count} for code, count in found]})
        return 0
    for code, count in found:
        place = table.place(code)
        click.echo(f"{code} {place.names.en if place else ''}: {count}")
    return 0


def _show(result: ImportResult, *, dry_run: bool) -> None:
    if result.file_refused:
        click.echo(f"The file was refused: {result.file_refused.reason}")
        click.echo(f"ファイルを取り込めません：{result.file_refused.ja}")
        return
    found, would = result.difference, "would be " if dry_run else ""
    click.echo(
        f"{result.rows} rows: {len(found.added)} {would}added, {len(found.changed)} {would}changed, "
        f"{found.unchanged + result.repeated} unchanged, {len(result.refused)} refused; "
        f"{len(found.retired)} sites {would}retired"
    )
    for site in found.retired:
        click.echo(f"not in the file, {would}retired: {site.id} {site.entry.name}")
    if result.elsewhere:
        click.echo("rows of other municipalities: " + ", ".join(f"{c} {n}" for c, n in result.elsewhere.items()))
    for heading in result.ignored:
        click.echo(f"column {heading!r} was not read")
    for one in result.refused:
        click.echo(f"row {one.row}, {one.column}: {one.why.reason}\n  {one.row} 行目：{one.why.ja}")


def _line(site: Site) -> str:
    entry, chosen = site.entry, " chosen" if site.chosen else ""
    latin_name = latin.name(entry.name, entry.kana, entry.english)
    dangers = ",".join(danger for danger in Danger if danger in entry.dangers)
    return f"{site.id} {site.state}{chosen} {entry.name} / {latin_name or '(no Latin name)'} [{dangers}]"


def _to_json(site: Site) -> dict[str, object]:
    entry = site.entry
    return {
        "id": site.id,
        "municipality": site.municipality,
        "place": entry.place,
        "name": entry.name,
        "kana": entry.kana,
        "latin": latin.name(entry.name, entry.kana, entry.english),
        "address": entry.address,
        "latitude": entry.latitude,
        "longitude": entry.longitude,
        "dangers": [danger.value for danger in Danger if danger in entry.dangers],
        "capacity": entry.capacity,
        "stays": entry.stays,
        "state": site.state.value,
        "state_at": site.state_at.isoformat() if site.state_at else None,
        "chosen": site.chosen,
    }
