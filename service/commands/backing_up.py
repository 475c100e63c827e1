"""`database backup` and `database restore`, on both engines."""

from contextlib import ExitStack
from pathlib import Path

import click

from delivery import restoring
from service import opening, settings
from service.clock import system_time
from service.commands import output
from service.settings import Settings, SettingsError
from storage import database, postgresql_backup, sqlite_backup
from storage.backups import Copied, Held
from storage.connection import Connection

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def backup(file: Path, as_json: bool) -> int:
    """Copy the database into FILE, a new file, and test the copy. The service may run meanwhile.

    The key that opens the numbers is not in it: keep a copy of the key apart.
    """
    chosen = settings.load()
    with ExitStack() as stack:
        if database.is_postgresql(chosen.database):
            copied = postgresql_backup.back_up(chosen.database, file)
        else:
            copied = sqlite_backup.back_up(Path(chosen.database), file, output.progress(stack, "copying"))
    _say(str(file), copied.held, copied, as_json=as_json)
    output.say("The key that opens the numbers is NOT in it. Keep a copy of the key in another place:")
    output.say(f"{opening.key_place(chosen)}. Without it nobody in this backup can be told anything.")
    return 0


@click.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def restore(file: Path, as_json: bool) -> int:
    """Put the backup FILE where the settings look for the database. The service must be stopped, and no file be there.

    Exit code 1 if the key of the settings does not open its numbers.
    """
    chosen = settings.load()
    with ExitStack() as stack:
        if database.is_postgresql(chosen.database):
            copied, held = None, postgresql_backup.restore(chosen.database, file, _doubt)
        else:
            copied = sqlite_backup.restore(file, Path(chosen.database), _doubt, output.progress(stack, "copying"))
            held = copied.held
    wrong = _why_no_key(chosen)
    where = "PostgreSQL" if copied is None else chosen.database
    _say(where, held, copied, as_json=as_json, key=wrong or "opens the numbers")
    if held.unsent:
        output.say(
            f"{held.unsent:,} texts had not left when the backup was made. `serve` looks those that are still in time"
            " up at the provider, and sends what is not there."
        )
    return 1 if wrong else 0


def _doubt(db: Connection) -> None:
    restoring.doubt(db, system_time())


def _why_no_key(chosen: Settings) -> str:
    """Why the key of the settings does not fit what was restored; '' if it does, or nothing is sealed."""
    try:
        with opening.opened(chosen) as db:
            opening.try_key(chosen, db)
    except SettingsError as wrong:
        return "; ".join(wrong.problems)
    return ""


def _say(where: str, held: Held, copied: Copied | None, *, as_json: bool, key: str = "") -> None:
    if as_json:
        tables = {name: {"rows": one.rows, "checksum": one.checksum} for name, one in sorted(held.tables.items())}
        document: dict[str, object] = {
            "file": where,
            "rows": held.rows,
            "log_entries": held.entries,
            "unsent": held.unsent,
            "tables": tables,
        }
        file = {"bytes": copied.size, "sha256": copied.sha256} if copied else {}
        output.print_json(document | file | ({"key": key} if key else {}))
        return
    size, digest = (f"{copied.size:,} bytes, ", f"; sha256 {copied.sha256}") if copied else ("", "")
    click.echo(f"{where}: {size}{held.rows:,} rows in {len(held.tables)} tables")
    click.echo(f"sound; log of changes unbroken, {held.entries:,} entries{digest}")
    if key:
        click.echo(f"key: {key}")
