"""Answers to lessons, by SMS and on the page: read, counted once, told what is right and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from campaigns.lessons import facts, reading, totals
from campaigns.lessons.facts import Lesson
from campaigns.lessons.totals import Asked
from delivery.twoway.quiz import Question
from delivery.writing import Written, written
from storage.connection import Connection
from templates_i18n import lesson_texts
from templates_i18n.catalogue import Catalogue
from templates_i18n.lessons import LessonBook
from templates_i18n.service_texts import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonQuiz:
    """Reads and counts answers in the words of this installation. The `Quiz` of `delivery`."""

    book: Callable[[], LessonBook]
    catalogue: Callable[[], Catalogue]

    def answer(self, db: Connection, question: Question, text: str) -> Written | None:
        """See `Quiz`: the second answer to a message is answered, too, but not counted."""
        lesson = self._lesson(question.lesson)
        if lesson is None:
            return None
        options = lesson_texts.sms_options(self.book(), self.catalogue(), lesson.id, question.language)
        said = reading.option(text, options)
        if said is None:
            return None
        if totals.first_answer(db, question.message_id):
            self.count(db, lesson, question.language, question.place, said)
        made = lesson_texts.lesson_reply(
            self.book(), self.catalogue(), lesson.id, question.language, right=lesson.right, said=said
        )
        return _written(made)

    def hint(self, question: Question) -> Written | None:
        """See `Quiz`."""
        if self._lesson(question.lesson) is None:
            return None
        made = lesson_texts.lesson_hint(self.book(), self.catalogue(), question.lesson, question.language)
        return _written(made)

    def count(self, db: Connection, lesson: Lesson, language: str, place: str, said: int) -> None:
        """One more answer of a reader of this language at a place, '' where nobody knows the place."""
        voice, version = lesson_texts.told_in(self.book(), self.catalogue(), lesson.id, language)
        asked = Asked(lesson=lesson.id, version=version, language=voice, place=place)
        totals.count(db, asked, said, correct=said == lesson.right)

    def _lesson(self, name: str) -> Lesson | None:
        lessons: Mapping[str, Lesson] = facts.load()
        return lessons.get(name) if name in self.book().ids() else None


def _written(made: Wording) -> Written:
    return written(made.text, made.language, "", made.segmentation)
