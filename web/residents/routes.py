"""The routes of the residents' pages: who asks in which language, and what the answer is. Anybody may ask."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from templates_i18n import pictograms
from web import freshness, queries, render, words
from web.freshness import Freshness
from web.joining.words import load as tongues
from web.residents import card, picture, refuge, rows, speech, view
from web.residents.kept import Kept
from web.residents.refuge import Refuge
from web.residents.rows import Asked
from web.residents.speech import Speech
from web.residents.story import Story
from web.state import WebState

#: an alert's number or identifier, then perhaps its place and the reader's language: "12", "12.17204.my"
_SHORT = re.compile(r"(?P<alert>\d{1,15})(?:\.(?P<place>\d{5}))?(?:\.(?P<tag>[A-Za-z]{2,3}(?:-[A-Za-z]{4})?))?")
_PREFECTURE = re.compile(r"\d{2}")
_FIRST = re.compile(r"[0-9]{1,4}")
#: drawings change with a version of the service only
_KEPT = "public, max-age=86400"

Show = Callable[["Reader", Story, Refuge | None], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who asks, as far as the page needs it, and when."""

    speech: Speech
    now: datetime
    #: what the link names; None where it cannot be an alert's
    asked: Asked | None
    #: the prefecture whose places are listed, or ''
    within: str
    feeds: tuple[Freshness, ...]
    #: of the list of places to go to
    first: int = 0

    @property
    def blind(self) -> bool:
        """JMA's news do not reach us."""
        return any(feed.blind for feed in self.feeds)

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for readers who see the same page; a page says the minute it was made in."""
        return (
            self.speech.tag,
            self.asked,
            self.within,
            self.first,
            self.blind,
            self.now.replace(second=0, microsecond=0),
        )


class ResidentPages:
    """Start page, page of an alert, card, print form, pictograms."""

    def __init__(self, state: WebState) -> None:
        """Pages of one service."""
        self._state = state
        self._kept = Kept()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All routes. None of them writes, and none needs to know who asks."""
        router.add_get("/", self.start)
        router.add_get("/a/{alert}", self.alert)
        router.add_get("/a/{alert}/card", self.card)
        router.add_get("/a/{alert}/sites", self.sites)
        router.add_get("/a/{alert}/print", self.print)
        router.add_get("/a/{alert}/picture.png", self.picture)
        router.add_get("/pictograms/{name}.svg", self.pictogram)

    async def start(self, request: web.Request) -> web.Response:
        """What this is, and what is in force."""
        reader = await self._reader(request)
        warned = await self._state.db.read(rows.warned, self._state.places, reader.now)
        staff = words.choose(reader.speech.tag, request.headers.get("Accept-Language", ""))
        text = await asyncio.to_thread(
            self._page,
            "home.html",
            reader,
            path="/",
            staff=staff,
            feeds=reader.feeds,
            join=tongues()[reader.speech.tag] if self._state.joining else None,
            warned=view.warned(self._state.places, warned, reader.speech),
        )
        return _html(text)

    async def alert(self, request: web.Request) -> web.Response:
        """The page of an alert."""
        return await self._about(request, self._alert)

    async def card(self, request: web.Request) -> web.Response:
        """The card to show to a neighbour."""
        return await self._about(request, self._card)

    async def sites(self, request: web.Request) -> web.Response:
        """Every place to go to."""
        return await self._about(request, self._sites)

    async def print(self, request: web.Request) -> web.Response:
        """The A4 form."""
        return await self._about(request, self._print)

    async def picture(self, request: web.Request) -> web.Response:
        """The picture to send on; 404 where this machine has no letters of the language."""
        reader = await self._reader(request)
        story = await self._story(reader)
        drawn = await asyncio.to_thread(self._picture, reader, story) if story else None
        if drawn is None:
            return _html(self._page("unknown.html", reader, path="/"), status=404)
        return web.Response(body=drawn, content_type="image/png")

    async def pictogram(self, request: web.Request) -> web.Response:
        """One drawing."""
        drawn = pictograms.load().by_id.get(request.match_info["name"])
        if drawn is None:
            raise web.HTTPNotFound
        return web.Response(text=drawn.svg, content_type="image/svg+xml", headers={"Cache-Control": _KEPT})

    async def _about(self, request: web.Request, show: Show) -> web.Response:
        reader = await self._reader(request)
        key = (show.__name__, reader.key, tuple(self._state.words.by_tag), await self._state.db.read(rows.revision))
        page = self._kept.get(key)
        if page is None:
            story = await self._story(reader)
            if story is None:
                return _html(self._page("unknown.html", reader, path="/"), status=404)
            found = await self._state.db.read(refuge.read, story, self._state.places, reader.now)
            # A whole country's places may be listed: not on the loop that polls and sends.
            page = await asyncio.to_thread(show, reader, story, found)
            self._kept.keep(key, page)
        return _html(page)

    async def _story(self, reader: Reader) -> Story | None:
        if reader.asked is None:
            return None
        return await self._state.db.read(rows.read, reader.asked, self._state.places, reader.now)

    def _picture(self, reader: Reader, story: Story) -> bytes | None:
        spoken, state = reader.speech, self._state
        pretend = {"real": "", "simulation": spoken("made_up")}.get(state.mode, spoken("trial"))
        page = view.build(state.words, state.places, story, spoken)
        sheet = picture.Sheet(
            tag=spoken.lang,
            pretend=pretend,
            over=spoken("over") if story.over else "",
            source=spoken("source") if page.by_jma else "",
            as_of=spoken.as_of(reader.now),
            address=f"{state.public_url}/a/{story.alert_id}.{story.place}.{spoken.tag}" if state.public_url else "",
        )
        return picture.draw(page, sheet)

    def _alert(self, reader: Reader, story: Story, found: Refuge | None) -> str:
        page = view.build(self._state.words, self._state.places, story, reader.speech, reader.within)
        return self._page(
            "alert.html",
            reader,
            path=f"/a/{story.alert_id}",
            story=story,
            page=page,
            to=refuge.show(found, reader.speech, most=refuge.SHOWN),
            link=view.link,
            picture=picture.fonts(reader.speech.lang) is not None,
        )

    def _sites(self, reader: Reader, story: Story, found: Refuge | None) -> str:
        back = f"{view.link(story, reader.speech)}#where"
        to = refuge.show(found, reader.speech, most=refuge.A_PAGE, first=reader.first)
        if to is None:
            return self._alert(reader, story, None)
        page = view.build(self._state.words, self._state.places, story, reader.speech)
        following = view.link(story, reader.speech, "/sites", **{"from": str(to.next)}) if to.next else ""
        path = f"/a/{story.alert_id}/sites"
        return self._page("sites.html", reader, path=path, page=page, to=to, back=back, next=following)

    def _card(self, reader: Reader, story: Story, found: Refuge | None) -> str:
        shown = card.build(self._state.words, self._state.places, story)
        made_up = card.sentence("made_up") if self._state.simulation else ()
        back = view.link(story, reader.speech)
        return self._page("card.html", reader, path="", card=shown, made_up=made_up, back=back)

    def _print(self, reader: Reader, story: Story, found: Refuge | None) -> str:
        page = view.build(self._state.words, self._state.places, story, reader.speech)
        shown = card.build(self._state.words, self._state.places, story)
        back = view.link(story, reader.speech)
        to = refuge.show(found, reader.speech, most=refuge.ON_PAPER)
        return self._page("print.html", reader, path="", page=page, card=shown, back=back, to=to)

    def _page(self, name: str, reader: Reader, **values: object) -> str:
        return render.resident(
            name,
            s=reader.speech,
            now=reader.now,
            blind=reader.blind,
            mode=self._state.mode,
            place=reader.asked.place if reader.asked else "",
            names=tuple(self._state.words.names.values()),
            **values,
        )

    async def _reader(self, request: web.Request) -> Reader:
        now = self._state.clock()
        feeds = freshness.judge(await self._state.db.read(queries.feeds), self._state.feeds, now)
        asked, tag = _asked(request)
        accepted = request.headers.get("Accept-Language", "")
        within, first = request.query.get("in", ""), request.query.get("from", "")
        return Reader(
            speech=speech.speak(self._state.words, speech.choose(self._state.words, tag, accepted)),
            now=now,
            asked=asked,
            within=within if _PREFECTURE.fullmatch(within) else "",
            feeds=feeds,
            first=int(first) if _FIRST.fullmatch(first) else 0,
        )


def _asked(request: web.Request) -> tuple[Asked | None, str | None]:
    """The alert and the language of a link; what stands behind the "?" goes before what stands in the path."""
    token = request.match_info.get("alert", "")[:200]
    short = _SHORT.fullmatch(token)
    alert, place, tag = (short["alert"], short["place"], short["tag"]) if short else (token, None, None)
    place, tag = request.query.get("p") or place or "", request.query.get("l") or tag
    # a number that is too long for one is nobody's
    usable = bool(alert) and (short is not None or not alert.isdecimal())
    return Asked(alert=alert, place=place if place.isascii() else "") if usable else None, tag


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
