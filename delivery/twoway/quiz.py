"""The door to the questions of lessons: what a reply means and what it is answered is for whoever owns lessons."""

from dataclasses import dataclass
from typing import Protocol

from delivery.writing import Written
from storage.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The lesson that somebody was sent last."""

    message_id: int
    lesson: str
    #: in which it was sent
    language: str
    place: str


class Quiz(Protocol):
    """Reads answers to lessons."""

    def answer(self, db: Connection, question: Question, text: str) -> Written | None:
        """Count an answer once and say what is right; None where the text is no answer to this question."""
        ...

    def hint(self, question: Question) -> Written | None:
        """How to answer, for whoever sent another digit; None where the lesson is there no more."""
        ...
