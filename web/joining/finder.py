"""Finds the place somebody means: by postal code, by name in kanji, kana or Latin letters, or by prefecture. Pure."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from alerts.places import Level, Place, PlaceTable
from alerts.places.names import fold
from subscribers.importing import PostalReader
from subscribers.refusal import Refused
from web.joining import tiles
from web.residents.speech import Speech

#: more than a page can show to be tapped
_MOST = 60
_LONGEST = 60
_POSTAL = re.compile(r"\d{7}", re.ASCII)
_MARKS = re.compile(r"[〒\s‐-―ー−-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to tap."""

    name: str
    #: in Japanese, where the name is not; ''
    sign: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was looked for and what there is to tap."""

    text: str = ""
    #: key of the words that say what to do; ''
    problem: str = ""
    found: tuple[Option, ...] = ()
    prefectures: tuple[Option, ...] = ()
    #: the same as a map, north up; None for the sea
    tiles: tuple[tuple[Option | None, ...], ...] = ()
    municipalities: tuple[Option, ...] = ()
    #: the prefecture whose municipalities are shown; ''
    within: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Looks places up for one reader."""

    table: PlaceTable
    postal: PostalReader
    has_postal: bool
    speech: Speech
    #: address that takes a place
    choose: Callable[[str], str]
    #: address that shows a prefecture
    show: Callable[[str], str]

    def search(self, text: str, within: str) -> Search:
        """The page's content for what was typed, or for a prefecture that was tapped."""
        typed = unicodedata.normalize("NFKC", text).strip()[:_LONGEST]
        by_code = {code: self._prefecture(code) for code in _prefectures(self.table)}
        prefectures = tuple(by_code.values())
        map_ = tuple(tuple(by_code.get(code) for code in row) for row in tiles.rows())
        if typed:
            places, problem = self._look_up(typed)
            return Search(
                text=typed, problem=problem, found=tuple(map(self._option, places)), prefectures=prefectures, tiles=map_
            )
        here = [place for place in self.table.all() if within and place.prefecture == within]
        return Search(
            prefectures=prefectures,
            tiles=map_,
            municipalities=tuple(map(self._option, here)),
            within=self.speech.prefecture(self.table, within) if here else "",
        )

    def _look_up(self, typed: str) -> tuple[list[Place], str]:
        digits = _MARKS.sub("", typed)
        if _POSTAL.fullmatch(digits):
            if not self.has_postal:
                return [], "no_postal"
            codes = self.postal(digits)
            found = [] if isinstance(codes, Refused) else [p for code in codes if (p := self.table.place(code))]
        else:
            found = list(self.table.by_name(typed)) or self._beginning_with(fold(typed))
        return found[:_MOST], "" if found else "not_found"

    def _beginning_with(self, name: str) -> list[Place]:
        if not name or name.isdecimal():
            return []
        return [
            place
            for place in self.table.all()
            if any(fold(form).startswith(name) for form in (place.names.ja, place.names.kana, place.names.romaji))
        ]

    def _option(self, place: Place) -> Option:
        return Option(
            name=named(place, self.speech, self.table),
            sign=sign(place, self.speech),
            href=self.choose(place.code),
        )

    def _prefecture(self, code: str) -> Option:
        name = self.speech.prefecture(self.table, code).removesuffix(" Metropolis")
        ja = self.table.prefecture_name(code, "ja") or ""
        return Option(name=name, sign="" if ja == name else ja, href=self.show(code))


def named(place: Place, speech: Speech, table: PlaceTable) -> str:
    """A place with its prefecture, as the reader's language writes both."""
    prefecture, name = speech.prefecture(table, place.prefecture).removesuffix(" Metropolis"), speech.place(place)
    if speech.language.place.is_japanese_script:
        return f"{prefecture} {name}" if name == place.names.kana else f"{prefecture}{name}"
    return f"{name} ({prefecture})"


def sign(place: Place, speech: Speech) -> str:
    """The name as on signs, where the reader's language writes it otherwise."""
    return "" if speech.place(place) == place.names.ja else place.names.ja


def _prefectures(table: PlaceTable) -> list[str]:
    return sorted(region.code for region in table.regions(Level.PREFECTURE))
