"""Lists of sites as they were last read: pages that ask again and again read two thousand rows once."""

from typing import Final

from shelters import store
from shelters.site import Site
from storage.connection import Connection

#: lists that are kept; some hold two thousand sites
_MOST: Final = 8


class Lists:
    """Of one database; for any thread."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._lists: dict[str, tuple[int, tuple[Site, ...]]] = {}

    def on_list(self, db: Connection, municipality: str) -> tuple[Site, ...]:
        """As `store.on_list` has it now; read again whenever any site has changed."""
        revision, kept = store.revision(db), self._lists.get(municipality)
        if kept is not None and kept[0] == revision:
            return kept[1]
        sites = tuple(store.on_list(db, municipality))
        others = list(self._lists.items())[1 - _MOST :]
        self._lists = {**dict(others), municipality: (revision, sites)}
        return sites
