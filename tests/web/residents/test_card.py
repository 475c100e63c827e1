"""The words of the card: complete, and every kanji with its reading."""

import re
import tomllib
from importlib import resources

import pytest

from alerts import hazards
from alerts.vocabulary import Hazard
from templates_i18n import characters
from web.residents import card
from web.residents.card import Run

TABLE = tomllib.loads(resources.files("web.residents").joinpath("card.toml").read_text(encoding="utf-8"))
TEXTS = {f"{table}.{key}": text for table in ("warning", "grade", "words") for key, text in TABLE[table].items()}
GRADED = [(hazard, grade) for hazard in Hazard for grade in hazards.rule(hazard).grades]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_every_kanji_has_its_reading(text: str) -> None:
    for run in card.ruby(text):
        if run.reading:
            assert all(characters.is_kanji(char) for char in run.text)
            assert all(characters.is_kana(char) for char in run.reading)
        else:
            assert not [char for char in run.text if characters.is_kanji(char) or char in "{|}"]


@pytest.mark.parametrize(("hazard", "grade"), GRADED)
def test_every_grade_of_every_hazard_is_said(hazard: Hazard, grade: str) -> None:
    said = "".join(run.text for run in card.warning(hazard, grade))
    assert said
    if re.fullmatch(r"[LV]\d|\d.*", grade) and grade != "L1":
        assert any(char.isdigit() for char in said)


def test_no_two_grades_of_a_hazard_look_alike() -> None:
    for hazard in Hazard:
        told = [grade for grade in hazards.rule(hazard).grades if hazards.rule(hazard).is_told(grade)]
        if hazard in (Hazard.ASHFALL, Hazard.NANKAI_TROUGH):
            continue  # said by their name; the words of the catalogue say the rest
        assert len({card.warning(hazard, grade) for grade in told}) == len(told), hazard


def test_who_is_asked_to_flee_is_named_by_grades_that_exist() -> None:
    for key in TABLE["flee"]["grades"]:
        hazard, grade = key.split(".")
        assert grade in hazards.rule(Hazard(hazard)).grades


def test_readings_stand_above_their_kanji_only() -> None:
    assert card.ruby("いま {逃|に}げて") == (Run(text="いま "), Run(text="逃", reading="に"), Run(text="げて"))
