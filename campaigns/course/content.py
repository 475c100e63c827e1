"""What the course teaches and asks, out of `course.toml`. Pure."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

LANGUAGES: Final = ("en", "ja")

#: language -> words
Said = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One page to read."""

    key: str
    title: Said
    #: names of pictograms
    pictures: tuple[str, ...]
    points: tuple[Said, ...]
    #: where facts come from; '' where they are our own
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question with its options; they are answered by number, from 1."""

    chapter: str
    ask: Said
    options: tuple[Said, ...]
    right: int
    why: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All of it."""

    version: str
    chapters: tuple[Chapter, ...]
    questions: tuple[Question, ...]

    def chapter(self, key: str) -> Chapter | None:
        """By its key."""
        return next((one for one in self.chapters if one.key == key), None)

    def after(self, key: str) -> Chapter | None:
        """The chapter that follows; None after the last."""
        keys = [one.key for one in self.chapters]
        at = keys.index(key) + 1
        return self.chapters[at] if at < len(keys) else None

    def wrong(self, answers: Mapping[int, int]) -> list[int]:
        """Numbers of the questions that were not answered right, from 1."""
        return [number for number, one in enumerate(self.questions, 1) if answers.get(number) != one.right]


@functools.cache
def load() -> Course:
    """The course of this version. ValueError names what lacks a language or asks what cannot be answered."""
    row = tomllib.loads(resources.files("campaigns.course").joinpath("course.toml").read_text(encoding="utf-8"))
    chapters = tuple(_chapter(one) for one in row["chapter"])
    questions = tuple(_question(one) for one in row["question"])
    if unknown := {one.chapter for one in questions} - {one.key for one in chapters}:
        raise ValueError(f"course.toml: no chapter {', '.join(sorted(unknown))}")
    return Course(version=row["version"], chapters=chapters, questions=questions)


def _chapter(row: Mapping[str, Any]) -> Chapter:
    return Chapter(
        key=row["key"],
        title=_said(row["title"], row["key"]),
        pictures=tuple(row["pictures"]),
        points=tuple(_said(one, row["key"]) for one in row["points"]),
        source=row.get("source", ""),
    )


def _question(row: Mapping[str, Any]) -> Question:
    ask = _said(row["ask"], row["chapter"])
    if not 1 <= row["right"] <= len(row["options"]):
        raise ValueError(f"course.toml: {ask['en']!r}: right: expected the number of an option")
    return Question(
        chapter=row["chapter"],
        ask=ask,
        options=tuple(_said(one, ask["en"]) for one in row["options"]),
        right=row["right"],
        why=_said(row["why"], ask["en"]),
    )


def _said(row: Mapping[str, str], where: str) -> Said:
    if set(row) != set(LANGUAGES) or not all(text.strip() for text in row.values()):
        raise ValueError(f"course.toml: {where}: expected words in {', '.join(LANGUAGES)}; found {sorted(row)}")
    return dict(row)
