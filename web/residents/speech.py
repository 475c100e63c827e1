"""The words of the residents' pages in one language, and which language a page speaks.

The words stand in the catalogue. A language whose table is not translated yet speaks English there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.japan import JST
from alerts.places import Place, PlaceTable
from alerts.vocabulary import Hazard
from templates_i18n import heads, parts, pictograms, placing
from templates_i18n.catalogue import Catalogue
from templates_i18n.composition import Composition
from templates_i18n.language import Language, PlaceStyle

_ENGLISH = "en"
#: what browsers call it -> what we call it, where cutting off the region is not enough
_BROWSER_TAGS = {
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "zh-hant": "zh-Hant",
    "zh-hans": "zh-Hans",
    "tl": "fil",
    "in": "id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A pictogram and what it is called here."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Speech:
    """One language of the pages."""

    #: the tag that was asked for; texts are made for it
    tag: str
    #: whose words the page has
    language: Language
    english: Language
    plans: Composition

    @property
    def lang(self) -> str:
        """The lang attribute of the page."""
        return self.language.tag

    def __call__(self, key: str, **fields: object) -> str:
        """The words of a key of [page]. KeyError for an unknown one."""
        words = self.language.pages.get(key) or self.english.pages[key]
        return words.format_map(fields) if fields else words

    def sign(self, pictogram: str) -> Sign:
        """A pictogram with its name."""
        name = self.language.pictograms.get(pictogram) or self.english.pictograms[pictogram]
        return Sign(id=pictogram, name=name)

    def grade(self, hazard: Hazard, grade: str) -> str:
        """The official name of what is in force; in English where this language has none."""
        for language in (self.language, self.english):
            try:
                return heads.official_name(language, self.plans, hazard, grade).removesuffix(".")
            except KeyError:
                continue
        return self.sign(pictograms.load().hazards[hazard]).name

    def issued(self, hazard: Hazard, moment: datetime) -> str:
        """Who warned, and the official time: "JMA 11/23 14:07"."""
        key = parts.source_line(hazard)
        lines = self.language.lines if key in self.language.lines else self.english.lines
        return lines[key].format_map(clock(moment))

    def as_of(self, now: datetime) -> str:
        """When the page was made."""
        return self("as_of", **clock(now))

    def place(self, place: Place) -> str:
        """A place as this language writes it."""
        return placing.name(place, self.language.place)

    def prefecture(self, places: PlaceTable, code: str) -> str:
        """A prefecture as this language writes places."""
        match self.language.place:
            case PlaceStyle.KANA:
                name = places.prefecture_name(code, "kana")
            case PlaceStyle.KANJI | PlaceStyle.JAPANESE:
                name = places.prefecture_name(code, "ja")
            case _:
                name = (places.prefecture_name(code, "en") or code).removesuffix(" Prefecture")
        return name or code


def speak(catalogue: Catalogue, tag: str) -> Speech:
    """The words for a reader of a language of the service."""
    return Speech(
        tag=tag,
        language=catalogue.fallback(tag).languages[-1],
        english=catalogue.by_tag[_ENGLISH],
        plans=catalogue.composition,
    )


def choose(catalogue: Catalogue, asked: str | None, accepted: str) -> str:
    """The tag of a page's language: of the link, else the browser's first that we serve, else English."""
    known = {tag.lower(): tag for tag in catalogue.names}
    if asked and asked.lower() in known:
        return known[asked.lower()]
    return next(_of_browser(known, accepted), _ENGLISH)


def _of_browser(known: Mapping[str, str], accepted: str) -> Iterator[str]:
    for item in accepted.lower().split(",")[:20]:
        written = item.split(";")[0].strip()
        script = "-".join(written.split("-")[:2])
        for name in (written, script, written.split("-")[0]):
            tag = known.get(_BROWSER_TAGS.get(name, name).lower())
            if tag:
                yield tag


def clock(moment: datetime) -> dict[str, str]:
    """Placeholders of a time in Japan."""
    local = moment.astimezone(JST)
    return {"month": str(local.month), "day": str(local.day), "hour": f"{local:%H}", "minute": f"{local:%M}"}
