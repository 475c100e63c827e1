"""Copies a PostgreSQL database into a file and back, by the server's own pg_dump and pg_restore.

What the copy holds is counted in the very snapshot that is dumped. Passwords go by a file to the tools, never by
their command line, which others on the machine can read.
"""

import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from storage import backups, postgresql
from storage.backups import Change, Copied, Held
from storage.connection import Connection
from storage.errors import StorageError

_REMEDY = "install the client programs of the server's version (Debian: postgresql-client), or run elsewhere"


def back_up(url: str, target: Path) -> Copied:
    """Copy the database, beside whatever works on it, as it is at one moment."""
    backups.refuse_taken(target)
    address = _without_password(url)
    for tool in ("pg_dump", "pg_restore"):
        _tool(tool, ["pg_dump", "--format=custom", f"--file={target}", address])
    engine = postgresql.open_server(url, "tool")
    try:
        with backups.part_of(target) as part:
            held = engine.read(lambda db: _dump(db, url, part, address))
            size, digest = backups.digest(part)
            backups.take_name(part, target)
    finally:
        engine.close()
    return Copied(size=size, sha256=digest, held=held)


def _dump(db: Connection, url: str, part: Path, address: str) -> Held:
    held = backups.look(db, "the database")
    snapshot = db.execute("SELECT pg_export_snapshot() AS name")[0].text("name")
    _run(["pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={part}", "{address}"], address, url)
    _run(["pg_restore", "--list", str(part)], address, url)
    return held


def restore(url: str, source: Path, change: Change) -> Held:
    """Put a backup into an empty database, all or nothing, and make `change` in it; what was in the backup.

    StorageError where the database is not empty.
    """
    if not source.is_file():
        raise StorageError(f"{source}: there is no such backup")
    address = _without_password(url)
    _tool("pg_restore", ["pg_restore", "--exit-on-error", f"--dbname={address}", str(source)])
    engine = postgresql.open_server(url, "tool")
    try:
        if engine.read(_is_taken):
            raise StorageError("the database holds tables already and is never written over; give a new, empty one")
        options = ("--exit-on-error", "--single-transaction", "--no-owner", "--dbname={address}")
        _run(["pg_restore", *options, str(source)], address, url)
        engine.migrate()
        held = engine.read(lambda db: backups.look(db, str(source)))
        engine.write(change)
    finally:
        engine.close()
    return held


def _is_taken(db: Connection) -> bool:
    return bool(db.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LIMIT 1"))


def _tool(name: str, instead: list[str]) -> str:
    """Where the program is; StorageError names the remedy, and the command to run elsewhere."""
    found = shutil.which(name)
    if found is None:
        raise StorageError(f"{name} is not on this machine: {_REMEDY}: {shlex.join(instead)}")
    return found


def _run(command: list[str], address: str, url: str) -> None:
    """With `{address}` in the command replaced; the password goes by a file that only its owner reads."""
    with tempfile.TemporaryDirectory(prefix="tomoshibi-") as folder:
        full = _with_password_file(address, url, Path(folder) / "password")
        words = [_tool(command[0], command), *(word.replace("{address}", full) for word in command[1:])]
        done = subprocess.run(words, capture_output=True, text=True, check=False, errors="replace")
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise StorageError(f"{command[0]}: {said[0] if said else f'ended with {done.returncode}'}")


def _with_password_file(address: str, url: str, file: Path) -> str:
    secret = urlsplit(url).password
    if not secret:
        return address
    escaped = unquote(secret).replace("\\", "\\\\").replace(":", "\\:")
    file.touch(mode=0o600)
    file.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
    return f"{address}{'&' if urlsplit(address).query else '?'}passfile={quote(str(file), safe='')}"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user, _, server = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{name}@{server}" if name else server))
