"""An import from file to rows: read, check, compare or register, result. The rim around `importing`.

Owns the transactions of an import. Refuses to write without the municipality's declaration.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from storage.database import Database
from subscribers import accepted, importing, register, sheets
from subscribers.accepted import Acceptance
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
    #: why the file was refused whole
    file_refused: Refused | None = None
    #: headings that were not read, for people; not part of the interface
    ignored: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every row was taken."""
        return not self.refused and self.file_refused is None

    def to_json(self) -> ImportJson:
        """The document of `residents import --json` and of the API; every reason in English and Japanese."""
        return {
            "rows": self.rows,
            "added": self.tally.added,
            "changed": self.tally.changed,
            "unchanged": self.tally.unchanged,
            "refused": [
                {"row": one.row, "column": one.column, "reason": f"{one.reason} / {one.reason_ja}"}
                for one in self.refused
            ],
            "file_refused": self.file_refused.both if self.file_refused else None,
        }


def read_file(path: Path) -> bytes:
    """The bytes of an import file, one more than allowed at most; OSError if it cannot be read."""
    with path.open("rb") as file:
        return file.read(sheets.MAX_BYTES + 1)


def dry_run(db: Database, data: bytes, reader: Reader, sealer: Sealer) -> ImportResult:
    """What importing this file would do; writes nothing."""
    checked = check(data, reader)
    if isinstance(checked, Refused):
        return ImportResult(file_refused=checked)
    tally = Tally()
    for people in _batches(checked.entries, sealer, register.BATCH):
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
    """Register the people of a file for `reader.municipality`: all of them, or after a crash at first nobody.

    The checked file is written down in one transaction, and registered from there in small ones. Broken off between
    them it is finished by whoever comes next (`accepted.finish_left`). Blocks; not for the event loop.
    """
    checked = check(data, reader)
    if isinstance(checked, Refused):
        return ImportResult(file_refused=checked)
    accepted.finish_left(db, reader.municipality, clock)
    acceptance = Acceptance(
        municipality=reader.municipality,
        wording=declaration.wording,
        actor=declaration.actor,
        file_digest=hashlib.sha256(data).hexdigest(),
        people=len(checked.entries),
    )
    people = list(_batches(checked.entries, sealer, accepted.CHUNK))
    parts = db.write_sync(accepted.accept, acceptance, people, clock())
    tally, done = Tally(), 0
    for part, some in zip(parts, people, strict=True):
        tally += db.write_sync(accepted.finish, part, clock(), some)
        done += len(some)
        if progress is not None:
            progress(done, len(checked.entries))
    if parts:
        db.write_sync(accepted.forget, parts[0].import_id)
    return _result(checked, tally)


def check(data: bytes, reader: Reader) -> Checked | Refused:
    """Read and check a file against nobody's registrations."""
    read = sheets.read(data, hidden=True)
    return read if isinstance(read, Refused) else importing.check(read, reader)


def _batches(entries: Sequence[Entry], sealer: Sealer, size: int) -> Iterator[list[Person]]:
    """Ordered by hash: each batch then touches one stretch of the database's index, not all of it."""
    people = [
        Person(number_hash=sealer.fingerprint(entry.number), number_sealed=sealer.seal(entry.number), entry=entry)
        for entry in entries
    ]
    people.sort(key=lambda person: person.number_hash)
    for start in range(0, len(people), size):
        yield people[start : start + size]


def _result(checked: Checked, tally: Tally) -> ImportResult:
    return ImportResult(
        rows=checked.rows,
        tally=tally + Tally(unchanged=checked.repeated),
        refused=checked.refused,
        ignored=checked.ignored,
    )
