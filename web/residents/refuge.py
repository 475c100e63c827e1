"""Where to go, for the page of an alert: the sites that fit it in its place, as `shelters.finding` says.

Owns `refuge.toml`, reading the sites, and the links to the official map. Says no distance: nobody knows from where.
"""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Final

from alerts.places import Place, PlaceTable
from delivery import sheltering
from shelters import finding, latin
from shelters.finding import Need
from shelters.site import Danger, Site, State
from storage.connection import Connection
from templates_i18n.language import PlaceStyle
from web.residents.speech import Sign, Speech
from web.residents.story import Story

#: sites on the page of an alert, on a sheet of A4, and on one page of the whole list
SHOWN: Final = 6
ON_PAPER: Final = 5
A_PAGE: Final = 40
_MAP: Final = "https://maps.gsi.go.jp/#{zoom}/{north}/{east}/&base=std&ls=std{layers}&disp=1{on}"
#: layers of 地理院地図: 指定緊急避難場所, by kind of disaster
_LAYERS: Final = {
    Danger.FLOOD: "skhb01",
    Danger.LANDSLIDE: "skhb02",
    Danger.STORM_SURGE: "skhb03",
    Danger.EARTHQUAKE: "skhb04",
    Danger.TSUNAMI: "skhb05",
    Danger.FIRE: "skhb06",
    Danger.INLAND_FLOOD: "skhb07",
    Danger.VOLCANO: "skhb08",
}
_SIGNS: Final = {
    Danger.FLOOD: "flood",
    Danger.LANDSLIDE: "landslide",
    Danger.STORM_SURGE: "storm_surge",
    Danger.EARTHQUAKE: "earthquake",
    Danger.TSUNAMI: "tsunami",
    Danger.INLAND_FLOOD: "heavy_rain",
    Danger.VOLCANO: "volcano",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuge:
    """The sites that fit an alert in its place."""

    place: Place
    need: Need
    #: the usable ones first
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One site of the list."""

    #: as on its sign
    name: str
    #: in letters of the reader, or ''
    reading: str
    address: str
    state: State
    #: words for its state, '' for a site that is only listed
    said: str
    #: what it is for, where the list holds sites for several dangers
    signs: tuple[Sign, ...]
    #: addresses of the official map and of the phone's own, or ''
    map: str
    geo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereTo:
    """Everything the section says."""

    words: Mapping[str, str]
    lines: tuple[Line, ...]
    #: all of them
    total: int
    #: of the next ones on a page of the list; None behind the last
    next: int | None
    #: some of the lines are only listed
    listed: bool
    official: str


def read(db: Connection, story: Story, table: PlaceTable, now: datetime) -> Refuge | None:
    """The sites for what is in force now; None where nobody is to go out, and where nothing is in force."""
    place = table.place(story.place)
    if place is None or story.over:
        return None
    wanted = finding.need(story.hazard, story.latest.change.after, coastal=place.coastal)
    if wanted is None:
        return None
    return Refuge(place=place, need=wanted, sites=finding.fitting(sheltering.around(db, table, place, now), wanted))


def show(refuge: Refuge | None, speech: Speech, *, most: int, first: int = 0) -> WhereTo | None:
    """The section in one language: `most` sites from the `first` one on."""
    if refuge is None:
        return None
    words, last = _words(speech.lang), first + most
    lines = tuple(_line(refuge.need, site, speech, words) for site in refuge.sites[first:last])
    return WhereTo(
        words={**words, "all": words["all"].format(count=len(refuge.sites))},
        lines=lines,
        total=len(refuge.sites),
        next=last if last < len(refuge.sites) else None,
        listed=any(line.state is State.LISTED for line in lines),
        official=_official(refuge),
    )


def _line(need: Need, site: Site, speech: Speech, words: Mapping[str, str]) -> Line:
    entry = site.entry
    north, east = entry.latitude, entry.longitude
    known = north is not None and east is not None
    signs = () if need.dangers else tuple(_SIGNS[danger] for danger in _SIGNS if danger in entry.dangers)
    return Line(
        name=entry.name,
        reading=_reading(site, speech),
        address=entry.address,
        state=site.state,
        said="" if site.state is State.LISTED else words[site.state],
        signs=tuple(speech.sign(name) for name in signs),
        map=_MAP.format(zoom=17, north=north, east=east, layers="", on="") if known else "",
        geo=f"geo:{north},{east}?q={north},{east}" if known else "",
    )


def _reading(site: Site, speech: Speech) -> str:
    entry = site.entry
    match speech.language.place:
        case PlaceStyle.KANA:
            return entry.kana
        case PlaceStyle.KANJI | PlaceStyle.JAPANESE:
            return ""
        case PlaceStyle.ENGLISH | PlaceStyle.LATIN:
            return latin.name(entry.name, entry.kana, entry.english)


def _official(refuge: Refuge) -> str:
    """The official map of the place with the layers of what is asked for."""
    dangers: Sequence[Danger] = sorted({*refuge.need.dangers, *refuge.need.always}) or tuple(_LAYERS)
    layers = "".join(f"%7C{_LAYERS[danger]}" for danger in dangers)
    place = refuge.place
    return _MAP.format(zoom=14, north=place.lat, east=place.lng, layers=layers, on="1" * len(dangers))


def _words(tag: str) -> Mapping[str, str]:
    table = _table()
    return table.get(tag) or table["en"]


@functools.cache
def _table() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("web.residents").joinpath("refuge.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
