"""The page of the log of changes: who did what, when, and whether the chain is whole."""

from typing import Final

from aiohttp import web

from storage import audit
from storage.audit import Entry
from storage.connection import Connection
from storage.lists import listed
from web.accounts.roles import Permission
from web.console import forms
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_PAGE: Final = "/console/audit"
SHOWN: Final = 50


class AuditPage:
    """For administrators; of their municipalities."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """The route."""
        router.add_get(_PAGE, self._frame.gate.page(self.list, Permission.SEE_AUDIT))

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Newest first."""
        actor, before = request.query.get("actor", "")[:80], forms.number(request.query.get("before", ""))
        below = 2**62 if before is None else before
        found = await self._state.db.read(entries, visitor.municipalities, actor, below)
        checked = await self._state.db.read(audit.verify) if "check" in request.query else None
        return await self._frame.show(
            visitor,
            "console/audit.html",
            entries=found[:SHOWN],
            older=found[SHOWN - 1].number if len(found) > SHOWN else None,
            actor=actor,
            checked=checked,
            whole=isinstance(checked, audit.Whole),
        )


def entries(db: Connection, municipalities: tuple[str, ...], actor: str, below: int) -> list[Entry]:
    """Entries of these municipalities, and what people with a role there did for the whole service."""
    names, values = listed(municipalities)
    if not names:
        return []
    return audit.chosen(
        db,
        f"(municipality IN ({names}) OR (municipality = '' AND (actor = 'command line' OR actor IN"  # noqa: S608
        " (SELECT 'user:' || u.name FROM users u JOIN user_grants g ON g.user_id = u.id"
        f" WHERE g.municipality IN ({names})))))"
        " AND number < :below AND (:actor = '' OR actor = :actor OR actor = 'user:' || :actor)",
        values | {"below": below, "actor": actor},
        limit=SHOWN + 1,
    )
