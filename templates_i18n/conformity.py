"""Whether a language file agrees with English: keys, placeholders, characters, lengths of heads.

Owns the checks of one file; reading files and putting them together is for `catalogue`.
"""

import functools
import itertools
from collections.abc import Iterator, Mapping
from typing import Protocol

from alerts import hazards
from alerts.vocabulary import Hazard, Kind, Topic
from templates_i18n import characters, composition, heads, segments
from templates_i18n.composition import Composition
from templates_i18n.language import Language, PlaceStyle, Review, placeholders

#: UTF-16 units of a head
HEAD_UNITS = 60
#: whose keys and placeholders the other languages follow
REFERENCE = "en"
REFERENCE_FILE = f"{REFERENCE}.toml"

#: Japanese by intent, whatever the language's script; in Easy Japanese without kanji all the same
_JAPANESE_KEYS = frozenset({("drill", "japanese"), ("language", "name")})
_FLAGS = frozenset({("language", "plain"), ("language", "fold"), ("language", "capitals")})
#: without these a file is no language at all
_NEEDED = frozenset({"language", "drill"})
#: tables of no words that are sent
_NO_SMS = frozenset({"language", "page", "pictogram"})
#: kinds that have heads of their own
_KINDS = (Kind.NEW, Kind.LOWERED, Kind.LIFTED, Kind.CORRECTED, Kind.CANCELLED)
#: tables that may hold keys which English does not have, with the placeholders they may use
_OWN_WORDS = {
    "own": frozenset({"alarm", "act", "grade", "level", "hazard"}),
    "name": frozenset({"grade", "level", "term"}),
    "hazard": frozenset[str](),
}

#: tables whose pieces a language may say in fewer words
_BRIEF = ("head", "alarm", "act", "line", "phrase")

Path = tuple[str, ...]
Values = Mapping[Path, object]


class Named(Protocol):
    """What is known of a language beside its file."""

    @property
    def tag(self) -> str:
        """As its file is called."""
        ...

    @property
    def script(self) -> str:
        """ISO 15924."""
        ...


def missing(own: Values, english: Values) -> Iterator[Path]:
    """Keys of English that a file lacks, in the order of English; heads of its own may be missing."""
    return (path for path in english if path not in own and path[0] != "own")


def gap(tag: str, path: Path, english: Values) -> str:
    """A missing key, for a person."""
    return f"{tag}.toml: {shown(path)}: missing; {REFERENCE}.toml has {english[path]!r}"


def problems(own: Values, english: Values, name: Named) -> Iterator[str]:
    """What is wrong with what stands in a file; what it lacks is told by `missing`."""
    file = f"{name.tag}.toml"
    lacking = [path for path in missing(own, english) if path[0] in _NEEDED]
    for path in lacking:
        yield gap(name.tag, path, english)
    for path, value in own.items():
        allowed = _placeholders_of(path, english)
        if allowed is None:
            yield f"{file}: {shown(path)}: not a key of {REFERENCE}.toml; remove it or correct its name"
            continue
        for problem in _value_problems(
            path, value, allowed, name, exact=path[0] == "brief" or (path in english and path[0] != "own")
        ):
            yield f"{file}: {shown(path)}: {problem}"
    if not lacking:
        yield from (f"{file}: {problem}" for problem in _language_problems(own, name))


def _placeholders_of(path: Path, english: Values) -> frozenset[str] | None:
    """The placeholders that a key may hold; None for a key that may not stand there."""
    if path[0] != "own" and path in english:
        return placeholders(str(english[path]))
    table, key = path[0], path[-1]
    if table == "brief":
        same = [english[each, key] for each in _BRIEF if len(path) == 2 and (each, key) in english]
        return placeholders(str(same[0])) if same else None
    known = key.split(".")[0] in list(Hazard)
    if table == "own":
        return _OWN_WORDS[table] if len(path) == 3 and path[1] in _KINDS and known else None
    return _OWN_WORDS[table] if table in _OWN_WORDS and len(path) == 2 and known else None


