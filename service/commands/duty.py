"""`duty` and `triage`: who is on duty, and who says they are safe or need help. Two people see a number."""

import click

from alerts import places
from delivery.twoway import revealing, triage
from service import opening, settings
from service.clock import system_time
from service.commands import arguments, output, signing
from service.commands.arguments import ACTOR
from storage import audit
from storage.connection import Connection
from subscribers import msisdn
from subscribers.msisdn import Msisdn
from web.accounts.roles import Permission

_MUNICIPALITY = click.option("--municipality", required=True, help="Code of the municipality (5, 6 or 7 digits).")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
_SHORT = {"119": "help_ack", "ask": "safe_or_help_offer"}
_EITHER = (Permission.SUBMIT, Permission.APPROVE)


@click.group()
def duty() -> None:
    """Who is on duty for "safe / need help". Without anybody nobody is asked."""


@duty.command()
@click.argument("number")
@_MUNICIPALITY
def add(number: str, municipality: str) -> int:
    """Name somebody on duty by their mobile number."""
    return _change(number, municipality, added=True)


@duty.command()
@click.argument("number")
@_MUNICIPALITY
def remove(number: str, municipality: str) -> int:
    """Somebody is no longer on duty."""
    return _change(number, municipality, added=False)


@duty.command("list")
@_MUNICIPALITY
@_JSON
def list_duty(municipality: str, as_json: bool) -> int:
    """Masked numbers of those on duty. Exit code 1 where there is nobody."""
    code, chosen = arguments.municipality(municipality), settings.load()
    with opening.opened(chosen) as db:
        sealer = opening.sealer(chosen, db)
        masked = [msisdn.mask(sealer.open(sealed)) for _, sealed in db.read_sync(triage.duty, code)]
    if as_json:
        output.print_json({"municipality": code, "on_duty": masked})
    else:
        click.echo("\n".join(masked) or f"nobody is on duty for {code}: nobody is asked whether they are safe")
    return 0 if masked else 1


def _change(number: str, municipality: str, *, added: bool) -> int:
    code, parsed, chosen = arguments.municipality(municipality), arguments.number(number), settings.load()
    with opening.opened(chosen) as db:
        sealer = opening.sealer(chosen, db)
        known, sealed, now = sealer.fingerprint(parsed), sealer.seal(parsed), system_time()

        def change(connection: Connection) -> bool:
            if added:
                done = triage.add_duty(connection, code, known, sealed, now)
            else:
                done = triage.remove_duty(connection, code, known)
            if done:
                action = "on duty" if added else "off duty"
                subject = f"duty:{code}"
                audit.append(connection, now=now, actor=ACTOR, action=action, subject=subject, municipality=code)
            return done

        done = db.write_sync(change)
    what = "is on duty" if added else "is off duty"
    click.echo(f"{msisdn.mask(parsed)} {what} for {code}" if done else "nothing to change")
    return 0 if done else 1


@click.group("triage")
def cases() -> None:
    """Who says they are safe or need help. This is not 119."""


@cases.command("list")
@_MUNICIPALITY
@_JSON
def list_cases(municipality: str, as_json: bool) -> int:
    """The list by place, without numbers. Exit code 1 where somebody needs help and has no answer."""
    code, table = arguments.municipality(municipality), places.load()
    with opening.opened(settings.load()) as db:
        found = db.read_sync(triage.cases, code)
    rows = [
        {
            "id": one.id,
            "place": one.place,
            "name": place.names.en if (place := table.place(one.place)) else one.place,
            "says": one.says,
            "said_at": f"{one.said_at:%Y-%m-%dT%H:%M:%SZ}",
            "answer": one.answer or None,
        }
        for one in found
    ]
    if as_json:
        output.print_json({"municipality": code, "cases": rows})
    else:
        for row in rows:
            click.echo(f"#{row['id']} {row['name']}: {row['says']} since {row['said_at']}; answer: {row['answer']}")
    return 1 if any(one.says == "help" and not one.answer for one in found) else 0


@cases.command()
@_MUNICIPALITY
@click.option("--by", required=True, help="User who asks for it.")
@click.option("--approved-by", required=True, help="Another user who approves it.")
def ask(municipality: str, by: str, approved_by: str) -> int:
    """Ask the municipality's people whether they are safe. Two people sign with their passwords."""
    code, now = arguments.municipality(municipality), system_time()
    if by == approved_by:
        raise click.UsageError("the second person must be another one")
    with opening.opened(settings.load()) as db:
        words = opening.spoken(settings.load(), db)
        first = signing.sign(db, by, code, (Permission.SUBMIT,))
        second = signing.sign(db, approved_by, code, (Permission.APPROVE,))
        if not settings.load().two_way:
            raise click.UsageError("nobody could answer: TOMOSHIBI_TWO_WAY is not set")

        def note(connection: Connection) -> None:
            audit.append(
                connection,
                now=now,
                actor=first.name,
                action="asked whether people are safe",
                subject=f"triage:{code}",
                municipality=code,
                details={"approved_by": second.name},
            )

        if db.read_sync(triage.duty, code):
            db.write_sync(note)
        asked = 0
        last: int | None = 0
        while last is not None:
            some = db.write_sync(triage.offer, code, f"{now:%Y%m%d%H%M}", words, now, last)
            asked, last = asked + some.people, some.last
    click.echo(f"{asked} people are asked" if asked else "nobody is asked: is somebody on duty? see duty list")
    return 0 if asked else 1


@cases.command()
@click.argument("case", type=int)
@click.option("--phrase", required=True, type=click.Choice(list(_SHORT)), help="Which fixed phrase.")
@_MUNICIPALITY
def answer(case: int, phrase: str, municipality: str) -> int:
    """Say a fixed phrase to the person of a case: seen, 119 (call it now), ask (again whether they are safe)."""
    code = arguments.municipality(municipality)
    with opening.opened(settings.load()) as db:
        words = opening.spoken(settings.load(), db)
        done = db.write_sync(triage.answer, code, case, _SHORT[phrase], words, system_time())
    click.echo(f"#{case} is told" if done else f"#{case}: no such case in {code}")
    return 0 if done else 1


@cases.command()
@click.argument("case", type=int)
@_MUNICIPALITY
@click.option("--by", required=True, help="User who signs; the number is shown when a second one has signed.")
@_JSON
def reveal(case: int, municipality: str, by: str, as_json: bool) -> int:
    """Show a person's number, once two people have signed for it. Audited; the person is told."""
    code, chosen = arguments.municipality(municipality), settings.load()
    with opening.opened(chosen) as db:
        words = opening.spoken(chosen, db)
        sealer = opening.sealer(chosen, db)
        who = signing.sign(db, by, code, _EITHER)
        found = db.write_sync(revealing.reveal, code, case, who.name, words, system_time())
        number = sealer.open(found.sealed) if isinstance(found, revealing.Revealed) else None
    return _show_reveal(case, found, number, as_json=as_json)


def _show_reveal(case: int, found: revealing.Result, number: Msisdn | None, *, as_json: bool) -> int:
    said = _says(case, found)
    if as_json:
        output.print_json({"case": case, "number": number, "says": said})
    else:
        click.echo(number or said)
    return 0 if number else 1


def _says(case: int, found: revealing.Result) -> str:
    match found:
        case revealing.Revealed():
            return f"#{case}: two people have signed; the person is told"
        case revealing.Waits(first=first):
            return f"#{case} waits for a second person; {first} has signed"
        case revealing.Missing():
            return f"#{case}: no such case"
