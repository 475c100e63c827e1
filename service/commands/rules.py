"""`campaigns rules`, `campaigns switch`: what sets lessons off by itself, per municipality."""

import click

from campaigns.triggers import rules, switches
from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from service.commands.arguments import ACTOR


@click.command("rules")
@click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_rules(municipality: str, as_json: bool) -> int:
    """What sets lessons off by itself: by season, by a hazard in sight, after an event; and whether it is on."""
    code = arguments.municipality(municipality)
    with opening.opened(settings.load()) as db:
        on = db.read_sync(switches.of, code)
    known = rules.load()
    if as_json:
        rows = [
            {"rule": key, "kind": known[key].kind, "on": is_on, "lessons": list(known[key].lessons)}
            for key, is_on in on.items()
        ]
        output.print_json({"municipality": code, "rules": rows})
        return 0
    for key, is_on in on.items():
        click.echo(f"{'on ' if is_on else 'off'} {key} ({known[key].kind}): {', '.join(known[key].lessons)}")
    return 0


@click.command("switch")
@click.argument("rule")
@click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
@click.option("--off", is_flag=True, help="Switch it off instead of on.")
def switch(rule: str, municipality: str, off: bool) -> int:
    """Switch a rule on or off for one municipality. What it has set off goes on."""
    known, code = rules.load(), arguments.municipality(municipality)
    if rule not in known:
        raise click.BadParameter(f"{rule}: expected one of {', '.join(known)}", param_hint="RULE")
    with opening.opened(settings.load()) as db:
        done = db.write_sync(switches.switch, code, known[rule], on=not off, by=ACTOR, now=system_time())
    click.echo(f"{rule} is {'off' if off else 'on'} in {code}{'' if done else ', as it was'}")
    return 0
