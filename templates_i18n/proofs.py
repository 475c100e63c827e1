"""What was found of the files of the catalogue as they stand, so that it need not be found again at every start.

Owns the generated file `catalogue/proofs.toml`. Each finding names the digest of the very files it was made of; of
files with another digest nothing here is believed, and they are looked through anew. So it can cost time, never truth.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from templates_i18n.language import Review

#: within the catalogue's folder
FILE = "proofs.toml"
_HEADER = """\
# What was found of the files with these digests: that the words pass every check, and how far each language has been
# read. Files with another digest are looked through anew, in a tenth of a second more at each start.
# Generated: python -m pytest tests/templates_i18n --update-golden
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How far a language has been read, by the record of its readings."""

    #: of English, its own words and the record
    files: str
    review: Review
    #: what is missing to the review its file claims
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """The value of the file."""

    #: digest of the words that passed every check
    words: str = ""
    #: by tag
    readings: Mapping[str, Verdict] = field(default_factory=dict)


def digest(files: Iterable[tuple[str, bytes]]) -> str:
    """Hex digits over names and contents."""
    found = hashlib.sha256()
    for name, content in files:
        found.update(f"{name} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()


def parse(table: Mapping[str, object]) -> Proofs:
    """The value of a parsed file. ValueError where it is not as `to_toml` writes it."""
    readings = table.get("readings", {})
    try:
        return Proofs(words=str(table["words"]), readings={tag: _verdict(row) for tag, row in _items(readings)})
    except (KeyError, TypeError) as error:
        raise ValueError(f"expected words and [readings.*] with files, review and unread: {error}") from error


def _items(table: object) -> Iterable[tuple[str, object]]:
    if not isinstance(table, Mapping):
        raise TypeError(f"[readings] is {table!r}")
    return table.items()


def _verdict(row: object) -> Verdict:
    if not isinstance(row, Mapping) or not isinstance(row["unread"], list):
        raise TypeError(f"found {row!r}")
    return Verdict(files=str(row["files"]), review=Review(row["review"]), unread=tuple(map(str, row["unread"])))


def to_toml(proofs: Proofs) -> str:
    """The file."""
    lines = [f"{_HEADER}words = {_quoted(proofs.words)}"]
    for tag, verdict in proofs.readings.items():
        unread = "".join(f"\n  {_quoted(sentence)}," for sentence in verdict.unread)
        lines += [
            f"\n[readings.{tag}]",
            f"files = {_quoted(verdict.files)}",
            f"review = {_quoted(verdict.review)}",
            f"unread = [{unread}\n]" if unread else "unread = []",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
