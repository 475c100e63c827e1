"""`shelters`: import a municipality's list of evacuation sites, show it, mark sites open, full or closed."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click

from alerts import places
from alerts.places import PlaceTable
from delivery import naming
from delivery.naming import Named, Report
from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.commands.arguments import ACTOR
from shelters import importing, latin, store, word
from shelters.finding import Nearest
from shelters.importing import ImportResult, Task
from shelters.site import Danger, Site, State
from storage.connection import Connection
from subscribers import intake
from web import words
from web.words import Words


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
        seen = Report() if result.file_refused else db.read_sync(_seen, task, result, dry_run)
    if as_json:
        output.print_json({**result.to_json(), "texts": seen.to_json()})
    else:
        _show(result, dry_run=dry_run)
        _show_report(seen)
    return 0 if result.clean else 1


def _seen(db: Connection, task: Task, result: ImportResult, dry_run: bool) -> Report:
    """What people will read of the list, after a dry run as it would be."""
    if dry_run:
        return naming.foreseen(db, task, result, system_time())
    return naming.report(db, task.places, task.municipality, system_time())


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
        seen = db.read_sync(naming.report, table, place, system_time())
        kept = db.read_sync(word.given, [place.code]).get(place.code)
    if as_json:
        here = [one for one in seen.places if one.place.code == place.code]
        named = {one.hazard: one.found.id if isinstance(one.found, Site) else None for one in here}
        listed = [_to_json(site) for site in sites]
        told = {"named": named, **_word_to_json(kept), "texts": seen.to_json()}
        output.print_json({"municipality": place.code, "sites": listed, **told})
        return 0
    if kept is not None:
        for say in words.load().values():
            click.echo(say("nearest.on", walk=round(kept.walk_km * 1000)))
    for site in sites:
        click.echo(_line(site))
    _show_report(seen)
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


@shelters.command()
@click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
@click.option(
    "--walk",
    type=click.IntRange(word.LEAST_WALK, word.MOST_WALK),
    default=word.LEAST_WALK,
    show_default=True,
    help="Metres that its tsunami plan lets everybody walk.",
)
@click.option("--yes", "given", is_flag=True, help="Do it; without it, only what it means is shown.")
@click.option("--no", "revoke", is_flag=True, help="Take it back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def nearest(municipality: str, walk: int, given: bool, revoke: bool, as_json: bool) -> int:
    """Let texts name the nearest open site by themselves, also to those who live far from it."""
    place = arguments.place(municipality)
    code = place.code
    asked = None if revoke else Nearest(walk_km=walk / 1000)
    with opening.opened(settings.load()) as db:
        if not db.read_sync(store.on_list, code):
            raise click.BadParameter(f"{code}: no list; see `shelters import`", param_hint="--municipality")
        if revoke:
            db.write_sync(lambda at: word.take_back(at, code, actor=ACTOR, now=system_time()))
        elif given:
            db.write_sync(lambda at: word.give(at, code, walk, actor=ACTOR, now=system_time()))
        seen = db.read_sync(lambda at: naming.report(at, places.load(), place, system_time(), nearest=asked))
        kept = db.read_sync(word.given, [code])
    if as_json:
        output.print_json({"municipality": code, **_word_to_json(kept.get(code)), "texts": seen.to_json()})
        return 0
    shows, changed = not revoke, given or revoke
    for say in words.load().values():
        told = [*(say("nearest.means").split("\n") if shows else ()), *_report_lines(seen, say, sites=False)]
        click.echo("\n".join([*told, *(() if changed else (say("nearest.unchanged"),))]))
    return 0


def _word_to_json(kept: Nearest | None) -> dict[str, object]:
    return {"nearest": None if kept is None else {"walk_m": round(kept.walk_km * 1000)}}


def _answer(site_id: int, site: Site | store.Unknown, *, as_json: bool) -> int:
    if isinstance(site, store.Unknown):
        raise click.BadParameter(f"{site_id}: no site on any list has this id; see `shelters list`", param_hint="ID")
    if as_json:
        output.print_json(_to_json(site))
    else:
        click.echo(_line(site))
    return 0


def _show_report(seen: Report) -> None:
    """English, then the same in Japanese."""
    for one in words.load().values():
        for line in _report_lines(seen, one):
            click.echo(line)


def _report_lines(seen: Report, say: Words, *, sites: bool = True) -> Iterator[str]:
    places = {named.place.code for named in seen.places}
    for named in seen.places:
        found, place = named.found, named.place.names.ja if say.language == "ja" else named.place.names.romaji
        warning = say.named("hazard", named.hazard)
        where = warning if len(places) == 1 else f"{place}, {warning}"
        told = (
            f"{found.id or ''} {found.entry.name}".strip() if isinstance(found, Site) else say(f"shelter_why.{found}")
        )
        yield say("shelters.line", warning=where, told=f"{told}{_by_word(named, say)}")
    for stands in seen.sites if sites else ():
        groups = "; ".join(
            f"{say(f'shelter_standing.{how}')}: {', '.join(say.named('hazard', hazard) for hazard in hazards)}"
            for how, hazards in stands.grouped()
        )
        yield f"{stands.site.entry.name}: {groups}"


def _by_word(named: Named, say: Words) -> str:
    if named.by_word is None:
        return ""
    small = [say("nearest.small")] if named.by_word.small else []
    return f" ({'; '.join([say('nearest.far', km=f'{named.by_word.far_km:.1f}'), *small])})"


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
        output.not_read(repr(heading))
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
