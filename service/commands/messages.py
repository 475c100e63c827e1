"""`messages`: every text of the catalogue, rendered for a sample place."""

import click

from alerts import places
from alerts.vocabulary import Hazard
from service.commands import output
from templates_i18n import budgets, catalogue, gates, matrix
from templates_i18n.budgets import Exceptions
from templates_i18n.catalogue import Catalogue


@click.command()
@click.option("--language", help="Only this language, such as vi.")
@click.option("--hazard", type=click.Choice([hazard.value for hazard in Hazard]), help="Only this hazard.")
@click.option("--place", default=matrix.SAMPLE_PLACE, show_default=True, help="Five-digit municipality code.")
@click.option("--check", is_flag=True, help="Check the words of --language instead: what is missing, wrong, too long.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def messages(language: str | None, hazard: str | None, place: str, check: bool, as_json: bool) -> int:
    """Show every text of the catalogue, or check one language of it."""
    if check:
        return _check(language)
    table, words = places.load(), catalogue.load()
    code = table.normalise_code(place)
    if code is None:
        raise click.BadParameter(f"{place}: no municipality has this code", param_hint="--place")
    if language is not None and language not in words.names:
        raise click.BadParameter(f"{language}: expected one of {', '.join(words.names)}", param_hint="--language")
    document = matrix.messages_json(words, table, code, language, Hazard(hazard) if hazard else None)
    if as_json:
        output.print_json(document)
        return 0
    for row in document["messages"]:
        heading = f"{row['hazard']} {row['grade']} {row['kind']} · {row['form']} · {row['language']}"
        click.secho(f"{heading} · {row['segments']} × {row['encoding']}", bold=True)
        click.echo(row["text"] + "\n")
    return 0


def _check(language: str | None) -> int:
    """Print what a language lacks, what is wrong and what is too long; 1 if a writer has something to do."""
    if language is None:
        raise click.UsageError("--check needs --language, such as --language vi")
    try:
        words = catalogue.load()
    except catalogue.CatalogueError as wrong:
        mine = [
            problem for problem in wrong.problems if problem.startswith((f"{language}.toml", f"review/{language}."))
        ]
        for problem in mine or wrong.problems:
            click.echo(problem)
        return 1
    if language not in words.by_tag:
        raise click.BadParameter(f"{language}: expected one of {', '.join(words.by_tag)}", param_hint="--language")
    table = places.load()
    found = [problem for problem in gates.check(words, table, language) if problem.gate != "budget"]
    for gap in words.missing.get(language, ()):
        click.echo(f"missing: {gap}")
    for fault in found:
        click.echo(str(fault))
    over = _too_long(budgets.measure(words, table, (language,)), language)
    unread = words.unread.get(language, ())
    click.secho(_summary(words, language, len(found), over, len(unread)), bold=True)
    return 1 if found or words.missing.get(language) else 0


def _too_long(measured: Exceptions, language: str) -> tuple[int, int]:
    """Print the texts over budget, the worst last; how many for usual names of places, and how many others."""
    rows = measured.get(language, {})
    # a drill carries its word twice; nobody hurries for it
    usual = {
        key: missed
        for key, missed in rows.items()
        if not missed.reason.endswith(budgets.LONG_NAME) and ".drill." not in key
    }
    for key, missed in sorted(usual.items(), key=lambda row: row[1].segments):
        click.echo(f"too long: {key}: {missed.segments} segments, {missed.reason}")
    return len(usual), len(rows) - len(usual)


def _summary(words: Catalogue, language: str, faults: int, over: tuple[int, int], unread: int) -> str:
    missing = len(words.missing.get(language, ()))
    return (
        f"{language}: {missing} keys missing, {faults} faults, {over[0]} texts too long, {over[1]} more in drills or "
        f"with the longest names of places, {unread} sentences not read back"
    )
