"""Gates of free text: what may not differ between a text and its translation, and what no text may hold. Pure.

They look at drafts of a machine and at what people write alike. What `stops` has to be put right before anybody signs;
what `asks` is shown to the person who signs, who answers for it by name: it may be a good wording that we do not know.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alerts.places import PlaceTable
from templates_i18n import characters, segments, spelling
from templates_i18n.catalogue import Catalogue
from templates_i18n.freetext import facts, naming, signs, things
from templates_i18n.freetext.signs import PAIRS, Sentence
from templates_i18n.request import Form

#: characters of a text in one language
LONGEST: Final = 200
#: a draft may be so much longer than its source
_TIMES: Final = 5
_MORE: Final = 60
#: characters beyond which nothing more is looked for: it is far too long anyway
_COMPARABLE: Final = 1000
_FORMULA = re.compile(r"[=+@]|-(?=[^\d\s])")
_BRACES = re.compile(r"[{}<>\[\]\\^`|~]")
_WORD_OF_TWO = re.compile(r"[A-Za-z](?=[^\W\d_A-Za-z])|(?<=[^\W\d_A-Za-z])[A-Za-z]")
_STOP = re.compile(r"[。！？!?।။។.\n]")
_AGAIN = re.compile(r"(\S{2,40})(?:[\s、,]*\1){4}")
_LATIN_WORD = re.compile(r"\b\w+\b")
#: scripts written without spaces between words, where Latin names touch the words beside them
_CLOSE = frozenset({"Jpan", "Hira", "Hans", "Hant", "Thai", "Mymr", "Khmr", "Hang"})
_SOURCES: Final = ("ja", "en")


class Weight(StrEnum):
    """What a finding does."""

    STOPS = "stops"
    ASKS = "asks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a gate has seen."""

    #: a key of the words of the pages
    key: str
    weight: Weight
    #: what exactly, in English
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A text as a person wrote it, and the same in another language."""

    source: str
    source_language: str
    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What texts are held against."""

    catalogue: Catalogue
    places: PlaceTable


def alone(text: str, language: str, tables: Tables) -> list[Finding]:
    """What no text of a language may hold, whatever it says."""
    return list(dict.fromkeys(finding for look in _ALONE for finding in look(text, language, tables)))


def compare(pair: Pair, tables: Tables) -> list[Finding]:
    """All that stops a translation, or that its signer is asked about; what stops comes first."""
    found = alone(pair.text, pair.language, tables)
    if len(pair.text) <= _COMPARABLE and pair.text.strip():
        found += [one for look in _COMPARED for one in look(pair, tables)]
    return sorted(dict.fromkeys(found), key=lambda one: one.weight is Weight.ASKS)


def of_all(words: Mapping[str, str], tables: Tables) -> dict[str, list[Finding]]:
    """What is seen in a text that people wrote in several languages, held against the Japanese, else English."""
    source_language = next((tag for tag in _SOURCES if tag in words), "")
    found: dict[str, list[Finding]] = {}
    for tag, text in words.items():
        if source_language and tag != source_language:
            pair = Pair(source=words[source_language], source_language=source_language, text=text, language=tag)
            found[tag] = compare(pair, tables)
        else:
            found[tag] = alone(text, tag, tables)
    return {tag: findings for tag, findings in found.items() if findings}


def stops(findings: Iterable[Finding]) -> bool:
    """Whether nobody may sign."""
    return any(one.weight is Weight.STOPS for one in findings)


def _stop(key: str, what: str) -> Finding:
    return Finding(key=key, weight=Weight.STOPS, what=what)


def _ask(key: str, what: str) -> Finding:
    return Finding(key=key, weight=Weight.ASKS, what=what)


def _length(text: str, language: str, tables: Tables) -> Iterator[Finding]:
    if not text.strip():
        yield _stop("empty", "nothing is written")
    elif len(text) > LONGEST:
        yield _stop("too_long", f"{len(text)} characters, at most {LONGEST}")
    elif (parts := segments.count(text).segments) > Form.FULL.budget:
        yield _stop("too_long", f"{parts} SMS parts, at most {Form.FULL.budget}")


