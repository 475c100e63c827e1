"""Volcanoes, rivers, buildings and the words of loudspeakers, as each reader can read them."""

import pytest

from alerts.places import load_rivers, load_volcanoes
from alerts.report import Spot
from templates_i18n import characters, placing
from templates_i18n.catalogue import Catalogue
from templates_i18n.language import PlaceStyle

SAKURAJIMA = "506"
HALL = Spot(ja="公民館", latin="Kominkan", kana="こうみんかん")


@pytest.mark.parametrize(
    ("style", "named"),
    [
        (PlaceStyle.ENGLISH, "Sakurajima"),
        (PlaceStyle.LATIN, "Sakurajima"),
        (PlaceStyle.KANJI, "桜島"),
        (PlaceStyle.JAPANESE, "桜島"),
        (PlaceStyle.KANA, "さくらじま"),
    ],
)
def test_a_volcano(style: PlaceStyle, named: str) -> None:
    assert placing.volcano(SAKURAJIMA, style) == named


def test_what_has_no_sure_reading_is_not_named_in_kana() -> None:
    assert placing.volcano("120", PlaceStyle.KANA) == ""
    assert placing.volcano("120", PlaceStyle.LATIN) == "Oakandake"
    assert placing.river("840411000100", PlaceStyle.KANA) == ""
    for unknown in (None, "999"):
        assert placing.volcano(unknown, PlaceStyle.LATIN) == placing.river(unknown, PlaceStyle.LATIN) == ""


def test_readings_are_kana_and_belong_to_their_volcano() -> None:
    read = [volcano for volcano in load_volcanoes().all() if volcano.kana]
    assert len(read) >= 50
    for volcano in read:
        assert all(characters.is_kana(char) or char in " （）・" for char in volcano.kana), volcano


@pytest.mark.parametrize(
    ("code", "ja", "latin"),
    [("840411000100", "手取川", "Tedori"), ("010175000100", "新川", "Shinkawa"), ("060016000100", "日向川", "Nikko")],
)
def test_a_river_without_its_system(code: str, ja: str, latin: str) -> None:
    assert load_rivers().area(code) is not None
    assert placing.river(code, PlaceStyle.JAPANESE) == ja
    assert placing.river(code, PlaceStyle.ENGLISH) == latin


def test_a_building_as_on_its_sign() -> None:
    assert placing.spot(HALL, PlaceStyle.LATIN, as_on_signs=True) == "Kominkan 公民館"
    assert placing.spot(HALL, PlaceStyle.LATIN, as_on_signs=False) == "Kominkan"
    assert placing.spot(HALL, PlaceStyle.KANA, as_on_signs=False) == "こうみんかん"
    assert placing.spot(Spot(ja="公民館", latin="Kominkan"), PlaceStyle.KANA, as_on_signs=False) == "公民館"


def test_what_loudspeakers_say(words: Catalogue) -> None:
    order = words.composition.heard["order"]
    assert placing.heard(order, PlaceStyle.KANA, as_on_signs=False) == "ひなん しじ"
    assert placing.heard(order, PlaceStyle.KANJI, as_on_signs=True) == "避難指示"
    assert placing.heard(order, PlaceStyle.ENGLISH, as_on_signs=True) == "Hinan shiji 避難指示"
