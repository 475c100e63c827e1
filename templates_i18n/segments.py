"""How long a text is as an SMS, exactly as phones and providers count it.

Owns the GSM-7 alphabet (3GPP TS 23.038) and the walk over parts; knows nothing of languages or budgets.
"""

import functools
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

_DEFAULT = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: written as ESC and a letter: two septets
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM7 = _DEFAULT | _EXTENSION

#: marks that stay with the letter before them, in the scripts of the service (Grapheme_Extend and SpacingMark of
#: Unicode 10, which the provider's calculator follows): a letter and its marks never lie across two parts
_JOINED = (
    "0300-036F 0483-0489 0900-0903 093A-093C 093E-094F 0951-0957 0962-0963 0981-0983 09BC 09BE-09C4 09C7-09C8 "
    "09CB-09CD 09D7 09E2-09E3 0D82-0D83 0DCA 0DCF-0DD4 0DD6 0DD8-0DDF 0DF2-0DF3 0E31 0E33-0E3A 0E47-0E4E 102D-1037 "
    "1039-103E 1056-1059 105E-1060 1071-1074 1082 1084-1086 108D 109D 17B4-17D3 17DD 1AB0-1ABE 1CD0-1CD2 1CD4-1CE8 "
    "1CED 1CF2-1CF4 1CF7-1CF9 1DC0-1DF9 1DFB-1DFF 200C-200D 20D0-20F0 302A-302F 3099-309A A8E0-A8F1 A9E5 AA7C "
    "FE00-FE0F FE20-FE2F FF9E-FF9F"
)
_CONTROL = frozenset(map(chr, range(0x20)))


def _joined() -> Iterator[str]:
    for span in _JOINED.split():
        first, _, last = span.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))
    # the second half of a character outside plane 0
    yield from map(chr, range(0xDC00, 0xE000))


_MARKS = frozenset(_joined())

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


def most_units(parts: int) -> int:
    """Units of the longest text that can need no more than so many parts, in any encoding."""
    alone, part = _ROOM[Encoding.GSM_7]
    return alone if parts == 1 else parts * part


def count(text: str) -> Segmentation:
    """Encoding, units and segments of a text; a letter with its marks never lies across two parts."""
    if fits_gsm7(text):
        encoding, units = Encoding.GSM_7, len(text) + sum(map(text.count, _EXTENSION))
    else:
        encoding, units = Encoding.UCS_2, utf16_units(text)
    alone, part = _ROOM[encoding]
    if units <= alone:
        parts = 1
    elif encoding is Encoding.GSM_7:
        parts = -(-units // part) if units == len(text) else _walk([1 + (char in _EXTENSION) for char in text], part)
    else:
        parts = _parts(text, units, part)
    return Segmentation(encoding=encoding, units=units, segments=parts)


def _parts(text: str, units: int, room: int) -> int:
    """Parts of a UCS-2 text: each ends before a letter, not between a letter and its marks."""
    code = text if units == len(text) else _code_units(text)
    parts, start = 1, 0
    while units - start > room:
        end = start + room
        while end > start and code[end] in _MARKS and code[end - 1] not in _CONTROL:
            end -= 1
        # a heap of marks longer than a part is cut
        start, parts = end if end > start else start + room, parts + 1
    return parts


def _code_units(text: str) -> str:
    """A text with a character for each UTF-16 code unit."""
    encoded = text.encode(f"utf-16-{sys.byteorder[0]}e", "surrogatepass")
    return "".join(map(chr, array("H", encoded)))


def _walk(sizes: Iterable[int], room: int) -> int:
    """Parts of a text in which some pieces need several units that may not be parted."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts


class _Folded(dict[int, str]):
    """Letters without their marks, each worked out when a text first holds it; a mark that stands alone is empty."""

    def __missing__(self, code: int) -> str:
        parted = unicodedata.normalize("NFD", chr(code))
        base, marks = parted[0], parted[1:]
        if unicodedata.combining(base):
            folded = ""
        elif unicodedata.name(base, "").startswith("LATIN "):
            folded = "".join((base, *(mark for mark in marks if not unicodedata.combining(mark))))
        else:
            folded = chr(code)
        self[code] = folded.translate(_STROKES)
        return self[code]


_FOLDED = _Folded()


@functools.lru_cache(maxsize=8192)
def fold_latin(text: str) -> str:
    """The text with the marks of Latin letters dropped (ã -> a, đ -> d); other scripts stay as they are."""
    if text.isascii():
        return text
    folded = text.translate(_FOLDED)
    # a mark that stands alone may belong to a letter of another script, and stays with it
    return folded if len(folded) >= len(text) else _fold_marks(text)


def _fold_marks(text: str) -> str:
    """The same for a text with marks that are characters of their own."""
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
