"""The words of the pages, in English and Japanese. Texts to residents are not here.

They stand in `words.toml`, and for the console in every file below `web/console/` whose name ends in `words.toml`,
beside the code of its page. A section may go on in another file; a key stands once.
"""

import functools
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable

from alerts.japan import JST
from alerts.places import PlaceTable

LANGUAGES = ("en", "ja")


class Words:
    """One language of the pages."""

    def __init__(self, language: str, table: Mapping[str, str]) -> None:
        """`table` maps "section.key" to the words."""
        self.language = language
        self._table = table

    def __call__(self, key: str, **fields: object) -> str:
        """The words of a key with its gaps filled. KeyError for an unknown key."""
        return self._table[key].format_map(fields) if fields else self._table[key]

    def knows(self, key: str) -> bool:
        """Whether there are words for a key."""
        return key in self._table

    def named(self, section: str, key: str) -> str:
        """The word for a value of the database, or the value itself where there is none."""
        return self._table.get(f"{section}.{key}", key)

    def grade(self, hazard: str, grade: str) -> str:
        """The official word of a grade, of its hazard if that has its own."""
        return self._table.get(f"grade.{hazard}:{grade}") or self.named("grade", grade)

    def sign(self, grade: str) -> str:
        """One or two characters that stand for a grade beside its colour."""
        return self.named("sign", grade)

    def time(self, moment: datetime, now: datetime) -> str:
        """In Japan's time; with the date where it is not today."""
        local, today = moment.astimezone(JST), now.astimezone(JST).date()
        clock = f"{local:%H:%M}"
        if local.date() != today:
            clock = f"{local.month}/{local.day} {clock}"
        return self("page.jst", time=clock)

    def number(self, value: float) -> str:
        """With a comma every three digits."""
        return f"{value:,.0f}"

    def place(self, table: PlaceTable, code: str) -> str:
        """A municipality's name, or its code where the tables do not have it."""
        place = table.place(code)
        if place is None:
            return code
        return place.names.ja if self.language == "ja" else place.names.romaji

    def prefecture(self, table: PlaceTable, code: str) -> str:
        """A prefecture's name without its class word in English."""
        if self.language == "ja":
            return table.prefecture_name(code, "ja") or code
        return (table.prefecture_name(code, "en") or code).removesuffix(" Prefecture")


@functools.cache
def load() -> Mapping[str, Words]:
    """All languages, read once. ValueError naming the key that lacks one, or stands twice."""
    tables: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for file in _files(resources.files("web")):
        for section, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for key, row in entries.items():
                _add(tables, f"{section}.{key}", row, file.name)
    return {language: Words(language, table) for language, table in tables.items()}


def _files(package: Traversable) -> Iterator[Traversable]:
    yield package.joinpath("words.toml")
    yield from _below(package.joinpath("console"))


def _below(folder: Traversable) -> Iterator[Traversable]:
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            yield from _below(item)
        elif item.name.endswith("words.toml"):
            yield item


def _add(tables: Mapping[str, dict[str, str]], key: str, row: Mapping[str, str], file: str) -> None:
    if set(row) != set(LANGUAGES):
        raise ValueError(f"{file}: {key}: expected {', '.join(LANGUAGES)}; found {sorted(row)}")
    for language in LANGUAGES:
        if key in tables[language]:
            raise ValueError(f"{file}: {key}: stands in another file already")
        tables[language][key] = row[language]


def choose(asked: str | None, accepted: str) -> Words:
    """The language of a page: `?lang=`, else the browser's first that we have (Accept-Language), else English."""
    if asked in LANGUAGES:
        return load()[asked]
    for item in accepted.split(","):
        language = item.split(";")[0].strip().split("-")[0].lower()
        if language in LANGUAGES:
            return load()[language]
    return load()["en"]
