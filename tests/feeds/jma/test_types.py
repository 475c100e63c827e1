"""The table of telegram types."""

import pytest

from feeds.jma import reading, types


def test_every_type_has_a_title_and_either_a_reader_or_a_reason() -> None:
    for kind in types.table().values():
        assert kind.title
        assert bool(kind.family) != bool(kind.reason), kind.code
        assert not kind.family or kind.family in reading._READERS


READ = {
    *("VXSE51", "VXSE52", "VXSE53"),
    *("VTSE41",),
    *("VPWW55", "VPWW56", "VPWW57", "VPWW58", "VPWW59", "VPWW60", "VPWW61"),
    *("VXKOii",),
    *("VPBS50", "VPHW50", "VPHW51", "VPFT50"),
    *("VPWS50", "VPAW51"),
}


def test_these_types_are_read() -> None:
    assert {kind.code for kind in types.table().values() if kind.family} == READ


def test_a_title_of_a_read_type_belongs_to_it_alone() -> None:
    for kind in types.table().values():
        if kind.family:
            assert types.by_title(kind.title) == kind


@pytest.mark.parametrize("text", ["Ｒ０６", " R06　", "R06"])
def test_plain_text_has_neither_full_width_letters_nor_spaces_around(text: str) -> None:
    assert types.plain(text) == "R06"


def test_a_title_nobody_bears() -> None:
    assert types.by_title("天気の話") is None
