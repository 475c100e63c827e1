"""Hostile and ordinary files become rows of text, or a reason."""

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import sheets
from subscribers.refusal import Refused
from subscribers.sheets import Sheet
from tests.subscribers.builders import HEADER, a_row, a_workbook, add_sheet, an_xlsx, saved


def rows(data: bytes) -> tuple[tuple[str, ...], ...]:
    read = sheets.read(data)
    assert not isinstance(read, Refused), read
    assert len(read) == 1
    return read[0].rows


def reason(data: bytes) -> str:
    read = sheets.read(data)
    assert isinstance(read, Refused)
    return read.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_csv_is_read_in_every_encoding_of_a_city_hall(encoding: str) -> None:
    text = "電話番号,言語,市区町村\r\n090-0000-1234,ベトナム語,輪島市\r\n"
    assert rows(text.encode(encoding)) == (
        ("電話番号", "言語", "市区町村"),
        ("090-0000-1234", "ベトナム語", "輪島市"),
    )


@pytest.mark.parametrize(("mark", "end"), [(",", "\n"), (",", "\r\n"), (",", "\r"), ("\t", "\n"), (";", "\r\n")])
def test_separators_and_line_ends(mark: str, end: str) -> None:
    assert rows(f"a{mark}b{end}1{mark}2{end}".encode()) == (("a", "b"), ("1", "2"))


def test_quotes_commas_and_line_breaks_stay_in_their_cell_and_rows_keep_their_numbers() -> None:
    data = b'a,b\n"one\ntwo","x, ""y"""\n\n3,4\n'
    assert rows(data) == (("a", "b"), ("one\ntwo", 'x, "y"'), (), ("3", "4"))


@pytest.mark.parametrize("cell", ['="09000001234"', "'09000001234", " 09000001234 "])
def test_ways_to_keep_a_zero_are_plain_text(cell: str) -> None:
    quoted = cell.replace('"', '""')
    assert rows(f'phone,b\n"{quoted}",x\n'.encode())[1][0] == "09000001234"


def test_other_formulas_stay_as_they_stand() -> None:
    assert rows(b"a,b\n=1+1,=cmd|x\n")[1] == ("=1+1", "=cmd|x")


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n\n", b",,,\n,,,\n", b"   \n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert reason(data) == "the file is empty"


@pytest.mark.parametrize("header", [b'"a";"b (x, y)"', b'"a\n1";"b, c"'])
def test_a_comma_within_a_heading_separates_nothing(header: bytes) -> None:
    assert rows(header + b"\r\n1;2\r\n")[1] == ("1", "2")


def test_an_open_quote_is_refused_and_swallows_nobody() -> None:
    assert "breaks after row 1" in reason(b'phone,language\n"0901,en\n0902,vi\n0903,pt\n')


def test_a_cell_without_end_is_refused() -> None:
    assert "breaks" in reason(b"a,b\n" + b"x" * 200_000 + b",1\n")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("電話番号".encode("utf-16"), "UTF-16"),
        (b"phone\x00,language\n", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a text file"),
        (b"\xff\xff\xfe,\xa0\n", "neither UTF-8 nor CP932"),
        ("電話番号,言語\n".encode("iso2022_jp"), "neither UTF-8 nor CP932"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old Excel"),
        (b"PK\x03\x04", "not a readable XLSX"),
        (b"PK\x03\x04" + b"\x00" * 500, "not a readable XLSX"),
    ],
)
def test_what_is_no_list_says_what_it_is(data: bytes, why: str) -> None:
    assert why in reason(data)


def test_too_large_too_long_and_too_wide_files_are_refused() -> None:
    assert "larger than" in reason(b"x" * (sheets.MAX_BYTES + 1))
    assert "more than" in reason(b"a,b\n" * (sheets.MAX_ROWS + 2))  # a header and one row too many
    assert "columns" in reason(b",".join([b"x"] * (sheets.MAX_COLUMNS + 1)))


# XLSX


def test_what_a_spreadsheet_adds_beside_values_is_no_warning() -> None:
    extension = b"""<extLst><ext uri="{CCE6A557-97BC-4B89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>"""
    data = _without(_replaced(an_xlsx(("1", "en", "x")), b"</worksheet>", extension), "xl/styles.xml")
    assert rows(data)[1:] == (("1", "en", "x"),)


