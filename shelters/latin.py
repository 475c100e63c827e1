"""A site's name in Latin letters: the municipality's own, else made of its reading by fixed tables. Pure.

Hepburn letter for letter, without a guess: long vowels stay as kana spells them ("ou"), because kana alone does
not tell 公園 (kouen) from 井上 (inoue); only the mark ー, which has no letter, is dropped. Class words such as
小学校 are put into English where name and reading both end in them (`data/class_words.toml`). Where the reading
is missing or holds anything else, there is no Latin name: nothing is invented.
"""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from importlib import resources
from typing import Final

_VOWELS: Final = "aiueo"
_ROWS: Final = {
    "": "あいうえお",
    "k": "かきくけこ",
    "g": "がぎぐげご",
    "s": "さしすせそ",
    "z": "ざじずぜぞ",
    "t": "たちつてと",
    "d": "だぢづでど",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "r": "らりるれろ",
}
_OTHERS: Final = {
    **dict(zip("やゆよわゐゑをゔぁぃぅぇぉ", "ya yu yo wa i e o vu a i u e o".split(), strict=True)),
    **{"し": "shi", "じ": "ji", "ち": "chi", "ぢ": "ji", "つ": "tsu", "づ": "zu", "ふ": "fu"},
    **{"てぃ": "ti", "でぃ": "di", "とぅ": "tu", "どぅ": "du", "てゅ": "tyu", "でゅ": "dyu", "いぇ": "ye"},
    **{f"し{small}": f"sh{vowel}" for small, vowel in zip("ゃゅぇょ", "aueo", strict=True)},
    **{f"じ{small}": f"j{vowel}" for small, vowel in zip("ゃゅぇょ", "aueo", strict=True)},
    **{f"ぢ{small}": f"j{vowel}" for small, vowel in zip("ゃゅょ", "auo", strict=True)},
    **{f"ち{small}": f"ch{vowel}" for small, vowel in zip("ゃゅぇょ", "aueo", strict=True)},
    **{f"ふ{small}": f"f{vowel}" for small, vowel in zip("ぁぃぇぉゅ", ["a", "i", "e", "o", "yu"], strict=True)},
    **{f"ゔ{small}": f"v{vowel}" for small, vowel in zip("ぁぃぇぉ", "aieo", strict=True)},
    **{f"う{small}": f"w{vowel}" for small, vowel in zip("ぃぇぉ", "ieo", strict=True)},
    **{f"つ{small}": f"ts{vowel}" for small, vowel in zip("ぁぃぇぉ", "aieo", strict=True)},
    **{f"く{small}": f"kw{vowel}" for small, vowel in zip("ぁぃぇぉ", "aieo", strict=True)},
}
_KEPT: Final = re.compile(r"[0-9A-Za-z ().,'&/-]")
#: longer ones are no name that fits a text, and none is cut
_MOST: Final = 60


def name(japanese: str, kana: str, english: str) -> str:
    """The name in ASCII letters, or '' where there is no safe one."""
    own = _ascii(english)
    if own and len(own) <= _MOST:
        return own
    stem, words = _class_words("".join(unicodedata.normalize("NFKC", japanese).split()), hiragana(kana))
    read = hepburn(stem)
    if read is None or not (read or words):
        return ""
    made = " ".join([*(word[:1].upper() + word[1:] for word in read.split()), *words])
    return made if len(made) <= _MOST else ""


def hiragana(text: str) -> str:
    """Katakana of any width as hiragana; middle dots and blanks as one blank."""
    whole = unicodedata.normalize("NFKC", text)
    turned = "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヴ" else char for char in whole)
    return " ".join(re.sub(r"[・･\s\u3000]+", " ", turned).split())


def hepburn(kana: str) -> str | None:
    """Hiragana in Latin letters, small; None where it holds what has none."""
    return "".join(parts) if (parts := list(_letters(kana)))[-1:] != [""] else None


def is_reading(kana: str) -> bool:
    """Whether a cell can be the reading of a name: kana, digits, Latin letters and marks between them."""
    return hepburn(hiragana(kana)) is not None


def _letters(kana: str) -> Iterator[str]:
    """Pieces of Latin letters; a last empty piece says that something has no letter."""
    table, at, doubled = _table(), 0, False
    while at < len(kana):
        piece, letters = next(
            ((part, table[part]) for part in (kana[at : at + 2], kana[at]) if part in table), (kana[at], None)
        )
        if piece == "っ":
            doubled = True
        elif letters is not None:
            yield ("t" if letters.startswith("ch") else letters[0]) + letters if doubled else letters
            doubled = False
        elif piece == "ー":
            pass
        elif _KEPT.fullmatch(piece):
            yield piece
            doubled = False
        else:
            yield ""
            return
        at += len(piece)
    if doubled:
        yield ""


def _class_words(japanese: str, kana: str) -> tuple[str, list[str]]:
    """The reading without the class words at the end of both, and these in English, in their order."""
    found: list[str] = []
    squeezed = kana
    while True:
        for written, reading, word in _words():
            bare = squeezed.rstrip()
            if japanese.endswith(written) and bare.endswith(reading):
                japanese, squeezed = japanese.removesuffix(written), bare.removesuffix(reading)
                found.insert(0, word)
                break
        else:
            return squeezed.strip(), found


def _ascii(text: str) -> str:
    """A name of Latin letters without marks; '' where it holds any other script."""
    decomposed = unicodedata.normalize("NFKD", " ".join(text.split()))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char)).replace("’", "'")
    return plain if plain and plain.isascii() and plain.isprintable() and any(map(str.isalpha, plain)) else ""


@functools.cache
def _table() -> dict[str, str]:
    """One or two kana -> letters."""
    table = {kana: row + vowel for row, column in _ROWS.items() for kana, vowel in zip(column, _VOWELS, strict=True)}
    for row, column in _ROWS.items():
        if row and column[1] not in "しじちぢ":
            table |= {column[1] + small: f"{row}y{vowel}" for small, vowel in zip("ゃゅょ", "auo", strict=True)}
    # ん before a vowel or y is set apart, or 新一 would read as しにち
    table["ん"] = "n"
    for vowel, latin in zip("あいうえおやゆよ", "a i u e o ya yu yo".split(), strict=True):
        table[f"ん{vowel}"] = f"n'{latin}"
    return table | _OTHERS


@functools.cache
def _words() -> tuple[tuple[str, str, str], ...]:
    """(as written, reading, English), the longest first."""
    text = resources.files("shelters").joinpath("data/class_words.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["word"]
    return tuple(sorted(((w, k, e) for w, k, e in rows), key=lambda row: -len(row[0])))
