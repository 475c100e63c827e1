"""Who takes which text: dealt out when it is claimed, by the shares that stand in the database at that moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from delivery import chunks
from delivery.providers import choosing, store
from delivery.providers.choosing import Turns
from delivery.providers.shares import Standing
from storage.connection import Connection

# What ended without the provider's taking it. Who stopped in between says nothing of the provider.
_REFUSED = (
    "SELECT message_id, provider FROM attempts WHERE message_id IN :chunk AND outcome <> 'accepted'"
    " AND (error_code IS NULL OR error_code NOT IN ('stopped', 'worker lost')) ORDER BY message_id, number"
)


@dataclass(slots=True, kw_only=True)
class Deal:
    """One per process."""

    #: the shares of the settings
    usual: Mapping[str, int]
    _turns: Turns = field(default_factory=Turns)
    #: as last seen
    _standing: Standing | None = None

    def __call__(self, db: Connection, ids: Sequence[int], shut: frozenset[str]) -> dict[int, str]:
        """Message -> provider, in the order of `ids`. `shut` are providers that take nothing now.

        What one surely did not take is offered to another next.
        """
        self._standing = standing = store.standing(db, self.usual)
        rows = db.execute(_REFUSED, chunks.parameters(ids)) if ids else []
        refused_by = {row.integer("message_id"): row.text("provider") for row in rows}
        return {
            identity: self._turns.next(choosing.candidates(standing, shut, refused_by.get(identity, "")))
            for identity in ids
        }

    def is_open_beside(self, provider: str, shut: frozenset[str]) -> bool:
        """Whether another one takes texts that this one does not."""
        standing = self._standing or Standing(shares=self.usual)
        return any(name != provider and name not in shut for name in choosing.candidates(standing, {*shut, provider}))
