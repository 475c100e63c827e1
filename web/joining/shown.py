"""Makes the pages of /join and /me: which language, which templates, which headers. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from templates_i18n.catalogue import Catalogue
from web import access, render
from web.joining import finder, words
from web.joining.answers import Answers, Known
from web.joining.words import Tongue
from web.residents import speech
from web.residents.speech import Speech
from web.state import WebState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a page, and when."""

    speech: Speech
    tongue: Tongue
    #: words of the tags that make lessons fit
    fitting: Mapping[str, str]
    now: datetime

    @property
    def tag(self) -> str:
        """Of the language."""
        return self.speech.tag


class Shown:
    """Makes pages for one service."""

    def __init__(self, state: WebState) -> None:
        self._state = state
        self.known = Known(places=state.places, languages=frozenset(words.load()))

    @property
    def catalogue(self) -> Catalogue:
        """All words there are: a page sends nothing."""
        return self._state.catalogue

    def reader(self, request: web.Request, tag: str = "") -> Reader:
        """Who asks; `tag` goes before the language of the address and of the browser."""
        asked = tag or request.query.get("l")
        chosen = speech.choose(self.catalogue, asked, request.headers.get("Accept-Language", ""))
        return Reader(
            speech=speech.speak(self.catalogue, chosen),
            tongue=words.load()[chosen],
            fitting=words.fitting()[chosen],
            now=self._state.clock(),
        )

    def page(self, name: str, reader: Reader, *, status: int = 200, **values: object) -> web.Response:
        """One of the templates."""
        text = render.resident(
            name,
            **{
                "s": reader.speech,
                "j": reader.tongue,
                "fitting": reader.fitting,
                "now": reader.now,
                "blind": False,
                "mode": self._state.mode,
                "path": "/join",
                "place": "",
                "names": tuple(self.catalogue.names.values()),
                "problem": "",
                **values,
            },
        )
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=access.FORMS)

    def names(self, answers: Answers, reader: Reader) -> list[tuple[str, str, str]]:
        """Code, name and sign of each place."""
        found = [place for code in answers.places if (place := self._state.places.place(code)) is not None]
        return [
            (place.code, finder.named(place, reader.speech, self._state.places), finder.sign(place, reader.speech))
            for place in found
        ]
