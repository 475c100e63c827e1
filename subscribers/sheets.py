"""Files of rows: bytes of a CSV or XLSX file become sheets of text cells. The only door to openpyxl.

Owns encodings, separators and what spreadsheets do to cells. Refuses what would lose a row in silence.
"""

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, TypeVar
from xml.etree.ElementTree import ParseError

from subscribers.refusal import Refused

T = TypeVar("T")
MAX_BYTES: Final = 20_000_000
#: A XLSX file is a ZIP archive: what it unpacks to counts.
MAX_UNPACKED_BYTES: Final = 300_000_000
#: below the header
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 100
#: characters in which the header ends, for the search of its separator
_HEADER: Final = 20_000
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_CHARTS: Final = "xl/chartsheets/"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AGAIN: Final = "save it again as XLSX or as CSV (UTF-8)"
_SAVE_AGAIN_JA: Final = "XLSX または CSV（UTF-8）で保存し直してください"
_UNPACKS_TO_TOO_MUCH: Final = Refused(
    reason=f"the file unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB; divide it",
    ja=f"ファイルの中身が {MAX_UNPACKED_BYTES // 1_000_000} MB を超えています。分けてください",
)
_STRANGE_XML: Final = Refused(
    reason=f"the file holds XML that no spreadsheet program writes; {_SAVE_AGAIN}",
    ja=f"表計算ソフトが書かない XML が含まれています。{_SAVE_AGAIN_JA}",
)
#: What Python's CP932 makes of the bytes A0, FD, FE and FF, which stand in no Japanese text.
_NO_CP932: Final = frozenset("\uf8f0\uf8f1\uf8f2\uf8f3")
#: begins Japanese in ISO-2022-JP, whose bytes are those of ASCII
_ESCAPE: Final = "\x1b"
#: What openpyxl raises for an archive that is none, lacks parts or holds nonsense.
_DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, NotImplementedError, RuntimeError),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet; the row that a spreadsheet numbers 1 is `rows[0]`. Every cell is text, empty where nothing is."""

    #: Empty for CSV.
    name: str
    rows: tuple[tuple[str, ...], ...]
    #: a spreadsheet does not show it; then `rows` holds its first row alone, for what it must not be headed by
    hidden: bool = False


class _TooLarge(Exception):
    """The file has more rows or columns than anybody's list."""


def read(data: bytes, *, hidden: bool = False) -> tuple[Sheet, ...] | Refused:
    """The visible sheets of a file that hold anything, or why it cannot be read. The content decides, not the name.

    `hidden`: behind them the first rows of the others.
    """
    if len(data) > MAX_BYTES:
        most = MAX_BYTES // 1_000_000
        return Refused(
            reason=f"the file is larger than {most} MB; divide it",
            ja=f"ファイルが {most} MB を超えています。分けてください",
        )
    if data.startswith(_OLD_EXCEL):
        return Refused(
            reason=f"an old Excel file (.xls) or one with a password; {_SAVE_AGAIN}, without password",
            ja=f"古い形式の Excel ファイル（.xls）か、パスワード付きです。パスワードなしで、{_SAVE_AGAIN_JA}",
        )
    try:
        sheets = _read_xlsx(data) if data.startswith(_ZIP) else _read_csv(data)
    except _TooLarge:
        return Refused(
            reason=f"more than {MAX_ROWS} rows or {MAX_COLUMNS} columns; divide the file",
            ja=f"{MAX_ROWS} 行または {MAX_COLUMNS} 列を超えています。ファイルを分けてください",
        )
    if isinstance(sheets, Refused):
        return sheets
    filled = tuple(sheet for sheet in sheets if any(any(row) for row in sheet.rows))
    if all(sheet.hidden for sheet in filled):
        return Refused(reason="the file is empty", ja="ファイルが空です")
    return filled if hidden else tuple(sheet for sheet in filled if not sheet.hidden)


# CSV


def _read_csv(data: bytes) -> tuple[Sheet, ...] | Refused:
    text = _decoded(data)
    if isinstance(text, Refused):
        return text
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for cells in _limited(reader):
            rows.append(tuple([_clean(cell) for cell in cells]))
    except csv.Error as error:
        # Not strict, an open quote would swallow every row after it.
        return Refused(
            reason=f"the CSV breaks after row {len(rows)} ({error}); look for an open quote there",
            ja=f'CSV が {len(rows)} 行目のあとで崩れています。閉じていない引用符（"）がないか確かめてください',
        )
    return (Sheet(name="", rows=tuple(rows)),)


