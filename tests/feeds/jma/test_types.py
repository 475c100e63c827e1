"""The table of telegram types."""

import pytest

from feeds.jma import reading, types


def test_every_type_has_a_title_and_either_a_reader_or_a_reason() -> None:
    for kind in types.table().values():
        assert kind.title
        assert bool(kind.family) != bool(kind.reason), kind.code
        assert not kind.family or kind.family in reading._READERS


READ = {
    *("VXSE51", "VXSE52", "VXSE53", "VXSE61", "VXSE62"),
    *("VTSE41", "VTSE51", "VTSE52"),
    *("VFVO50", "VFVO52", "VFVO53", "VFVO54", "VFVO55", "VFVO56"),
    *("VPWW55", "VPWW56", "VPWW57", "VPWW58", "VPWW59", "VPWW60", "VPWW61"),
    *("VXKOii",),
    *("VPBS50", "VPHW50", "VPHW51", "VPFT50"),
    *("VPWS50", "VPAW51", "VPTW60"),
    *("VYSE50", "VYSE51", "VYSE52", "VYSE60"),
}


def test_these_types_are_read() -> None:
    assert {kind.code for kind in types.table().values() if kind.family} == READ


def test_a_title_of_a_read_type_belongs_to_its_family_alone() -> None:
    for kind in types.table().values():
        if kind.family:
            found = types.by_title(kind.title)
            assert found is not None and found.family == kind.family


@pytest.mark.parametrize("text", ["Ｒ０６", " R06　", "R06"])
def test_plain_text_has_neither_full_width_letters_nor_spaces_around(text: str) -> None:
    assert types.plain(text) == "R06"


def test_a_title_nobody_bears() -> None:
    assert types.by_title("天気の話") is None
