"""The words of all languages, read once and checked against each other.

Owns the files of `catalogue/`; refuses a catalogue with a fault, or with a gap in a language that is called
complete, and tells all problems at once. What a file may hold is for `conformity`, measuring for `budgets`.
"""

import functools
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from importlib.resources.abc import Traversable

import rtoml

from alerts import hazards
from alerts.vocabulary import Hazard
from templates_i18n import composition, conformity, proofs, reviews
from templates_i18n.composition import Composition
from templates_i18n.language import Language, Review, build, flatten
from templates_i18n.proofs import Proofs, Verdict

#: the voice of languages that have no file yet, and of those whose words nobody has accepted
BILINGUAL = "ja-Hira+en"

_OTHER_FILES = frozenset({"composition.toml", "languages.toml", proofs.FILE})
_TOO_MANY = 40

Values = dict[tuple[str, ...], object]
#: content by name
Files = Mapping[str, bytes]


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
    #: its file holds all words; a gap is then refused
    complete: bool = False


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
        first, *others = (language.review for language in self.languages)
        return min((first, *others), key=lambda review: review.rank) if others else first


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A declared exception: a text that is longer than its form allows."""

    segments: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """All words, immutable; equal to itself only."""

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
    #: tag -> words that its file lacks; texts that need them are told in Easy Japanese and English
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def languages(self) -> tuple[str, ...]:
        """Tags of the languages that have their own words."""
        return tuple(self.by_tag)

    def fallback(self, tag: str) -> Voice:
        """The voice that serves a language tag: its own words, else Easy Japanese and English."""
        return self.voices(tag)[0]

    @functools.lru_cache(maxsize=256)  # noqa: B019  # catalogues live as long as the process
    def voices(self, tag: str) -> tuple[Voice, ...]:
        """Who may speak to the readers of a language, the best first; the last has all words."""
        both = Voice(tag=BILINGUAL, languages=tuple(self.by_tag[part] for part in BILINGUAL.split("+")))
        own = self.by_tag.get(tag)
        return (both,) if own is None else (Voice(tag=tag, languages=(own,)), both)


@functools.cache
def load() -> Catalogue:
    """The catalogue of this installation, read once. CatalogueError lists all problems."""
    return read(resources.files("templates_i18n").joinpath("catalogue"))


def read(folder: Traversable) -> Catalogue:
    """The catalogue of a folder. CatalogueError lists all problems."""
    files = _contents(folder)
    return _read(folder, files, _proofs(files))[0]


def prove(folder: Traversable) -> str:
    """The content of `proofs.toml` for a folder, found without looking at it. CatalogueError lists all problems."""
    return proofs.to_toml(_read(folder, _contents(folder), Proofs())[1])


def _read(folder: Traversable, files: Files, known: Proofs) -> tuple[Catalogue, Proofs]:
    """The catalogue, and what was found of its files: what is known of these very files is not looked for again."""
    names = _names(_table(files, "languages.toml"))
    plans = _composition(files)
    records = _contents(folder.joinpath("review"))
    values = {tag: _values(files, tag) for tag in names if f"{tag}.toml" in files}
    _refuse(_file_problems(files, names, values, records))
    digest = proofs.digest((name, files[name]) for name in sorted(files.keys() - {proofs.FILE}))
    english = values[conformity.REFERENCE]
    if digest != known.words:
        _refuse(_word_problems(values, names, plans, english))
    missing = {tag: gaps for tag, own in values.items() if (gaps := tuple(conformity.missing(own, english)))}
    verdicts = {tag: _verdict(tag, values, files, records, known.readings.get(tag)) for tag in values}
    by_tag = {tag: replace(build(own), review=verdicts[tag].review) for tag, own in values.items()}
    if digest != known.words:
        _refuse(problem for language in by_tag.values() for problem in conformity.long_heads(language, plans))
    read = Catalogue(
        version=_version(files, values),
        composition=plans,
        by_tag=by_tag,
        unread={tag: verdict.unread for tag, verdict in verdicts.items() if verdict.unread},
        missing={tag: tuple(map(conformity.shown, gaps)) for tag, gaps in missing.items()},
        names=names,
        exceptions=dict(_exceptions(folder)),
    )
    return read, Proofs(words=digest, readings=verdicts)


def _verdict(tag: str, values: Mapping[str, Values], files: Files, records: Files, known: Verdict | None) -> Verdict:
    """How far a language has been read, and what is missing to more."""
    file = f"{tag}.toml"
    looked_at = (conformity.REFERENCE_FILE, files[conformity.REFERENCE_FILE]), (file, files[file])
    digest = proofs.digest((*looked_at, ("record", records.get(file, b""))))
    if known is not None and known.files == digest:
        return known
    own, english = values[tag], values[conformity.REFERENCE]
    present = reviews.sentences(own) | {".".join(path): "" for path in conformity.missing(own, english)}
    review, unread = reviews.borne_out(Review(str(own["language", "review"])), present, _record(records, file))
    return Verdict(files=digest, review=review, unread=unread)


def _record(records: Files, file: str) -> reviews.ReviewFile:
    """The readings of a language."""
    if file not in records:
        return reviews.NOBODY
    table = _table(records, file, "review/")
    try:
        return reviews.parse(table)
    except ValueError as error:
        raise CatalogueError([f"review/{file}: {error}"]) from error


def _refuse(problems: Iterable[str]) -> None:
    """Stop where there is a problem, with all of them."""
    found = [*problems]
    if found:
        raise CatalogueError(found)


def _word_problems(
    values: Mapping[str, Values], names: Mapping[str, LanguageName], plans: Composition, english: Values
) -> Iterator[str]:
    for tag, own in values.items():
        yield from conformity.problems(own, english, names[tag])
        yield from _gaps(own, english, names[tag])
    yield from _composition_problems(plans, english)


def _gaps(own: Values, english: Values, name: LanguageName) -> Iterator[str]:
    """What a file lacks that must not: those of a language called complete, and of the voice for all others."""
    if name.complete or name.tag in BILINGUAL.split("+"):
        for path in conformity.missing(own, english):
            yield conformity.gap(name.tag, path, english)


def _contents(folder: Traversable) -> Files:
    """The TOML files of a folder by name; none where there is no folder."""
    inner = folder.iterdir() if folder.is_dir() else ()
    return {item.name: item.read_bytes() for item in inner if item.name.endswith(".toml")}


def _table(files: Files, name: str, folder: str = "") -> Mapping[str, object]:
    if name not in files:
        raise CatalogueError([f"{folder}{name}: missing from the catalogue's folder"])
    try:
        return rtoml.loads(files[name].decode())
    except (rtoml.TomlParsingError, UnicodeDecodeError) as error:
        raise CatalogueError([f"{folder}{name}: expected TOML in UTF-8: {error}"]) from error


def _proofs(files: Files) -> Proofs:
    """What is known already; nothing where there is no such file."""
    if proofs.FILE not in files:
        return Proofs()
    try:
        return proofs.parse(_table(files, proofs.FILE))
    except CatalogueError:
        raise
    except ValueError as error:
        raise CatalogueError([f"{proofs.FILE}: {error}; remove the file, it is generated"]) from error


def _values(files: Files, tag: str) -> Values:
    return dict(flatten(_table(files, f"{tag}.toml")))


def _names(table: Mapping[str, object]) -> dict[str, LanguageName]:
    try:
        return {tag: LanguageName(tag=tag, **row) for tag, row in table.items() if isinstance(row, dict)}
    except TypeError as error:
        raise CatalogueError(
            [f"languages.toml: each language needs name, english, japanese, script, complete: {error}"]
        ) from error


def _composition(files: Files) -> Composition:
    try:
        return composition.build(_table(files, "composition.toml"))
    except CatalogueError:
        raise
    except ValueError as error:
        raise CatalogueError([f"composition.toml: {error}"]) from error


def _version(files: Files, values: Mapping[str, Values]) -> str:
    names = ["composition.toml", *(f"{tag}.toml" for tag in sorted(values))]
    return proofs.digest((name, files[name]) for name in names)[:12]


def _exceptions(folder: Traversable) -> Iterator[tuple[str, dict[str, Missed]]]:
    """The declared exceptions of each voice."""
    files = _contents(folder.joinpath("exceptions"))
    for name in sorted(files):
        rows = _table(files, name, "exceptions/")
        yield name.removesuffix(".toml"), {key: Missed(**row) for key, row in rows.items() if isinstance(row, dict)}


def _file_problems(
    files: Files, names: Mapping[str, LanguageName], values: Mapping[str, Values], records: Files
) -> Iterator[str]:
    for name in sorted(files.keys() - _OTHER_FILES):
        if name.removesuffix(".toml") not in names:
            yield f"{name}: no such language in languages.toml; add it there or correct the file's name"
    for part in BILINGUAL.split("+"):
        if part not in values:
            yield f"{part}.toml: missing; languages without words of their own are served by it"
    for tag in sorted({name.removesuffix(".toml") for name in records} - values.keys()):
        yield f"review/{tag}.toml: no {tag}.toml stands in the catalogue"
    for tag, known in names.items():
        if known.complete and tag not in values:
            yield f"languages.toml: [{tag}] complete = true, but there is no {tag}.toml"


def _composition_problems(plans: Composition, english: Values) -> Iterator[str]:
    said = {path[1] for path in english if path[0] in ("phrase", "act")}
    for phrase in sorted(plans.directions.keys() - said):
        yield f"composition.toml: [directions] {phrase}: no such phrase or act in {conformity.REFERENCE}.toml"
    for phrase in sorted(said - plans.directions.keys()):
        yield f"composition.toml: [directions] {phrase}: missing; every phrase and act has a direction"
    for (hazard, band), plan in plans.told.items():
        if ("alarm", plan.alarm) not in english:
            key = f"[{hazard}.{band}] alarm"
            yield f"composition.toml: {key}: {conformity.REFERENCE}.toml has no {plan.alarm!r} in [alarm]"
        if band not in _bands(hazard):
            yield f"composition.toml: [{hazard}.{band}]: no such grade of {hazard} in the table of hazards"
    for hazard, line in plans.neighbour.items():
        if not unicodedata.is_normalized("NFC", line):
            yield f"composition.toml: [neighbour] {hazard}: not NFC"


def _bands(hazard: Hazard) -> set[str]:
    grades = hazards.rule(hazard).grades
    return {composition.band(hazard, grade, expected=expected) for grade in grades for expected in (True, False)}
