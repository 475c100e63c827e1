"""The words of all languages, read once and checked against each other.

Owns the files of `catalogue/`; refuses a catalogue with a gap: a missing key, another placeholder, a
character that phones or readers trip over. All problems are told at once. Measuring is for `budgets`.
"""

import functools
import hashlib
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from importlib.resources.abc import Traversable

from alerts.vocabulary import Hazard
from templates_i18n import characters, composition, reviews, segments
from templates_i18n.composition import Composition
from templates_i18n.language import Language, PlaceStyle, Review, build, flatten, placeholders

#: the voice of languages that have no file yet, and of those whose words nobody has accepted
BILINGUAL = "ja-Hira+en"
#: UTF-16 units of a head
HEAD_UNITS = 60

#: words of pages, never sent by SMS; a language may lack a whole table of them, then its readers see English
PAGE_TABLES = frozenset({"page", "pictogram"})

_REFERENCE = "en"
_OTHER_FILES = frozenset({"composition.toml", "languages.toml", "exceptions.toml"})
_TOO_MANY = 40
#: Japanese by intent, whatever the language's script; in Easy Japanese without kanji all the same
_JAPANESE_KEYS = frozenset({("drill", "japanese"), ("language", "name")})
_FLAGS = frozenset({("language", "plain"), ("language", "fold")})

Values = dict[tuple[str, ...], object]


