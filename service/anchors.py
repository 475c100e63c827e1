"""The newest entry of the log of changes, noted outside the database: whoever cuts its end off is found out.

A chain proves that nothing in it was changed; that nothing at its end is gone only somebody outside can know. Beside
a SQLite file stands `tomoshibi.heads`, one line for each minute with news; every head also goes to the service's log.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from service.settings import Settings
from storage import audit, database
from storage.database import Database

_log = logging.getLogger(__name__)
_FILE = "tomoshibi.heads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """An entry that was the newest one."""

    number: int
    hash: str


def path_of(settings: Settings) -> Path | None:
    """Where heads are noted; None on PostgreSQL, where they go to the service's log alone."""
    if database.is_postgresql(settings.database):
        return None
    return Path(settings.database).parent / _FILE


def note(db: Database, path: Path | None) -> bool:
    """Note the newest entry if it is news; False if it is not. Blocks."""
    newest = db.read_sync(audit.newest)
    if newest is None or (path is not None and (known := last(path)) is not None and known.number >= newest[0]):
        return False
    number, found = newest
    _log.info("audit_head", extra={"number": number, "hash": found})
    if path is not None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{number} {found}\n")
    return True


def last(path: Path) -> Head | None:
    """The newest head of the file; None without one."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in reversed(lines):
        number, _, found = line.partition(" ")
        if number.isdigit() and len(found) == 64:
            return Head(number=int(number), hash=found)
    return None


def why_broken(db: Database, head: Head) -> str:
    """Why the log of changes is not the one of which this was the newest entry; '' if it is. Blocks."""
    found = db.read_sync(audit.hash_of, head.number)
    if found == head.hash:
        return ""
    what = "is gone" if found is None else "is another one"
    return f"entry {head.number}, noted outside the database, {what}"
