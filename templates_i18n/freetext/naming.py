"""Names that a text holds: municipalities and prefectures in their writings, and the official words of dangers. Pure.

Owns how a name is found in free text. A name that is also a common word is found only with its class (Tsu City, 津市).
"""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from alerts.places import PlaceTable
from templates_i18n import segments
from templates_i18n.catalogue import Catalogue
from templates_i18n.language import Language, PlaceStyle

_CLASS = re.compile(r" (?:City|Town|Village|Ward|Prefecture|Metropolis)\b.*$")
_CLASS_JA = re.compile(r"[都府県市区町村]$")
_CLASS_KANA = re.compile(r"(?:けん|し|く|ちょう|まち|むら|そん)$")
_KANJI = re.compile(r"[一-鿿]")
_NAME = re.compile(r"\b[A-Z][a-z]+(?:-[A-Z]?[a-z]+)*\b")
_SHORTEST = 4
_PREFECTURES: Final = tuple(f"{number:02d}" for number in range(1, 48))
#: names that are words of a language we write in Latin letters, or of no place alone
_WORDS: Final = frozenset(
    "Date Mine Minami Higashi Nishi Kita Chuo Midori Hino Sanda Kami Sakura Obama Asahi Aisho Misato Mori Oma Omi Toma "
    "Tara Taiki Kota Ube Otaru Sumida Gero Koto Sado Hita Kaizu Kama Kure Mino Miki Ono Ota Seto Soja Tome "
    "Toki Uki".split()
)
#: words whose official wording counts: of the danger, else of its picture
_TERMS: Final = (
    *("earthquake", "tsunami", "flood", "landslide", "storm_surge", "heavy_rain", "tornado", "volcano", "avalanche"),
    *("shelter", "evacuation_site", "hospital", "toilet"),
)

#: what no free text says in any language: official words of evacuation and of tsunamis
_OFFICIAL_NAMES: Final = ("evacuation.order", "evacuation.emergency")
_OFFICIAL_ALARMS: Final = ("tsunami.major_warning", "tsunami.warning", "tsunami.advisory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A place in its writings."""

    ja: str
    kana: str
    latin: str

    def written(self, style: PlaceStyle) -> str:
        """As a language writes it."""
        match style:
            case PlaceStyle.KANA:
                return self.kana
            case PlaceStyle.KANJI | PlaceStyle.JAPANESE:
                return self.ja
            case PlaceStyle.ENGLISH | PlaceStyle.LATIN:
                return self.latin


def places(text: str, language: str, table: PlaceTable) -> list[Named]:
    """The places that a Japanese or English text names; the longest name of a spot counts."""
    by_name, found = _index(table), dict[str, Named]()
    pattern = _japanese(table) if language.startswith("ja") else _latin(table)
    for match in pattern.finditer(text):
        found.setdefault(match[0], by_name[match[0]])
    return list(found.values())


def without(text: str, table: PlaceTable) -> str:
    """The text without the Japanese names that may stand in any language, as on signs."""
    return _japanese(table).sub(" ", text)


def stands(place: Named, text: str) -> bool:
    """Whether a text has the place, in whichever writing."""
    plain = segments.fold_latin(text).casefold()
    stems = (_CLASS_JA.sub("", place.ja), _CLASS_KANA.sub("", place.kana), _CLASS.sub("", place.latin))
    japanese = any(stem in text for stem in stems[:2] if len(stem) > 1) or place.ja in text or place.kana in text
    return japanese or re.search(rf"(?<![a-z]){re.escape(stems[2].casefold())}(?![a-z])", plain) is not None


def others(text: str, named: Iterable[Named], table: PlaceTable) -> Iterator[str]:
    """Places in a text that are none of these."""
    known = list(named)
    by_name = _index(table)
    latin = (name for name in _NAME.findall(text) if name in by_name)
    for name in dict.fromkeys([*latin, *_japanese(table).findall(text)]):
        if not any(name in (place.ja, place.latin) or stands(place, name) for place in known):
            yield name


def terms(text: str, language: str, words: Catalogue) -> list[str]:
    """The official words that a text uses."""
    return [term for term in _TERMS if any(says(text, word) for word in words_of(term, language, words))]


def words_of(term: str, language: str, words: Catalogue) -> list[str]:
    """How a language says one; nothing where it has no words."""
    own: Language | None = words.by_tag.get(language)
    if own is None:
        return []
    found = (own.terms.get(term), own.hazards.get(term), own.pictograms.get(term))
    return list(dict.fromkeys(word for word in found if word))


def official(text: str, language: str, words: Catalogue) -> str:
    """The first official words of a warning that a text has, as the catalogue says them; '' where it has none."""
    own: Language | None = words.by_tag.get(language)
    if own is None:
        return ""
    known = (*map(own.names.get, _OFFICIAL_NAMES), *map(own.alarms.get, _OFFICIAL_ALARMS))
    plain = segments.fold_latin(text).casefold()
    return next((word for word in known if word and segments.fold_latin(word).casefold() in plain), "")


def says(text: str, word: str) -> bool:
    """Whether a text says a word, inflected or not: the beginning of each of its parts is enough."""
    plain = segments.fold_latin(text).casefold()
    bare = re.sub(r"\(.*?\)", "", segments.fold_latin(word).casefold())
    parts = [part for part in re.split(r"[\s,/]+", bare) if part]
    return bool(parts) and all(_begins(part) in plain for part in parts)


def _begins(part: str) -> str:
    return part[: max(_SHORTEST, len(part) - 2)] if len(part) > _SHORTEST else part


@functools.lru_cache(maxsize=4)
def _index(table: PlaceTable) -> dict[str, Named]:
    """Name -> place, full and without class; a Latin name that is a common word only with its class."""
    found: dict[str, Named] = {}
    for one in _all(table):
        bare = _CLASS.sub("", one.latin)
        keys = [one.ja, one.latin]
        if len(bare) >= _SHORTEST and bare not in _WORDS:
            keys.append(bare)
        if len(stem := _CLASS_JA.sub("", one.ja)) > 1 and _KANJI.search(stem):
            keys.append(stem)
        for key in keys:
            found.setdefault(key, one)
    return found


def _all(table: PlaceTable) -> Iterator[Named]:
    for code in _PREFECTURES:
        ja, kana = table.prefecture_name(code, "ja"), table.prefecture_name(code, "kana")
        latin = table.prefecture_name(code, "en")
        if ja and kana and latin:
            yield Named(ja=ja, kana=kana, latin=_CLASS.sub("", latin))
    for place in table.all():
        if place.parent is None:
            yield Named(ja=place.names.ja, kana=place.names.kana, latin=place.names.romaji)


@functools.lru_cache(maxsize=4)
def _japanese(table: PlaceTable) -> re.Pattern[str]:
    """Names with their class, and prefectures and longer stems without it where no letter of a name follows."""
    full = sorted({one.ja for one in _all(table)}, key=len, reverse=True)
    stems = sorted({name for name in _index(table) if not name.isascii() and len(name) > 1} - set(full), key=len)
    bare = "|".join(map(re.escape, reversed(stems)))
    return re.compile(rf"{'|'.join(map(re.escape, full))}|(?<![一-鿿々])(?:{bare})(?![一-鿿々])")


@functools.lru_cache(maxsize=4)
def _latin(table: PlaceTable) -> re.Pattern[str]:
    names = sorted((name for name in _index(table) if name.isascii()), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
