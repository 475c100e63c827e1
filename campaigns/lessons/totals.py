"""How many answered what to a lesson: totals by words, language and place; nobody's answer is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from storage.connection import Connection
from storage.lists import listed

#: below this share of right answers a text is to be rewritten
RIGHT_SHARE: Final = 80
#: percent are of at least so many answers
LEAST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which words were asked, where."""

    lesson: str
    #: of the lesson's words in this language
    version: str
    #: the voice: a language tag, or two joined by +
    language: str
    #: '' where nobody knows
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """So many chose an option."""

    asked: Asked
    option: int
    correct: bool
    answers: int


def first_answer(db: Connection, message_id: int) -> bool:
    """Whether nobody has answered this message before; from now on somebody has."""
    return bool(
        db.execute(
            "INSERT INTO answered_lessons (message_id) VALUES (:id) ON CONFLICT (message_id) DO NOTHING"
            " RETURNING message_id",
            {"id": message_id},
        )
    )


def count(db: Connection, asked: Asked, option: int, *, correct: bool) -> None:
    """One more chose an option."""
    db.execute(
        "INSERT INTO lesson_answers (lesson, version, language, place, option, correct, answers)"
        " VALUES (:lesson, :version, :language, :place, :option, :correct, 1)"
        " ON CONFLICT (lesson, version, language, place, option) DO UPDATE SET answers = lesson_answers.answers + 1",
        {
            "lesson": asked.lesson,
            "version": asked.version,
            "language": asked.language,
            "place": asked.place,
            "option": option,
            "correct": int(correct),
        },
    )


def read(db: Connection, within: frozenset[str] | None = None) -> list[Total]:
    """All totals, or those of some places."""
    condition, values = ("", {}) if within is None else _of_places(within)
    rows = db.execute(
        "SELECT lesson, version, language, place, option, correct, answers FROM lesson_answers"  # noqa: S608 -- our own words
        f"{condition} ORDER BY lesson, version, language, place, option",
        values,
    )
    return [
        Total(
            asked=Asked(
                lesson=row.text("lesson"),
                version=row.text("version"),
                language=row.text("language"),
                place=row.text("place"),
            ),
            option=row.integer("option"),
            correct=bool(row.integer("correct")),
            answers=row.integer("answers"),
        )
        for row in rows
    ]


def _of_places(within: frozenset[str]) -> tuple[str, dict[str, object]]:
    if not within:
        return " WHERE 1 = 0", {}
    names, values = listed(sorted(within), "p")
    return f" WHERE place IN ({names})", dict(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of those who answered were right."""

    right: int
    answers: int

    @property
    def percent(self) -> int | None:
        """Rounded down; None where too few have answered to say anything."""
        return self.right * 100 // self.answers if self.answers >= LEAST else None

    @property
    def rewrite(self) -> bool:
        """The words are not understood: they are to be written anew."""
        return self.answers >= LEAST and self.right * 100 < RIGHT_SHARE * self.answers


def share(totals: Iterable[Total]) -> Share:
    """Of some totals together."""
    rows = list(totals)
    return Share(
        right=sum(total.answers for total in rows if total.correct), answers=sum(total.answers for total in rows)
    )
