"""Latitude and longitude as people write them: decimal degrees, or degrees, minutes and seconds. Pure.

Refuses what does not lie in Japan, what is swapped, and what could be read in two ways; corrects nothing in silence.
"""

import re
import unicodedata
from typing import Final

from subscribers.refusal import Refused, quoted

#: Japan from 沖ノ鳥島 to 択捉島 and from 与那国島 to 南鳥島, degrees
LATITUDES: Final = (20.0, 46.0)
LONGITUDES: Final = (122.0, 154.0)
_DECIMAL: Final = re.compile(r"[+]?(\d{1,3}(?:\.\d+)?)[°度]?")
_NUMBER: Final = r"(\d{1,3})\s*[°度:]\s*(\d{1,2})\s*(?:['′’分:])\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:[\"”秒]|''|′′|’’)?)?"
_SEXAGESIMAL: Final = re.compile(_NUMBER)
_DOTTED: Final = re.compile(r"(\d{1,3})\.(\d{1,2})\.(\d{1,2}(?:\.\d+)?)")
_LETTERS: Final = re.compile(r"^(?:北緯|東経|[NE])\s*|\s*(?:[NE])$", re.IGNORECASE)


def degrees(text: str) -> float | Refused:
    """A cell as degrees. Minutes and seconds may be written with signs, words, colons or points."""
    plain = _LETTERS.sub("", unicodedata.normalize("NFKC", text).strip()).strip()
    if found := _DECIMAL.fullmatch(plain):
        return float(found[1])
    found = _SEXAGESIMAL.fullmatch(plain) or _DOTTED.fullmatch(plain)
    if found is None or float(found[2]) >= 60 or float(found[3] or 0) >= 60:
        return Refused(
            reason=f"{quoted(text)} is no number of degrees; expected such as 37.39056 or 37°23'26\"",
            ja=f"{quoted(text)} は度として読めません。37.39056 または 37度23分26秒 のように書いてください",
        )
    return float(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600


def point(latitude: str, longitude: str) -> tuple[float, float] | Refused | None:
    """Both cells together, to a millionth of a degree; None where both are empty."""
    if not latitude.strip() and not longitude.strip():
        return None
    north, east = degrees(latitude), degrees(longitude)
    for read in (north, east):
        if isinstance(read, Refused):
            return read
    assert isinstance(north, float) and isinstance(east, float)
    if _within(east, LATITUDES) and _within(north, LONGITUDES):
        return Refused(
            reason=f"latitude {north:g} and longitude {east:g} are swapped; exchange the two columns",
            ja=f"緯度 {north:g} と経度 {east:g} が入れ替わっています。2つの列を入れ替えてください",
        )
    if not _within(north, LATITUDES) or not _within(east, LONGITUDES):
        return Refused(
            reason=f"latitude {north:g}, longitude {east:g} is not in Japan (20 to 46 north, 122 to 154 east)",
            ja=f"緯度 {north:g}、経度 {east:g} は日本の範囲（北緯20〜46度、東経122〜154度）にありません",
        )
    if _is_rounded(latitude) and _is_rounded(longitude):
        return Refused(
            reason=f"latitude {quoted(latitude)}, longitude {quoted(longitude)} are rounded to kilometres; "
            "write at least four digits behind the point, or leave both cells empty",
            ja=f"緯度 {quoted(latitude)}、経度 {quoted(longitude)} は桁が足りません（キロメートル単位）。"
            "小数点以下4桁以上で書くか、両方を空にしてください",
        )
    return round(north, 6), round(east, 6)


def _is_rounded(text: str) -> bool:
    """Whether a cell gives at most two digits behind the point: a kilometre and more."""
    return re.fullmatch(r"\D*\d{2,3}(?:\.\d{0,2})?\D*", unicodedata.normalize("NFKC", text).strip()) is not None


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
