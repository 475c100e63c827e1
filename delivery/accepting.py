"""Which languages may be sent for real: signed ones, and those that somebody has accepted although nobody signed them.

Readers of the others get Easy Japanese and English. With the simulated network all languages are used.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from storage import audit, times
from storage.connection import Connection
from storage.rows import Row
from templates_i18n.catalogue import BILINGUAL, Catalogue
from templates_i18n.language import Review
from templates_i18n.lessons import LessonBook

#: what readers get whose language may not be used; nothing could take its place
_ALWAYS = frozenset(BILINGUAL.split("+"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Who answers for a language, since when."""

    language: str
    by: str
    at: datetime


def accepted(db: Connection) -> list[Acceptance]:
    """All languages that were accepted."""
    rows = db.execute("SELECT language, accepted_by, accepted_at FROM accepted_languages ORDER BY language")
    return [_acceptance(row) for row in rows]


def _acceptance(row: Row) -> Acceptance:
    return Acceptance(language=row.text("language"), by=row.text("accepted_by"), at=row.time("accepted_at"))


def accept(db: Connection, language: str, version: str, by: str, now: datetime) -> bool:
    """Somebody answers for a language; False if it was accepted before. Stands in the log of changes."""
    made = db.execute(
        "INSERT INTO accepted_languages (language, catalogue, accepted_by, accepted_at)"
        " VALUES (:language, :catalogue, :by, :now) ON CONFLICT (language) DO NOTHING RETURNING language",
        {"language": language, "catalogue": version, "by": by, "now": times.to_text(now)},
    )
    if made:
        details = {"catalogue": version}
        audit.append(db, now=now, actor=by, action="language accepted", subject=language, details=details)
    return bool(made)


def waiting(catalogue: Catalogue, languages: frozenset[str]) -> list[str]:
    """Languages with words that are neither signed nor among the accepted ones."""
    return [
        tag
        for tag, language in catalogue.by_tag.items()
        if tag not in _ALWAYS and tag not in languages and language.review is not Review.SIGNED
    ]


def usable(catalogue: Catalogue, languages: frozenset[str]) -> Catalogue:
    """The catalogue without the languages that wait; their readers are served as if it had no words for them."""
    held = set(waiting(catalogue, languages))
    return replace(catalogue, by_tag={tag: language for tag, language in catalogue.by_tag.items() if tag not in held})


def usable_lessons(book: LessonBook, languages: frozenset[str]) -> LessonBook:
    """The lessons without the languages whose words nobody has signed or accepted."""
    kept = {
        tag: own
        for tag, own in book.by_tag.items()
        if tag in _ALWAYS or tag in languages or own.review is Review.SIGNED
    }
    return replace(book, by_tag=kept)
