"""What one cell of a list of sites says: a name, its reading, yes or no, a number of people, whose it is. Pure."""

import re
import unicodedata
from typing import Final

from alerts.places import PlaceTable
from shelters import latin
from subscribers.refusal import Refused, quoted

MAX_NAME: Final = 60
MAX_CAPACITY: Final = 200_000
_LONGEST: Final = 200
_YES: Final = frozenset("1 1.0 y yes true t ○ 〇 ◯ ● ◎ 有 有り あり 可 はい 対応 指定 適 該当 レ ✓ ✔ ☑".split())
_NO: Final = frozenset(
    ["", *"0 0.0 n no false f × ✕ ✗ x - ‐ – — ― − ー 無 無し なし 不可 否 いいえ 非対応 不適 非該当 ✖".split()]
)
#: how lists say that nobody knows how many
_UNKNOWN: Final = frozenset({*(_NO - {"0", "0.0"}), "不明", "未定", "null", "n/a"})
_FORMULA: Final = ("=", "+", "-", "@")


def line(text: str) -> str:
    """One line without marks that cannot be seen, in composed letters."""
    folded = unicodedata.normalize("NFKC", text)
    spaced = (" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in folded)
    kept = "".join(char for char in spaced if unicodedata.category(char) not in ("Cf", "Co", "Cs", "Cn"))
    return " ".join(kept.split())[:_LONGEST]


def name(text: str) -> str | Refused:
    """The name of a site, as on its signs."""
    plain = line(text)
    if not plain:
        return Refused(reason="empty; every site needs its name", ja="空です。名称を書いてください")
    if len(plain) > MAX_NAME:
        return Refused(
            reason=f"{quoted(plain)} is longer than {MAX_NAME} characters; shorten it",
            ja=f"{quoted(plain)} は {MAX_NAME} 文字を超えています。短くしてください",
        )
    if plain.startswith(_FORMULA) or "://" in plain or not any(map(str.isalnum, plain)):
        return Refused(
            reason=f"{quoted(plain)} is no name: it begins like a formula, or holds an address or no letter",
            ja=f"{quoted(plain)} は名称ではありません（数式・URL・記号だけ）。名称を書いてください",
        )
    return plain


def kana(text: str) -> str | Refused:
    """The reading of a name in hiragana, or '' where there is none."""
    plain = line(text)
    if not plain:
        return ""
    read = latin.hiragana(plain)
    if latin.is_reading(read):
        return read
    return Refused(
        reason=f"{quoted(plain)} is no reading in kana; write it in kana alone or leave the cell empty",
        ja=f"{quoted(plain)} はカナの読みではありません。カナだけで書くか、空にしてください",
    )


def flag(text: str) -> bool | Refused:
    """Yes or no; an empty cell means no. △ and other conditions are refused: half safe is not safe."""
    word = line(text).casefold()
    if word in _NO:
        return False
    if word in _YES:
        return True
    return Refused(
        reason=f"{quoted(text)} is neither yes (1 or ○) nor no (0, × or empty); "
        "leave it empty where the site is safe only under a condition",
        ja=f"{quoted(text)} は 1（○）でも空（×）でもありません。条件付きの場合は空にしてください",
    )


def capacity(text: str) -> int | None | Refused:
    """How many people it holds; None where nothing is said."""
    word = re.sub(r"[,\s]|人|名|約", "", line(text))
    if word.casefold() in _UNKNOWN:
        return None
    if re.fullmatch(r"\d{1,7}(?:\.0+)?", word) and (people := int(float(word))) <= MAX_CAPACITY:
        return people or None
    return Refused(
        reason=f"{quoted(text)} is no number of people; write a number or leave the cell empty",
        ja=f"{quoted(text)} は人数ではありません。数字を書くか、空にしてください",
    )


def municipality(table: PlaceTable, code: str, named: str, *, near: str) -> str | Refused:
    """The five-digit code of whose site it is; '' where the row does not say. `near` settles a lost zero."""
    written = line(code)
    if written and re.fullmatch(r"\d{1,2}", written):
        written = ""  # 都道府県コード alone says nothing of the municipality
    if written:
        readings = table.code_readings(written.partition(".")[0])
        if not readings:
            return Refused(
                reason=f"{quoted(code)} is no code of a municipality; expected 5 or 6 digits",
                ja=f"{quoted(code)} は市区町村コードではありません。5桁または6桁で書いてください",
            )
        return near if near in readings else readings[0]
    found = {place.code for place in table.by_name(line(named))} if line(named) else set()
    # a name that several bear, or that none does, says nothing: the command says whose list it is
    return near if near in found else next(iter(found)) if len(found) == 1 else ""
