"""The tool that builds the place files, and the reader that refuses damaged ones."""

import pytest

from alerts.places import packaged
from tools import build_places


def a_row(**cells: str) -> dict[str, str]:
    wajima = {
        "jis5": "17204",
        "parent_jis5": "",
        "name_ja": "輪島市",
        "name_kana": "わじまし",
        "jma_class20": "1720400",
        "class15": "170021",
        "class10": "170020",
        "office": "170000",
        "seismic_city": "1720400",
        "seismic_area": "390",
        "tsunami_area": "360",
        "coastal": "1",
    }
    return wajima | cells


def test_a_sound_row_passes() -> None:
    build_places.check_municipalities([a_row()])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("jma_class20", "172040"),
        ("coastal", "0"),
        ("parent_jis5", "99999"),
        ("office", ""),
        ("seismic_area", ""),
    ],
)
def test_a_contradiction_names_row_and_column(column: str, value: str) -> None:
    with pytest.raises(build_places.Contradiction, match=rf"17204, {column}: expected .*, found '{value}'"):
        build_places.check_municipalities([a_row(**{column: value})])


def test_one_old_code_cannot_mean_two_things() -> None:
    rows = [{"code": "2236100", "jis5": "17204"}, {"code": "2236100", "jis5": "17205"}]
    with pytest.raises(build_places.Contradiction, match="2236100, jis5: expected the same"):
        build_places.superseded(rows, [a_row(), a_row(jis5="17205")])


def test_what_changed_is_said_row_by_row() -> None:
    header = ("code", "ja")
    old = build_places.render("2026-01-01", (header, [("1", "a"), ("2", "b")]))
    new = build_places.render("2026-02-01", (header, [("1", "a"), ("3", "c")]))
    assert list(build_places.differences("x.tsv", old, new)) == [
        "x.tsv: 2 rows, 1 new, 0 changed, 1 removed",
        "  - 2 | b",
        "  + 3 | c",
    ]
    assert list(build_places.differences("x.tsv", new, new)) == ["x.tsv: 2 rows, 0 new, 0 changed, 0 removed"]


def test_what_is_written_is_read_again() -> None:
    table = (("code", "places"), [("1", "a,b"), ("2", "")])
    sheet = packaged.parse("x.tsv", build_places.render("2026-01-01", table))
    assert sheet.remarks == {"version": "2026-01-01", "source": build_places.SOURCE}
    assert list(sheet.of("code", "places")) == [("1", "a,b"), ("2", "")]
    assert packaged.codes("a,b") == ("a", "b")
    assert packaged.codes("") == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "version"),
        ("# version: 1", "header"),
        ("code\tja\n1\ta", "version"),
        ("# version: 1\ncode\tja\n1\ta\n2", "line 4: expected 2 columns, found 1"),
    ],
)
def test_a_damaged_file_is_refused(text: str, problem: str) -> None:
    with pytest.raises(packaged.DamagedTable, match=problem):
        packaged.parse("x.tsv", text)


def test_other_columns_are_refused() -> None:
    sheet = packaged.parse("x.tsv", "# version: 1\ncode\tja\n")
    with pytest.raises(packaged.DamagedTable, match="expected the columns code, en, found code, ja"):
        sheet.of("code", "en")