class CatalogueError(ValueError):
    """The catalogue cannot be used; every problem names its file, key and what was expected."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems, one line each."""
        self.problems = tuple(problems)
        super().__init__("\n".join(problems[:_TOO_MANY]))


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageName:
    """A language of the service, with or without a file."""

    tag: str
    #: in the language itself
    name: str
    english: str
    japanese: str
    #: ISO 15924
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who speaks to a reader: one language, or Easy Japanese and English together."""

    #: as stored with what was sent: the language's own tag, or `BILINGUAL`
    tag: str
    languages: tuple[Language, ...]

    @property
    def is_bilingual(self) -> bool:
        """Whether heads stand in two languages."""
        return len(self.languages) > 1

    @property
    def review(self) -> Review:
        """The weakest of its languages."""
        return min((language.review for language in self.languages), key=lambda review: review.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A declared exception: a text that is longer than its form allows."""

    segments: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All words, immutable."""

    #: 12 hex digits over the language files and the composition
    version: str
    composition: Composition
    #: by tag, those that have a file
    by_tag: Mapping[str, Language]
    #: by tag, all of the service
    names: Mapping[str, LanguageName]
    #: voice tag -> "hazard.grade.kind.form" -> what was declared
    exceptions: Mapping[str, Mapping[str, Missed]] = field(default_factory=dict)
    #: tag -> what is missing to the review its file claims; such a language is less than it claims
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def languages(self) -> tuple[str, ...]:
        """Tags of the languages that have their own words."""
        return tuple(self.by_tag)

    def fallback(self, tag: str) -> Voice:
        """The voice that serves a language tag: its own words, else Easy Japanese and English."""
        own = self.by_tag.get(tag)
        if own is not None:
            return Voice(tag=tag, languages=(own,))
        return Voice(tag=BILINGUAL, languages=tuple(self.by_tag[part] for part in BILINGUAL.split("+")))


@functools.cache
def load() -> Catalogue:
    """The catalogue of this installation, read once. CatalogueError lists all problems."""
    return read(resources.files("templates_i18n").joinpath("catalogue"))


def read(folder: Traversable) -> Catalogue:
    """The catalogue of a folder. CatalogueError lists all problems."""
    files = {item.name: item for item in folder.iterdir() if item.name.endswith(".toml")}
    names = _names(_table(files, "languages.toml"))
    plans = _composition(files)
    read_back = dict(_reviews(folder))
    values = {tag: _values(files, tag) for tag in names if f"{tag}.toml" in files}
    problems = [*_file_problems(files, names, values)]
    problems += [
        f"review/{tag}.toml: no {tag}.toml stands in the catalogue" for tag in read_back.keys() - values.keys()
    ]
    if not problems:
        for tag, own in values.items():
            problems += _problems(own, values[_REFERENCE], names[tag])
        problems += _composition_problems(plans, values[_REFERENCE])
    if problems:
        raise CatalogueError(problems)
    by_tag, unread = _reviewed(values, read_back)
    return Catalogue(
        version=_version(files, values),
        composition=plans,
        by_tag=by_tag,
        unread=unread,
        names=names,
        exceptions=_exceptions(_table(files, "exceptions.toml")) if "exceptions.toml" in files else {},
    )


def _table(files: Mapping[str, Traversable], name: str) -> Mapping[str, object]:
    if name not in files:
        raise CatalogueError([f"{name}: missing from the catalogue's folder"])
    try:
        return tomllib.loads(files[name].read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError([f"{name}: expected TOML in UTF-8: {error}"]) from error


def _values(files: Mapping[str, Traversable], tag: str) -> Values:
    return dict(flatten(_table(files, f"{tag}.toml")))


def _reviews(folder: Traversable) -> Iterator[tuple[str, reviews.ReviewFile]]:
    """The readings of each language, by tag."""
    review = folder.joinpath("review")
    files = {item.name: item for item in review.iterdir()} if review.is_dir() else {}
    for name in sorted(files):
        if name.endswith(".toml"):
            try:
                yield name.removesuffix(".toml"), reviews.parse(_table(files, name))
            except CatalogueError as error:
                raise CatalogueError([f"review/{problem}" for problem in error.problems]) from error
            except ValueError as error:
                raise CatalogueError([f"review/{name}: {error}"]) from error


def _reviewed(
    values: Mapping[str, Values], read_back: Mapping[str, reviews.ReviewFile]
) -> tuple[dict[str, Language], dict[str, tuple[str, ...]]]:
    """The languages, called by the review that is borne out, and what is missing to more."""
    by_tag: dict[str, Language] = {}
    unread: dict[str, tuple[str, ...]] = {}
    for tag, own in values.items():
        language = build(own)
        file = read_back.get(tag, reviews.NOBODY)
        review, missing = reviews.borne_out(language.review, reviews.sentences(own), file)
        by_tag[tag] = replace(language, review=review)
        if missing:
            unread[tag] = missing
    return by_tag, unread


def _names(table: Mapping[str, object]) -> dict[str, LanguageName]:
    try:
        return {tag: LanguageName(tag=tag, **row) for tag, row in table.items() if isinstance(row, dict)}
    except TypeError as error:
        raise CatalogueError(
            [f"languages.toml: each language needs name, english, japanese, script: {error}"]
        ) from error


def _composition(files: Mapping[str, Traversable]) -> Composition:
    try:
        return composition.build(_table(files, "composition.toml"))
    except CatalogueError:
        raise
    except ValueError as error:
        raise CatalogueError([f"composition.toml: {error}"]) from error


def _version(files: Mapping[str, Traversable], values: Mapping[str, Values]) -> str:
    digest = hashlib.sha256()
    for name in ["composition.toml", *(f"{tag}.toml" for tag in sorted(values))]:
        content = files[name].read_bytes()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _exceptions(table: Mapping[str, object]) -> dict[str, dict[str, Missed]]:
    return {
        tag: {key: Missed(**row) for key, row in rows.items()} for tag, rows in table.items() if isinstance(rows, dict)
    }


def _file_problems(
    files: Mapping[str, Traversable], names: Mapping[str, LanguageName], values: Mapping[str, Values]
) -> Iterator[str]:
    for name in sorted(files.keys() - _OTHER_FILES):
        if name.removesuffix(".toml") not in names:
            yield f"{name}: no such language in languages.toml; add it there or correct the file's name"
    for part in BILINGUAL.split("+"):
        if part not in values:
            yield f"{part}.toml: missing; languages without words of their own are served by it"


def _problems(own: Values, english: Values, name: LanguageName) -> Iterator[str]:
    """What is wrong with one language's file."""
    file = f"{name.tag}.toml"
    present = {path[0] for path in own}
    english = {path: value for path, value in english.items() if path[0] in present or path[0] not in PAGE_TABLES}
    for path in english.keys() - own.keys():
        yield f"{file}: {_shown(path)}: missing; {_REFERENCE}.toml has {english[path]!r}"
    for path in own.keys() - english.keys():
        yield f"{file}: {_shown(path)}: not a key of {_REFERENCE}.toml; remove it or correct its name"
    if own.keys() != english.keys():
        return
    for path, value in own.items():
        for problem in _value_problems(path, value, str(english[path]), name):
            yield f"{file}: {_shown(path)}: {problem}"
    yield from (f"{file}: {problem}" for problem in (*_language_problems(own, name), *_head_problems(own)))


