"""`drill`: practise with simulated phones, or with people who agreed."""

import asyncio
from pathlib import Path

import click

from alerts import places
from alerts.places import PlaceTable
from campaigns.drills import deciding, results, script, store, wording
from campaigns.drills.deciding import Outcome
from campaigns.drills.playing import Desk
from campaigns.drills.script import Script, ScriptError
from campaigns.drills.store import Audience, Drill, Host, New, State
from delivery.drilling import consent
from service import drill_scripts, opening, settings
from service.clock import system_time
from service.commands import arguments, output, signing
from service.commands.arguments import ACTOR
from service.drills import Stage
from service.scenarios import SCENARIOS
from service.settings import Settings
from storage.database import Database
from subscribers import msisdn
from templates_i18n import catalogue
from web.accounts.roles import Permission

#: how the log of changes calls whoever stops or looks at drills here
_WHY_NOT = {
    Outcome.OWN: "was submitted by the same person: another one signs",
    Outcome.TOO_LATE: "is over, or somebody was first",
    Outcome.WARNED: "has to wait: a real warning is in force there",
    Outcome.MISSING: "does not exist",
}
_LARGEST_FILE = 100_000
_NO_SENDER = (
    "TOMOSHIBI_DRILL_SENDER is not set: this drill goes to simulated phones only, and no SMS leaves this machine"
)


@click.group()
def drill() -> None:
    """Drills: a whole exercise to simulated phones, or to a group that agreed. Never to anybody else."""


@drill.command()
@click.argument("scenario")
@click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
@click.option("--group", default="", help="To this group of registered people, if it agreed. Needs two people.")
@click.option("--simulated", is_flag=True, help="To simulated phones only. The default without --group.")
@click.option("--phones", type=click.IntRange(1, 2000), default=90, show_default=True, help="Simulated phones.")
@click.option(
    "--pace", type=click.IntRange(0, 3600), help="Seconds for each minute of the script: 60 with people, 0 without."
)
@click.option("--as", "name", default="", help="With --group: who submits it; asks their password.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def run(
    scenario: str,
    municipality: str,
    group: str,
    simulated: bool,
    phones: int,
    pace: int | None,
    name: str,
    as_json: bool,
) -> int:
    """Practise SCENARIO: a bundled day (noto, typhoon-night, great-earthquake) or a TOML file of your own."""
    chosen, table = settings.load(), places.load()
    code = arguments.municipality(municipality)
    played = _script(scenario, code, table)
    if group and not simulated and not chosen.drill_sender:
        output.say(_NO_SENDER)
        simulated = True
    with opening.opened(chosen) as db:
        if group and not simulated:
            return _submit(db, chosen, code, played, group, 60 if pace is None else pace, name, as_json)
        return _simulate(db, code, played, phones, pace or 0, table, as_json)


def _script(scenario: str, code: str, table: PlaceTable) -> Script:
    try:
        if scenario in SCENARIOS:
            made = drill_scripts.bundled(scenario, code, table)
        else:
            made = script.read(_file(scenario), Path(scenario).name, code, table)
        wording.check(catalogue.load(), table, made, system_time())
    except ScriptError as wrong:
        raise click.UsageError("\n".join(wrong.problems)) from None
    return made


def _file(name: str) -> str:
    path = Path(name)
    if not path.is_file():
        known = ", ".join(sorted(SCENARIOS))
        raise click.BadParameter(f"{name}: no such file, and none of {known}", param_hint="SCENARIO")
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise click.BadParameter(f"{name}: expected at most {_LARGEST_FILE} bytes", param_hint="SCENARIO")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise click.BadParameter(f"{name}: not readable as UTF-8 text: {wrong}", param_hint="SCENARIO") from None


