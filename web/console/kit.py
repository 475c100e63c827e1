"""Where the posters and slips of one's own municipalities are: `/kit/CODE`, which is public and prints itself."""

from typing import Final

from aiohttp import web

from web.accounts.roles import Permission
from web.console.frame import Frame
from web.console.visitor import Visitor

_PAGE: Final = "/console/kit"


class KitLinks:
    """The page of the navigation's "Counter kit"."""

    def __init__(self, frame: Frame) -> None:
        """In one console."""
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """The route."""
        router.add_get(_PAGE, self._frame.gate.page(self.list, Permission.SEE_CONSOLE, Permission.SEE_COUNTS))

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A poster and slips for each municipality of the visitor."""
        return await self._frame.show(visitor, "console/kit.html", codes=visitor.municipalities)
