"""Files, sealers and readers for the tests of subscribers; the numbers can belong to nobody (090-0…)."""

import csv
import io
import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from alerts import places
from subscribers import postal
from subscribers.importing import Reader
from subscribers.intake import Declaration
from subscribers.languages import LanguageNames
from subscribers.sealing import Sealer

WAJIMA = "17204"
KANAZAWA = "17201"
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
DECLARATION = Declaration(wording="2026-11")
HEADER = ("phone", "language", "municipality")
_CATALOGUE = Path(__file__).parents[2] / "templates_i18n" / "catalogue" / "languages.toml"


def language_names() -> LanguageNames:
    """The real names of all languages, as the service passes them in."""
    table = tomllib.loads(_CATALOGUE.read_text(encoding="utf-8"))
    return LanguageNames({tag: (row["name"], row["english"], row["japanese"]) for tag, row in table.items()})


def a_reader(municipality: str = WAJIMA) -> Reader:
    """What cells are read against."""
    table = places.load()
    return Reader(places=table, languages=language_names(), postal=postal.reader(table), municipality=municipality)


def a_sealer(fill: int = 7) -> Sealer:
    """A sealer with a key of one repeated byte."""
    return Sealer(bytes([fill]) * 32)


def a_phone(number: int = 1) -> str:
    """The n-th number of nobody."""
    return f"090-0{number // 10_000:03d}-{number % 10_000:04d}"


def a_row(number: int = 1, language: str = "en", municipality: str = WAJIMA) -> tuple[str, ...]:
    """One good row under HEADER."""
    return (a_phone(number), language, municipality)


def a_csv(*rows: Sequence[str], header: Sequence[str] = HEADER, encoding: str = "utf-8") -> bytes:
    """A CSV file as a spreadsheet writes it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode(encoding)


def a_workbook(*rows: Sequence[object], header: Sequence[object] = HEADER) -> openpyxl.Workbook:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    _fill(book.worksheets[0], [header, *rows])
    return book


def add_sheet(book: openpyxl.Workbook, name: str, *rows: Sequence[object]) -> None:
    """One more sheet."""
    _fill(book.create_sheet(name), rows)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of the XLSX file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def an_xlsx(*rows: Sequence[object], header: Sequence[object] = HEADER) -> bytes:
    """An XLSX file with one sheet."""
    return saved(a_workbook(*rows, header=header))


def _fill(sheet: object, rows: Iterable[Sequence[object]]) -> None:
    for row in rows:
        sheet.append(list(row))  # type: ignore[attr-defined]  # a worksheet
