"""The list of broadcasts, the page of one, its CSV and print form, and the raw telegram it came from."""

from collections.abc import Mapping

from aiohttp import web

from alerts.vocabulary import Hazard
from delivery.broadcasts import BroadcastState, Origin
from web import headings
from web.accounts.roles import Permission
from web.console import reach
from web.console.frame import Frame
from web.console.lookback import rows, search, sheet
from web.console.lookback.rows import Story
from web.console.visitor import Visitor
from web.state import WebState

_LIST = "/console/broadcasts"


class LookBackPages:
    """What was sent."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """Of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes; none of them writes."""
        gate, see = self._frame.gate, Permission.SEE_CONSOLE
        router.add_get(_LIST, gate.page(self.list, see))
        router.add_get(f"{_LIST}/{{id:[0-9]{{1,15}}}}", gate.page(self.one, see))
        router.add_get(f"{_LIST}/{{id:[0-9]{{1,15}}}}/print", gate.page(self.print, see))
        router.add_get(f"{_LIST}/{{id:[0-9]{{1,15}}}}/counts.csv", gate.page(self.csv, see))
        router.add_get("/console/telegrams/{id:[0-9]{1,15}}", gate.page(self.telegram, see))

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Newest first, 25 on a page."""
        asked = search.read(request.query)
        within = reach.scope(visitor, self._state.places)
        found = await self._state.db.read(rows.found, asked, within)
        shown = found[: rows.PAGE]
        cells = await self._state.db.read(reach.cells, [one.id for one in shown], within)
        older = search.address(_LIST, request.query, shown[-1].id) if len(found) > rows.PAGE else ""
        return await self._frame.show(
            visitor,
            "console/broadcasts.html",
            headings=await self._state.db.read(headings.read, [one.id for one in shown], within),
            found=[(one, reach.of(cells.get(one.id, ()))) for one in shown],
            asked=_asked(request.query),
            hazards=[hazard.value for hazard in Hazard],
            origins=[origin.value for origin in Origin],
            states=[state.value for state in BroadcastState],
            older=older,
            newest=search.address(_LIST, request.query, None) if asked.before else "",
        )

    async def one(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Everything about one."""
        return await self._about(request, visitor, "console/broadcast.html")

    async def print(self, request: web.Request, visitor: Visitor) -> web.Response:
        """For the city's files, on A4."""
        return await self._about(request, visitor, "console/broadcast_print.html")

    async def csv(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Its counts."""
        story = await self._story(request, visitor)
        if story is None:
            return await self._frame.message(visitor, "not_found", status=404)
        name = f"tomoshibi-{story.sent.id}.csv"
        return web.Response(
            body=sheet.write(story, self._state.places, visitor.words),
            headers={
                "Content-Type": "text/csv; charset=utf-8",
                "Content-Disposition": f'attachment; filename="{name}"',
            },
        )

    async def telegram(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The telegram as it came from JMA, byte for byte, as text."""
        found = await self._state.db.read(rows.telegram, int(request.match_info["id"]))
        if found is None:
            return await self._frame.message(visitor, "not_found", status=404)
        return web.Response(body=found[1], headers={"Content-Type": "text/plain; charset=utf-8"})

    async def _story(self, request: web.Request, visitor: Visitor) -> Story | None:
        within = reach.scope(visitor, self._state.places)
        return await self._state.db.read(rows.story, int(request.match_info["id"]), within)

    async def _about(self, request: web.Request, visitor: Visitor, template: str) -> web.Response:
        story = await self._story(request, visitor)
        if story is None:
            return await self._frame.message(visitor, "not_found", status=404)
        within = reach.scope(visitor, self._state.places)
        counted = reach.of(story.cells, story.counted_at)
        told = [line.key for line in counted.by_place]
        place = request.query.get("place", "")
        place = place if place in told else max(counted.by_place, key=lambda line: line.total).key if told else ""
        texts = await self._state.db.read(rows.texts, story.sent.id, place, within)
        return await self._frame.show(
            visitor,
            template,
            story=story,
            sent=story.sent,
            reach=counted,
            heading=(await self._state.db.read(headings.read, [story.sent.id], within)).get(story.sent.id),
            texts=texts,
            place=place,
            told=told,
            name_place=lambda code: visitor.words.place(self._state.places, code),
        )


def _asked(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query.get(name, "")[:100] for name in ("words", "hazard", "origin", "state", "since", "until")}