def _value_problems(path: tuple[str, ...], value: object, english: str, name: LanguageName) -> Iterator[str]:
    if path in _FLAGS:
        if not isinstance(value, bool):
            yield f"expected true or false, found {value!r}"
        return
    if not isinstance(value, str):
        yield f"expected words in quotes, found {value!r}"
        return
    if not value.strip() or value != value.strip():
        yield "expected words without spaces around them"
    try:
        if placeholders(value) != placeholders(english):
            yield f"expected the placeholders {_braces(english)}, found {_braces(value)}"
    except ValueError as error:
        yield f"expected the placeholders {_braces(english)}: {error}"
    script = "Jpan" if path in _JAPANESE_KEYS and name.script != "Hira" else name.script
    if path[0] != "language" or path[1] == "name":
        yield from characters.forbidden(value, script=script)


def _braces(text: str) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(placeholders(text))) or "(none)"


def _shown(path: tuple[str, ...]) -> str:
    *tables, key = path
    return f"[{'.'.join(tables)}] {key}"


def _language_problems(own: Values, name: LanguageName) -> Iterator[str]:
    if own["language", "tag"] != name.tag:
        yield f"[language] tag: expected {name.tag!r}, found {own['language', 'tag']!r}"
    for key, known in (("place", PlaceStyle), ("review", Review)):
        if own["language", key] not in list(known):
            yield f"[language] {key}: expected one of {', '.join(known)}, found {own['language', key]!r}"
    if own["language", "plain"]:
        yield from _plain_problems(own)


def _plain_problems(own: Values) -> Iterator[str]:
    """A language that promises GSM-7 must have no word that does not fit it."""
    for path, value in own.items():
        if path[0] in {"language", *PAGE_TABLES} or path == ("drill", "japanese"):
            continue
        text = segments.fold_latin(str(value)) if own["language", "fold"] else str(value)
        if not segments.fits_gsm7(text):
            outside = "".join(char for char in dict.fromkeys(text) if not segments.fits_gsm7(char))
            yield f"{_shown(path)}: plain = true, but GSM-7 has no {outside!r}"


def _head_problems(own: Values) -> Iterator[str]:
    for path, value in own.items():
        if path[0] != "head":
            continue
        longest = max(_grade_words(own, path[2]), key=segments.utf16_units, default="")
        units = segments.utf16_units(str(value).format_map({"grade": longest, "level": "5"}))
        if units > HEAD_UNITS:
            yield f"{_shown(path)}: {units} units, expected at most {HEAD_UNITS}; shorten it"


def _grade_words(own: Values, head: str) -> Iterator[str]:
    """The words of the grades that a head "hazard.band" or "hazard" can name."""
    for path, value in own.items():
        if path[0] == "grade":
            hazard, grade = path[1].split(".")
            if head in (hazard, f"{hazard}.{composition.band(Hazard(hazard), grade)}"):
                yield str(value)


def _composition_problems(plans: Composition, english: Values) -> Iterator[str]:
    phrases = {path[1] for path in english if path[0] == "phrase"}
    for phrase in sorted(plans.directions.keys() - phrases):
        yield f"composition.toml: [directions] {phrase}: no such phrase in {_REFERENCE}.toml"
    for phrase in sorted(phrases - plans.directions.keys()):
        yield f"composition.toml: [directions] {phrase}: missing; every phrase has a direction"
    for hazard, own in plans.told:
        grades = {f"{hazard}.{grade}" for grade in composition.banded(hazard, own)}
        for table in (("name",), ("head", "new"), ("head", "cancelled")):
            present = {path[-1] for path in english if path[:-1] == table}
            if not present & {hazard.value, f"{hazard}.{own}"} and not grades <= present:
                key = f"{hazard}.{own}"
                yield f"composition.toml: [{key}]: {_REFERENCE}.toml has no {key} in [{'.'.join(table)}]"
    for hazard, line in plans.neighbour.items():
        if not unicodedata.is_normalized("NFC", line):
            yield f"composition.toml: [neighbour] {hazard}: not NFC"
