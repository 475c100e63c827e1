"""The page of the kit: /kit/CODE, a poster in all languages or in one, and a sheet of small slips. Nothing secret."""

from dataclasses import dataclass

from aiohttp import web

from alerts.places import Place
from web import render, words
from web.kit import sheets
from web.state import WebState

_SHEETS = ("poster", "slips")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """What is shown."""

    place: Place
    #: poster, slips
    kind: str
    #: the language of a poster in one; '' for all
    tag: str


class KitPages:
    """Posters and slips of one service."""

    def __init__(self, state: WebState) -> None:
        """Pages of one service."""
        self._state = state

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Route them."""
        router.add_get(r"/kit/{code:\d{5,7}}", self.show)

    async def show(self, request: web.Request) -> web.Response:
        """One sheet, to be printed. 404 for an unknown place, kind or language."""
        sheet = self._sheet(request)
        if sheet is None:
            raise web.HTTPNotFound
        spoken = words.choose(request.query.get("lang"), request.headers.get("Accept-Language", ""))
        said = list(sheets.sentences().values())
        link = sheets.address(self._state.public_url, sheet.place.code) if self._state.public_url else ""
        text = render.page(
            "kit.html",
            spoken,
            place=sheet.place,
            kind=sheet.kind,
            one=sheets.sentences().get(sheet.tag),
            said=said,
            japanese=sheets.sentences()["ja"],
            names={tag: name.name for tag, name in self._state.catalogue.names.items()},
            slips=range(sheets.SLIPS),
            link=link,
            qr=sheets.qr(link) if link else None,
        )
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    def _sheet(self, request: web.Request) -> _Sheet | None:
        code = self._state.places.normalise_code(request.match_info["code"])
        place = self._state.places.place(code) if code else None
        kind, tag = request.query.get("sheet", "poster"), request.query.get("l", "")
        if place is None or kind not in _SHEETS or (tag and tag not in sheets.sentences()):
            return None
        return _Sheet(place=place, kind=kind, tag=tag)
