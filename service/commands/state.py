"""`state`: what is in force, and working it out again from the stored telegrams."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from alerts import places
from alerts.strands import PlaceState
from service import clock, opening, rebuilding, settings
from service.commands import output
from service.rebuilding import Difference, Overtaken, Rebuilt
from storage import database
from storage.database import Database

#: how often a running serve may decide something in between before we give up
_TURNS = 3


@click.group()
def state() -> None:
    """What is in force."""


@state.command()
@click.option("--replace", is_flag=True, help="Put what was rebuilt in the place of what is kept.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def rebuild(replace: bool, as_json: bool) -> int:
    """Work out what is in force from all stored telegrams, read again, and say what differs. Sends nothing."""
    with opening.opened(settings.load()) as db:
        try:
            made = _rebuilt(db, replace)
        except Overtaken:
            output.say(
                "telegrams keep being decided meanwhile: nothing was replaced; run it again, or stop serve first"
            )
            return 1
    if as_json:
        output.print_json(_document(made, replace))
    else:
        _show(made, replace)
    return 1 if made.differences or made.verdicts else 0


def _rebuilt(db: Database, replace: bool) -> Rebuilt:
    for turn in range(_TURNS):
        with tempfile.TemporaryDirectory(prefix="tomoshibi-") as folder:
            scratch = database.open(Path(folder) / "rebuild.db")
            try:
                now = clock.system_time()
                made = rebuilding.rebuild(db, scratch, places.load(), now)
                if replace:
                    rebuilding.replace(db, scratch, made, now)
                return made
            except Overtaken:
                if turn == _TURNS - 1:
                    raise
            finally:
                scratch.close_sync()
    raise Overtaken


def _document(made: Rebuilt, replaced: bool) -> dict[str, object]:
    return {
        "telegrams": made.telegrams,
        "in_force": len(made.states),
        "differences": [_row(one) for one in made.differences],
        "read_differently": [
            {"id": verdict.id, "type": verdict.type, "before": before, "after": verdict.state}
            for verdict, before in made.verdicts
        ],
        "replaced": replaced,
    }


def _row(one: Difference) -> dict[str, object]:
    hazard, event, place = one.key
    return {
        "hazard": hazard,
        "event": event or None,
        "place": place,
        "kept": _state(one.kept),
        "rebuilt": _state(one.rebuilt),
    }


def _state(one: PlaceState | None) -> dict[str, object] | None:
    if one is None:
        return None
    return {"grade": one.grade, "since": f"{one.since:%Y-%m-%dT%H:%M:%SZ}", "digest": one.digest}


def _show(made: Rebuilt, replaced: bool) -> None:
    click.echo(f"{made.telegrams} telegrams read again; {len(made.states)} places and hazards in force")
    for line in [*_readings(made), *map(_line, made.differences)]:
        click.echo(line)
    if not made.differences:
        click.echo("the state is the same")
    elif replaced:
        click.echo(f"{len(made.differences)} replaced; nobody was told")
    else:
        click.echo(f"{len(made.differences)} differ; --replace puts what was rebuilt in their place")


def _readings(made: Rebuilt) -> Iterable[str]:
    return (f"telegram {one.id} {one.type}: {before} is now {one.state}" for one, before in made.verdicts)


def _line(one: Difference) -> str:
    hazard, event, place = one.key
    return f"{hazard} {event} {place}".replace("  ", " ") + f": kept {_words(one.kept)}, rebuilt {_words(one.rebuilt)}"


def _words(one: PlaceState | None) -> str:
    return f"{one.grade} since {one.since:%Y-%m-%dT%H:%M:%SZ} by {one.digest[:12]}" if one else "nothing"
