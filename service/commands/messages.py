"""`messages`: every text of the catalogue, rendered for a sample place."""

import click

from alerts import places
from alerts.vocabulary import Hazard
from service.commands import output
from templates_i18n import catalogue, matrix


@click.command()
@click.option("--language", help="Only this language, such as vi.")
@click.option("--hazard", type=click.Choice([hazard.value for hazard in Hazard]), help="Only this hazard.")
@click.option("--place", default=matrix.SAMPLE_PLACE, show_default=True, help="Five-digit municipality code.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def messages(language: str | None, hazard: str | None, place: str, as_json: bool) -> int:
    """Show every text of the catalogue."""
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