def _submit(
    db: Database, chosen: Settings, code: str, played: Script, group: str, pace: int, name: str, as_json: bool
) -> int:
    """A drill with people waits for a second person."""
    if not name:
        raise click.UsageError("a drill with people needs two: say who submits it with --as NAME")
    people = db.read_sync(lambda connection: sum(1 for _ in consent.members(connection, code, group)))
    if not people:
        raise click.UsageError(
            f"nobody in group {group!r} of {code} agreed to drills: record it with"
            f" `drill agree --municipality {code} --group {group}` once they did"
        )
    who = signing.sign(db, name, code, (Permission.SUBMIT,))
    new = New(municipality=code, script=played, audience=Audience.GROUP, group=group, pace=pace, by=who.name)
    made = db.write_sync(store.add, new, system_time())
    if as_json:
        output.print_json({"id": made, "state": State.WAITING, "people": people})
    else:
        click.echo(f"drill {made}: {played.name} for {people} people of {group!r} by {chosen.drill_sender}")
        click.echo(f"it waits for a second person: drill approve {made} --as NAME")
    return 0


def _simulate(db: Database, code: str, played: Script, phones: int, pace: int, table: PlaceTable, as_json: bool) -> int:
    new = New(
        municipality=code,
        script=played,
        audience=Audience.SIMULATED,
        phones=phones,
        pace=pace,
        host=Host.COMMAND,
        by=ACTOR,
    )
    made = db.write_sync(store.add, new, system_time())
    output.say(f"DRILL {made}: {played.name} in {code}, {phones} simulated phones; no SMS leaves this machine")
    asyncio.run(_play(db, made, table))
    found = db.read_sync(store.find, made)
    assert found is not None
    _show(db, found, as_json)
    return 0 if found.state is State.DONE else 1


async def _play(db: Database, identity: int, table: PlaceTable) -> None:
    stage = Stage(db=db, desk=Desk(catalogue=catalogue.load, places=table), clock=system_time, host=Host.COMMAND)
    said = -1
    while (found := await db.read(store.find, identity)) is not None and found.state is State.RUNNING:
        if found.next_moment != said:
            said = found.next_moment
            if said <= len(found.script.moments):
                output.say(_progress(found))
        if not await stage.play(identity):
            await asyncio.sleep(0.2)
    while found is not None and not found.is_open and await stage.play(identity):
        pass
    if found is not None and found.state is State.PAUSED:
        output.say(f"DRILL {identity} paused: {found.reason}")


def _progress(found: Drill) -> str:
    moments = found.script.moments
    if found.next_moment >= len(moments):
        return f"  minute {found.script.question_minute}: the question at the end"
    one = moments[found.next_moment]
    return f"  minute {one.minute}: {one.hazard} {one.grade} ({one.kind})"


@drill.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_drills(as_json: bool) -> int:
    """The latest drills."""
    with opening.opened(settings.load()) as db:
        found = db.read_sync(store.latest)
    if as_json:
        output.print_json({"drills": [_row(one) for one in found]})
        return 0
    if not found:
        output.say("there was no drill yet")
    for one in found:
        whom = f"{one.phones} simulated phones" if one.audience is Audience.SIMULATED else f"group {one.group!r}"
        click.echo(f"{one.id}: {one.script.name} in {one.municipality}, {whom}: {one.state} {one.reason}".rstrip())
    return 0


def _row(one: Drill) -> dict[str, object]:
    return {
        "id": one.id,
        "scenario": one.script.name,
        "municipality": one.municipality,
        "audience": one.audience,
        "group": one.group,
        "phones": one.phones,
        "state": one.state,
        "reason": one.reason,
        "told": one.next_moment,
        "of": len(one.script.moments) + 1,
    }


