"""The words of lessons as they are sent: in the reader's language, with a question where it can be answered."""

from dataclasses import dataclass

from templates_i18n import lesson_texts
from templates_i18n.catalogue import Catalogue
from templates_i18n.lesson_texts import Way
from templates_i18n.lessons import LessonBook
from templates_i18n.service_texts import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Writes the SMS of lessons of one installation."""

    book: LessonBook
    catalogue: Catalogue
    #: people can answer by SMS
    two_way: bool = False
    #: address of the residents' pages, without a slash at its end; '' where there are none or links are left out
    pages: str = ""

    def write(self, lesson: str, language: str) -> Wording:
        """One lesson for the readers of a language. TextUnknown for a lesson that is not there."""
        link = f"{self.pages}/l/{lesson}" if self.pages else ""
        return lesson_texts.lesson_sms(
            self.book, self.catalogue, lesson, language, Way(two_way=self.two_way, link=link)
        )

    def ids(self) -> tuple[str, ...]:
        """The lessons that there are."""
        return self.book.ids()

    @property
    def version(self) -> str:
        """Of the words of lessons."""
        return self.book.version
