"""`languages`: who answers for the words of a language before they are sent for real."""

from importlib import resources
from pathlib import Path

import click

from alerts.japan import JST
from delivery import accepting
from service import opening, settings
from service.clock import system_time
from service.commands import output
from templates_i18n import catalogue, signing
from templates_i18n.language import Review


@click.group()
def languages() -> None:
    """Languages, how far their words were looked at, and who answers for them."""


@languages.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_languages(as_json: bool) -> int:
    """All languages with words. Exit code 1 if one waits to be accepted."""
    words = catalogue.load()
    with opening.opened(settings.load()) as db:
        found = {one.language: one for one in db.read_sync(accepting.accepted)}
    waiting = accepting.waiting(words, frozenset(found))
    rows = [
        {
            "language": tag,
            "review": str(language.review),
            "accepted_by": found[tag].by if tag in found else None,
            "waits": tag in waiting,
        }
        for tag, language in words.by_tag.items()
    ]
    if as_json:
        output.print_json({"languages": rows})
    else:
        for row in rows:
            who = f", accepted by {row['accepted_by']}" if row["accepted_by"] else ""
            waits = ": waits; readers get Easy Japanese and English in real SMS" if row["waits"] else ""
            click.echo(f"{row['language']}: {row['review']}{who}{waits}")
    return 1 if waiting else 0


@languages.command("accept")
@click.argument("language")
@click.option("--by", required=True, help="Who answers for it: name and office.")
def accept(language: str, by: str) -> int:
    """Let a language be sent for real although nobody has signed its words. Stands in the log of changes."""
    words = catalogue.load()
    if language not in words.by_tag:
        known = ", ".join(words.by_tag)
        raise click.BadParameter(f"{language!r}: expected one that has words: {known}", param_hint="LANGUAGE")
    if not by.strip():
        raise click.BadParameter("expected a name and an office", param_hint="--by")
    if words.by_tag[language].review is Review.SIGNED:
        click.echo(f"{language} is signed; nothing to accept")
        return 0
    with opening.opened(settings.load()) as db:
        done = db.write_sync(accepting.accept, language, words.version, by.strip(), system_time())
    click.echo(f"{language} is accepted" if done else f"{language} was accepted before")
    return 0


@languages.command("sign")
@click.argument("language")
@click.option("--name", required=True, help="Who answers for the words, and speaks the language.")
@click.option("--office", required=True, help="Where they can be found: city and office, or organisation.")
@click.option("--lessons", "of_lessons", is_flag=True, help="The words of the lessons, not of the warnings.")
def sign(language: str, name: str, office: str, *, of_lessons: bool) -> int:
    """Write beside the words who answers for them. Needs a language that was read back whole."""
    words_of = signing.of_lessons if of_lessons else signing.of_warnings
    folder = Path(str(resources.files("templates_i18n"))) / ("lessons" if of_lessons else "catalogue")
    words = words_of(folder, language)
    if words is None:
        raise click.BadParameter(f"{language!r}: expected a language that has words", param_hint="LANGUAGE")
    signature = signing.Signature(name=name, office=office, day=system_time().astimezone(JST).date())
    try:
        match signing.sign(words, signature):
            case signing.Refused(reason=reason):
                click.echo(f"{language}: {reason}", err=True)
                return 1
            case signing.Signed(words=signed_for):
                record = words.folder / "review" / f"{language}.toml"
                click.echo(f"{language} is signed by {name.strip()} for the words {signed_for}: {record}")
    except OSError as error:
        raise click.UsageError(f"the words cannot be written: {error}; sign in a checkout of your own") from error
    return 0
