"""`campaigns`: lessons planned for people and times; as the console offers them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

import click

from alerts import places
from alerts.japan import JST
from campaigns import calendar, deciding, due, holidays, own, previews, reaching, reading, store
from campaigns import plan as plans
from campaigns.calendar import Every, OnHoliday
from campaigns.deciding import Office, Outcome, Planned
from campaigns.due import Due
from campaigns.plan import Plan
from campaigns.reading import Wish
from campaigns.store import Campaign
from campaigns.telling import Teller
from delivery.byhand.drafts import Wrong
from delivery.byhand.signing import Person, Refused
from service import opening, settings, teaching
from service.clock import system_time
from service.commands import arguments, lesson_tests, output, rules, signing
from service.commands.arguments import ACTOR
from service.settings import Settings
from storage.database import Database
from subscribers import disclosure
from templates_i18n import catalogue
from web.accounts import listing
from web.accounts.roles import Permission, Principal
from web.console.byhand import counts

_WHY_NOT = {
    Outcome.OWN: "was planned by the same person: another one signs",
    Outcome.NOT_ALLOWED: "reaches places that are not theirs",
    Outcome.TOO_LATE: "is over, or somebody was first",
    Outcome.MISSING: "does not exist",
    Outcome.PAST: "has no day ahead any more: change it",
}
#: which option a field is given by
_OPTIONS = {
    "lessons": "--lesson",
    "places": "--municipality",
    "areas": "--municipality",
    "languages": "--language",
    "tags": "--tag",
}


@click.group()
def campaigns() -> None:
    """Lessons between disasters: single or in series, in daylight, held while a warning is in force."""


campaigns.add_command(rules.list_rules)
campaigns.add_command(rules.switch)
campaigns.add_command(lesson_tests.try_out)
_PLAN = (
    click.option(
        "--lesson",
        "lessons",
        multiple=True,
        required=True,
        help="Which lesson, such as water; several in turn. fitting: what fits each one.",
    ),
    click.option("--municipality", "places", multiple=True, required=True, help="Code of 5, 6 or 7 digits; several."),
    click.option("--at", required=True, help="First day, and the hour of Japan: 2026-12-01T10:00."),
    click.option("--until", "closes", default="17:00", show_default=True, help="The hour of Japan at which it ends."),
    click.option("--every", type=click.Choice(list(Every)), default=Every.ONCE, show_default=True, help="The rhythm."),
    click.option("--step", default="1", show_default=True, help="Every so many weeks, months or years."),
    click.option("--after", default="", help="With `--every days`: days after the first one, such as 1,3,7,30."),
    click.option("--times", default="", help="How many times at most."),
    click.option("--end", default="", help="The last day."),
    click.option(
        "--holidays",
        "on_holiday",
        type=click.Choice(list(OnHoliday)),
        default=OnHoliday.MOVE,
        show_default=True,
        help="What becomes of it on a public holiday.",
    ),
    click.option("--language", "languages", multiple=True, help="Only readers of this language; several."),
    click.option("--group", "groups", multiple=True, help="Only people of this group; several."),
    click.option("--tag", "tags", multiple=True, help="Only who said so, or lives at such a place: near_sea; several."),
    click.option("--name", default="", help="What the campaign is called; without it, its lessons."),
    click.option("--as", "user", default="", help="Who plans it, needed for many people; asks their password."),
    click.option("--json", "as_json", is_flag=True, help="One JSON document."),
)
Given = str | tuple[str, ...]


def _with_plan(command: Callable[..., int]) -> Callable[..., int]:
    """The options that describe a campaign."""
    for option in reversed(_PLAN):
        command = option(command)
    return command


@campaigns.command()
@_with_plan
@click.option("--dry-run", is_flag=True, help="Only show days, texts, people, segments and minutes.")
def add(dry_run: bool, user: str, as_json: bool, **given: Given) -> int:
    """Plan lessons. To many people it waits for a second person: `campaigns approve`."""
    chosen, plan = settings.load(), _plan(given)
    with opening.opened(chosen) as db:
        office, home = _office(chosen), plan.audience.places[0]
        if dry_run:
            anybody = Person(name=ACTOR, may=frozenset(plan.audience.places))
            _refuse_wrong(db.read_sync(deciding.refused, plan, anybody, office, system_time()))
            return _preview(db, chosen, plan, home, as_json)
        who = _planner(db, plan, home, office, user)
        made = db.write_sync(deciding.submit, plan, who, office, system_time())
        return _told(made, plan, as_json)


@campaigns.command()
@click.argument("number", type=int)
@_with_plan
def change(number: int, user: str, as_json: bool, **given: Given) -> int:
    """Another plan for what has not been sent. To many people it waits for a second person again."""
    chosen, plan = settings.load(), _plan(given)
    with opening.opened(chosen) as db:
        found, office = _found(db, number), _office(chosen)
        who = _planner(db, plan, found.municipality, office, user, found.plan.audience.places)
        made = db.write_sync(deciding.change, number, plan, who, office, system_time())
        return _say(number, made, "") if isinstance(made, Outcome) else _told(made, plan, as_json)


def _planner(db: Database, plan: Plan, home: str, office: Office, user: str, before: tuple[str, ...] = ()) -> Person:
    """Who plans it: to many people only somebody with a name, for another one has to sign. `before`: where it was."""
    people = db.read_sync(reaching.people, plan.audience, home)
    if user:
        return _person(db, user, home, Permission.SUBMIT)
    if people > office.alone:
        told = disclosure.total(people)
        raise click.UsageError(f"{told} people, more than {office.alone}: say who plans it with --as NAME")
    if own.among(plan):
        raise click.UsageError("a lesson of your own needs two: say who plans it with --as NAME")
    return Person(name=ACTOR, may=frozenset({*plan.audience.places, *before}))


def _person(db: Database, name: str, code: str, permission: Permission) -> Person:
    """Somebody who has shown who they are, with the municipalities for which they may."""
    who = signing.sign(db, name, code, (permission,))
    grants = next(one.grants for one in db.read_sync(listing.everybody) if (one.kind, one.name) == ("user", name))
    may = Principal(name=name, grants=tuple(grants)).places(permission)
    return Person(name=who.name, may=frozenset(may))


def _told(made: Planned | Refused, plan: Plan, as_json: bool) -> int:
    if isinstance(made, Refused):
        _refuse_wrong(made.wrong)
    assert isinstance(made, Planned)
    if as_json:
        output.print_json({"id": made.id, "state": made.state, "people": disclosure.total(made.people)})
        return 0
    first, where = next(calendar.due(plan.timing)).astimezone(JST), ", ".join(plan.audience.places)
    click.echo(f"campaign {made.id}: {plan.name} for {where} from {first:%Y-%m-%d %H:%M} (Japan)")
    if made.state is store.State.WAITING:
        click.echo(f"it waits for a second person: campaigns approve {made.id} --as NAME")
    return 0


def _plan(given: dict[str, Given]) -> Plan:
    at = str(given["at"])
    try:
        first = datetime.fromisoformat(at)
    except ValueError:
        raise click.BadParameter(f"{at}: expected a time such as 2026-12-01T10:00", param_hint="--at") from None
    first = first if first.tzinfo is None else first.astimezone(JST)
    found = reading.read(
        Wish(
            name=str(given["name"]),
            lessons=tuple(given["lessons"]),
            places=tuple(arguments.municipality(code) for code in given["places"]),
            languages=tuple(given["languages"]),
            groups=tuple(given["groups"]),
            tags=tuple(given["tags"]),
            start=f"{first:%Y-%m-%d}",
            every=str(given["every"]),
            step=str(given["step"]),
            after=str(given["after"]),
            opens=f"{first:%H:%M}",
            closes=str(given["closes"]),
            on_holiday=str(given["on_holiday"]),
            times=str(given["times"]),
            end=str(given["end"]),
        )
    )
    if isinstance(found, tuple):
        _refuse_wrong(found)
    assert isinstance(found, Plan)
    return found


def _refuse_wrong(wrong: Sequence[Wrong]) -> None:
    if wrong:
        one = wrong[0]
        hint = _OPTIONS.get(one.field, "--at" if one.field in ("start", "opens") else f"--{one.field}")
        raise click.BadParameter("; ".join(dict.fromkeys(each.text for each in wrong)), param_hint=hint)


def _office(chosen: Settings) -> Office:
    lessons = opening.lessons().ids()
    return Office(places=places.load(), lessons=lessons, alone=chosen.lessons_alone)


def _teller(chosen: Settings) -> Teller:
    return teaching.teller(chosen, opening.lessons(), catalogue.load())


def _preview(db: Database, chosen: Settings, plan: Plan, home: str, as_json: bool) -> int:
    shown = db.read_sync(previews.of, plan, home, _teller(chosen), chosen.rate()).lessons
    days = [day.isoformat() for day in calendar.days(plan.timing)]
    if as_json:
        output.print_json({"days": days, "lessons": [_row_of_preview(one, chosen) for one in shown]})
        return 0
    click.echo(f"days: {', '.join(f'{day} {holidays.name(date.fromisoformat(day))}'.strip() for day in days)}")
    for one in shown:
        row = _row_of_preview(one, chosen)
        cost = "" if row["cost"] is None else f", {row['cost']:.2f} in all"
        click.echo(
            f"\n{one.lesson}: {row['people']} people, {row['segments']} segments, {row['minutes']} minutes{cost}"
        )
        for text in one.texts:
            click.echo(f"[{text.language}] {text.segments} × {text.encoding}\n{text.text}")
    return 0


def _row_of_preview(one: previews.Preview, chosen: Settings) -> dict[str, object]:
    """Segments tell who reads what where few do, and so they go the way of the people."""
    told = counts.of(one.texts, in_steps=one.in_steps)
    priced = isinstance(told.segments, int) and chosen.segment_price
    return {
        "lesson": one.lesson,
        "people": told.people,
        "segments": told.segments,
        "minutes": round(one.seconds / 60, 1),
        "cost": one.segments * chosen.segment_price if priced else None,
        "texts": [
            {"language": text.language, "text": text.text, "encoding": text.encoding, "segments": text.segments}
            for text in one.texts
        ],
    }


@campaigns.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_campaigns(as_json: bool) -> int:
    """The latest campaigns, and when each is due next."""
    with opening.opened(settings.load()) as db:
        found = db.read_sync(store.latest)
        coming = db.read_sync(due.next_of, [one.id for one in found])
    rows = [_row(one, coming.get(one.id)) for one in found]
    if as_json:
        output.print_json({"campaigns": rows})
        return 0
    if not rows:
        output.say("no campaign is planned")
    for row in rows:
        name, state, next_due = row["name"], row["state"], row["next_due_at"] or "nothing more"
        click.echo(f"{row['id']}: {name} for {', '.join(row['places'])}: {state}, {next_due}")  # type: ignore[arg-type]
    return 0


@campaigns.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show(number: int, as_json: bool) -> int:
    """One campaign: its plan, and every lesson that was sent, waits or is held, with the reason."""
    with opening.opened(settings.load()) as db:
        found = _found(db, number)
        rows = db.read_sync(due.of_campaign, number)
        row = _row(found, db.read_sync(due.next_of, [number]).get(number))
    row["plan"] = plans.to_json(found.plan)
    row["lessons"] = [
        {
            "place": one.place,
            "number": one.number,
            "lesson": one.lesson,
            "planned_for": _time(one.planned_for),
            "due_at": _time(one.due_at),
            "state": one.state,
            "reason": one.reason,
        }
        for one in rows
    ]
    if as_json:
        output.print_json(row)
        return 0
    click.echo(f"campaign {found.id}: {found.plan.name}: {found.state} {found.reason}".rstrip())
    for one in rows:
        at = f"{one.due_at.astimezone(JST):%Y-%m-%d %H:%M}"
        click.echo(f"  {one.place} {one.lesson} at {at}: {one.state} {one.reason}".rstrip())
    return 0


def _row(one: Campaign, coming: Due | None) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.plan.name,
        "municipality": one.municipality,
        "places": list(one.plan.audience.places),
        "state": one.state,
        "people": disclosure.total(one.people),
        "planned_by": one.planned_by,
        "decided_by": one.decided_by or None,
        "rule": one.rule or None,
        "next_due_at": _time(coming.due_at) if coming else None,
    }


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@campaigns.command()
@click.argument("number", type=int)
@click.option("--as", "name", required=True, help="Who signs: not who planned it; asks their password.")
def approve(number: int, name: str) -> int:
    """The second signature: a campaign to many people begins."""
    with opening.opened(settings.load()) as db:
        found = _found(db, number)
        person, done = _signer(db, found, name), "is approved and stays paused" if found.stays_paused else "runs"
        return _say(number, db.write_sync(deciding.approve, number, person, places.load(), system_time()), done)


@campaigns.command()
@click.argument("number", type=int)
@click.option("--as", "name", required=True, help="Who says no; asks their password.")
@click.option("--why", default="", help="The reason, kept with it.")
def reject(number: int, name: str, why: str) -> int:
    """It is not sent."""
    with opening.opened(settings.load()) as db:
        person = _signer(db, _found(db, number), name)
        outcome = db.write_sync(deciding.reject, number, person, why, places.load(), system_time())
        return _say(number, outcome, "is rejected")


def _signer(db: Database, found: Campaign, name: str) -> Person:
    return _person(db, name, found.municipality, Permission.APPROVE)


@campaigns.command()
@click.argument("number", type=int)
def pause(number: int) -> int:
    """Send nothing more of it until `campaigns resume`."""
    with opening.opened(settings.load()) as db:
        person = _operator(_found(db, number))
        return _say(number, db.write_sync(deciding.pause, number, person, places.load(), system_time()), "is paused")


@campaigns.command()
@click.argument("number", type=int)
def resume(number: int) -> int:
    """Go on after a pause; what has become too late is left out."""
    with opening.opened(settings.load()) as db:
        person = _operator(_found(db, number))
        return _say(number, db.write_sync(deciding.resume, number, person, places.load(), system_time()), "goes on")


@campaigns.command()
@click.argument("number", type=int)
def stop(number: int) -> int:
    """End it for good; texts that have not left are withdrawn."""
    with opening.opened(settings.load()) as db:
        person = _operator(_found(db, number))
        return _say(number, db.write_sync(deciding.stop, number, person, places.load(), system_time()), "is stopped")


def _operator(found: Campaign) -> Person:
    return Person(name=ACTOR, may=frozenset(found.plan.audience.places))


def _found(db: Database, number: int) -> Campaign:
    found = db.read_sync(store.find, number)
    if found is None:
        raise click.BadParameter(f"{number}: there is no such campaign; see `campaigns list`", param_hint="NUMBER")
    return found


def _say(number: int, outcome: Outcome, done: str) -> int:
    click.echo(f"campaign {number} {done if outcome is Outcome.DONE else _WHY_NOT[outcome]}")
    return 0 if outcome is Outcome.DONE else 1
