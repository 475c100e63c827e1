"""One language of the catalogue: its words, as read from its file.

Owns the typed value and how a file becomes one; whether it agrees with the others is for `catalogue`.
"""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class PlaceStyle(StrEnum):
    """How a language writes the names of places."""

    ENGLISH = "english"  #: Wajima City
    LATIN = "latin"  #: Wajima
    KANJI = "kanji"  #: 輪島市, for readers of Chinese
    KANA = "kana"  #: わじまし
    JAPANESE = "japanese"  #: 輪島市

    @property
    def is_japanese_script(self) -> bool:
        """Whether the name as such can be compared with signs."""
        return self not in (PlaceStyle.ENGLISH, PlaceStyle.LATIN)


class Review(StrEnum):
    """How far the words have been looked at; the weakest first."""

    DRAFTED = "drafted"
    BACK_CHECKED = "back_checked"
    SIGNED = "signed"

    @property
    def rank(self) -> int:
        """Greater is more trusted."""
        return list(Review).index(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Language:
    """All words of one language. Keys of the mappings are those of the file.

    Two are the same only if they are one object, so that what is made of one can be kept.
    """

    tag: str
    #: in the language itself
    name: str
    english_name: str
    place: PlaceStyle
    #: short and core forms are kept in GSM-7
    plain: bool
    #: marks of letters are dropped in GSM-7 forms
    fold: bool
    #: the name of the danger stands in capital letters in a head
    capitals: bool
    review: Review
    drill_word: str
    drill_japanese: str
    drill_japanese_plain: str
    lines: Mapping[str, str]
    #: by "hazard.grade"
    grades: Mapping[str, str]
    #: sentences of heads by kind, and "deadly"
    head: Mapping[str, str]
    #: whole heads instead of those put together, by kind, then by "hazard.grade", "hazard.band" or "hazard"
    own: Mapping[str, Mapping[str, str]]
    alarms: Mapping[str, str]
    #: nouns of hazards in heads, where those of `terms` mislead
    hazards: Mapping[str, str]
    acts: Mapping[str, str]
    #: pieces of `head`, `alarms` and `acts` in fewer words, for the core form, where a language needs them
    brief: Mapping[str, str]
    #: by "hazard.grade", "hazard.band", "hazard" or, of those that share a noun of `terms`, by grade
    names: Mapping[str, str]
    #: official nouns by hazard
    terms: Mapping[str, str]
    phrases: Mapping[str, str]
    topics: Mapping[str, str]
    service: Mapping[str, str]
    #: of the residents' pages
    pages: Mapping[str, str]
    #: names of the pictograms, by their id
    pictograms: Mapping[str, str]


def flatten(table: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every value of a file with its path."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from flatten(value, (*path, key))
        else:
            yield (*path, key), value


def placeholders(text: str) -> frozenset[str]:
    """Names in braces. ValueError where braces do not pair or hold more than a name."""
    if "{" not in text and "}" not in text:
        return frozenset()
    names = set()
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}} is no plain placeholder")
        names.add(name)
    return frozenset(names)


def build(values: Mapping[tuple[str, ...], object]) -> Language:
    """The language of a file whose keys and types have been checked against English."""

    def text(*path: str) -> str:
        return str(values[path])

    tables: dict[tuple[str, ...], dict[str, str]] = {}
    for (*path, key), value in values.items():
        tables.setdefault(tuple(path), {})[key] = str(value)

    def below(*path: str) -> dict[str, str]:
        return tables.get(path, {})

    def inner(table: str) -> list[str]:
        return [path[1] for path in tables if path[0] == table and len(path) == 2]

    return Language(
        tag=text("language", "tag"),
        name=text("language", "name"),
        english_name=text("language", "english_name"),
        place=PlaceStyle(text("language", "place")),
        plain=bool(values["language", "plain"]),
        fold=bool(values["language", "fold"]),
        capitals=bool(values["language", "capitals"]),
        review=Review(text("language", "review")),
        drill_word=text("drill", "word"),
        drill_japanese=text("drill", "japanese"),
        drill_japanese_plain=text("drill", "japanese_plain"),
        lines=below("line"),
        grades=below("grade"),
        head=below("head"),
        own={kind: below("own", kind) for kind in inner("own")},
        alarms=below("alarm"),
        hazards=below("hazard"),
        acts=below("act"),
        brief=below("brief"),
        names=below("name"),
        terms=below("term"),
        phrases=below("phrase"),
        topics=below("topic"),
        service=below("service"),
        pages=below("page"),
        pictograms=below("pictogram"),
    )
