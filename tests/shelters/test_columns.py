"""Headers of the layouts that municipalities and 国土地理院 publish."""

import pytest

from shelters import columns
from shelters.columns import Field, Header
from shelters.site import Danger
from subscribers.refusal import Refused
from tests.shelters.builders import GSI, GSI_ALL, RECOMMENDED, STANDARD


def a_header(*cells: str) -> Header:
    read = columns.read([cells])
    assert isinstance(read, Header), read
    return read


def a_reason(*rows: tuple[str, ...]) -> Refused:
    read = columns.read(rows)
    assert isinstance(read, Refused), read
    return read


@pytest.mark.parametrize("layout", [STANDARD, RECOMMENDED, GSI, GSI_ALL], ids=["standard", "recommended", "gsi", "all"])
def test_the_published_layouts_are_known_with_every_kind_of_disaster(layout: list[str]) -> None:
    header = a_header(*layout)
    assert {*Danger, Field.NAME, Field.ADDRESS, Field.LATITUDE, Field.LONGITUDE, Field.STAYS} <= header.at.keys()
    assert header.width == len(layout)


def test_of_two_headings_for_one_thing_the_official_one_is_read() -> None:
    header = a_header(*STANDARD)
    assert STANDARD[header.at[Field.CODE]] == "全国地方公共団体コード"
    assert STANDARD[header.at[Field.ADDRESS]] == "所在地_連結表記"
    assert a_header("住所", "所在地_連結表記", "名称", "洪水").at[Field.ADDRESS] == 1


@pytest.mark.parametrize(
    "heading",
    [
        "災害種別_崖崩れ・土石流及び地滑り",
        "災害種別＿崖崩れ、土石流及び地滑り",
        "がけ崩れ、土石流及び地滑り",
        "崖崩れ、土石流及び地滑り（土砂災害）",
        "土砂災害",
        "landslide",
    ],
)
def test_landslides_in_many_writings(heading: str) -> None:
    assert a_header("名称", heading).at[Danger.LANDSLIDE] == 1


def test_a_title_may_stand_above_the_header() -> None:
    read = columns.read([("輪島市 指定緊急避難場所一覧",), (), ("名称", "洪水")])
    assert isinstance(read, Header)
    assert read.row == 2


def test_a_list_of_places_to_stay_is_refused_with_the_reason() -> None:
    reason = a_reason(
        ("NO", "共通ID", "施設・場所名", "住所", "指定緊急避難場所との住所同一", "受入対象者", "緯度", "経度")
    )
    assert "指定緊急避難場所" in reason.ja
    assert "what it is safe from" in reason.reason


def test_what_is_no_list_of_sites_is_refused() -> None:
    assert "no header" in a_reason(("phone", "language")).reason
    assert "no header" in a_reason(("名称", "住所")).reason


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("名称", "洪水", "災害種別_洪水"), "two columns for flood"),
        (("名称", "洪水", "緯度", "緯度", "経度"), "two columns for latitude"),
        (("名称", "名称", "洪水"), "two columns for name"),
        (("名称", "洪水", "緯度"), "only one of latitude"),
        (("名称", "洪水", "大規模な火亊"), "fire misspelt"),
        (("名称", "洪水", "latitud", "経度"), "latitude misspelt"),
    ],
)
def test_what_could_be_lost_in_silence_refuses_the_file(cells: tuple[str, ...], words: str) -> None:
    assert words in a_reason(cells).reason