@drill.command("results")
@click.argument("number", type=int)
@click.option("--texts", is_flag=True, help="Every text too, word for word.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show_results(number: int, texts: bool, as_json: bool) -> int:
    """What came of a drill, by language. Fewer than five people are "<5"."""
    with opening.opened(settings.load()) as db:
        _show(db, _found(db, number), as_json, texts=texts)
    return 0


def _show(db: Database, found: Drill, as_json: bool, *, texts: bool = False) -> None:
    counted = db.read_sync(results.read, found)
    shown = db.read_sync(results.texts, found.id) if texts else []
    if as_json:
        document = _row(found) | counted.to_json()
        if texts:
            document["texts"] = [
                {"moment": one.moment, "place": one.place, "language": one.language, "text": one.text} for one in shown
            ]
        output.print_json(document)
        return
    click.echo(f"drill {found.id}: {found.state} {found.reason}".rstrip())
    click.echo("language  " + " ".join(f"{column:>9}" for column in results.COLUMNS))
    for tag, row in counted.by_language.items():
        click.echo(f"{tag:<9} " + " ".join(f"{row[column]:>9}" for column in results.COLUMNS))
    if counted.made_up:
        click.echo("the answers of simulated phones are made up")
    for one in shown:
        click.echo(f"\n[{one.moment}] {one.language} {one.place}\n{one.text}")


@drill.command()
@click.argument("number", type=int)
def stop(number: int) -> int:
    """Stop a drill at once: what has not left is withdrawn."""
    with opening.opened(settings.load()) as db:
        _found(db, number)
        return _say(number, db.write_sync(deciding.stop, number, ACTOR, system_time()), "is stopped")


@drill.command()
@click.argument("number", type=int)
@click.option("--as", "name", required=True, help="Who signs: not who submitted it; asks their password.")
def approve(number: int, name: str) -> int:
    """The second signature: a drill with people begins, played by `serve`."""
    chosen = settings.load()
    with opening.opened(chosen) as db:
        found = _found(db, number)
        if not chosen.drill_sender:
            raise click.UsageError("TOMOSHIBI_DRILL_SENDER is not set: a drill cannot reach people without it")
        who = signing.sign(db, name, found.municipality, (Permission.APPROVE,))
        outcome = db.write_sync(deciding.approve, number, who.name, places.load(), system_time())
        return _say(number, outcome, "begins; `serve` plays it")


@drill.command()
@click.argument("number", type=int)
def resume(number: int) -> int:
    """Go on with a drill that has paused, once no real warning is in force there."""
    with opening.opened(settings.load()) as db:
        found = _found(db, number)
        outcome = db.write_sync(deciding.resume, number, ACTOR, places.load(), system_time())
        if outcome is Outcome.DONE and found.host is Host.COMMAND:
            asyncio.run(_play(db, number, places.load()))
        return _say(number, outcome, "goes on")


def _say(number: int, outcome: Outcome, done: str) -> int:
    click.echo(f"drill {number} {done if outcome is Outcome.DONE else _WHY_NOT[outcome]}")
    return 0 if outcome is Outcome.DONE else 1


@drill.command()
@click.option("--municipality", required=True, help="Code of the municipality that registered them.")
@click.option("--group", default="", help="A whole group that agreed: a dormitory, a class.")
@click.option("--number", "phone", default="", help="One person who agreed, by their number.")
@click.option("--withdraw", is_flag=True, help="They do not want drills any more.")
def agree(municipality: str, group: str, phone: str, withdraw: bool) -> int:
    """Record that a group or a person agreed to drills. Nobody else is ever in one."""
    code = arguments.municipality(municipality)
    if bool(group) is bool(phone):
        raise click.UsageError("expected either --group or --number")
    chosen = settings.load()
    with opening.opened(chosen) as db:
        if group:
            change = consent.leave_group if withdraw else consent.agree_group
            db.write_sync(change, code, group.strip(), ACTOR, system_time())
            click.echo(f"group {group.strip()!r} of {code} {'is off' if withdraw else 'is on'} the list of drills")
            return 0
        number = arguments.number(phone, "--number")
        mark = opening.sealer(chosen, db).fingerprint(number)
        one = consent.leave_person if withdraw else consent.agree_person
        done = db.write_sync(one, code, mark, ACTOR, system_time())
    click.echo("recorded" if done else f"{msisdn.mask(number)} has no such registration in {code}")
    return 0 if done else 1


def _found(db: Database, number: int) -> Drill:
    found = db.read_sync(store.find, number)
    if found is None:
        raise click.BadParameter(f"{number}: there is no such drill; see `drill list`", param_hint="NUMBER")
    return found
