"""Place names as people write them: kanji, kana or Latin letters, with or without class word.

Owns the index by name; refuses to choose between namesakes.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from alerts.places.place import Place

#: for `str.translate`
KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
#: The small ke of 茅ヶ崎 is also written large; spaces and marks of lists carry nothing.
_SAME = (
    KATAKANA_TO_HIRAGANA
    | {
        ord("ヶ"): "け",
        ord("ゖ"): "け",
        ord("ヵ"): "か",
        ord("ゕ"): "か",
    }
    | {ord(mark): None for mark in " \t\r\n,.'’-‐‑–−・、"}
)
_VOICING = "\u3099\u309a"
_KANA_CLASSES = ("ちょう", "まち", "むら", "そん", "し", "く")
_LATIN_CLASSES = {
    "し": "shi",
    "ちょう": "cho",
    "まち": "machi",
    "むら": "mura",
    "そん": "son",
    "く": "ku",
}
_DISTRICT = re.compile(r"^[^郡]{1,5}郡(.+)$")


def fold(text: str) -> str:
    """A name without what writers vary: width, case, spaces, macrons, katakana, small ke."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain)
        # Macrons and variation selectors go; the voicing marks of kana stay.
        kept = (c for c in apart if unicodedata.category(c) != "Mn" or c in _VOICING)
        plain = unicodedata.normalize("NFKC", "".join(kept))
    return plain.casefold().translate(_SAME)


class NameIndex:
    """Finds places by name; `prefectures` gives (ja, kana, en) by two-digit code."""

    def __init__(self, places: Sequence[Place], prefectures: Mapping[str, tuple[str, str, str]]) -> None:
        """Prepare the whole names, then the bare ones without class word."""
        self._prefecture_of = {place.code: place.prefecture for place in places}
        by_code = {place.code: place for place in places}
        self._whole = _collect((place, _whole_names(place, by_code)) for place in places)
        self._bare = _collect((place, _bare_names(place, by_code)) for place in places)
        self._prefectures = tuple((fold(form), code) for code, names in prefectures.items() for form in _forms(names))

    def find(self, text: str) -> tuple[str, ...]:
        """Codes of every place this name can mean, sorted; whole names go before bare ones.

        "Shiroishi" is 白井市 with its class word and 白石市 without: the reading alone does not choose.
        """
        name = fold(text)
        if name in self._whole:
            return tuple(sorted(self._whole[name] | self._bare.get(name, frozenset())))
        for index in (self._whole, self._bare):
            found = index.get(name) or self._find_in_prefecture(index, name)
            if found:
                return tuple(sorted(found))
        return ()

    def _find_in_prefecture(self, index: Mapping[str, frozenset[str]], name: str) -> frozenset[str]:
        """The name with its prefecture before or after it, and perhaps its district (郡)."""
        found = set(_without_district(index, name))
        for form, prefecture in self._prefectures:
            for rest in _rests(name, form):
                candidates = index.get(rest) or _without_district(index, rest)
                found |= {c for c in candidates if self._prefecture_of[c] == prefecture}
        return frozenset(found)


def _collect(names: Iterable[tuple[Place, Iterator[str]]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for place, forms in names:
        for form in forms:
            found[form].add(place.code)
    return {form: frozenset(codes) for form, codes in found.items()}


def _forms(names: tuple[str, str, str]) -> Iterator[str]:
    """How a prefecture stands beside a municipality: 石川県, いしかわけん, Ishikawa (…)."""
    ja, kana, en = names
    stem = en.rsplit(" ", 1)[0]
    # "Ishikawa-ken"; the class word of Tokyo, Osaka and Kyoto differs, Hokkaido has it in its name.
    class_word = {"都": "to", "府": "fu", "県": "ken"}.get(ja[-1], "")
    yield from dict.fromkeys((ja, kana, en, stem, stem + class_word))


def _rests(name: str, form: str) -> Iterator[str]:
    if name.startswith(form):
        yield name.removeprefix(form)
    if form.isascii() and name.endswith(form):
        yield name.removesuffix(form)


def _without_district(index: Mapping[str, frozenset[str]], name: str) -> frozenset[str]:
    match = _DISTRICT.match(name)
    return index.get(match[1], frozenset()) if match else frozenset()


def _whole_names(place: Place, by_code: Mapping[str, Place]) -> Iterator[str]:
    """Folded names with class word."""
    ja, kana, en = _own_names(place, by_code)
    suffix = next(word for word in _KANA_CLASSES if kana.endswith(word))
    latin = (fold(en), fold(en.rsplit(" ", 1)[0]) + _LATIN_CLASSES[suffix])
    yield from (fold(ja), kana, *latin)
    if place.parent is None:
        return
    city = by_code[place.parent].names
    yield from (fold(place.names.ja), place.names.kana)
    stem = fold(city.en.removesuffix(" City"))
    for ward in latin:
        for name in (stem, stem + "city", stem + "shi"):
            yield from (ward + name, name + ward)


def _bare_names(place: Place, by_code: Mapping[str, Place]) -> Iterator[str]:
    """Folded names without class word."""
    ja, kana, en = _own_names(place, by_code)
    suffix = next(word for word in _KANA_CLASSES if kana.endswith(word))
    stem = fold(en.rsplit(" ", 1)[0])
    yield from (fold(ja[:-1]), kana.removesuffix(suffix), stem, fold(place.names.romaji))
    if place.parent is not None:
        city = fold(by_code[place.parent].names.en.removesuffix(" City"))
        yield from (stem + city, city + stem)


def _own_names(place: Place, by_code: Mapping[str, Place]) -> tuple[str, str, str]:
    """The names without those of the city."""
    names = place.names
    if place.parent is None:
        return names.ja, names.kana, names.en
    city = by_code[place.parent].names
    own_en = names.en.removesuffix(", " + city.en)
    return names.ja.removeprefix(city.ja), names.kana.removeprefix(city.kana), own_en
