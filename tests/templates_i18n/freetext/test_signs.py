"""The words that turn a sentence round are held against the reviewed words of all languages."""

import tomllib
from importlib import resources

import pytest

from subscribers.languages import TAGS
from templates_i18n.freetext import signs
from templates_i18n.freetext.gates import Tables

_FORBID = [
    *(("pictograms", key) for key in ("no_lift", "no_car", "no_sea")),
    *(("phrases", key) for key in ("no_lift", "no_look", "keep_off_shore", "away_from_water", "stay_in", "no_tsunami")),
]
_AFFIRM = [
    *(("pictograms", key) for key in ("to_shelter", "drink_water", "listen_radio", "help_others", "drop_cover_hold")),
    *(("phrases", key) for key in ("shelter_free", "check_old", "aircon", "follow_city")),
    *(("topics", key) for key in ("shelter_open", "help_desk", "water_station", "medical")),
]
_SAY = [
    *((("pictograms", key), "away") for key in ("away_from_slope", "away_from_river", "leave_shore")),
    *((("pictograms", key), "up") for key in ("run_up", "upper_floor")),
    (("phrases", "upstairs"), "up"),
    (("pictograms", "stay_inside"), "inside"),
    (("pictograms", "all_clear"), "ends"),
    (("topics", "shelter_open"), "open"),
    *((("topics", key), "closed") for key in ("school_closed", "road_closed", "transport")),
]


def _text(tables: Tables, tag: str, where: tuple[str, str]) -> str:
    table, key = where
    found: str = getattr(tables.catalogue.by_tag[tag], table)[key]
    return found


def test_every_language_can_be_read() -> None:
    table = resources.files("templates_i18n.freetext").joinpath("signs.toml").read_text(encoding="utf-8")
    assert set(tomllib.loads(table)) == set(TAGS)


@pytest.mark.parametrize("tag", TAGS)
def test_what_forbids_is_seen_and_what_does_not_is_not(tables: Tables, tag: str) -> None:
    for where in _FORBID:
        text = _text(tables, tag, where)
        assert any(one.forbids for one in signs.read(text, tag)), text
        assert signs.prohibitions(text, tag), text
    for where in _AFFIRM:
        text = _text(tables, tag, where)
        assert not any(one.forbids for one in signs.read(text, tag)), text


@pytest.mark.parametrize("tag", TAGS)
def test_which_way_and_whether_open(tables: Tables, tag: str) -> None:
    other = {one: two for pair in signs.PAIRS for one, two in (pair, pair[::-1])}
    for where, sense in _SAY:
        text = _text(tables, tag, where)
        seen = set().union(*(one.senses for one in signs.read(text, tag)))
        assert sense in seen, text
        assert other[sense] not in seen, text


@pytest.mark.parametrize(
    ("text", "tag", "forbids"),
    [
        ("避難しなければなりません。", "ja", False),
        ("雨が強くなるかもしれません。", "ja", False),
        ("危ないです。", "ja", False),
        ("3日以内に来てください。", "ja", False),
        ("使わないでください。", "ja", True),
        ("あぶないかも しれません。", "ja-Hira", False),
        ("No. 5 bus runs.", "en", False),
        ("Don’t go out.", "en", True),
    ],
)
def test_what_only_looks_like_a_denial(text: str, tag: str, forbids: bool) -> None:
    assert [one.forbids for one in signs.read(text, tag)] == [forbids]
