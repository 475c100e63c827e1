"""Registers one person for a municipality, with its declaration and its entry of the log, in one transaction."""

from datetime import datetime

from storage import audit
from storage.connection import Connection
from subscribers import listing, register, store
from subscribers.intake import Declaration
from subscribers.listing import Registered
from subscribers.register import Person
from subscribers.registration import Entry
from subscribers.sealing import Sealer


def register_one(
    db: Connection, municipality: str, entry: Entry, sealer: Sealer, declaration: Declaration, now: datetime
) -> tuple[bool, Registered]:
    """Whether it is new, and the registration as it stands now. The same again changes nothing."""
    person = Person(number_hash=sealer.fingerprint(entry.number), number_sealed=sealer.seal(entry.number), entry=entry)
    tally = register.register(db, municipality, [person], now)
    found = listing.by_number(db, municipality, person.number_hash)
    if found is None:
        raise LookupError("a registration vanished within its transaction")
    if tally.added:
        store.declare(db, municipality=municipality, now=now, wording=declaration.wording, file_digest="", people=1)
    if tally.added or tally.changed:
        audit.append(
            db,
            now=now,
            actor=declaration.actor,
            action="resident registered" if tally.added else "resident changed",
            subject=f"resident:{found.id}",
            municipality=municipality,
        )
    return bool(tally.added), found
