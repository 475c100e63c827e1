"""The header of a list of evacuation sites: which column is which. Pure.

Knows the layouts 自治体標準オープンデータセット and 推奨データセット (指定緊急避難場所一覧), the one of 国土地理院, and
English headings. Refuses a list of 指定避難所, where people stay afterwards and which is no place to flee to.
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shelters.site import Danger
from subscribers.refusal import Refused, quoted


class Field(StrEnum):
    """The columns we read, beside those of `Danger`, by the names the interface gives them."""

    CODE = "code"
    MUNICIPALITY = "municipality"
    NAME = "name"
    KANA = "kana"
    ENGLISH = "english"
    ADDRESS = "address"
    PREFECTURE = "prefecture"
    CITY = "city"
    TOWN = "town"
    NUMBER = "number"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    CAPACITY = "capacity"
    NEIGHBOURHOOD = "neighbourhood"
    STAYS = "stays"
    REMARK = "remark"


Column = Field | Danger
_HEADINGS: Final[Mapping[Column, str]] = {
    Field.CODE: "全国地方公共団体コード|市区町村コード|市町村コード|都道府県コード又は市区町村コード|団体コード|"
    "自治体コード|municipality code|code",
    Field.MUNICIPALITY: "都道府県名及び市町村名|都道府県名及び市区町村名|地方公共団体名|市区町村名|市町村名|"
    "municipality",
    Field.NAME: "施設・場所名|名称|施設名|施設名称|避難場所名|避難場所名称|指定緊急避難場所名|場所名|name|site name",
    Field.KANA: "名称_カナ|名称_かな|名称カナ|施設・場所名_カナ|施設名_カナ|名称（カナ）|フリガナ|ふりがな|よみがな|"
    "ヨミガナ|kana|reading",
    Field.ENGLISH: "名称_英字|名称_英語|名称_ローマ字|施設名_英字|英語名|english|english name|name in english",
    Field.ADDRESS: "所在地_連結表記|住所|所在地|所在地住所|address",
    Field.PREFECTURE: "所在地_都道府県|都道府県名",
    Field.CITY: "所在地_市区町村",
    Field.TOWN: "所在地_町字",
    Field.NUMBER: "所在地_番地以下",
    Field.LATITUDE: "緯度|latitude|lat",
    Field.LONGITUDE: "経度|longitude|lon|lng|long",
    Field.CAPACITY: "想定収容人数|収容人数|収容可能人数|収容人員|最大収容人数|capacity",
    Field.NEIGHBOURHOOD: "対象となる町会・自治会|対象町会|対象地区|対象となる町会|neighbourhood|neighborhood",
    Field.STAYS: "指定避難所との重複|指定避難所との住所同一|指定避難所と同一|指定避難所|stays|shelter",
    Field.REMARK: "備考|その他|remark|remarks|notes",
    Danger.FLOOD: "洪水|洪水等|河川氾濫|flood",
    Danger.LANDSLIDE: "崖崩れ、土石流及び地滑り|がけ崩れ、土石流及び地滑り|崖崩れ・土石流及び地すべり|"
    "崖崩れ、土石流、地滑り|崖崩れ等|崖崩れ|がけ崩れ|土砂災害|土砂|landslide",
    Danger.STORM_SURGE: "高潮|storm surge",
    Danger.EARTHQUAKE: "地震|earthquake",
    Danger.TSUNAMI: "津波|tsunami",
    Danger.FIRE: "大規模な火事|大規模火事|大規模な火災|大規模火災|火災|fire|large fire",
    Danger.INLAND_FLOOD: "内水氾濫|内水はん濫|内水|inland flood|inland flooding",
    Danger.VOLCANO: "火山現象|火山|火山噴火|volcano",
}
#: what only the list of places to stay has
_OF_STAYING: Final = ("指定緊急避難場所との住所同一", "指定緊急避難場所との重複", "受入対象者")
_ONCE: Final = frozenset({*Danger, Field.LATITUDE, Field.LONGITUDE})
_SIMILAR: Final = 0.82
#: a file may have a title above its header
_SEARCHED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where each column stands in a row."""

    #: the row that a spreadsheet numbers 1 is 0
    row: int
    at: Mapping[Column, int]
    width: int
    #: headings that are not read
    ignored: tuple[str, ...]


