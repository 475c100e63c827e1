"""Named people answer for the words of a language: a signature is written beside them and is for these words alone.

The signature travels with the files of the catalogue, or of the lessons; a word that is changed afterwards ends it.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from templates_i18n import catalogue, lessons, proofs, reviews
from templates_i18n.language import Review, flatten

#: the state in a language file
_STATE = re.compile(r'(?m)^review = "[a-z_]+"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language, as they stand in the files of a folder."""

    #: holds `<tag>.toml` and `review/<tag>.toml`
    folder: Path
    tag: str
    #: how far they have been looked at
    review: Review
    #: by dotted path, as `reviews.sentences` gives them
    sentences: dict[str, str]
    #: what is missing to more
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who answers for the words."""

    name: str
    office: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The words that are signed for, 12 hex digits (`reviews.words_of`)."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was written, and why."""

    reason: str


def of_warnings(folder: Path, tag: str) -> Words | None:
    """The words of the warnings; None if the language has none. CatalogueError as `catalogue.read`."""
    known = catalogue.read(folder)
    if tag not in known.by_tag:
        return None
    table = tomllib.loads((folder / f"{tag}.toml").read_text(encoding="utf-8"))
    return Words(
        folder=folder,
        tag=tag,
        review=known.by_tag[tag].review,
        sentences=reviews.sentences(dict(flatten(table))),
        unread=known.unread.get(tag, ()),
    )


def of_lessons(folder: Path, tag: str) -> Words | None:
    """The words of the lessons; None if the language has none. LessonsError as `lessons.read`."""
    language = lessons.read(folder).by_tag.get(tag)
    if language is None:
        return None
    return Words(folder=folder, tag=tag, review=language.review, sentences=language.sentences(), unread=language.unread)


def sign(words: Words, signature: Signature) -> Signed | Refused:
    """Write the signature, then call the language signed. OSError if the files may not be written."""
    for name, value in (("name", signature.name), ("office", signature.office)):
        if not value.strip():
            return Refused(reason=f"{name}: expected who signs, found nothing")
    if words.review is Review.DRAFTED:
        return Refused(reason=_unread(words))
    signed_for = reviews.words_of(words.sentences)
    fields = (signature.name.strip(), signature.office.strip(), signature.day.isoformat(), signed_for)
    lines = [
        f"{field} = {json.dumps(value, ensure_ascii=False)}"
        for field, value in zip(reviews.SIGNATURE_FIELDS, fields, strict=True)
    ]
    record = words.folder / "review" / f"{words.tag}.toml"
    own = words.folder / f"{words.tag}.toml"
    with record.open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[[signature]]", *lines, ""]))
    own.write_text(_STATE.sub(f'review = "{Review.SIGNED}"', own.read_text(encoding="utf-8"), count=1), "utf-8")
    if (words.folder / proofs.FILE).is_file():
        (words.folder / proofs.FILE).write_text(catalogue.prove(words.folder), "utf-8")
    return Signed(words=signed_for)


def _unread(words: Words) -> str:
    first = words.unread[0] if words.unread else f"{words.tag}.toml calls itself drafted"
    more = f" (and {len(words.unread) - 1} more)" if len(words.unread) > 1 else ""
    return f"not every sentence has been read back, so nobody may sign: {first}{more}"
