"""How long a text is as an SMS, exactly as phones and providers count it.

Owns the GSM-7 alphabet (3GPP TS 23.038) and the walk over parts; knows nothing of languages or budgets.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_DEFAULT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: written as ESC and a letter: two septets
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM7 = _DEFAULT | _EXTENSION

#: letters with a stroke or without a dot, which no decomposition takes apart
_STROKES = str.maketrans("đĐłŁøØħĦıŧŦ", "dDlLoOhHitT")


class Encoding(StrEnum):
    """How the text travels."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


#: units of a text sent alone, and of each part of a longer one (the rest is the part's header)
_ROOM = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """Length of one text as SMS."""

    encoding: Encoding
    #: septets (GSM-7) or UTF-16 code units (UCS-2)
    units: int
    #: parts that are sent and paid for; an empty text is still one
    segments: int


def fits_gsm7(text: str) -> bool:
    """Whether every character is in the GSM 03.38 alphabet or its extension."""
    return _GSM7.issuperset(text)


def utf16_units(text: str) -> int:
    """UTF-16 code units, in which UCS-2 messages and our heads are measured."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def count(text: str) -> Segmentation:
    """Encoding, units and segments of a text; a pair of units never lies across two parts."""
    if fits_gsm7(text):
        encoding, units = Encoding.GSM_7, len(text) + sum(map(text.count, _EXTENSION))
    else:
        encoding, units = Encoding.UCS_2, utf16_units(text)
    alone, part = _ROOM[encoding]
    if units <= alone:
        parts = 1
    elif units == len(text):
        parts = -(-units // part)
    else:
        double = _EXTENSION.__contains__ if encoding is Encoding.GSM_7 else "\uffff".__lt__
        parts = _walk([2 if double(char) else 1 for char in text], part)
    return Segmentation(encoding=encoding, units=units, segments=parts)


def _walk(sizes: list[int], room: int) -> int:
    """Parts of a text in which some characters need two units that may not be parted."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts


def fold_latin(text: str) -> str:
    """The text with the marks of Latin letters dropped (ã -> a, đ -> d); other scripts stay as they are."""
    if text.isascii():
        return text
    kept: list[str] = []
    latin = False
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.combining(char):
            if latin:
                continue
        else:
            latin = unicodedata.name(char, "").startswith("LATIN ")
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_STROKES)
