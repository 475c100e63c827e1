"""What the words of some texts have to keep in every language."""

import pytest

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard, Kind
from templates_i18n.catalogue import Catalogue
from templates_i18n.render import Form, render
from templates_i18n.segments import fold_latin
from tests.templates_i18n.requests import a_request


@pytest.mark.parametrize("language", ["en", "pt", "vi", "ja", "ja-Hira", "zh-Hans"])
def test_a_correction_speaks_of_its_own_grade(words: Catalogue, table: PlaceTable, language: str) -> None:
    corrected, lowered = (words.by_tag[language].heads[kind] for kind in (Kind.CORRECTED, Kind.LOWERED))
    assert corrected.keys() == lowered.keys()
    assert len({*corrected.values(), *lowered.values()}) == len(corrected) + len(lowered)
    for grade in ("advisory", "warning"):
        rendered = render(words, a_request(Hazard.TSUNAMI, grade, Kind.CORRECTED), language, Form.CORE, table)
        assert fold_latin(rendered.text).startswith(fold_latin(corrected[f"tsunami.{grade}"]))


def test_an_english_correction_is_as_urgent_as_a_new_warning(words: Catalogue) -> None:
    heads = words.by_tag["en"].heads
    assert all("NOW" in head for head in heads[Kind.CORRECTED].values())
    assert all("LEAVE" in heads[Kind.LOWERED][f"{hazard}.L4"] for hazard in (Hazard.HEAVY_RAIN, Hazard.LANDSLIDE))


@pytest.mark.parametrize(("language", "weak"), [("vi", "yếu"), ("pt", "inferior")])
@pytest.mark.parametrize("grade", ["5-", "5-?", "6-"])
def test_a_strong_earthquake_sounds_weak_in_no_head(
    words: Catalogue, table: PlaceTable, language: str, weak: str, grade: str
) -> None:
    request = a_request(Hazard.EARTHQUAKE, grade)
    head, *others = render(words, request, language, Form.FULL, table).text.split("\n")
    assert weak not in head
    assert sum(weak in line for line in others) == 1, "the official word, once"