def _value_problems(path: Path, value: object, allowed: frozenset[str], name: Named, *, exact: bool) -> Iterator[str]:
    if path in _FLAGS:
        if not isinstance(value, bool):
            yield f"expected true or false, found {value!r}"
        return
    if not isinstance(value, str):
        yield f"expected words in quotes, found {value!r}"
        return
    if not value.strip() or value != value.strip():
        yield "expected words without spaces around them"
    yield from _placeholder_problems(value, allowed, exact=exact)
    script = "Jpan" if path in _JAPANESE_KEYS and name.script != "Hira" else name.script
    if path[0] != "language" or path[1] == "name":
        yield from characters.forbidden(value, script=script)


def _placeholder_problems(value: str, allowed: frozenset[str], *, exact: bool) -> Iterator[str]:
    try:
        found = placeholders(value)
    except ValueError as error:
        yield f"expected the placeholders {_braces(allowed)}: {error}"
        return
    if found != allowed if exact else not found <= allowed:
        yield f"expected {'' if exact else 'some of '}the placeholders {_braces(allowed)}, found {_braces(found)}"


def _braces(names: frozenset[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(names)) or "(none)"


def shown(path: Path) -> str:
    """A key as a person finds it in the file."""
    *tables, key = path
    return f"[{'.'.join(tables)}] {key}"


def _language_problems(own: Values, name: Named) -> Iterator[str]:
    if own["language", "tag"] != name.tag:
        yield f"[language] tag: expected {name.tag!r}, found {own['language', 'tag']!r}"
    for key, known in (("place", PlaceStyle), ("review", Review)):
        if own["language", key] not in list(known):
            yield f"[language] {key}: expected one of {', '.join(known)}, found {own['language', key]!r}"
    if own["language", "plain"]:
        yield from _plain_problems(own)


def _plain_problems(own: Values) -> Iterator[str]:
    """A language that promises GSM-7 must have no word that does not fit it; pages are no SMS."""
    for path, value in own.items():
        if path[0] in _NO_SMS or path == ("drill", "japanese"):
            continue
        text = segments.fold_latin(str(value)) if own["language", "fold"] else str(value)
        if not segments.fits_gsm7(text):
            outside = "".join(char for char in dict.fromkeys(text) if not segments.fits_gsm7(char))
            yield f"{shown(path)}: plain = true, but GSM-7 has no {outside!r}"


def long_heads(language: Language, plans: Composition) -> Iterator[str]:
    """Heads over their length, with the pieces they are made of."""
    for band, subject in _all_subjects(plans, brief=bool(language.brief)):
        try:
            words = heads.head(language, plans, subject)
        except KeyError:
            continue
        units = segments.utf16_units(words)
        if units > HEAD_UNITS:
            yield (
                f"{language.tag}.toml: [head] {subject.kind} of {subject.hazard}.{band}: {units} units, expected at "
                f"most {HEAD_UNITS}; shorten it: {words!r}"
            )


@functools.lru_cache(maxsize=4)
def _all_subjects(plans: Composition, *, brief: bool) -> tuple[tuple[str, heads.Subject], ...]:
    """Every subject with its band: the same for all languages, so made once."""
    return tuple(
        (band, subject)
        for (hazard, band), kind in itertools.product(plans.told, _KINDS)
        for subject in _subjects(hazard, band, kind, plans, brief=brief)
    )


def _subjects(hazard: Hazard, band: str, kind: Kind, plans: Composition, *, brief: bool) -> Iterator[heads.Subject]:
    """What a head of a band can speak of, as far as such a text can be; in the fewest words only where that is another.

    `brief`: the language has such words. What came down or was put right is told like what is new in any of them.
    """
    plan = plans.told[hazard, band]
    below = kind in {Kind.LOWERED, Kind.CORRECTED}
    if (below and not plan.lowered) or (kind is Kind.LIFTED and hazard not in plans.lifted):
        return
    expected = band == composition.EXPECTED
    grades = hazards.rule(hazard).grades if expected else composition.banded(hazard, band)
    topics: tuple[Topic | None, ...] = tuple(Topic) if plan.act == composition.TOPIC else (None,)
    for grade, topic, fewest in itertools.product(grades, topics, (False, True) if brief or below else (False,)):
        yield heads.Subject(hazard=hazard, grade=grade, kind=kind, expected=expected, topic=topic, brief=fewest)
