"""Rows of a list: taken whole or refused with number, column and reason in two languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from shelters import listing
from shelters.listing import Checked
from shelters.site import Danger, Entry
from subscribers import sheets
from subscribers.refusal import Refused
from tests.shelters.builders import DANGERS, GSI, GSI_ALL, RECOMMENDED, STANDARD, a_csv, a_place, a_row, an_xlsx


def checked(data: bytes, code: str = "17204") -> Checked:
    read = sheets.read(data)
    assert not isinstance(read, Refused), read
    found = listing.check(read, places.load(), a_place(code))
    assert isinstance(found, Checked), found
    return found


def refused(**cells: str) -> tuple[int, str, str]:
    found = checked(a_csv(a_row(**cells)))
    assert not found.entries
    (one,) = found.refused
    assert one.why.ja
    return one.row, one.column, one.why.reason


EXPECTED = Entry(
    name="輪島小学校",
    kana="わじましょうがっこう",
    address="石川県輪島市河井町1-1",
    place="17204",
    latitude=37.392,
    longitude=136.9021,
    dangers=frozenset({Danger.FLOOD, Danger.TSUNAMI}),
    capacity=350,
    stays=True,
)


@pytest.mark.parametrize(
    "data",
    [
        a_csv(a_row(STANDARD, Danger.FLOOD, Danger.TSUNAMI, capacity="350", stays="1")),
        a_csv(a_row(STANDARD, Danger.FLOOD, Danger.TSUNAMI, capacity="約３５０人", stays="○"), encoding="utf-8"),
        a_csv(a_row(STANDARD, Danger.FLOOD, Danger.TSUNAMI, capacity="350", stays="1"), encoding="cp932"),
        a_csv(a_row(RECOMMENDED, Danger.FLOOD, Danger.TSUNAMI, capacity="350", stays="1"), layout=RECOMMENDED),
        an_xlsx(a_row(STANDARD, Danger.FLOOD, Danger.TSUNAMI, capacity="350", stays="1")),
    ],
    ids=["bom", "utf-8", "cp932", "recommended", "xlsx"],
)
def test_one_site_in_many_files(data: bytes) -> None:
    assert checked(data).entries == (EXPECTED,)


def test_numbers_of_a_spreadsheet_are_read_as_numbers() -> None:
    row: list[object] = list(a_row(STANDARD, capacity="1"))
    row[STANDARD.index("緯度")], row[STANDARD.index("経度")] = 37.392, 136.9021
    row[STANDARD.index("想定収容人数")], row[STANDARD.index("災害種別_洪水")] = 350.0, 1
    (entry,) = checked(an_xlsx(row)).entries
    assert (entry.latitude, entry.capacity, entry.dangers) == (37.392, 350, frozenset({Danger.FLOOD}))


@pytest.mark.parametrize("layout", [GSI, GSI_ALL], ids=["one", "all"])
def test_the_layout_of_the_survey_has_no_readings_and_that_is_all_right(layout: list[str]) -> None:
    (entry,) = checked(a_csv(a_row(layout, Danger.LANDSLIDE, municipality="石川県輪島市"), layout=layout)).entries
    assert (entry.name, entry.kana, entry.dangers) == ("輪島小学校", "", frozenset({Danger.LANDSLIDE}))


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"name": ""}, "name", "empty"),
        ({"name": "=HYPERLINK(1)"}, "name", "formula"),
        ({"name": "http://example.com"}, "name", "no name"),
        ({"name": "輪" * 61}, "name", "longer than 60"),
        ({"kana": "輪島小"}, "kana", "no reading in kana"),
        ({"latitude": "136.9021", "longitude": "37.392"}, "latitude", "swapped"),
        ({"latitude": ""}, "latitude", "no number of degrees"),
        ({"latitude": "35.6812", "longitude": "139.7671"}, "latitude", "km from the office of Wajima City"),
        ({"capacity": "many"}, "capacity", "no number of people"),
        ({"stays": "△"}, "stays", "neither yes"),
        ({"code": "99999"}, "code", "no code of a municipality"),
    ],
)
def test_a_bad_cell_refuses_its_row_with_column_and_reason(cells: dict[str, str], column: str, words: str) -> None:
    row, found, reason = refused(**cells)
    assert (row, found) == (2, column)
    assert words in reason


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    _, column, reason = refused(name="", capacity="many", latitude="x")
    assert column == "name"
    assert "latitude:" in reason
    assert "capacity:" in reason


@pytest.mark.parametrize("mark", ["△", "2階以上", "?", "2"])
def test_half_safe_is_not_safe(mark: str) -> None:
    row = a_row()
    row[STANDARD.index("災害種別_津波")] = mark
    (one,) = checked(a_csv(row)).refused
    assert one.column == "tsunami"


@pytest.mark.parametrize(("mark", "safe"), [("1", True), ("○", True), ("〇", True), ("有", True), ("TRUE", True)])
def test_yes_in_many_writings(mark: str, safe: bool) -> None:
    row = a_row()
    row[STANDARD.index("災害種別_津波")] = mark
    assert (Danger.TSUNAMI in checked(a_csv(row)).entries[0].dangers) is safe


@pytest.mark.parametrize(
    ("mark", "safe"), [("レ", True), ("✓", True), ("該当", True), ("非該当", False), ("否", False)]
)
def test_ticks_and_words_of_forms(mark: str, safe: bool) -> None:
    row = a_row(capacity="不明")
    row[STANDARD.index("災害種別_津波")] = mark
    (entry,) = checked(a_csv(row)).entries
    assert (Danger.TSUNAMI in entry.dangers, entry.capacity) == (safe, None)


def test_a_site_for_nothing_is_refused() -> None:
    row = a_row()
    row[STANDARD.index("災害種別_洪水")] = ""
    (one,) = checked(a_csv(row)).refused
    assert one.column == "dangers"


def test_the_same_row_twice_counts_once_and_another_of_the_same_name_is_refused() -> None:
    found = checked(a_csv(a_row(), a_row(), a_row(capacity="9"), a_row(address="輪島市門前町1")))
    assert (len(found.entries), found.repeated) == (2, 1)
    (one,) = found.refused
    assert (one.row, one.column) == (4, "name")
    assert "row 2" in one.why.reason


def test_rows_of_other_municipalities_are_counted_and_left() -> None:
    found = checked(a_csv(a_row(), a_row(code="172014"), a_row(code="17201"), a_row(code="")))
    assert found.elsewhere == {"17201": 2}
    assert len(found.entries) == 1
    named = a_csv(a_row(GSI_ALL, code="", municipality="石川県金沢市"), layout=GSI_ALL)
    assert checked(named).elsewhere == {"17201": 1}


def test_a_zero_that_excel_has_eaten_is_put_back() -> None:
    row = a_row(code="11002", address="北海道札幌市中央区南1条", latitude="43.05539", longitude="141.34097")
    (entry,) = checked(a_csv(row), "01100").entries
    assert entry.place == "01101"


def test_a_ward_is_known_by_the_address_or_by_its_code() -> None:
    cells = {"latitude": "43.05539", "longitude": "141.34097"}
    rows = [
        a_row(name="A", code="", address="札幌市北区1", **cells),
        a_row(name="B", code="01101", address="札幌市", **cells),
        a_row(name="C", code="", address="北区2", **cells),
        a_row(name="D", code="", address="札幌市", **cells),
    ]
    assert [entry.place for entry in checked(a_csv(*rows), "01100").entries] == ["01102", "01101", "01102", "01100"]


def test_a_site_without_coordinates_is_taken() -> None:
    (entry,) = checked(a_csv(a_row(latitude="", longitude=""))).entries
    assert (entry.latitude, entry.longitude) == (None, None)


def test_islands_whose_office_stands_elsewhere_have_their_sites() -> None:
    row = a_row(code="463043", address="鹿児島県鹿児島郡十島村宝島", latitude="29.1500", longitude="129.2060")
    assert len(checked(a_csv(row), "46304").entries) == 1


def test_line_breaks_commas_and_marks_that_cannot_be_seen() -> None:
    (entry,) = checked(a_csv(a_row(name=" 輪島\n小学校\u202e", remark='門,"横"\r\n'))).entries
    assert (entry.name, entry.remark) == ("輪島 小学校", '門,"横"')


def test_a_row_that_is_too_wide_is_refused() -> None:
    (one,) = checked(a_csv([*a_row(), "x"])).refused
    assert "more cells" in one.why.reason


def test_a_header_alone_and_two_lists_are_refused() -> None:
    read = sheets.read(a_csv())
    assert not isinstance(read, Refused)
    assert isinstance(listing.check(read, places.load(), a_place()), Refused)
    two = (*read, *read)
    found = listing.check(two, places.load(), a_place())
    assert isinstance(found, Refused)
    assert "several sheets" in found.reason


@given(st.lists(st.lists(st.text(max_size=8), max_size=40), max_size=6))
def test_whatever_stands_in_the_rows_each_is_taken_or_refused(rows: list[list[str]]) -> None:
    header = sheets.Sheet(name="", rows=(tuple(STANDARD), *(tuple(row) for row in rows)))
    found = listing.check([header], places.load(), a_place())
    if isinstance(found, Checked):
        taken = len(found.entries) + found.repeated + len(found.refused) + sum(found.elsewhere.values())
        assert taken == found.rows


@given(st.sets(st.sampled_from(list(Danger)), min_size=1), st.sampled_from([STANDARD, RECOMMENDED, GSI, GSI_ALL]))
def test_every_mark_is_read_from_its_own_column(dangers: set[Danger], layout: list[str]) -> None:
    assert len(DANGERS) == len(Danger)
    (entry,) = checked(a_csv(a_row(layout, *dangers, municipality="石川県輪島市"), layout=layout)).entries
    assert entry.dangers == dangers
