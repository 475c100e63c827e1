"""What backups of both engines share: a new file that is good before it has its name, and what a copy holds."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage import audit, moving
from storage.connection import Connection
from storage.errors import StorageError, StorageUnavailable
from storage.moving import Sum

_CHUNK = 1 << 20

#: what has to stand in a restored database before anybody can serve it
Change = Callable[[Connection], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a database holds at one moment."""

    tables: dict[str, Sum]
    entries: int  #: of the log of changes
    unsent: int  #: texts that had not left, or whose answer was not there yet

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(one.rows for one in self.tables.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A good copy."""

    size: int  #: bytes
    sha256: str  #: of the file
    held: Held


def look(db: Connection, source: str) -> Held:
    """Count and sum up; StorageError where the log of changes of `source` is broken."""
    log = audit.verify(db)
    if isinstance(log, audit.Broken):
        raise StorageError(f"{source}: entry {log.number} of the log of changes: {log.reason}")
    (row,) = db.execute("SELECT count(*) AS n FROM messages WHERE state IN ('queued', 'handing')")
    return Held(tables=moving.sums(db), entries=log.entries, unsent=row.integer("n"))


def refuse_taken(target: Path) -> None:
    """StorageError where something is."""
    if target.exists() or target.is_symlink():
        raise StorageError(f"{target} is there already and is never written over; move it away or give another name")


@contextmanager
def part_of(target: Path) -> Iterator[Path]:
    """An empty file beside the target that only its owner reads; gone at the end."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    except OSError as wrong:
        raise StorageUnavailable(f"{target}: {wrong.strerror}; give a path this user may write") from wrong
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def digest(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file, which is then safe on the disk."""
    size, digest = 0, hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            digest.update(chunk)
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def take_name(part: Path, target: Path) -> None:
    """Safe on the disk under its name, and nothing that came meanwhile is written over."""
    try:
        os.link(part, target)
    except FileExistsError:
        refuse_taken(target)
    except OSError:  # a disk without second names, such as a memory stick
        refuse_taken(target)
        part.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
