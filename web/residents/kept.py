"""Pages kept for a moment: when an alert goes out, thousands ask for the same one in the same minute."""

from collections import OrderedDict
from collections.abc import Hashable

#: pages of some tens of kilobytes at most
_MOST = 400


class Kept:
    """The newest pages by what they were made of. For one event loop."""

    def __init__(self, most: int = _MOST) -> None:
        """Keeps at most so many."""
        self._most = most
        self._pages: OrderedDict[Hashable, str] = OrderedDict()

    def get(self, key: Hashable) -> str | None:
        """A kept page, which then stays longest; None where there is none."""
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def keep(self, key: Hashable, page: str) -> None:
        """Keep a page; the one not asked for longest goes."""
        self._pages[key] = page
        self._pages.move_to_end(key)
        if len(self._pages) > self._most:
            self._pages.popitem(last=False)
