"""The group `database`, and `database move`: everything from the SQLite file into a new PostgreSQL, compared."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console

from service import opening, settings
from service.clock import system_time
from service.commands import backing_up, output
from service.commands.arguments import ACTOR
from service.settings import Settings
from storage import audit, database, moving
from storage.connection import Connection
from storage.database import Database
from storage.moving import Sum


@click.group("database")
def database_() -> None:
    """The database itself."""


database_.add_command(backing_up.backup)
database_.add_command(backing_up.restore)


@database_.command()
@click.argument("target")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def move(target: str, as_json: bool) -> int:
    """Copy everything from the SQLite file of the settings to TARGET (postgresql://…), a new database, and compare.

    Stop the service first. The file stays as it is. Put the password into ~/.pgpass, not into TARGET.
    """
    chosen = settings.load()
    if database.is_postgresql(chosen.database) or not Path(chosen.database).exists():
        raise click.UsageError(f"TOMOSHIBI_DATABASE: expected the SQLite file to move from, found {_from(chosen)}")
    if not database.is_postgresql(target):
        raise click.UsageError("TARGET: expected an address postgresql://…")
    with ExitStack() as stack:
        source = stack.enter_context(opening.opened(chosen, role="serve"))
        there = database.open(target)
        stack.callback(there.close_sync)
        there.migrate()
        moved = _move(source, there)
    _say(moved, chosen, as_json=as_json)
    return 0


def _move(source: Database, target: Database) -> dict[str, Sum]:
    fresh = _fresh()
    with Console(stderr=True).status("moving") as status:

        def tell(table: str, rows: int) -> None:
            status.update(f"moving {table}: {rows:,}")

        def into(there: Connection) -> dict[str, Sum]:
            moved = source.read_sync(lambda here: moving.move(here, there, fresh, tell))
            details = {"rows": sum(one.rows for one in moved.values())}
            audit.append(
                there, now=system_time(), actor=ACTOR, action="database moved", subject="database", details=details
            )
            return moved

        return target.write_sync(into)


def _fresh() -> dict[str, Sum]:
    """What a new database holds."""
    with tempfile.TemporaryDirectory(prefix="tomoshibi-") as folder:
        new = database.open(Path(folder) / "new.db")
        try:
            return new.read_sync(moving.sums)
        finally:
            new.close_sync()


def _from(chosen: Settings) -> str:
    return "PostgreSQL" if database.is_postgresql(chosen.database) else f"no file {chosen.database}"


def _say(moved: dict[str, Sum], chosen: Settings, *, as_json: bool) -> None:
    rows = sum(one.rows for one in moved.values())
    if as_json:
        document = {name: {"rows": one.rows, "checksum": one.checksum} for name, one in sorted(moved.items())}
        output.print_json({"rows": rows, "tables": document})
    else:
        for name, one in sorted(moved.items()):
            if one.rows:
                click.echo(f"{name:<24}{one.rows:>12,}  {one.checksum[:16]}")
        click.echo(f"{rows:,} rows in {len(moved)} tables are in the new database, and the same by count and checksum")
    output.say("Now set TOMOSHIBI_DATABASE to the new address, and TOMOSHIBI_SECRET_KEY_FILE to the key of the file")
    output.say(
        f"({Path(chosen.database).parent / 'tomoshibi.key'}) on every machine. Keep the file until you are sure."
    )