def _decoded(data: bytes) -> str | Refused:
    if data.startswith(_UTF16):
        return Refused(reason=f"the text is UTF-16; {_SAVE_AGAIN}", ja=f"文字コードが UTF-16 です。{_SAVE_AGAIN_JA}")
    if b"\x00" in data:
        return Refused(reason=f"not a text file; {_SAVE_AGAIN}", ja=f"テキストファイルではありません。{_SAVE_AGAIN_JA}")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NO_CP932.isdisjoint(text) and _ESCAPE not in text:
            return text
    return Refused(
        reason=f"the text is neither UTF-8 nor CP932 (Shift JIS); {_SAVE_AGAIN}",
        ja=f"文字コードが UTF-8 でも CP932（Shift JIS）でもありません。{_SAVE_AGAIN_JA}",
    )


def _delimiter(text: str) -> str:
    """Comma, unless row 1 has none between its cells and is separated by tabs or semicolons."""
    header = re.split(r"[\r\n]", re.sub(r'"[^"]*"', "", text[:_HEADER]).lstrip(), maxsplit=1)[0]
    return max(",\t;", key=header.count) if "," not in header else ","


# XLSX


def _read_xlsx(data: bytes) -> tuple[Sheet, ...] | Refused:
    try:
        if refused := _why_dangerous(data):
            return refused
        with warnings.catch_warnings():
            # It warns of styles and validations it does not know; we read values only.
            warnings.simplefilter("ignore", UserWarning)
            return _sheets(_without_charts(data))
    except _DAMAGED as error:
        return Refused(
            reason=f"not a readable XLSX file ({type(error).__name__}); {_SAVE_AGAIN}",
            ja=f"XLSX ファイルとして読めません。{_SAVE_AGAIN_JA}",
        )


def _sheets(data: bytes) -> tuple[Sheet, ...]:
    """The visible ones first."""
    import openpyxl  # with numpy half a second, which only those wait for who read such a file

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and _forget_dimension(sheet)]
        visible = [Sheet(name=sheet.title, rows=_cells(sheet.iter_rows(values_only=True))) for sheet in shown]
        hidden = [
            Sheet(name=sheet.title, rows=_cells(sheet.iter_rows(max_row=1, values_only=True)), hidden=True)
            for sheet in book.worksheets
            if sheet.sheet_state != "visible" and _forget_dimension(sheet)
        ]
        return (*visible, *hidden)
    finally:
        book.close()


def _without_charts(data: bytes) -> bytes:
    """openpyxl reads the drawing of a chart sheet, which holds no rows, and fails at what it does not know there."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if not any(name.startswith(_CHARTS) for name in names):
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as left:
            for name in names:
                if name.endswith((".xml", ".rels")) and not name.startswith(_CHARTS):
                    left.writestr(name, archive.read(name))
    return out.getvalue()


def _forget_dimension(sheet: object) -> bool:
    """Programs that write XLSX state wrong sizes; rows outside them would be lost."""
    reset = getattr(sheet, "reset_dimensions", None)
    if reset is not None:
        reset()
    return True


def _why_dangerous(data: bytes) -> Refused | None:
    """Look into every XML part before anything interprets it: what it unpacks to, and no document types."""
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            tail = b""
            with archive.open(name) as part:
                while chunk := part.read(1 << 20):
                    left -= len(chunk)
                    if left < 0:
                        return _UNPACKS_TO_TOO_MUCH
                    # UTF-16 would hide the words looked for; no spreadsheet program writes it.
                    if b"\x00" in chunk or b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                        return _STRANGE_XML
                    tail = chunk[-16:]
    return None


def _cells(rows: Iterable[tuple[object, ...]]) -> tuple[tuple[str, ...], ...]:
    found = [tuple(_clean(_text(value)) for value in row) for row in _limited(rows)]
    while found and not any(found[-1]):
        found.pop()
    return tuple(found)


def _text(value: object) -> str:
    """What the cell means as text: whole numbers without a point, dates by their ISO form."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case int() | float():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            # Array formulas and data tables come as objects of their own.
            return f"={type(value).__name__}"


# Both


def _limited(rows: Iterable[Sequence[T]]) -> Iterator[Sequence[T]]:
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS + 1 or (len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:])):
            raise _TooLarge
        yield row[:MAX_COLUMNS]


def _clean(cell: str) -> str:
    """The cell without blanks around it; ="0901…" and '0901…', by which people keep zeros, are plain text."""
    text = cell.strip()
    if text[:1] not in ("=", "'"):
        return text
    if text.startswith('="') and text.endswith('"') and '"' not in text[2:-1]:
        text = text[2:-1].strip()
    return text[1:] if re.match(r"'[+\d]", text) else text
