"""The page of the log of changes: who did what, when, and whether the chain is whole."""

from dataclasses import replace
from typing import Final

from aiohttp import web

from storage import audit
from storage.audit import Entry
from storage.connection import Connection
from storage.lists import listed
from subscribers import disclosure
from web.accounts.roles import Permission
from web.console import entry_words, forms
from web.console.chain import ChainCheck
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_PAGE: Final = "/console/audit"
#: who changes something beside users, programs and commands: people by themselves, and what is said of their numbers
_BESIDES: Final = ("resident", "carrier", "SMS provider")
SHOWN: Final = 50


class AuditPage:
    """For administrators; of their municipalities."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame
        self._chain = ChainCheck(state.db, state.clock, state.changes.notify)

    def add_to(self, app: web.Application) -> None:
        """The route, and the check that runs beside it."""
        app.router.add_get(_PAGE, self._frame.gate.page(self.list, Permission.SEE_AUDIT))
        app.cleanup_ctx.append(self._chain.while_running)

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Newest first."""
        actor, before = request.query.get("actor", "")[:80], forms.number(request.query.get("before", ""))
        below = 2**62 if before is None else before
        found = await self._state.db.read(entries, visitor.municipalities, actor, below)
        if "check" in request.query:
            await self._chain.begin()
        return await self._frame.show(
            visitor,
            "console/audit.html",
            lines=[entry_words.line(one, visitor.words, self._state.places) for one in found[:SHOWN]],
            older=found[SHOWN - 1].number if len(found) > SHOWN else None,
            actor=actor,
            chain=self._chain.standing,
        )


def entries(db: Connection, municipalities: tuple[str, ...], actor: str, below: int) -> list[Entry]:
    """Entries of these municipalities, and what people with a role there did for the whole service.

    Also what residents who are registered there did by themselves, or a carrier said of them: that it happened, never
    of whom. Where few are registered it is left out, since everybody would know of whom.
    """
    names, values = listed(municipalities)
    if not names:
        return []
    many, more = listed(_with_many(db, municipalities), "many")
    found = audit.chosen(
        db,
        f"(municipality IN ({names}) OR (municipality = '' AND (actor = 'command line' OR actor IN"  # noqa: S608
        " (SELECT 'user:' || u.name FROM users u JOIN user_grants g ON g.user_id = u.id"
        f" WHERE g.municipality IN ({names}))){_of_residents(many)}))"
        " AND number < :below AND (:actor = '' OR actor = :actor OR actor = 'user:' || :actor)",
        values | more | {"below": below, "actor": actor},
        limit=SHOWN + 1,
    )
    return [replace(one, subject="resident", details={}) if one.actor in _BESIDES else one for one in found]


def _with_many(db: Connection, municipalities: tuple[str, ...]) -> list[str]:
    names, values = listed(municipalities)
    rows = db.execute(
        f"SELECT municipality FROM registrations WHERE municipality IN ({names})"  # noqa: S608 -- names of parameters
        " GROUP BY municipality HAVING count(*) >= :few",
        values | {"few": disclosure.FEW},
    )
    return [row.text("municipality") for row in rows]


def _of_residents(places: str) -> str:
    """A further condition, for the names of the places; '' for none."""
    if not places:
        return ""
    actors = ", ".join(f"'{actor}'" for actor in _BESIDES)
    return (
        f" OR (actor IN ({actors}) AND EXISTS (SELECT 1 FROM registrations r WHERE r.municipality IN ({places})"  # noqa: S608 -- ours
        " AND r.subscriber_id = CASE WHEN subject LIKE 'resident:%' THEN CAST(substr(subject, 10) AS INTEGER) END))"
    )
