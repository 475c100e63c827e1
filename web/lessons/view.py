"""What the page of a lesson shows, in the reader's language or in Easy Japanese and English. Pure."""

from dataclasses import dataclass

from campaigns.lessons.answering import LessonQuiz
from campaigns.lessons.facts import Lesson, Source
from templates_i18n import lesson_texts
from templates_i18n.lesson_texts import Spoken
from web.residents.speech import Sign, Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody is told who has answered."""

    right: bool
    #: language, "Right!" or "The right answer: 2) 3 litres", and why
    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One lesson for one reader."""

    id: str
    signs: tuple[Sign, ...]
    #: by language; the last is that of the page
    spoken: tuple[Spoken, ...]
    #: digit and words of each option, in each language
    options: tuple[tuple[int, tuple[tuple[str, str], ...]], ...]
    told: Told | None
    sources: tuple[Source, ...]


def show(quiz: LessonQuiz, lesson: Lesson, speech: Speech, said: int | None) -> Shown:
    """The page of a lesson, with what is right for whoever has answered."""
    spoken = lesson_texts.spoken(quiz.book(), quiz.catalogue(), lesson.id, speech.tag)
    numbers = range(1, len(spoken[0].options) + 1)
    return Shown(
        id=lesson.id,
        signs=tuple(map(speech.sign, lesson.pictograms)),
        spoken=spoken,
        options=tuple((digit, tuple((one.language, one.options[digit - 1]) for one in spoken)) for digit in numbers),
        told=_told(quiz, lesson, spoken, said) if said in numbers else None,
        sources=lesson.sources,
    )


def _told(quiz: LessonQuiz, lesson: Lesson, spoken: tuple[Spoken, ...], said: int | None) -> Told:
    right = said == lesson.right
    lines = []
    for one in spoken:
        frame = quiz.book().by_tag[one.language].frame
        answer = f"{lesson.right}) {one.options[lesson.right - 1]}"
        first = frame["right"] if right else frame["wrong"].replace("{answer}", answer)
        lines.append((one.language, first, one.why))
    return Told(right=right, lines=tuple(lines))
