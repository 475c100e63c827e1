"""`replay`: what telegram files would do."""

from pathlib import Path
from typing import Any

import click

from alerts import places
from service import replay as history
from service.commands import output


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def replay(paths: tuple[Path, ...], as_json: bool) -> int:
    """Read telegram files or folders as one history, and say what each would do. Sends nothing."""
    try:
        files = history.load(history.find(paths))
    except OSError as wrong:
        raise click.UsageError(f"{wrong.filename}: {wrong.strerror}" if wrong.filename else str(wrong)) from None
    if not files:
        output.say(f"no telegram files (*.xml) below {', '.join(map(str, paths))}")
    document = history.replay(files, places.load())
    if as_json:
        output.print_json(document)
    else:
        for row in document["telegrams"]:
            _show(row)
    return 1 if not files or any(row["outcome"] == "unreadable" for row in document["telegrams"]) else 0


def _show(row: dict[str, Any]) -> None:
    name = Path(row["file"]).name
    click.echo(f"{name}: {row['type'] or '?'} {row['status'] or ''} {row['outcome']}: {row['reason']}")
    for alert in row["alerts"]:
        grades = list(alert["places"].values())
        counts = ", ".join(f"{grade} in {grades.count(grade)}" for grade in sorted(set(grades)))
        click.echo(f"    {alert['msg_type']} {alert['hazard']} -> {alert['decision']}: {counts or 'no place'}")
    for notice in row.get("notices", ()):
        click.echo(f"    ! {notice}")
