"""An import from file to rows: read, check, compare or register, result. The rim around `importing`.

Owns the transactions of an import. Refuses to write without the municipality's declaration.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from storage import audit
from storage.database import Connection, Database
from subscribers import importing, register, sheets, store
from subscribers.importing import Checked, Reader, RowRefused
from subscribers.refusal import Refused
from subscribers.register import Person, Tally
from subscribers.registration import Entry
from subscribers.sealing import Sealer

#: Called with (rows done, all rows).
Progress = Callable[[int, int], None]


class RowRefusedJson(TypedDict):
    """One refused row as the interface gives it."""

    row: int
    column: str
    reason: str


class ImportJson(TypedDict):
    """The result of an import as the interface gives it (contract §4)."""

    rows: int
    added: int
    changed: int
    unchanged: int
    refused: list[RowRefusedJson]
    file_refused: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """The municipality has declared that the people of this file agreed to be warned."""

    #: version of the wording that was declared
    wording: str
    #: who declared it, as the log of changes names them
    actor: str = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did, or would do in a dry run."""

    rows: int = 0
    tally: Tally = Tally()
    refused: tuple[RowRefused, ...] = ()
    #: why the file was refused whole; empty if it was not
    file_refused: str = ""
    #: headings that were not read, for people; not part of the interface
    ignored: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every row was taken."""
        return not self.refused and not self.file_refused

    def to_json(self) -> ImportJson:
        """The document of `residents import --json` and of the API."""
        return {
            "rows": self.rows,
            "added": self.tally.added,
            "changed": self.tally.changed,
            "unchanged": self.tally.unchanged,
            "refused": [{"row": one.row, "column": one.column, "reason": one.reason} for one in self.refused],
            "file_refused": self.file_refused or None,
        }


def read_file(path: Path) -> bytes:
    """The bytes of an import file, one more than allowed at most; OSError if it cannot be read."""
    with path.open("rb") as file:
        return file.read(sheets.MAX_BYTES + 1)


def dry_run(db: Database, data: bytes, reader: Reader, sealer: Sealer) -> ImportResult:
    """What importing this file would do; writes nothing."""
    checked = check(data, reader)
    if isinstance(checked, Refused):
        return ImportResult(file_refused=checked.reason)
    tally = Tally()
    for people in _batches(checked.entries, sealer):
        tally += db.read_sync(register.compare, reader.municipality, people)
    return _result(checked, tally)


def import_residents(
    db: Database,
    data: bytes,
    reader: Reader,
    sealer: Sealer,
    *,
    declaration: Declaration,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
) -> ImportResult:
    """Register the people of a file for `reader.municipality`, in transactions of 500 rows.

    Broken off, it can be run again: what is in stays and counts as unchanged. Blocks; not for the event loop.
    """
    checked = check(data, reader)
    if isinstance(checked, Refused):
        return ImportResult(file_refused=checked.reason)
    tally, done = Tally(), 0
    batch = _Batch(
        municipality=reader.municipality,
        wording=declaration.wording,
        actor=declaration.actor,
        file_digest=hashlib.sha256(data).hexdigest(),
        people=len(checked.entries),
    )
    for people in _batches(checked.entries, sealer):
        declared = bool(tally.added or tally.changed)
        tally += db.write_sync(_register, batch, people, clock(), declared)
        done += len(people)
        if progress is not None:
            progress(done, len(checked.entries))
    return _result(checked, tally)


def check(data: bytes, reader: Reader) -> Checked | Refused:
    """Read and check a file against nobody's registrations."""
    read = sheets.read(data)
    return read if isinstance(read, Refused) else importing.check(read, reader)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What all transactions of one import share."""

    municipality: str
    wording: str
    actor: str
    file_digest: str
    people: int


def _register(db: Connection, batch: _Batch, people: Sequence[Person], now: datetime, declared: bool) -> Tally:
    tally = register.register(db, batch.municipality, people, now)
    # In the transaction of the first change: no row without a declaration, and none for a file without news.
    if not declared and (tally.added or tally.changed):
        store.declare(
            db,
            municipality=batch.municipality,
            now=now,
            wording=batch.wording,
            file_digest=batch.file_digest,
            people=batch.people,
        )
    if tally.added or tally.changed:
        audit.append(
            db,
            now=now,
            actor=batch.actor,
            action="residents imported",
            subject=f"file:{batch.file_digest[:16]}",
            municipality=batch.municipality,
            details={"added": tally.added, "changed": tally.changed},
        )
    return tally


def _batches(entries: Sequence[Entry], sealer: Sealer) -> Iterator[list[Person]]:
    for start in range(0, len(entries), register.BATCH):
        yield [
            Person(
                number_hash=sealer.fingerprint(entry.number),
                number_sealed=sealer.seal(entry.number),
                entry=entry,
            )
            for entry in entries[start : start + register.BATCH]
        ]


def _result(checked: Checked, tally: Tally) -> ImportResult:
    return ImportResult(
        rows=checked.rows,
        tally=tally + Tally(unchanged=checked.repeated),
        refused=checked.refused,
        ignored=checked.ignored,
    )
