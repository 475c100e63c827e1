"""`campaigns test`: lessons to oneself before they go to others."""

import click

from alerts import places
from campaigns import fitting, own, trying
from campaigns.telling import Teller
from service import opening, settings, teaching
from service.clock import system_time
from service.commands import arguments
from service.commands.arguments import ACTOR
from storage.connection import Connection
from subscribers.languages import TAGS
from templates_i18n import catalogue


@click.command("test")
@click.option("--lesson", "lessons", multiple=True, required=True, help="Which lesson; several.")
@click.option("--language", type=click.Choice(TAGS), required=True, help="In which language.")
@click.option("--to", "phone", required=True, help="Your own number.")
def try_out(lessons: tuple[str, ...], language: str, phone: str) -> int:
    """Send lessons to yourself only. `serve` sends them."""
    chosen = settings.load()
    words = teaching.teller(chosen, opening.lessons(), catalogue.load())
    number = arguments.number(phone, "--to")
    with opening.opened(chosen) as db:
        for wrong in db.read_sync(_wrong, lessons, words):
            raise click.BadParameter(wrong, param_hint="--lesson")
        sealer = opening.sealer(chosen, db)
        sealed = (sealer.fingerprint(number), sealer.seal(number))
        sent = db.write_sync(trying.send, lessons, language, sealed, words, ACTOR, "", system_time())
    click.echo(f"{sent} on their way" if sent else f"not sent: at most {trying.MOST} tests within a day")
    return 0 if sent else 1


def _wrong(db: Connection, lessons: tuple[str, ...], words: Teller) -> list[str]:
    """Lessons that nobody can word, or whose own words may not be sent, and why."""
    there = own.speaking(db, words, lessons)
    known = ", ".join(words.ids())
    unknown = [one for one in lessons if one not in {*there.ids(), *there.own, fitting.FITTING}]
    wrong = [f"{one}: expected one of {known}, or a signed one of your own (own:…)" for one in unknown]
    return wrong + [one.text for one in own.stopped(db, lessons, places.load())]
