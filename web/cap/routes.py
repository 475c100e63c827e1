"""`/cap/atom.xml` and `/cap/{identifier}.xml`: public, for programs; only what is real and may be known."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from urllib.parse import urlsplit

from aiohttp import web

from alerts.places import PlaceTable
from alerts.vocabulary import Status
from delivery.bulletins import store
from web.cap import atom, document
from web.cap.atom import Asked
from web.cap.document import Publisher
from web.state import WebState

#: of a service without an address of its own
NOWHERE = "tomoshibi.invalid"
_KEPT = 128
#: a program may ask this often and get the same
_FRESH = "public, max-age=15"
_PREFECTURE = re.compile(r"\d{2}")
_PLACE = re.compile(r"\d{5}")


def publisher(state: WebState) -> Publisher:
    """Who we are to programs: the host of our own address."""
    host = urlsplit(state.public_url).hostname if state.public_url else None
    return Publisher(
        sender=host or NOWHERE,
        public_url=state.public_url,
        status=Status.EXERCISE if state.simulation else Status.ACTUAL,
    )


class CapPages:
    """The feed and its documents."""

    def __init__(self, state: WebState) -> None:
        """Pages of one service."""
        self._state = state
        self._by = publisher(state)
        self._documents: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Both routes; neither writes, and neither asks who reads."""
        router.add_get("/cap/atom.xml", self.feed)
        router.add_get("/cap/{identifier:[A-Za-z0-9_.]{1,100}}.xml", self.document)

    async def feed(self, request: web.Request) -> web.Response:
        """All that counts now, of Japan, a prefecture or a municipality."""
        state, now = self._state, self._state.clock()
        prefecture, place = request.query.get("prefecture", ""), request.query.get("place", "")
        if not _asked_well(state.places, prefecture, place):
            return web.Response(status=400, text="expected prefecture=17 (two digits) or place=17204 (five digits)\n")
        found = await state.db.read(store.current, now, prefecture, place)
        base = state.public_url or str(request.url.origin())
        tag = hashlib.sha256(repr([one.identifier for one in found]).encode()).hexdigest()[:16]
        if _has(request, tag):
            return _answer(web.Response(status=304), tag)
        asked = Asked(prefecture=prefecture, place=place)
        body = await asyncio.to_thread(atom.write, state.words, state.places, found, self._by, base, now, asked)
        return _answer(_xml(body, "application/atom+xml"), tag)

    async def document(self, request: web.Request) -> web.Response:
        """One bulletin, also one that no longer counts: others refer to it."""
        one = await self._state.db.read(store.find, request.match_info["identifier"])
        if one is None:
            raise web.HTTPNotFound
        key = (one.identifier, self._state.words.version, len(self._state.words.by_tag))
        body = self._documents.get(key)
        if body is None:
            # Eighteen languages of a whole prefecture: not on the loop that polls and sends.
            body = await asyncio.to_thread(document.write, self._state.words, self._state.places, one, self._by)
            self._documents[key] = body
            while len(self._documents) > _KEPT:
                self._documents.popitem(last=False)
        tag = hashlib.sha256(body).hexdigest()[:16]
        return _answer(web.Response(status=304) if _has(request, tag) else _xml(body, atom.MEDIA_TYPE), tag)


def _asked_well(places: PlaceTable, prefecture: str, place: str) -> bool:
    if prefecture and not _PREFECTURE.fullmatch(prefecture):
        return False
    return not place or (bool(_PLACE.fullmatch(place)) and places.place(place) is not None)


def _has(request: web.Request, tag: str) -> bool:
    """Whether the program that asks has this already."""
    return any(each.value == tag for each in request.if_none_match or ())


def _xml(body: bytes, kind: str) -> web.Response:
    answer = web.Response(body=body, headers={"Content-Type": f"{kind}; charset=utf-8"})
    answer.enable_compression()
    return answer


def _answer(answer: web.Response, tag: str) -> web.Response:
    answer.etag = tag
    answer.headers["Cache-Control"] = _FRESH
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
