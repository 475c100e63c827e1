"""`database backup` and `database restore`, of the SQLite file; PostgreSQL brings its own."""

import shlex
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import click

from service import opening, settings
from service.commands import output
from service.settings import Settings, SettingsError
from storage import database, sqlite_backup
from storage.sqlite_backup import Copied

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def backup(file: Path, as_json: bool) -> int:
    """Copy the database into FILE, a new file, and test the copy. The service may run meanwhile.

    The key that opens the numbers is not in it: keep a copy of the key apart.
    """
    chosen = settings.load()
    _only_a_file(chosen, f"pg_dump --format=custom --file={shlex.quote(str(file))} {_address(chosen)}")
    with ExitStack() as stack:
        copied = sqlite_backup.back_up(Path(chosen.database), file, output.progress(stack, "copying"))
    _say(copied, file, as_json=as_json)
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
    _only_a_file(chosen, f"pg_restore --exit-on-error --dbname={_address(chosen)} {shlex.quote(str(file))}")
    with ExitStack() as stack:
        copied = sqlite_backup.restore(file, Path(chosen.database), output.progress(stack, "copying"))
    wrong = _why_no_key(chosen)
    _say(copied, Path(chosen.database), as_json=as_json, key=wrong or "opens the numbers")
    if copied.unsent:
        output.say(
            f"{copied.unsent:,} texts had not left when the backup was made. Those that left after it and are still"
            " in time are sent a second time by `serve`."
        )
    return 1 if wrong else 0


def _why_no_key(chosen: Settings) -> str:
    """Why the key of the settings does not fit what was restored; '' if it does, or nothing is sealed."""
    try:
        with opening.opened(chosen) as db:
            opening.try_key(chosen, db)
    except SettingsError as wrong:
        return "; ".join(wrong.problems)
    return ""


def _only_a_file(chosen: Settings, instead: str) -> None:
    if database.is_postgresql(chosen.database):
        raise click.UsageError(f"TOMOSHIBI_DATABASE is PostgreSQL, which has its own command: {instead}")


def _address(chosen: Settings) -> str:
    """For a shell, without the password, which others on the machine could read there."""
    parts = urlsplit(chosen.database)
    user, _, server = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    return shlex.quote(urlunsplit(parts._replace(netloc=f"{name}@{server}" if name else server)))


def _say(copied: Copied, where: Path, *, as_json: bool, key: str = "") -> None:
    if as_json:
        tables = {name: {"rows": one.rows, "checksum": one.checksum} for name, one in sorted(copied.tables.items())}
        document: dict[str, object] = {
            "file": str(where),
            "bytes": copied.size,
            "sha256": copied.sha256,
            "rows": copied.rows,
            "log_entries": copied.entries,
            "unsent": copied.unsent,
            "tables": tables,
        }
        output.print_json(document | ({"key": key} if key else {}))
        return
    click.echo(f"{where}: {copied.size:,} bytes, {copied.rows:,} rows in {len(copied.tables)} tables")
    click.echo(f"sound; log of changes unbroken, {copied.entries:,} entries; sha256 {copied.sha256}")
    if key:
        click.echo(f"key: {key}")
