"""Lists of sites as they were last read: pages that ask again and again read two thousand rows once."""

from typing import Final

from shelters import store
from shelters.site import Site
from storage.connection import Connection
from storage.kept import Kept

#: lists that are kept; some hold two thousand sites
_MOST: Final = 8


class Lists:
    """Of one database; for any thread."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._kept = Kept[str, tuple[Site, ...]](_MOST)

    def on_list(self, db: Connection, municipality: str) -> tuple[Site, ...]:
        """As `store.on_list` has it now; read again whenever any site has changed."""
        return self._kept.get(municipality, store.revision(db), lambda: tuple(store.on_list(db, municipality)))