def _letters(text: str, language: str, tables: Tables) -> Iterator[Finding]:
    """Nothing hidden, no look-alike, the letters of the language, and no word put together of two scripts."""
    script = tables.catalogue.names[language].script
    bare = naming.without(facts.LINK.sub(" ", text), tables.places)
    for problem in characters.forbidden(bare, script=script):
        yield _stop("characters", problem)
    if foreign := spelling.foreign_letters(bare, script):
        yield _stop("script", f"letters of another script: {foreign}")
    if script not in _CLOSE and (mixed := _mixed(bare)):
        yield _stop("script", f"a word of two scripts: {mixed}")


def _mixed(text: str) -> str:
    return next((word for word in _LATIN_WORD.findall(text) if _WORD_OF_TWO.search(word) and not _latin(word)), "")


def _latin(word: str) -> bool:
    return all(not char.isalpha() or segments.fold_latin(char).isascii() for char in word)


def _signs(text: str, language: str, tables: Tables) -> Iterator[Finding]:
    """No braces of templates, no mark-up, nothing that a table takes for a formula."""
    if found := _BRACES.findall(facts.LINK.sub(" ", text)):
        yield _stop("signs", f"no {' '.join(dict.fromkeys(found))} in a text")
    if _FORMULA.match(text):
        yield _stop("signs", f"a text does not begin with {text[0]}")


def _runaway(text: str, language: str, tables: Tables) -> Iterator[Finding]:
    """A model that has lost its way says one thing again and again."""
    if any(count > 2 for count in _said(text).values()) or _AGAIN.search(text[:_COMPARABLE]):
        yield _stop("runaway", "says the same thing again and again")


_ALONE: Final[tuple[Callable[[str, str, Tables], Iterator[Finding]], ...]] = (_length, _letters, _signs, _runaway)


def _doubled(pair: Pair, tables: Tables) -> Iterator[Finding]:
    """A sentence stands twice where the source says nothing twice."""
    if any(count > 1 for count in _said(pair.text).values()) and max(_said(pair.source).values(), default=0) < 2:
        yield _ask("runaway", "says a sentence twice")


def _official(pair: Pair, tables: Tables) -> Iterator[Finding]:
    """Official words of a warning that came in; Japanese and English are looked at by `commands`."""
    if found := naming.official(pair.text, pair.language, tables.catalogue):
        yield _stop("level", f"{found}: official warnings are told in reviewed words only")


def _said(text: str) -> Counter[str]:
    """The sentences of a text, how often; links and what a stop leaves of "a.m." aside."""
    parts = _STOP.split(facts.LINK.sub(" ", text))
    return Counter(" ".join(part.split()) for part in parts if sum(map(str.isalpha, part)) > 1)


def _numbers(pair: Pair, tables: Tables) -> Iterator[Finding]:
    own, source = facts.numbers(pair.text), facts.numbers(pair.source)
    if own != source:
        lost, new = source - own, own - source
        yield _stop("numbers", f"missing {_listed(lost)}; not in the source {_listed(new)}")


def _links(pair: Pair, tables: Tables) -> Iterator[Finding]:
    own, source = facts.links(pair.text), facts.links(pair.source)
    if own != source:
        yield _stop("links", f"missing {_listed(source - own)}; not in the source {_listed(own - source)}")


def _translated(pair: Pair, tables: Tables) -> Iterator[Finding]:
    if pair.language == pair.source_language:
        return
    if len(pair.text) > _TIMES * len(pair.source) + _MORE:
        yield _stop("runaway", f"{len(pair.text)} characters for {len(pair.source)} of the source")
    if pair.text.strip() == pair.source.strip() and any(char.isalpha() for char in pair.text):
        yield _stop("untranslated", "the source as it stands")


