"""The words of the lessons in all languages, read once and checked against English.

Owns the files of `lessons/` and what each may hold; refuses a book with a fault and tells all at once. A lesson that
a language lacks is no fault: it is told in Easy Japanese and English. Apart from `catalogue`, so that no lesson can
stop a warning. What a lesson is about stands in `campaigns/lessons`, lengths are for `lesson_gates`.
"""

import functools
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from importlib.resources.abc import Traversable

from templates_i18n import reviews
from templates_i18n.language import Review, placeholders

#: whose lessons, parts, placeholders and numbers the other languages follow
REFERENCE = "en"
#: parts of a lesson that are one sentence or more, and those that are lists
TEXTS = ("title", "act", "question", "why")
LISTS = ("options", "page")
PARTS = ("title", "act", "question", "options", "why", "page")
#: joins the items of a list where it is read as one sentence
BETWEEN = " | "
#: words around every lesson
FRAME = ("lead", "reply_2", "reply_3", "right", "wrong")
_FRAME_TABLE = "sms"
_SIGNS = "signs.toml"


class LessonsError(ValueError):
    """The words cannot be used; every problem names its file, lesson, part and what was expected."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems, one line each."""
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonWords:
    """One lesson in one language, with the names of signs still in braces."""

    title: str
    #: a fact, and one small act of today
    act: str
    question: str
    options: tuple[str, ...]
    #: the right answer with its reason
    why: str
    #: sentences of the page
    page: tuple[str, ...]

    def parts(self) -> Iterator[tuple[str, str]]:
        """Each part as somebody reads it back, a list as one sentence."""
        for part in PARTS:
            value = getattr(self, part)
            yield part, value if isinstance(value, str) else BETWEEN.join(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonLanguage:
    """All lessons of one language."""

    tag: str
    #: what is borne out by its readings
    review: Review
    #: words around every lesson, by their names in `FRAME`
    frame: Mapping[str, str]
    #: by id; only whole ones
    lessons: Mapping[str, LessonWords]
    #: what is missing to the review that its file claims
    unread: tuple[str, ...] = ()

    def sentences(self) -> dict[str, str]:
        """Everything that has to be read back, by dotted path."""
        framed = {f"{_FRAME_TABLE}.{name}": text for name, text in self.frame.items()}
        own = {f"{key}.{part}": text for key, lesson in self.lessons.items() for part, text in lesson.parts()}
        return {key: text for key, text in (framed | own).items() if any(char.isalpha() for char in text)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A Japanese word that people see or hear."""

    kanji: str
    kana: str
    latin: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LessonBook:
    """All words of all lessons; equal to itself only."""

    #: 12 hex digits over the language files and the signs
    version: str
    by_tag: Mapping[str, LessonLanguage]
    #: by the name that stands in braces
    signs: Mapping[str, Sign]
    #: lesson -> 8 hex digits over its words in a language; changes only with them
    versions: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def ids(self) -> tuple[str, ...]:
        """All lessons, in the order of English."""
        english = self.by_tag.get(REFERENCE)
        return tuple(english.lessons) if english else ()

    def missing(self, tag: str) -> tuple[str, ...]:
        """Lessons that a language lacks, in the order of English."""
        own = self.by_tag[tag].lessons if tag in self.by_tag else {}
        return tuple(key for key in self.ids() if key not in own)


#: what is left where the words cannot be read: no lessons, and all warnings
NONE = LessonBook(version="", by_tag={}, signs={})


@functools.cache
def load() -> LessonBook:
    """The lessons of this installation, read once. LessonsError lists all problems."""
    return read(resources.files("templates_i18n").joinpath("lessons"))


def read(folder: Traversable) -> LessonBook:
    """The lessons of a folder. LessonsError lists all problems."""
    files = {item.name: item for item in folder.iterdir() if item.name.endswith(".toml")}
    tables = {name: _table(files[name], name) for name in sorted(files)}
    if _SIGNS not in tables or f"{REFERENCE}.toml" not in tables:
        raise LessonsError([f"lessons/: expected {_SIGNS} and {REFERENCE}.toml"])
    signs, languages = tables.pop(_SIGNS), {name.removesuffix(".toml"): table for name, table in tables.items()}
    problems = [*_sign_problems(signs)]
    for tag, table in languages.items():
        problems += [f"{tag}.toml: {problem}" for problem in _problems(table, languages[REFERENCE], signs)]
    if problems:
        raise LessonsError(problems)
    by_tag = {tag: _reviewed(_language(tag, table), folder) for tag, table in languages.items()}
    return LessonBook(
        version=_digest(b"".join(files[name].read_bytes() for name in sorted(files)))[:12],
        by_tag=by_tag,
        signs={name: Sign(**row) for name, row in signs.items() if isinstance(row, dict)},
        versions={
            (key, tag): _digest("\n".join(text for _, text in lesson.parts()).encode())[:8]
            for tag, own in by_tag.items()
            for key, lesson in own.lessons.items()
        },
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _table(file: Traversable, name: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LessonsError([f"{name}: expected TOML in UTF-8: {error}"]) from error


def _sign_problems(signs: Mapping[str, object]) -> Iterator[str]:
    for name, row in signs.items():
        if not isinstance(row, Mapping) or row.keys() != {"kanji", "kana", "latin"}:
            yield f"{_SIGNS}: [{name}]: expected kanji, kana and latin"


def _problems(own: Mapping[str, object], english: Mapping[str, object], signs: Mapping[str, object]) -> Iterator[str]:
    """What a language file may not hold; what it lacks is no problem but for the words around every lesson."""
    review = own.get("language")
    if not isinstance(review, Mapping) or review.get("review") not in list(Review):
        yield f"[language] review: expected one of {', '.join(Review)}"
    frame = own.get(_FRAME_TABLE)
    frame = frame if isinstance(frame, Mapping) else {}
    for name in FRAME:
        allowed = frozenset({"answer"}) if name == "wrong" else frozenset[str]()
        yield from (f"[{_FRAME_TABLE}] {name}: {problem}" for problem in _text_problems(frame.get(name), allowed))
    for key, table in own.items():
        if key in ("language", _FRAME_TABLE):
            continue
        model = english.get(key)
        if not isinstance(model, Mapping) or not isinstance(table, Mapping):
            yield f"[{key}]: no lesson of {REFERENCE}.toml; remove it or correct its name"
            continue
        yield from (f"[{key}] {problem}" for problem in _lesson_problems(table, model, frozenset(signs)))


def _lesson_problems(table: Mapping[str, object], model: Mapping[str, object], signs: frozenset[str]) -> Iterator[str]:
    for part, value in table.items():
        if part not in PARTS:
            yield f"{part}: expected only {', '.join(PARTS)}"
            continue
        expected = model[part]
        items, models = _items(value), _items(expected)
        if isinstance(value, list) != isinstance(expected, list) or len(items) != len(models):
            count = f"a list of {len(models)} texts" if isinstance(expected, list) else "words in quotes"
            yield f"{part}: expected {count}, as {REFERENCE}.toml has"
            continue
        for item, other in zip(items, models, strict=True):
            yield from (f"{part}: {problem}" for problem in _text_problems(item, placeholders(str(other)), signs))


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _text_problems(value: object, expected: frozenset[str], signs: frozenset[str] | None = None) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip() or value != value.strip() or BETWEEN in value:
        yield f"expected words in quotes, without spaces around them and without {BETWEEN!r}, found {value!r}"
        return
    try:
        found = placeholders(value)
    except ValueError as error:
        yield str(error)
        return
    if found != expected:
        yield f"expected {_braces(expected)}, found {_braces(found)} in {value!r}"
    if signs is not None and not found <= signs:
        yield f"{_braces(found - signs)}: no such sign in {_SIGNS}"


def _braces(names: frozenset[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(names)) or "no placeholder"


def _language(tag: str, table: Mapping[str, object]) -> LessonLanguage:
    """The value of a file that has no problems; lessons with a gap are left out."""
    lessons = {key: _lesson(row) for key, row in table.items() if isinstance(row, Mapping) and row.keys() == set(PARTS)}
    frame, own = table[_FRAME_TABLE], table["language"]
    assert isinstance(frame, Mapping)
    assert isinstance(own, Mapping)
    return LessonLanguage(tag=tag, review=Review(own["review"]), frame=dict(frame), lessons=lessons)


def _lesson(row: Mapping[str, object]) -> LessonWords:
    title, act, question, why = (str(row[part]) for part in TEXTS)
    options, page = (tuple(map(str, _items(row[part]))) for part in LISTS)
    return LessonWords(title=title, act=act, question=question, options=options, why=why, page=page)


def _reviewed(language: LessonLanguage, folder: Traversable) -> LessonLanguage:
    """The language, called by the review that its readings bear out."""
    file = folder.joinpath("review").joinpath(f"{language.tag}.toml")
    try:
        read_back = reviews.parse(_table(file, f"review/{file.name}")) if file.is_file() else reviews.NOBODY
    except ValueError as error:
        raise LessonsError([f"review/{file.name}: {error}"]) from error
    review, unread = reviews.borne_out(language.review, language.sentences(), read_back)
    return replace(language, review=review, unread=unread)
