"""What one cell of an import file says: a place, further places, groups, lessons, a level. Pure.

Every reader gives the value or a refusal with its reason; none guesses.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from alerts.places import Place, PlaceTable
from subscribers import registration
from subscribers.refusal import Refused, quoted

MAX_GROUPS: Final = 10
MAX_GROUP_LENGTH: Final = 40
_CANDIDATES: Final = 8
_BETWEEN: Final = re.compile(r"[;、\r\n/|]")
_COMMAS: Final = re.compile(r"[,，]")
_LEVEL: Final = re.compile(r"(?:l|lv|level|警戒レベル|レベル)?\s*(\d)(?:\.0)?", re.ASCII)
_YES: Final = frozenset("yes y true t 1 1.0 on はい 有 有り あり ○ 〇 ◯ o 要 希望 希望する する 受け取る".split())
_NO: Final = frozenset("no n false f 0 0.0 off いいえ 無 無し なし × ✕ x 不要 希望しない しない 受け取らない".split())
#: Signs by which a spreadsheet takes a cell for a formula.
_FORMULA: Final = ("=", "+", "-", "@")


def place(table: PlaceTable, text: str, *, near: str) -> str | Refused:
    """The municipality a code or name means. `near`: the registering one, which settles a lost zero."""
    if not text.strip():
        return Refused(
            reason="empty; expected a municipality code or name",
            ja="空です。市区町村のコードか名前を書いてください",
        )
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[\d\s]+(?:\.0+)?", plain):
        readings = table.code_readings(plain.partition(".")[0])
        return _nearest(readings, near) or _unknown(text)
    found = table.by_name(text)
    if len(found) == 1:
        return found[0].code
    return _ambiguous(table, text, found) if found else _unknown(text)


def one_place(table: PlaceTable, text: str, codes: tuple[str, ...] | Refused) -> str | Refused:
    """The one municipality of a postal code; refused with the candidates where it crosses a border."""
    match codes:
        case Refused():
            return codes
        case (code,):
            return code
        case _:
            return _ambiguous(table, text, [found for code in codes if (found := table.place(code))])


def place_within(table: PlaceTable, text: str, codes: tuple[str, ...] | Refused, *, near: str) -> str | Refused:
    """The municipality a code or name means, beside a postal code: it settles a name that several bear.

    Refused where the postal code lies elsewhere: one of the two is a slip, and the wrong place means no warning.
    """
    if isinstance(codes, Refused):
        return codes
    wide = {city for code in codes for city in (code, table.city_of(code)) if city}
    candidates = [found.code for found in table.by_name(text)]
    if len(candidates) > 1 and len(within := [code for code in candidates if code in wide]) == 1:
        return within[0]
    named = place(table, text, near=near)
    if isinstance(named, Refused) or named in wide or not wide.isdisjoint(table.wards_of(named)):
        return named
    elsewhere = ", ".join(_full_name(table, found) for code in codes if (found := table.place(code)))
    return Refused(
        reason=f"{quoted(text)}, but the postal code lies in {elsewhere}; correct one of the two",
        ja=f"{quoted(text)} とありますが、郵便番号は {elsewhere} のものです。どちらかを直してください",
    )


def further_places(table: PlaceTable, text: str, *, near: str) -> tuple[str, ...] | Refused:
    """At most three municipalities in one cell, separated by semicolons, commas or line breaks."""
    codes: list[str] = []
    for piece in _pieces(table, text):
        code = place(table, piece, near=near)
        if isinstance(code, Refused):
            return code
        codes.append(code)
    unique = tuple(dict.fromkeys(codes))
    if len(unique) > registration.MAX_FURTHER_PLACES:
        most = registration.MAX_FURTHER_PLACES
        return Refused(
            reason=f"{len(unique)} further places; at most {most} beside the municipality",
            ja=f"ほかの場所が {len(unique)} か所あります。市区町村のほかに {most} か所までです",
        )
    return unique


def groups(text: str) -> tuple[str, ...] | Refused:
    """Free words, separated by commas, semicolons or line breaks; sorted, each once."""
    words = {" ".join(_visible(piece).split()) for part in _BETWEEN.split(text) for piece in _COMMAS.split(part)} - {""}
    for word in sorted(words):
        if word.startswith(_FORMULA):
            return Refused(
                reason=f"{quoted(word)} begins like a formula; write plain words",
                ja=f"{quoted(word)} は数式のように始まっています。ふつうの言葉で書いてください",
            )
        if len(word) > MAX_GROUP_LENGTH:
            return Refused(
                reason=f"{quoted(word)} is longer than {MAX_GROUP_LENGTH} characters",
                ja=f"{quoted(word)} は {MAX_GROUP_LENGTH} 文字を超えています",
            )
        if quoted(word) != f"“{word}”":
            return Refused(
                reason=f"{quoted(word)} holds a phone number or signs that no group has",
                ja=f"{quoted(word)} に電話番号か、グループ名に使えない記号が入っています",
            )
    if len(words) > MAX_GROUPS:
        return Refused(
            reason=f"{len(words)} groups; at most {MAX_GROUPS}",
            ja=f"グループが {len(words)} 個あります。{MAX_GROUPS} 個までです",
        )
    return tuple(sorted(words))


def lessons(text: str) -> bool | Refused:
    """Yes or no; an empty cell means yes."""
    word = _visible(text).casefold().strip()
    if word in _NO:
        return False
    if not word or word in _YES:
        return True
    return Refused(
        reason=f"{quoted(text)} is neither yes nor no",
        ja=f"{quoted(text)} は「はい」でも「いいえ」でもありません（yes か no）",
    )


def min_level(text: str) -> str | Refused:
    """L2, L3 or L4; an empty cell means L3. Level 4 and more cannot be switched off."""
    word = _visible(text).casefold().strip()
    if not word:
        return registration.DEFAULT_MIN_LEVEL
    found = _LEVEL.fullmatch(word)
    if found and (level := f"L{found[1]}") in registration.MIN_LEVELS:
        return level
    return Refused(
        reason=f"{quoted(text)} is not L2, L3 or L4; level 4 and more cannot be switched off",
        ja=f"{quoted(text)} は L2、L3、L4 のどれでもありません。警戒レベル4以上は止められません",
    )


def _nearest(readings: Sequence[str], near: str) -> str | None:
    """A code with a possibly lost zero: the registering municipality, its prefecture, else as it is written."""
    if near in readings:
        return near
    neighbours = [code for code in readings if code[:2] == near[:2]]
    return next(iter(neighbours or readings), None)


def _pieces(table: PlaceTable, text: str) -> list[str]:
    """The names in one cell. "Chuo Ward, Sapporo City" is one, though it has a comma."""
    found: list[str] = []
    for part in _BETWEEN.split(text):
        whole = bool(table.by_name(part))
        found.extend([part] if whole else _COMMAS.split(part))
    return [piece for piece in found if piece.strip()]


def _unknown(text: str) -> Refused:
    return Refused(
        reason=f"{quoted(text)} is no municipality; expected its code of 5, 6 or 7 digits or its name",
        ja=f"{quoted(text)} という市区町村はありません。5～7桁のコードか名前を書いてください",
    )


def _ambiguous(table: PlaceTable, text: str, found: Sequence[Place]) -> Refused:
    named = [f"{_full_name(table, candidate)} {candidate.code}" for candidate in found[:_CANDIDATES]]
    more = f" and {len(found) - _CANDIDATES} more" if len(found) > _CANDIDATES else ""
    others = f"、ほか {len(found) - _CANDIDATES} か所" if len(found) > _CANDIDATES else ""
    return Refused(
        reason=f"{quoted(text)} can mean {', '.join(named)}{more}; write the code",
        ja=f"{quoted(text)} は一つに決まりません（{'、'.join(named)}{others}）。コードを書いてください",
    )


def _full_name(table: PlaceTable, found: Place) -> str:
    return f"{table.prefecture_name(found.prefecture, 'ja') or ''}{found.names.ja}"


def _visible(text: str) -> str:
    """NFKC, without marks that cannot be seen; controls become blanks."""
    folded = unicodedata.normalize("NFKC", text)
    kept = (" " if unicodedata.category(char) == "Cc" else char for char in folded)
    return "".join(char for char in kept if unicodedata.category(char) != "Cf")
