"""The words of the pages, in English and Japanese, from `words.toml`. Texts to residents are not here."""

import functools
import tomllib
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from zoneinfo import ZoneInfo

from alerts.places import PlaceTable

LANGUAGES = ("en", "ja")
JST = ZoneInfo("Asia/Tokyo")


class Words:
    """One language of the pages."""

    def __init__(self, language: str, table: Mapping[str, str]) -> None:
        """`table` maps "section.key" to the words."""
        self.language = language
        self._table = table

    def __call__(self, key: str, **fields: object) -> str:
        """The words of a key with its gaps filled. KeyError for an unknown key."""
        return self._table[key].format_map(fields) if fields else self._table[key]

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
    """All languages, read once. ValueError naming the key that lacks one."""
    rows = tomllib.loads(resources.files("web").joinpath("words.toml").read_text(encoding="utf-8"))
    tables: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for section, entries in rows.items():
        for key, row in entries.items():
            if set(row) != set(LANGUAGES):
                raise ValueError(f"words.toml: [{section}] {key}: expected {', '.join(LANGUAGES)}; found {sorted(row)}")
            for language in LANGUAGES:
                tables[language][f"{section}.{key}"] = row[language]
    return {language: Words(language, table) for language, table in tables.items()}


def choose(asked: str | None, accepted: str) -> Words:
    """The language of a page: `?lang=`, else the browser's first that we have (Accept-Language), else English."""
    if asked in LANGUAGES:
        return load()[asked]
    for item in accepted.split(","):
        language = item.split(";")[0].strip().split("-")[0].lower()
        if language in LANGUAGES:
            return load()[language]
    return load()["en"]
