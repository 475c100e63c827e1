"""Lists of evacuation sites as municipalities publish them, in the bytes of real files."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

import openpyxl

from alerts import places
from alerts.places import Place
from shelters import importing
from shelters.importing import ImportResult, Task
from shelters.site import Danger, Entry, Site, State
from storage.database import Connection, Database

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
WAJIMA = "17204"
#: its office, degrees
OFFICE = (37.39056, 136.89917)
#: 自治体標準オープンデータセット, 指定緊急避難場所一覧
STANDARD = (
    "全国地方公共団体コード,ID,名称,名称_カナ,名称_英字,所在地_全国地方公共団体コード,町字ID,所在地_連結表記,"
    "所在地_都道府県,所在地_市区町村,所在地_町字,所在地_番地以下,建物名等(方書),緯度,経度,標高,電話番号,内線番号,"
    "連絡先メールアドレス,連絡先FormURL,連絡先備考（その他、SNSなど）,郵便番号,市区町村コード,地方公共団体名,"
    "災害種別_洪水,災害種別_崖崩れ、土石流及び地滑り,災害種別_高潮,災害種別_地震,災害種別_津波,災害種別_大規模な火事,"
    "災害種別_内水氾濫,災害種別_火山現象,指定避難所との重複,想定収容人数,対象となる町会・自治会,URL,画像,"
    "画像_ライセンス,備考"
).split(",")
#: 推奨データセット, its forerunner
RECOMMENDED = (
    "市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,住所,方書,緯度,経度,標高,電話番号,内線番号,"
    "災害種別_洪水,災害種別_崖崩れ、土石流及び地滑り,災害種別_高潮,災害種別_地震,災害種別_津波,災害種別_大規模な火事,"
    "災害種別_内水氾濫,災害種別_火山現象,指定避難所との重複,想定収容人数,対象となる町会・自治会,URL,備考"
).split(",")
#: 国土地理院, of one municipality
GSI = (
    "NO,共通ID,施設・場所名,住所,洪水,崖崩れ、土石流及び地滑り,高潮,地震,津波,大規模な火事,内水氾濫,火山現象,"
    "指定避難所との住所同一,緯度,経度,備考"
).split(",")
#: 国土地理院, of all Japan
GSI_ALL = (
    "市町村コード,都道府県名及び市町村名,NO,施設・場所名,住所,洪水,崖崩れ、土石流及び地滑り,高潮,地震,津波,"
    "大規模な火事,内水氾濫,火山現象,指定避難所との住所同一,緯度,経度,備考"
).split(",")
_WORDS = {
    "name": ("名称", "施設・場所名"),
    "kana": ("名称_カナ",),
    "english": ("名称_英字",),
    "address": ("所在地_連結表記", "住所"),
    "code": ("全国地方公共団体コード", "市区町村コード", "市町村コード"),
    "municipality": ("都道府県名及び市町村名",),
    "latitude": ("緯度",),
    "longitude": ("経度",),
    "capacity": ("想定収容人数",),
    "stays": ("指定避難所との重複", "指定避難所との住所同一"),
    "neighbourhood": ("対象となる町会・自治会",),
    "remark": ("備考",),
}
DANGERS = {
    Danger.FLOOD: "洪水",
    Danger.LANDSLIDE: "崖崩れ、土石流及び地滑り",
    Danger.STORM_SURGE: "高潮",
    Danger.EARTHQUAKE: "地震",
    Danger.TSUNAMI: "津波",
    Danger.FIRE: "大規模な火事",
    Danger.INLAND_FLOOD: "内水氾濫",
    Danger.VOLCANO: "火山現象",
}


def a_row(layout: Sequence[str] = STANDARD, *dangers: Danger, **cells: str) -> list[str]:
    """One row under a layout; without anything said a good one, safe from floods."""
    values = {
        "name": "輪島小学校",
        "kana": "ワジマショウガッコウ",
        "address": "石川県輪島市河井町1-1",
        "code": "172049",
        "latitude": "37.392",
        "longitude": "136.9021",
        **cells,
    }
    row = dict.fromkeys(layout, "")
    for key, value in values.items():
        for heading in _WORDS[key]:
            if heading in row:
                row[heading] = value
    for danger in dangers or (Danger.FLOOD,):
        for heading in (DANGERS[danger], f"災害種別_{DANGERS[danger]}"):
            if heading in row:
                row[heading] = "1"
    return list(row.values())


def a_csv(*rows: Sequence[str], layout: Sequence[str] = STANDARD, encoding: str = "utf-8-sig") -> bytes:
    """A CSV file as a spreadsheet writes it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([layout, *rows])
    return out.getvalue().encode(encoding)


def an_xlsx(*rows: Sequence[object], layout: Sequence[str] = STANDARD) -> bytes:
    """An XLSX file with one sheet."""
    book = openpyxl.Workbook()
    for row in [layout, *rows]:
        book.worksheets[0].append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_place(code: str = WAJIMA) -> Place:
    """A municipality of the real tables."""
    place = places.load().place(code)
    assert place is not None
    return place


def a_task(code: str = WAJIMA, *, fewer: bool = False) -> Task:
    """An import of a municipality's list."""
    return Task(places=places.load(), municipality=a_place(code), fewer=fewer)


def take(db: Database, data: bytes, code: str = WAJIMA, *, fewer: bool = False) -> ImportResult:
    """Import a file."""
    return importing.import_list(db, data, a_task(code, fewer=fewer), lambda: NOW)


def everything(db: Database) -> list[dict[str, object]]:
    """All rows of sites."""

    def read(connection: Connection) -> list[dict[str, object]]:
        return [dict(row) for row in connection.execute("SELECT * FROM shelters ORDER BY id")]

    return db.read_sync(read)


def a_site(
    number: int = 1,
    *dangers: Danger,
    north: float = 0.0,
    state: State = State.LISTED,
    chosen: bool = False,
    capacity: int | None = None,
    place: str = WAJIMA,
    pointless: bool = False,
) -> Site:
    """A kept site, `north` kilometres north of the office of Wajima."""
    entry = Entry(
        name=f"避難場所{number}",
        kana=f"ひなんばしょ{number}",
        address=f"輪島市{number}",
        place=place,
        latitude=None if pointless else round(OFFICE[0] + north / 111.2, 6),
        longitude=None if pointless else OFFICE[1],
        dangers=frozenset(dangers or (Danger.FLOOD,)),
        capacity=capacity,
    )
    return Site(id=number, municipality=WAJIMA, entry=entry, state=state, state_at=NOW, chosen=chosen)
