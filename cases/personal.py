"""Finds what looks like the number or the e-mail address of a person. Pure.

Rather refuses a harmless number than lets one of a person through: nine digits or more that stand as one number, digits
that begin like a phone number. Days and times are no numbers.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Found(StrEnum):
    """What a text must not hold."""

    PHONE = "phone"
    EMAIL = "email"


_EMAIL: Final = re.compile(r"[^\s@<>()\[\],;:\"]@\s?[^\s@.]+(?:\.[^\s@.]+)*\.[^\W\d_]{2,}")
#: 2026-11-23, 2026/11/23, 11:56
_DAY: Final = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s?([-/.])\s?\d{1,2}\s?\1\s?\d{1,2}(?!\d)|(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)"
)
_JOINT: Final = r"[-\u2010-\u2015\u2212\uff0d\u30fc.()/\u30fb_~ \t\n\u3000]{0,3}"
_LONG: Final = re.compile(r"\d{9,}")
#: as a phone number is written, in Japan or with a country code
_DIALLED: Final = re.compile(rf"(?:\+{_JOINT}\d|(?<!\d)0|(?<!\d)81)(?:{_JOINT}\d){{8,14}}")
#: three groups with a stroke between, such as 1234-5678-9012
_GROUPED: Final = re.compile(r"(?<![\d.,])\d{2,5}([-\u2010-\u2015\u2212\u30fc.])\d{2,5}\1\d{2,5}(?!\d)")


def find(text: str) -> Found | None:
    """What of a person stands in the text, if anything."""
    plain = _plain(text)
    if _EMAIL.search(plain):
        return Found.EMAIL
    numbers = _DAY.sub(" | ", plain)
    if _LONG.search(numbers) or _DIALLED.search(numbers):
        return Found.PHONE
    if any(sum(char.isdigit() for char in group.group()) >= 9 for group in _GROUPED.finditer(numbers)):
        return Found.PHONE
    return None


def _plain(text: str) -> str:
    """Full-width and other digits as 0 to 9, without characters that nobody sees."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(_digit(char) for char in folded if unicodedata.category(char) != "Cf")


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