def test_numbers_of_a_spreadsheet_become_the_digits_they_show() -> None:
    data = an_xlsx((9000001234, 819000001234.0, 17204.0), (True, 1.5, None), (datetime(2026, 11, 23), "x", 0))
    assert rows(data)[1:] == (
        ("9000001234", "819000001234", "17204"),
        ("TRUE", "1.5"),
        ("2026-11-23T00:00:00", "x", "0"),
    )


def test_formula_cells_arrive_as_formulas_not_as_results() -> None:
    data = an_xlsx(("=A1&B1", '="09000001234"', "=SUM(1,2)"))
    assert rows(data)[1] == ("=A1&B1", "09000001234", "=SUM(1,2)")


def test_hidden_sheets_are_not_read_and_empty_ones_do_not_count() -> None:
    book = a_workbook(("1", "en", "x"))
    add_sheet(book, "secret", ("name",), ("Maria",))
    book["secret"].sheet_state = "hidden"
    add_sheet(book, "empty")
    read = sheets.read(saved(book))
    assert isinstance(read, tuple)
    assert [sheet.name for sheet in read] == ["Sheet"]


def test_a_sheet_that_is_a_chart_holds_no_rows_and_hides_none() -> None:
    book = a_workbook(a_row())
    book.create_chartsheet("グラフ", 0)
    assert rows(saved(book)) == (HEADER, a_row())
    book.worksheets[0].sheet_state = "hidden"
    assert "empty" in reason(saved(book))


def test_of_hidden_sheets_only_the_first_row_is_given_and_only_who_asks_gets_it() -> None:
    book = a_workbook(a_row())
    add_sheet(book, "元", ("氏名", "b"), ("x", "y"))
    book["元"].sheet_state = "hidden"
    read = sheets.read(saved(book), hidden=True)
    assert isinstance(read, tuple)
    assert [(sheet.hidden, sheet.rows) for sheet in read[1:]] == [(True, (("氏名", "b"),))]
    assert rows(saved(book)) == (HEADER, a_row())


def test_blank_rows_between_keep_their_numbers_and_those_at_the_end_go() -> None:
    assert len(rows(an_xlsx(("1",), (), ("3",), (), (None, ""), header=("a",)))) == 4


def test_a_wrong_size_in_the_file_loses_no_row() -> None:
    data = _replaced(an_xlsx(("1", "2", "3"), ("4", "5", "6")), b'ref="A1:C3"', b'ref="A1:A1"')
    assert rows(data)[1:] == (("1", "2", "3"), ("4", "5", "6"))


def test_a_row_at_the_far_end_of_the_sheet_is_refused_without_reading_a_million() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "phone"
    book.worksheets[0]["A1048576"] = "x"
    assert "more than" in reason(saved(book))


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"])
def test_a_workbook_without_one_of_its_parts_is_refused(member: str) -> None:
    assert "not a readable XLSX" in reason(_without(an_xlsx(("1", "en", "x")), member))


def test_every_cut_of_a_workbook_is_refused_or_read_whole() -> None:
    data = an_xlsx(("1", "en", "x"))
    for length in range(0, len(data), 97):
        assert isinstance(sheets.read(data[:length]), Refused)


def test_document_types_are_refused_before_anything_reads_them() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'
    assert "no spreadsheet program" in reason(_replaced(an_xlsx(("1", "en", "x")), b"<worksheet", bomb))


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_UNPACKED_BYTES", 2_000_000)
    padded = _replaced(an_xlsx(("1", "en", "x")), b"</worksheet>", b"</worksheet>" + b" " * 3_000_000)
    assert len(padded) < 20_000
    assert "unpacks to more than" in reason(padded)


@given(st.binary(max_size=400))
def test_any_bytes_give_sheets_or_a_reason(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"phone,language,municipality\n"):
        match sheets.read(start + data):
            case Refused(reason=why):
                assert why
            case found:
                assert all(isinstance(sheet, Sheet) for sheet in found)


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _without(data: bytes, member: str) -> bytes:
    return _packed({name: content for name, content in _parts(data).items() if name != member})


def _replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    parts = _parts(data)
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    return _packed(parts | {sheet: parts[sheet].replace(old, new)})
