"""A file, checked: whole rows or refusals with row, column and reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import importing, sheets
from subscribers.importing import Checked, RowRefused
from subscribers.refusal import Refused
from subscribers.registration import Entry
from tests.subscribers import builders
from tests.subscribers.builders import HEADER, KANAZAWA, WAJIMA, a_csv, a_phone, a_reader, a_row

ALL = (*HEADER, "places", "groups", "lessons", "min_level")


def check(data: bytes) -> Checked | Refused:
    read = sheets.read(data)
    return read if isinstance(read, Refused) else importing.check(read, a_reader())


def checked(data: bytes) -> Checked:
    found = check(data)
    assert isinstance(found, Checked), found
    return found


def reason(data: bytes) -> str:
    found = check(data)
    assert isinstance(found, Refused)
    return found.reason


def test_a_full_row_with_everything() -> None:
    data = a_csv((a_phone(), "ベトナム語", "輪島市", "17201;17205", "さくら寮", "no", "L2"), header=ALL)
    assert checked(data).entries == (
        Entry(
            number="+819000000001",
            language="vi",
            home=WAJIMA,
            further=(KANAZAWA, "17205"),
            groups=("さくら寮",),
            lessons=False,
            min_level="L2",
        ),
    )


def test_columns_that_lack_are_told_from_empty_cells() -> None:
    (without,) = checked(a_csv(a_row())).entries
    assert (without.further, without.groups, without.lessons, without.min_level) == (None, None, None, None)
    (empty,) = checked(a_csv((*a_row(), "", "", "", ""), header=ALL)).entries
    assert (empty.further, empty.groups, empty.lessons, empty.min_level) == ((), (), True, "L3")


def test_csv_and_xlsx_of_the_same_list_give_the_same_rows() -> None:
    table = [("９０９０", "xx", "?"), (a_phone(2), "Portuguese", "17204"), (a_phone(3), "en", "金沢市")]
    assert checked(a_csv(*table)) == checked(builders.an_xlsx(*table))
    numbers = [(9000000002, "pt", 17204), (9000000003.0, "en", 172049.0)]
    assert len(checked(builders.an_xlsx(*numbers)).entries) == 2


def test_a_row_is_refused_with_its_number_and_all_that_is_wrong() -> None:
    found = checked(a_csv(a_row(1), (), ("9.01E+10", "Klingon", WAJIMA), a_row(2)))
    assert found.rows == 3
    assert len(found.entries) == 2
    (refused,) = found.refused
    assert (refused.row, refused.column) == (4, "phone")
    assert "power of ten" in refused.reason
    assert "language: “Klingon” is not a language" in refused.reason


def test_row_numbers_count_cells_with_line_breaks_as_one_row() -> None:
    data = a_csv((a_phone(1), "en", "石川県\n輪島市"), (a_phone(2), "en", "nowhere"))
    assert [(one.row, one.column) for one in checked(data).refused] == [(3, "municipality")]


@pytest.mark.parametrize("header", [HEADER, ("電話番号", "言語", "市区町村")])
def test_the_column_of_a_refusal_has_the_name_of_the_interface(header: tuple[str, ...]) -> None:
    assert checked(a_csv(("1", "en", WAJIMA), header=header)).refused[0].column == "phone"


def test_the_same_row_twice_counts_and_adds_nobody_twice() -> None:
    found = checked(a_csv(a_row(1), ("+81 90 0000 0001", "English", "輪島市")))
    assert (len(found.entries), found.repeated, found.refused) == (1, 1, ())


def test_the_same_number_with_other_values_is_refused_with_the_row_it_stands_in() -> None:
    found = checked(a_csv(a_row(1), a_row(2), a_row(1, "vi")))
    assert len(found.entries) == 2
    assert found.refused == (
        RowRefused(
            row=4,
            column="phone",
            reason="the number stands in row 2 with other values; keep one of the rows",
            reason_ja="同じ番号が 2 行目に別の内容であります。どちらか一行にしてください",
        ),
    )


def test_a_second_row_of_headings_is_called_so() -> None:
    found = checked(a_csv(("電話番号", "言語", "市区町村"), a_row(1)))
    assert len(found.entries) == 1
    assert [(one.row, one.column, one.reason.partition(";")[0]) for one in found.refused] == [
        (2, "phone", "headings once more")
    ]


def test_a_refused_row_does_not_stand_in_the_way_of_a_good_one() -> None:
    found = checked(a_csv(a_row(1, "Klingon"), a_row(1, "en")))
    assert [entry.language for entry in found.entries] == ["en"]
    assert len(found.refused) == 1


def test_a_comma_too_much_refuses_the_row() -> None:
    (refused,) = checked(a_csv((*a_row(1), "more"))).refused
    assert "more cells than the header has (3)" in refused.reason


def test_empty_cells_beyond_the_header_do_not_matter() -> None:
    assert not checked(a_csv((*a_row(1), "", " "))).refused


def test_a_short_row_lacks_what_it_lacks() -> None:
    (refused,) = checked(a_csv((a_phone(),))).refused
    assert refused.column == "language"
    assert "municipality: empty" in refused.reason


POSTAL = ("phone", "language", "郵便番号")
BOTH = (*HEADER, "postal_code")


def test_a_postal_code_gives_the_municipality() -> None:
    (entry,) = checked(a_csv((a_phone(), "en", "〒920-8577"), header=POSTAL)).entries
    assert entry.home == KANAZAWA


def test_an_empty_municipality_is_found_by_the_postal_code_beside_it() -> None:
    (entry,) = checked(a_csv((a_phone(), "en", "", "920-8577"), header=BOTH)).entries
    assert entry.home == KANAZAWA


def test_a_postal_code_says_which_of_two_municipalities_a_name_means() -> None:
    (entry,) = checked(a_csv((a_phone(), "en", "府中市", "183-8703"), header=BOTH)).entries
    assert entry.home == "13206"


def test_a_city_may_stand_beside_the_postal_code_of_its_ward() -> None:
    (entry,) = checked(a_csv((a_phone(), "en", "横浜市", "231-0005"), header=BOTH)).entries
    assert entry.home == "14100"


def test_a_postal_code_that_lies_elsewhere_is_refused() -> None:
    (refused,) = checked(a_csv((a_phone(), "en", "輪島市", "920-8577"), header=BOTH)).refused
    assert refused.column == "municipality"
    assert "the postal code lies in 石川県金沢市" in refused.reason


def test_a_postal_code_that_nobody_has_is_refused_even_beside_a_municipality() -> None:
    (refused,) = checked(a_csv((*a_row(1), "999-9999"), header=BOTH)).refused
    assert "no postal code in use" in refused.reason


def test_without_municipality_and_postal_code_the_row_is_refused() -> None:
    (refused,) = checked(a_csv((a_phone(), "en", ""), header=POSTAL)).refused
    assert (refused.column, refused.reason) == ("postal_code", "empty; expected a postal code")


def test_a_file_with_a_header_only_is_refused() -> None:
    assert "no rows below" in reason(a_csv())


def test_a_forbidden_column_refuses_the_file_even_when_empty() -> None:
    assert "looks like a nationality" in reason(a_csv((*a_row(), ""), header=(*HEADER, "国籍")))


def test_other_sheets_may_hold_notes_but_nothing_forbidden() -> None:
    book = builders.a_workbook(a_row(1))
    builders.add_sheet(book, "notes", ("How to fill this in",), ("one row per person",))
    assert len(checked(builders.saved(book)).entries) == 1
    builders.add_sheet(book, "people", ("氏名", "国籍"), ("x", "y"))
    assert "looks like a name" in reason(builders.saved(book))


def test_the_sheet_with_residents_may_come_second_but_only_once() -> None:
    book = builders.a_workbook(("one row per person",), header=("How to fill this in",))
    builders.add_sheet(book, "list", HEADER, a_row(1))
    assert len(checked(builders.saved(book)).entries) == 1
    builders.add_sheet(book, "list 2", HEADER, a_row(2))
    assert "several sheets hold residents: “list”, “list 2”" in reason(builders.saved(book))


def test_formula_cells_are_refused_in_every_column() -> None:
    formula = "=HYPERLINK(A1)"
    for position, column in enumerate(ALL):
        row = [a_phone(), "en", WAJIMA, "", "", "", ""]
        row[position] = formula
        for data in (a_csv(row, header=ALL), builders.an_xlsx(row, header=ALL)):
            (refused,) = checked(data).refused
            assert refused.column == column


def test_no_reason_tells_a_number() -> None:
    data = a_csv((a_phone(), a_phone(), a_phone()), (a_phone(2), "en", "+81 90 0000 1234"))
    assert not any("0000" in one.reason + one.reason_ja for one in checked(data).refused)


def test_a_row_is_refused_in_japanese_too_with_all_that_is_wrong() -> None:
    (refused,) = checked(a_csv(("9.01E+10", "Klingon", WAJIMA))).refused
    assert refused.reason_ja.startswith("表計算ソフトが番号を指数")
    assert "language：“Klingon” はこのサービスの言語ではありません" in refused.reason_ja


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("氏名", "氏名のようです"),
        ("Nationality", "国籍のようです"),
        ("在留資格", "在留資格・ビザのようです"),
        ("lang", "二つあります"),
    ],
)
def test_a_file_is_refused_in_both_languages(column: str, words: str) -> None:
    found = check(a_csv((*a_row(), ""), header=(*HEADER, column)))
    assert isinstance(found, Refused)
    assert words in found.ja
    assert found.both == f"{found.reason} / {found.ja}"


def says_japanese(text: str) -> bool:
    """Whether there are kana in it, which no English sentence has."""
    return any("ぁ" <= char <= "ヺ" for char in text)


rows = st.lists(
    st.tuples(
        st.integers(0, 12).map(a_phone) | st.sampled_from(["", "9.01E+10", "０９０－００００－０００１"]),
        st.sampled_from(["en", "ベトナム語", "Klingon", ""]),
        st.sampled_from([WAJIMA, "輪島市", "府中市", ""]),
    ),
    min_size=1,
    max_size=20,
)


@given(rows)
def test_every_row_is_an_entry_a_repetition_or_a_refusal(table: list[tuple[str, str, str]]) -> None:
    data = a_csv(*table)
    if isinstance(check(data), Refused):
        assert not any(any(row) for row in table)
        return
    found = checked(data)
    assert found.rows == len(found.entries) + found.repeated + len(found.refused)
    assert len({entry.number for entry in found.entries}) == len(found.entries)
    assert len({one.row for one in found.refused}) == len(found.refused)
    assert all(says_japanese(one.reason_ja) and "0000" not in one.reason_ja for one in found.refused)


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=6), st.sampled_from([HEADER, ALL]))
def test_any_cells_give_rows_or_a_reason(table: list[list[str]], header: tuple[str, ...]) -> None:
    sheet = sheets.Sheet(name="", rows=(header, *map(tuple, table)))
    found = importing.check((sheet,), a_reader())
    assert found.reason and says_japanese(found.ja) if isinstance(found, Refused) else found.rows


def test_an_entry_is_frozen() -> None:
    (entry,) = checked(a_csv(a_row())).entries
    with pytest.raises(AttributeError):
        entry.language = "vi"  # type: ignore[misc]  # that is the point
