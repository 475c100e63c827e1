"""`check`: what is wrong before it matters."""

import click

from service import checks, settings
from service.commands import output
from service.settings import SettingsError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def check(as_json: bool) -> int:
    """Look at settings, database, words, places and feeds. Exit code 1 if something needs attention."""
    code = 0
    try:
        findings = checks.run(settings.load())
    except SettingsError as wrong:
        findings, code = checks.of_settings(wrong), 2
    good = all(finding.good for finding in findings)
    if as_json:
        rows = [{"what": one.what, "good": one.good, "text": one.text} for one in findings]
        output.print_json({"good": good, "findings": rows})
    else:
        for one in findings:
            click.echo(f"{'ok  ' if one.good else 'LOOK'} {one.what}: {one.text}")
    return code or (0 if good else 1)
