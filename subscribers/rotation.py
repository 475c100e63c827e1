"""Another key for everything that is sealed or fingerprinted: all of it in one transaction, or nothing.

Owns the list of such columns; a test holds it against the schema. Codes on their way and replies of strangers cannot
be moved: they live for minutes, and are let go.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from storage.connection import Connection
from storage.rows import Row
from subscribers import store
from subscribers.msisdn import Msisdn
from subscribers.sealing import Sealer

#: belongs to nobody; sealed and fingerprinted so that a wrong key is noticed
PROBE: Final = Msisdn("+819000000000")
#: every column that depends on the key, by table
COVERED: Final[Mapping[str, frozenset[str]]] = {
    "subscribers": frozenset({"number_hash", "number_sealed"}),
    "duty": frozenset({"number_hash", "number_sealed"}),
    "kept_texts": frozenset({"sealed"}),
    "inbound": frozenset({"number_hash"}),
    "asked_codes": frozenset({"number_hash", "address_hash", "ticket_hash"}),
    "joining": frozenset({"number_hash"}),
    "key_probe": frozenset({"fingerprint", "sealed"}),
}
_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What another key was put to."""

    numbers: int
    #: people who had said STOP and were erased, found again by trying all numbers
    stops: int
    #: stops whose number was not found; they stay, but no longer hold imports back
    lost: int


def stops(db: Connection) -> frozenset[str]:
    """The hashes of those who stopped and were erased: nothing else is left of their numbers."""
    rows = db.execute("SELECT number_hash FROM subscribers WHERE length(number_sealed) = 0 AND state = 'stopped'")
    return frozenset(row.text("number_hash") for row in rows)


def rotate(db: Connection, old: Sealer, new: Sealer, found: Mapping[str, Msisdn]) -> Rotated:
    """Seal everything with `new`; SealingError, and nothing changed, where `old` does not open it.

    `found`: the numbers of `stops`, which only the old key can find.
    """
    moved: dict[str, str] = {}
    numbers = 0
    for row in _pages(db, "SELECT id, number_hash, number_sealed FROM subscribers WHERE length(number_sealed) > 0"):
        number, known = old.open(row.blob("number_sealed")), row.text("number_hash")
        # a row that stands for a code that was asked for has no fingerprint
        after = new.fingerprint(number) if old.fingerprint(number) == known else known
        moved[known] = after
        db.execute(
            "UPDATE subscribers SET number_hash = :hash, number_sealed = :sealed WHERE id = :id",
            {"hash": after, "sealed": new.seal(number), "id": row.integer("id")},
        )
        numbers += 1
    moved_stops, lost = _move_stops(db, new, found)
    _move_duty(db, old, new)
    for row in db.execute("SELECT id, sealed FROM kept_texts"):
        text = new.seal_text(old.open_text(row.blob("sealed")))
        db.execute("UPDATE kept_texts SET sealed = :sealed WHERE id = :id", {"sealed": text, "id": row.integer("id")})
    _move_inbound(db, moved)
    for table in ("asked_codes", "joining", "key_probe"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names only
    store.set_probe(db, new.fingerprint(PROBE), new.seal(PROBE))
    return Rotated(numbers=numbers, stops=moved_stops, lost=lost)


def _pages(db: Connection, sql: str) -> Iterator[Row]:
    """All rows of a statement over `id`, a page at a time, so that they may be changed meanwhile."""
    after = 0
    while rows := db.execute(f"{sql} AND id > :after ORDER BY id LIMIT {_PAGE}", {"after": after}):
        yield from rows
        after = rows[-1].integer("id")


def _move_stops(db: Connection, new: Sealer, found: Mapping[str, Msisdn]) -> tuple[int, int]:
    known = stops(db)
    moved = known & found.keys()
    for before in moved:
        db.execute(
            "UPDATE subscribers SET number_hash = :after WHERE number_hash = :before",
            {"after": new.fingerprint(found[before]), "before": before},
        )
    return len(moved), len(known - moved)


def _move_duty(db: Connection, old: Sealer, new: Sealer) -> None:
    for row in db.execute("SELECT municipality, number_hash, number_sealed FROM duty"):
        number = old.open(row.blob("number_sealed"))
        db.execute(
            "UPDATE duty SET number_hash = :hash, number_sealed = :sealed"
            " WHERE municipality = :municipality AND number_hash = :before",
            {
                "hash": new.fingerprint(number),
                "sealed": new.seal(number),
                "municipality": row.text("municipality"),
                "before": row.text("number_hash"),
            },
        )


def _move_inbound(db: Connection, moved: Mapping[str, str]) -> None:
    for row in db.execute("SELECT DISTINCT number_hash FROM inbound"):
        before = row.text("number_hash")
        if before in moved:
            db.execute(
                "UPDATE inbound SET number_hash = :after WHERE number_hash = :before",
                {"after": moved[before], "before": before},
            )
        else:
            db.execute("DELETE FROM inbound WHERE number_hash = :before", {"before": before})