def read(rows: Sequence[Sequence[str]]) -> Header | Refused:
    """The header of a sheet, within its first rows, or why the list is refused whole."""
    for number, cells in enumerate(rows[:_SEARCHED]):
        if is_header(cells):
            return _read(number, cells)
    first = rows[0] if rows else ()
    if any(_folded(cell) in {_folded(one) for one in _OF_STAYING} for row in rows[:_SEARCHED] for cell in row):
        return Refused(
            reason="this is the list of 指定避難所, where people stay afterwards; import the list of 指定緊急避難場所, "
            "which says for each site what it is safe from",
            ja="これは指定避難所の一覧です。災害の種別ごとの列がある指定緊急避難場所の一覧を取り込んでください",
        )
    return Refused(
        reason="no header with a column for the name (名称 or 施設・場所名) and one for a kind of disaster "
        f"(such as 災害種別_洪水 or 洪水); found {quoted(', '.join(first))}",
        ja="見出し行に名称（名称 または 施設・場所名）と災害の種別（災害種別_洪水 など）の列がありません。"
        f"見出し：{quoted(', '.join(first))}",
    )


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are the headings of a list of evacuation sites."""
    found = {_column(cell) for cell in cells}
    return Field.NAME in found and any(isinstance(column, Danger) for column in found)


def _read(number: int, cells: Sequence[str]) -> Header | Refused:
    at: dict[Column, int] = {}
    ignored: list[str] = []
    for position, cell in enumerate(cells):
        column = _column(cell)
        if column is None:
            ignored.append(cell)
        elif column not in at:
            at[column] = position
        elif reason := _twice(column, cells[at[column]], cell):
            return reason
        elif _preference(cell) < _preference(cells[at[column]]):
            at[column] = position
    if reason := _misspelt(at, ignored) or _half_a_point(at):
        return reason
    width = max(position + 1 for position, cell in enumerate(cells) if cell)
    return Header(row=number, at=at, width=width, ignored=tuple(cell for cell in ignored if cell))


def _twice(column: Column, first: str, second: str) -> Refused | None:
    """The national layout has codes and names in several columns; of what keeps people safe there is one."""
    if column not in _ONCE and _folded(first) != _folded(second):
        return None
    return Refused(
        reason=f"two columns for {column}: {quoted(first)} and {quoted(second)}; keep one",
        ja=f"{quoted(first)} と {quoted(second)} は同じ内容の列です。一方だけを残してください",
    )


def _half_a_point(at: Mapping[Column, int]) -> Refused | None:
    if (Field.LATITUDE in at) == (Field.LONGITUDE in at):
        return None
    return Refused(
        reason="the header has only one of latitude (緯度) and longitude (経度); add the other",
        ja="緯度と経度の一方しか列がありません。もう一方を加えてください",
    )


def _misspelt(at: Mapping[Column, int], ignored: Sequence[str]) -> Refused | None:
    """A kind of disaster that nobody reads would be lost in silence; one letter off is a slip."""
    for cell in ignored:
        for heading in difflib.get_close_matches(_folded(cell), _COLUMNS, n=1, cutoff=_SIMILAR):
            column = _COLUMNS[heading]
            if column not in at and not cell.startswith("所在地_"):
                return Refused(
                    reason=f"column {quoted(cell)} looks like {column} misspelt; correct the heading",
                    ja=f"列 {quoted(cell)} の見出しが正しくないようです。直してください",
                )
    return None


def _column(cell: str) -> Column | None:
    whole = unicodedata.normalize("NFKC", cell)
    without_remark = re.sub(r"[(\[【<].*?[)\]】>]", "", whole)
    return _COLUMNS.get(_folded(whole)) or _COLUMNS.get(_folded(without_remark))


def _preference(cell: str) -> int:
    """Of two headings for one column the one that stands first in `_HEADINGS` is read."""
    return list(_COLUMNS).index(_folded(cell)) if _folded(cell) in _COLUMNS else len(_COLUMNS)


def _folded(text: str) -> str:
    """Letters and digits only; the kinds of disaster without the word that stands before them."""
    folded = "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
    return re.sub(r"^災害(?:の)?種別", "", folded) or folded


_COLUMNS: Final[Mapping[str, Column]] = {
    _folded(heading): column for column, headings in _HEADINGS.items() for heading in headings.split("|")
}
