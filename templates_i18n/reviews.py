"""Which sentences of a language somebody else has read back, and whether they still stand as they were read.

Owns the files `review/<tag>.toml`; believes no mark in a language file that they do not bear out.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from templates_i18n.language import Review

#: texts that are no sentences of the language: Japanese by intent, or a digit
_UNREAD = frozenset({("drill", "japanese"), ("drill", "japanese_plain")})


class Reading(NamedTuple):
    """What a reader who did not write a sentence understood."""

    #: dotted path in the language file, such as "head.new.heavy_rain.L4"
    key: str
    #: the sentence as it was read
    text: str
    #: its meaning in English, written without looking at English
    read_as: str
    #: in what that differs from the English sentence; empty if in nothing
    difference: str
    #: what was done about it: the words that were changed, or why they stay
    mended: str


_FIELDS = frozenset(Reading._fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFile:
    """One file of readings."""

    #: by key; of several readings of one key the last counts
    readings: Mapping[str, Reading]
    #: for which words (`words_of`) named people answer
    signed: frozenset[str]


NOBODY = ReviewFile(readings={}, signed=frozenset())

#: what stands in a `[[signature]]`
SIGNATURE_FIELDS = ("name", "office", "date", "words")


def parse(table: Mapping[str, object]) -> ReviewFile:
    """The value of a parsed file. ValueError, naming table and field, where something is missing."""
    if not isinstance(table.get("reader"), Mapping) or not table["reader"]:
        raise ValueError("[reader]: expected a table that says who read, and when")
    rows = table.get("sentence", [])
    if not isinstance(rows, list):
        raise ValueError("[[sentence]]: expected a list of tables")
    readings = [_reading(number, row) for number, row in enumerate(rows, 1)]
    return ReviewFile(
        readings={reading.key: reading for reading in readings},
        signed=frozenset(_signatures(table.get("signature", []))),
    )


def _signatures(rows: object) -> Iterator[str]:
    """The words that each signature is for."""
    if not isinstance(rows, list):
        raise ValueError("[[signature]]: expected a list of tables")
    for number, row in enumerate(rows, 1):
        fields = [*map(row.get, SIGNATURE_FIELDS)] if isinstance(row, Mapping) else []
        if not all(isinstance(value, str) and value.strip() for value in fields) or len(fields) != len(row):
            raise ValueError(f"[[signature]] {number}: expected exactly {', '.join(SIGNATURE_FIELDS)}, none empty")
        yield row["words"]


def _reading(number: int, row: object) -> Reading:
    if not isinstance(row, dict) or row.keys() != _FIELDS:
        raise ValueError(f"[[sentence]] {number}: expected exactly {', '.join(sorted(_FIELDS))}")
    reading = Reading(**row)
    if {*map(type, reading)} != {str}:
        key, value = next((key, value) for key, value in row.items() if not isinstance(value, str))
        raise ValueError(f"[[sentence]] {number} {key}: expected words in quotes, found {value!r}")
    if not reading.read_as.strip():
        raise ValueError(f"[[sentence]] {number} read_as: expected what the reader understood")
    return reading


def sentences(values: Mapping[tuple[str, ...], object]) -> dict[str, str]:
    """The sentences of a language file that have to be read, by dotted path."""
    return {
        ".".join(path): str(value)
        for path, value in values.items()
        if path[0] != "language" and path not in _UNREAD and any(char.isalpha() for char in str(value))
    }


def words_of(present: Mapping[str, str]) -> str:
    """12 hex digits over all sentences: a signature is for these words and no others."""
    lines = (f"{key}\t{text}\n" for key, text in sorted(present.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:12]


def borne_out(claimed: Review, present: Mapping[str, str], file: ReviewFile) -> tuple[Review, tuple[str, ...]]:
    """What a language may be called, and what is missing to what its file claims."""
    if claimed is Review.DRAFTED:
        return Review.DRAFTED, ()
    missing = tuple(_missing(present, file.readings))
    if missing:
        return Review.DRAFTED, missing
    if claimed is Review.SIGNED and words_of(present) not in file.signed:
        return Review.BACK_CHECKED, (f"[[signature]]: nobody has signed these words ({words_of(present)})",)
    return claimed, ()


def _missing(present: Mapping[str, str], readings: Mapping[str, Reading]) -> Iterator[str]:
    for key, text in present.items():
        reading = readings.get(key)
        if reading is None:
            yield f"{key}: nobody has read {text!r}"
        elif reading.text != text:
            yield f"{key}: now {text!r}, read was {reading.text!r}"
        elif reading.difference.strip() and not reading.mended.strip():
            yield f"{key}: read as {reading.read_as!r}, a difference that is not mended"
