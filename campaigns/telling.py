"""The words of lessons as they are sent: in the reader's language, with a question where it can be answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from templates_i18n import lesson_texts, segments
from templates_i18n.catalogue import Catalogue
from templates_i18n.language import Review
from templates_i18n.lesson_texts import Way
from templates_i18n.lessons import REFERENCE, LessonBook
from templates_i18n.service_texts import Wording

_FOR_ALL = ("ja-Hira", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Writes the SMS of lessons of one installation."""

    book: LessonBook
    catalogue: Catalogue
    #: people can answer by SMS
    two_way: bool = False
    #: address of the residents' pages, without a slash at its end; '' where there are none or links are left out
    pages: str = ""
    #: lessons of coordinators' own by their key: language -> signed words (`own`)
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def write(self, lesson: str, language: str) -> Wording:
        """One lesson for the readers of a language. TextUnknown for a lesson that is not there."""
        if lesson in self.own:
            return own_words(self.own[lesson], language)
        link = f"{self.pages}/l/{lesson}.{language}" if self.pages else ""
        return lesson_texts.lesson_sms(
            self.book, self.catalogue, lesson, language, Way(two_way=self.two_way, link=link)
        )

    def title(self, lesson: str, language: str) -> str:
        """What a lesson is called in a language, or in English."""
        for tag in (language, REFERENCE):
            own = self.book.by_tag.get(tag)
            if own is not None and lesson in own.lessons:
                return own.lessons[lesson].title
        return lesson

    def ids(self) -> tuple[str, ...]:
        """The lessons that there are."""
        return self.book.ids()

    @property
    def version(self) -> str:
        """Of the words of lessons."""
        return self.book.version


def own_words(words: Mapping[str, str], language: str) -> Wording:
    """A text of somebody's own as it stands; who reads a language without words gets Easy Japanese and English."""
    voices = (language,) if language in words else _FOR_ALL
    text = "\n".join(words[voice] for voice in voices)
    return Wording(text=text, language="+".join(voices), segmentation=segments.count(text), review=Review.SIGNED)
