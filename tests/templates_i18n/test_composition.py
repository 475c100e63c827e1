"""Which words serve a grade: its own, those of its band, those of its hazard."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from alerts.vocabulary import Hazard
from templates_i18n import composition


@pytest.mark.parametrize(
    ("grade", "expected"), [("5-", "of the grade"), ("5+", "of the band"), ("6-", "of the hazard")]
)
def test_the_nearest_words_are_taken(grade: str, expected: str) -> None:
    words = {
        "earthquake.5-": "of the grade",
        "earthquake.strong": "of the band",
        "earthquake": "of the hazard",
    }
    assert composition.found(words, Hazard.EARTHQUAKE, grade) == expected


def test_words_that_do_not_stand_are_not_found() -> None:
    assert composition.found({"tsunami.warning": "a"}, Hazard.TSUNAMI, "advisory") is None


def test_what_is_foreseen_has_a_band_of_its_own() -> None:
    assert composition.band(Hazard.LINEAR_RAINBAND, "warning", expected=True) == composition.EXPECTED
    assert composition.band(Hazard.HEAVY_RAIN, "L4", expected=True) == "L4"


def test_a_band_knows_its_grades() -> None:
    assert composition.banded(Hazard.EARTHQUAKE, "strong") == ("5-", "5-?", "5+")
    assert composition.banded(Hazard.TSUNAMI, "warning") == ("warning",)


CATALOGUE = Path(composition.__file__).parent / "catalogue" / "composition.toml"


def _changed(hazard: str, **values: object) -> dict[str, Any]:
    table = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    group, _, band = hazard.partition(".")
    table[group][band].update(values)
    return table


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ({"lowered": ["upstairs"]}, "without: 'upstairs' is not among the actions"),
        ({"lowered": "shelter_free"}, "without.lowered: expected a list of phrase ids"),
        ({"fallen": ["shelter_free"]}, "without: expected kinds"),
    ],
)
def test_what_a_kind_leaves_out_is_checked(without: object, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        composition.build(_changed("heavy_rain.L3", without=without))