def _places(pair: Pair, tables: Tables) -> Iterator[Finding]:
    """Every place of the source is there as this language writes it, and none that the source does not name."""
    if pair.language == pair.source_language:
        return
    named = naming.places(pair.source, pair.source_language, tables.places)
    style = tables.catalogue.fallback(pair.language).languages[-1].place
    for place in named:
        if not naming.stands(place, pair.text):
            yield _ask("place", f"{place.ja}: write {place.written(style)}")
    for other in naming.others(pair.text, named, tables.places):
        yield _ask("place_new", f"{other} is not in the source")


def _terms(pair: Pair, tables: Tables) -> Iterator[Finding]:
    """The official words, as all our other texts in this language say them."""
    if pair.language == pair.source_language:
        return
    for term in naming.terms(pair.source, pair.source_language, tables.catalogue):
        expected = naming.words_of(term, pair.language, tables.catalogue)
        if expected and not any(naming.says(pair.text, word) for word in expected):
            yield _ask("term", f"{term}: say {' / '.join(expected)}")


def _forbidding(pair: Pair, tables: Tables) -> Iterator[Finding]:
    """A prohibition does not get lost, and none comes in."""
    source, own = signs.read(pair.source, pair.source_language), signs.read(pair.text, pair.language)
    if len(source) == len(own):
        changed = [
            a.forbids for a, b in zip(source, own, strict=True) if a.forbids is not b.forbids and not _shut(a, b)
        ]
        if True in changed:
            yield _ask("negation_lost", "a sentence of the source denies or forbids something, here it does not")
        if False in changed:
            yield _ask("negation_new", "a sentence denies or forbids something, in the source it does not")
        return
    expected = sum(one.forbids for one in source if not _shut(one))
    found = signs.prohibitions(pair.text, pair.language) + sum(_shut(one) and not one.forbids for one in own)
    if found < expected:
        yield _ask("negation_lost", f"{expected} sentences of the source deny or forbid something, here {found}")
    elif found and not any(one.forbids or _shut(one) for one in source):
        yield _ask("negation_new", "denies or forbids something, the source does not")


def _directions(pair: Pair, tables: Tables) -> Iterator[Finding]:
    """Away is not towards, up is not down, lifted is not issued, closed is not open."""
    source, own = signs.read(pair.source, pair.source_language), signs.read(pair.text, pair.language)
    if len(source) == len(own):
        swapped = {pair for a, b in zip(source, own, strict=True) for pair in _swapped(a.senses, b.senses)}
    else:
        swapped = set(_swapped(_all(source), _all(own)))
    for one, other in sorted(swapped):
        yield _ask("swapped", f"the source says {one}, here stands {other}")


def _shut(*sentences: Sentence) -> bool:
    """Said by a word for what is shut, as 断水 says "no water": one language denies, another one does not."""
    return any("closed" in one.senses for one in sentences)


def _things(pair: Pair, tables: Tables) -> Iterator[Finding]:
    """A river is not the sea, water is not electricity, the morning is not the afternoon."""
    source = things.read(naming.without(pair.source, tables.places), pair.source_language)
    lost = things.lost(source, pair.text, pair.language)
    new = sorted(things.read(pair.text, pair.language) - source) if lost else []
    for thing in lost:
        yield _ask("thing", f"{thing} is not there" + (f", but {', '.join(new)}" if new else ""))


def _all(sentences: list[Sentence]) -> frozenset[str]:
    return frozenset().union(*(one.senses for one in sentences)) if sentences else frozenset()


def _swapped(source: frozenset[str], own: frozenset[str]) -> Iterator[tuple[str, str]]:
    for pair in PAIRS:
        for one, other in (pair, pair[::-1]):
            if one in source and other not in source and other in own and one not in own:
                yield one, other


_COMPARED: Final[tuple[Callable[[Pair, Tables], Iterator[Finding]], ...]] = (
    _numbers,
    _links,
    _translated,
    _doubled,
    _official,
    _places,
    _terms,
    _things,
    _forbidding,
    _directions,
)


def _listed(found: Counter[str]) -> str:
    return ", ".join(sorted(found.elements())) or "nothing"
