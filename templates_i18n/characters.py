"""Which characters a text may hold, and why others may not.

Owns the lists; refuses nothing by itself: `catalogue` and `gates` make problems of what it finds.
"""

import functools
import unicodedata
from collections.abc import Iterator

#: scripts whose spelling needs the joiners U+200C and U+200D
_JOINING = frozenset({"Sinh", "Deva", "Beng"})
_JOINERS = frozenset("\u200c\u200d")
#: what a joiner stands beside: the sign that takes the vowel of a letter (virama)
_VIRAMAS = frozenset("\u0dca\u094d\u09cd")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\ufeff")
#: sign -> how a text writes it
LOOK_ALIKES = {
    "‘": "'", "’": "'", "‚": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"',
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...",
    "\u00a0": "space", "\u2009": "space", "\u202f": "space", "\u3000": "space",
}  # fmt: skip
_FULL_WIDTH = "FULLWIDTH "


@functools.lru_cache(maxsize=8192)
def is_kanji(char: str) -> bool:
    """Whether a character is a Han character."""
    return unicodedata.name(char, "").startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH")) or char in "々〆"


@functools.lru_cache(maxsize=8192)
def is_kana(char: str) -> bool:
    """Hiragana, katakana and the long-vowel mark."""
    return unicodedata.name(char, "").startswith(("HIRAGANA ", "KATAKANA")) and unicodedata.category(char) != "Po"


def forbidden(text: str, *, script: str) -> Iterator[str]:
    """What is wrong with each character that may not stand in a text of this script (ISO 15924)."""
    if text.isascii() and text.isprintable():
        return
    if not unicodedata.is_normalized("NFC", text):
        yield "not NFC: save the file in composed form"
    for char in dict.fromkeys(text):
        reason = _reason(char, script)
        if reason:
            yield f"U+{ord(char):04X} {unicodedata.name(char, 'unnamed')}: {reason}"
    if script in _JOINING and _has_stray_joiner(text):
        yield "U+200C, U+200D: a joiner beside no virama changes no letter: leave it out"


def _has_stray_joiner(text: str) -> bool:
    """Whether a joiner stands where the spelling needs none."""
    return any(char in _JOINERS and not _VIRAMAS & {*text[max(at - 1, 0) : at + 2]} for at, char in enumerate(text))


@functools.lru_cache(maxsize=8192)
def _reason(char: str, script: str) -> str | None:
    if char.isascii():
        return None if char.isprintable() else "control character: leave it out"
    if char in _BIDI:
        return "direction control: leave it out"
    if char in _JOINERS and script in _JOINING:
        return None
    if char in _INVISIBLE:
        return "invisible: leave it out"
    if char in LOOK_ALIKES:
        return f"write {LOOK_ALIKES[char]}"
    return _reason_by_kind(char, script)


def _reason_by_kind(char: str, script: str) -> str | None:
    category, name = unicodedata.category(char), unicodedata.name(char, "")
    if category == "Nd" or (name.startswith(_FULL_WIDTH) and category[0] == "L"):
        return "digits and Latin letters are ASCII"
    if category[0] == "C" or category in {"So", "Zs", "Zl", "Zp"} or 0xFE00 <= ord(char) <= 0xFE0F:
        return "no emoji, symbols or odd spaces in the words"
    if category[0] == "L" and script == "Latn" and not name.startswith("LATIN "):
        return "a letter of another script"
    if script == "Hira" and is_kanji(char):
        return "no kanji in Easy Japanese"
    return None
