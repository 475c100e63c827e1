"""A list of evacuation sites from file to rows: read, check, compare with what is kept, write all of it or nothing.

The file is the municipality's whole list: a site that is no longer in it is retired. Refuses a file that would
retire most of the list unless that is asked for, and never retires a site whose row was refused.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypedDict

from alerts.places import Place, PlaceTable
from shelters import listing, store
from shelters.listing import Checked, RowRefused
from shelters.site import Entry, Site
from storage import audit
from storage.connection import Connection
from storage.database import Database
from subscribers import sheets
from subscribers.refusal import Refused

#: fewer sites than this may vanish at once without being asked for
_FEW: Final = 5
#: names of an import that the log repeats
_LOGGED: Final = 50
#: Called with (rows done, all rows).
Progress = Callable[[int, int], None]


class RowRefusedJson(TypedDict):
    """One refused row as the interface gives it."""

    row: int
    column: str
    reason: str
    reason_ja: str


class RetiredJson(TypedDict):
    """One retired site."""

    id: int
    name: str


class ImportJson(TypedDict):
    """The result of an import as the interface gives it."""

    rows: int
    added: int
    changed: int
    unchanged: int
    retired: list[RetiredJson]
    elsewhere: dict[str, int]
    refused: list[RowRefusedJson]
    file_refused: str | None
    file_refused_ja: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a list changes in what is kept."""

    added: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    unchanged: int = 0
    retired: tuple[Site, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.added or self.changed or self.retired)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did, or would do in a dry run."""

    rows: int = 0
    difference: Difference = Difference()
    repeated: int = 0
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[RowRefused, ...] = ()
    #: why the file was refused whole
    file_refused: Refused | None = None
    #: headings that were not read
    ignored: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every row was taken, or was another municipality's."""
        return not self.refused and self.file_refused is None

    def to_json(self) -> ImportJson:
        """The document of `shelters import --json`."""
        found, refused = self.difference, self.file_refused
        return {
            "rows": self.rows,
            "added": len(found.added),
            "changed": len(found.changed),
            "unchanged": found.unchanged + self.repeated,
            "retired": [{"id": site.id, "name": site.entry.name} for site in found.retired],
            "elsewhere": dict(self.elsewhere),
            "refused": [
                {"row": one.row, "column": one.column, "reason": one.why.reason, "reason_ja": one.why.ja}
                for one in self.refused
            ],
            "file_refused": refused.reason if refused else None,
            "file_refused_ja": refused.ja if refused else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Whose list it is, and what may be done with it."""

    places: PlaceTable
    municipality: Place
    #: who does it, as the log of changes names them
    actor: str = "command line"
    #: most of the list may be retired
    fewer: bool = False


def dry_run(db: Database, data: bytes, task: Task) -> ImportResult:
    """What importing this file would do; writes nothing."""
    checked = check(data, task)
    if isinstance(checked, Refused):
        return ImportResult(file_refused=checked)
    kept = db.read_sync(store.on_list, task.municipality.code)
    return _result(checked, compare(kept, checked), kept, task)


def import_list(
    db: Database, data: bytes, task: Task, clock: Callable[[], datetime], progress: Progress | None = None
) -> ImportResult:
    """Make the municipality's list what the file says, in one transaction. Blocks; not for the event loop."""
    checked = check(data, task)
    if isinstance(checked, Refused):
        return ImportResult(file_refused=checked)
    if progress is not None:
        progress(0, checked.rows)
    result = db.write_sync(_write, checked, task, hashlib.sha256(data).hexdigest(), clock())
    if progress is not None:
        progress(checked.rows, checked.rows)
    return result


def check(data: bytes, task: Task) -> Checked | Refused:
    """Read and check a file; knows nothing of what is kept."""
    read = sheets.read(data)
    if isinstance(read, Refused):
        return read
    return listing.check(read, task.places, task.municipality)


def compare(kept: Sequence[Site], checked: Checked) -> Difference:
    """What the list changes in what is kept. A site whose row was refused stays as it is."""
    known = {site.entry.key: site for site in kept}
    spared = {row.key for row in checked.refused}
    entries = {entry.key: entry for entry in checked.entries}
    return Difference(
        added=tuple(entry for key, entry in entries.items() if key not in known),
        changed=tuple(entry for key, entry in entries.items() if key in known and known[key].entry != entry),
        unchanged=sum(key in known and known[key].entry == entry for key, entry in entries.items()),
        retired=tuple(site for key, site in known.items() if key not in entries and key not in spared),
    )


def foreseen(municipality: Place, kept: Sequence[Site], found: Difference) -> tuple[Site, ...]:
    """The list as it would stand once the difference is written; sites that are new have the id 0."""
    gone = {site.id for site in found.retired}
    changed = {entry.key: entry for entry in found.changed}
    stay = (replace(site, entry=changed.get(site.entry.key, site.entry)) for site in kept if site.id not in gone)
    new = (Site(id=0, municipality=municipality.code, entry=entry) for entry in found.added)
    return (*stay, *new)


def _write(db: Connection, checked: Checked, task: Task, digest: str, now: datetime) -> ImportResult:
    kept = store.on_list(db, task.municipality.code)
    result = _result(checked, compare(kept, checked), kept, task)
    found = result.difference
    if result.file_refused or found.is_empty:
        return result
    store.put(db, task.municipality.code, (*found.added, *found.changed), now)
    store.retire(db, found.retired, now)
    store.changed(db)
    audit.append(
        db,
        now=now,
        actor=task.actor,
        action="shelters imported",
        subject=f"file:{digest[:16]}",
        municipality=task.municipality.code,
        details={
            "added": len(found.added),
            "changed": [entry.name for entry in found.changed[:_LOGGED]],
            "retired": [site.entry.name for site in found.retired[:_LOGGED]],
        },
    )
    return result


def _result(checked: Checked, found: Difference, kept: Sequence[Site], task: Task) -> ImportResult:
    refused = _why_refused(checked, found, kept, task)
    return ImportResult(
        rows=checked.rows,
        difference=Difference() if refused else found,
        repeated=0 if refused else checked.repeated,
        elsewhere=checked.elsewhere,
        refused=checked.refused,
        file_refused=refused,
        ignored=checked.ignored,
    )


def _why_refused(checked: Checked, found: Difference, kept: Sequence[Site], task: Task) -> Refused | None:
    if not checked.entries and not checked.refused:
        name = task.municipality.names
        return Refused(
            reason=f"no row is of {name.en}; look whose list this is",
            ja=f"{name.ja}の行がありません。どの市区町村の一覧か確かめてください",
        )
    gone = len(found.retired)
    if task.fewer or gone < _FEW or gone * 2 <= len(kept):
        return None
    return Refused(
        reason=f"{gone} of {len(kept)} sites are not in this file and would be retired: the file must be the whole"
        " list. If they are really gone, import it with --fewer",
        ja=f"登録済み {len(kept)} か所のうち {gone} か所がこのファイルになく、一覧から外れます。ファイルは全件の一覧に"
        "してください。本当に廃止されたときは --fewer を付けて取り込んでください",
    )
