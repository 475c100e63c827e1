"""`campaigns`: lessons at a set time for one municipality."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from campaigns import store
from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output
from templates_i18n import catalogue

_JST = ZoneInfo("Asia/Tokyo")


@click.group()
def campaigns() -> None:
    """Lessons between disasters."""


@campaigns.command()
@click.option("--lesson", required=True, help="Which lesson, such as water.")
@click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
@click.option("--at", required=True, help="When, in Japan's time: 2026-12-01T10:00.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def add(lesson: str, municipality: str, at: str, as_json: bool) -> int:
    """Plan a lesson. It waits while a warning is in force there, and for the hours from 9 to 20."""
    lessons = catalogue.load().by_tag["en"].lessons
    if lesson not in lessons:
        raise click.BadParameter(f"{lesson}: expected one of {', '.join(lessons)}", param_hint="--lesson")
    code = arguments.municipality(municipality)
    try:
        due_at = datetime.fromisoformat(at)
    except ValueError:
        raise click.BadParameter(f"{at}: expected a time such as 2026-12-01T10:00", param_hint="--at") from None
    due_at = due_at if due_at.tzinfo else due_at.replace(tzinfo=_JST)
    with opening.opened(settings.load()) as db:
        made = db.write_sync(store.schedule, lesson, code, due_at, system_time())
    if as_json:
        output.print_json({"id": made})
    else:
        click.echo(f"lesson {made}: {lesson} for {code} at {due_at.astimezone(_JST):%Y-%m-%d %H:%M} (Japan)")
    return 0


@campaigns.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_lessons(as_json: bool) -> int:
    """All planned lessons."""
    with opening.opened(settings.load()) as db:
        planned = db.read_sync(store.planned)
    if as_json:
        output.print_json(
            {
                "lessons": [
                    {
                        "id": one.id,
                        "lesson": one.lesson,
                        "municipality": one.municipality,
                        "due_at": one.due_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                        "state": one.state,
                        "reason": one.reason,
                    }
                    for one in planned
                ]
            }
        )
        return 0
    if not planned:
        output.say("no lesson is planned")
    for one in planned:
        due = f"{one.due_at.astimezone(_JST):%Y-%m-%d %H:%M}"
        click.echo(f"{one.id}: {one.lesson} for {one.municipality} at {due}: {one.state} {one.reason}".rstrip())
    return 0


@campaigns.command()
@click.argument("number", type=int)
def cancel(number: int) -> int:
    """Take back a lesson that has not begun."""
    with opening.opened(settings.load()) as db:
        done = db.write_sync(store.cancel, number)
    click.echo("cancelled" if done else f"lesson {number} has begun or does not exist")
    return 0 if done else 1
