"""`simulate`: a disaster day through the real service, shown as it goes."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

import click
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from delivery.deciding import Decided
from service import demo_accounts, settings, simulation
from service.commands import output, running
from service.scenarios import SCENARIOS
from service.settings import Settings
from service.simulation import Played, Simulation, Summary

#: phones whose texts are shown, one per language
_SHOWN_LANGUAGES = ("en", "vi", "zh-Hans", "ja-Hira")


@click.command()
@click.option("--scenario", "name", type=click.Choice(sorted(SCENARIOS)), default="noto", show_default=True)
@click.option("--residents", type=click.IntRange(1, 1_000_000), default=500, show_default=True)
@click.option("--speed", type=click.FloatRange(0.1, 1000), default=1.0, show_default=True, help="How fast to play.")
@click.option("--no-serve", is_flag=True, help="End after the day instead of leaving the console open.")
@click.option("--phones", is_flag=True, help="With --json: every phone with the texts it received.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def simulate(name: str, residents: int, speed: float, no_serve: bool, phones: bool, as_json: bool) -> int:
    """Play a disaster day over a loopback feed to a simulated phone network. No SMS leaves this machine."""
    try:
        return asyncio.run(_simulate(settings.load(), name, residents, speed, no_serve, phones, as_json))
    except simulation.Stuck as error:
        click.echo(
            f"the day stood still: {error}. A busy machine may be too slow for it: try fewer --residents", err=True
        )
        return 1


async def _simulate(
    chosen: Settings, name: str, residents: int, speed: float, no_serve: bool, phones: bool, as_json: bool
) -> int:
    console = Console(stderr=as_json)
    async with AsyncExitStack() as stack:
        day = await stack.enter_async_context(
            simulation.running(residents=residents, speed=speed, base=chosen, say=output.say, day=SCENARIOS[name])
        )
        console.print(f"[bold]console: {day.service.address}/console[/]  (no SMS leaves this machine)")
        accounts = {} if no_serve else await demo_accounts.make(day.db, SCENARIOS[name].homes)
        _show_accounts(console, accounts)
        console.rule("[bold]The residents are registered, and welcomed")
        _show_texts(console, day, await day.welcome())
        for step in SCENARIOS[name].steps():
            _show(console, day, await day.play(step))
            await asyncio.sleep(1.0 / speed)
        summary = await simulation.summarise(day)
        if as_json:
            print_summary(day, summary, phones=phones)
        else:
            _show_summary(console, summary)
        if not no_serve:
            _show_accounts(console, accounts)
            console.print(f"The console stays open at {day.service.address}/console. Ctrl-C ends it.")
            await running.until_stopped()
    return 0 if summary.told_twice == 0 else 1


def _show_accounts(console: Console, accounts: Mapping[str, str]) -> None:
    """Two, as what people send by hand needs two; each password is replaced at the first sign-in."""
    for name, password in accounts.items():
        console.print(f"sign in as [bold]{name}[/] with the one-time password [bold]{password}[/]")
    if accounts:
        console.print("Open a private window for the second one: what one writes, the other approves.")


def print_summary(day: Simulation, summary: Summary, *, phones: bool) -> None:
    """The JSON document; numbers are made up and belong to nobody."""
    document = summary.to_json()
    if phones:
        document["phones"] = [
            {
                "number": phone.number,
                "language": resident.language,
                "place": resident.place,
                "texts": [received.text for received in phone.texts],
            }
            for phone, resident in day.phones()
        ]
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _show(console: Console, day: Simulation, played: Played) -> None:
    """One step: what came in, what was decided and why, who was told, sample phones."""
    console.rule(f"[bold]{day.clock():%d %b %H:%M} UTC · {played.step.story}")
    for decided in played.decided:
        _show_decisions(console, decided)
    _show_texts(console, day, played.received)


def _show_texts(console: Console, day: Simulation, received: Sequence[tuple[str, str]]) -> None:
    """How many were told, and sample phones."""
    if not received:
        console.print("nobody is told anything")
        return
    people = len({number for number, _ in received})
    languages = Counter(day.residents[number].language for number, _ in received if number in day.residents)
    counts = ", ".join(f"{language} {count}" for language, count in languages.most_common())
    console.print(f"[green]{len(received)} texts to {people} people[/]: {counts}")
    _show_samples(console, day, received)


def _show_decisions(console: Console, decided: Decided) -> None:
    colours = {"send": "red", "hold": "yellow", "record": "dim"}
    for alert in decided.alerts:
        grades = Counter(alert.places.values())
        places = ", ".join(f"{grade} in {count}" for grade, count in grades.most_common(6))
        console.print(f"{alert.status} {alert.msg_type} {alert.hazard}: {places or 'no place'}")
        console.print(f"[{colours[alert.action]}]{alert.action}[/]: {alert.reason}")
    for notice in decided.notices:
        console.print(f"[yellow]! {notice.text}")


def _show_samples(console: Console, day: Simulation, received: Sequence[tuple[str, str]]) -> None:
    """One phone for each of some languages."""
    shown: set[str] = set()
    for number, text in received:
        resident = day.residents.get(number)
        if resident is None or resident.language in shown or resident.language not in _SHOWN_LANGUAGES:
            continue
        shown.add(resident.language)
        console.print(Panel(text, title=f"{number} · {resident.language} · {resident.place}", width=64))


def _show_summary(console: Console, summary: Summary) -> None:
    table = Table(title="The day, counted by the phone network", show_header=False)
    for name, value in summary.to_json().items():
        shown = ", ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else str(value)
        table.add_row(name.replace("_", " "), shown)
    console.print(table)
