"""Rows of own texts and of their words in each language. Decides nothing; a person's words are never drafted over."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import lists, locking, times
from storage.connection import Connection
from storage.rows import Row

#: texts of a list
PAGE = 50


class Purpose(StrEnum):
    """What a text is for."""

    NOTICE = "notice"
    LESSON = "lesson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text in one language."""

    language: str
    words: str
    #: '' where they stand as a machine wrote them
    written_by: str
    written_at: datetime
    #: what a machine wrote, with which models of which versions; '' where none did
    draft: str = ""
    drafted_by: str = ""
    drafted_at: datetime | None = None
    #: what a machine makes of these words, read back into `back_language`
    back: str = ""
    back_language: str = ""
    back_by: str = ""
    signed_by: str = ""
    signed_at: datetime | None = None
    #: what the gates asked and the signer answered for
    answered: tuple[str, ...] = ()

    @property
    def signed(self) -> bool:
        """Whether somebody answers for these words."""
        return bool(self.signed_by)

    @property
    def is_draft(self) -> bool:
        """As a machine wrote it, and nobody answers for it."""
        return not self.written_by and not self.signed


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """What somebody begins with."""

    municipality: str
    purpose: Purpose
    title: str
    source_language: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnText:
    """One text in all languages that it has."""

    id: int
    municipality: str
    purpose: Purpose
    #: for its own people; not sent
    title: str
    source_language: str
    created_by: str
    created_at: datetime
    words: Mapping[str, Words]

    @property
    def source(self) -> str:
        """What a person wrote first; all others are held against it."""
        return self.words[self.source_language].words

    def signed(self) -> dict[str, Words]:
        """What may be told, by language."""
        return {tag: one for tag, one in self.words.items() if one.signed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What a machine made of a source."""

    language: str
    words: str
    #: what it was made of, and in which language
    source: str
    source_language: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What a machine reads in somebody's words."""

    of: str
    words: str
    #: in which it reads them
    language: str
    by: str


def add(db: Connection, new: New, by: str, now: datetime) -> int:
    """A new text with the words of its source; its id."""
    rows = db.execute(
        "INSERT INTO own_texts (municipality, purpose, title, source_language, created_by, created_at)"
        " VALUES (:municipality, :purpose, :title, :language, :by, :now) RETURNING id",
        {
            "municipality": new.municipality,
            "purpose": new.purpose,
            "title": new.title,
            "language": new.source_language,
            "by": by,
            "now": times.to_text(now),
        },
    )
    identity = rows[0].integer("id")
    write(db, identity, new.source_language, new.source, by, now)
    return identity


def find(db: Connection, identity: int) -> OwnText | None:
    """One that was not thrown away."""
    rows = db.execute("SELECT * FROM own_texts WHERE id = :id AND discarded_at IS NULL", {"id": identity})
    if not rows:
        return None
    words = db.execute("SELECT * FROM own_text_words WHERE text_id = :id", {"id": identity})
    return _text(rows[0], [_words(row) for row in words])


def hold(db: Connection, identity: int) -> None:
    """Nobody else writes or signs this text until this transaction ends."""
    db.execute(
        f"SELECT id FROM own_texts WHERE id = :id{locking.for_change(db)}",  # noqa: S608 -- a constant
        {"id": identity},
    )


def latest(db: Connection, municipalities: Iterable[str]) -> list[OwnText]:
    """The newest of some municipalities."""
    found: list[OwnText] = []
    for marks, names in lists.portions(sorted(municipalities)):
        rows = db.execute(
            f"SELECT id FROM own_texts WHERE municipality IN ({marks}) AND discarded_at IS NULL"  # noqa: S608 -- marks
            " ORDER BY id DESC LIMIT :limit",
            {**names, "limit": PAGE},
        )
        found += [text for row in rows if (text := find(db, row.integer("id"))) is not None]
    return sorted(found, key=lambda one: -one.id)[:PAGE]


def write(db: Connection, identity: int, language: str, words: str, by: str, now: datetime) -> None:
    """A person's words in one language; whatever was signed or read back of others is not so any more."""
    db.execute(
        "INSERT INTO own_text_words (text_id, language, words, written_by, written_at)"
        " VALUES (:id, :language, :words, :by, :now) ON CONFLICT (text_id, language) DO UPDATE SET"
        " words = :words, written_by = :by, written_at = :now, back = '', back_language = '', back_by = '',"
        " signed_by = '', signed_at = NULL, answered = '[]' WHERE own_text_words.words <> :words",
        {"id": identity, "language": language, "words": words, "by": by, "now": times.to_text(now)},
    )


def unsign_all(db: Connection, identity: int) -> None:
    """The source is another one: nobody has signed that others say the same."""
    db.execute(
        "UPDATE own_text_words SET signed_by = '', signed_at = NULL, answered = '[]' WHERE text_id = :id",
        {"id": identity},
    )


def put_draft(db: Connection, identity: int, made: Drafted, now: datetime) -> bool:
    """What a machine wrote, unless a person has written there, or the source is another one by now."""
    text = find(db, identity)
    source = text.words.get(made.source_language) if text is not None else None
    if source is None or source.words != made.source:
        return False
    return (
        db.execute_count(
            "INSERT INTO own_text_words"
            " (text_id, language, words, written_by, written_at, draft, drafted_by, drafted_at)"
            " VALUES (:id, :language, :words, '', :now, :words, :by, :now)"
            " ON CONFLICT (text_id, language) DO UPDATE SET words = :words, written_at = :now,"
            " draft = :words, drafted_by = :by, drafted_at = :now, back = '',"
            " back_language = '', back_by = '' WHERE own_text_words.written_by = '' AND own_text_words.signed_by = ''",
            {
                "id": identity,
                "language": made.language,
                "words": made.words,
                "by": made.by,
                "now": times.to_text(now),
            },
        )
        == 1
    )


def put_back(db: Connection, identity: int, language: str, back: Back) -> None:
    """What a machine reads in some words, if they still stand there."""
    db.execute(
        "UPDATE own_text_words SET back = :back, back_language = :into, back_by = :by"
        " WHERE text_id = :id AND language = :language AND words = :words",
        {
            "id": identity,
            "language": language,
            "words": back.of,
            "back": back.words,
            "into": back.language,
            "by": back.by,
        },
    )


def put_signature(db: Connection, identity: int, of: Words, by: str, answered: Iterable[str], now: datetime) -> bool:
    """Somebody answers for some words, if they still stand there and nobody does yet."""
    return (
        db.execute_count(
            "UPDATE own_text_words SET signed_by = :by, signed_at = :now, answered = :answered"
            " WHERE text_id = :id AND language = :language AND words = :words AND signed_by = ''",
            {
                "id": identity,
                "language": of.language,
                "words": of.words,
                "by": by,
                "answered": json.dumps(sorted(answered)),
                "now": times.to_text(now),
            },
        )
        == 1
    )


def discard(db: Connection, identity: int, now: datetime) -> None:
    """Throw a text away; what was told with it keeps its own copy."""
    db.execute("UPDATE own_texts SET discarded_at = :now WHERE id = :id", {"id": identity, "now": times.to_text(now)})


def _text(row: Row, words: Iterable[Words]) -> OwnText:
    return OwnText(
        id=row.integer("id"),
        municipality=row.text("municipality"),
        purpose=Purpose(row.text("purpose")),
        title=row.text("title"),
        source_language=row.text("source_language"),
        created_by=row.text("created_by"),
        created_at=row.time("created_at"),
        words={one.language: one for one in words},
    )


def _words(row: Row) -> Words:
    return Words(
        language=row.text("language"),
        words=row.text("words"),
        written_by=row.text("written_by"),
        written_at=row.time("written_at"),
        draft=row.text("draft"),
        drafted_by=row.text("drafted_by"),
        drafted_at=row.optional_time("drafted_at"),
        back=row.text("back"),
        back_language=row.text("back_language"),
        back_by=row.text("back_by"),
        signed_by=row.text("signed_by"),
        signed_at=row.optional_time("signed_at"),
        answered=tuple(json.loads(row.text("answered"))),
    )
