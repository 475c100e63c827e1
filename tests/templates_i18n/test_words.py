"""What the words of some texts have to keep in every language."""

from dataclasses import replace

import pytest

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard, Kind
from templates_i18n import heads
from templates_i18n.catalogue import Catalogue
from templates_i18n.heads import Subject
from templates_i18n.render import Form, render
from templates_i18n.segments import fold_latin
from tests.templates_i18n.requests import a_request


@pytest.mark.parametrize("language", ["en", "pt", "vi", "ja", "ja-Hira", "zh-Hans"])
def test_a_correction_speaks_of_its_own_grade(words: Catalogue, table: PlaceTable, language: str) -> None:
    spoken = []
    for kind in (Kind.CORRECTED, Kind.LOWERED):
        for grade in ("advisory", "warning"):
            rendered = render(words, a_request(Hazard.TSUNAMI, grade, kind), language, Form.CORE, table)
            subject = Subject(hazard=Hazard.TSUNAMI, grade=grade, kind=kind)
            own, plans = words.by_tag[language], words.composition
            allowed = [heads.head(own, plans, replace(subject, brief=brief)) for brief in (False, True)]
            assert any(fold_latin(rendered.text).startswith(fold_latin(head)) for head in allowed)
            spoken.append(rendered.text.split("\n")[0])
    assert len(set(spoken)) == len(spoken)


def test_an_english_correction_is_as_urgent_as_a_new_warning(words: Catalogue) -> None:
    def head(hazard: Hazard, grade: str, kind: Kind) -> str:
        return heads.head(words.by_tag["en"], words.composition, Subject(hazard=hazard, grade=grade, kind=kind))

    for hazard in (Hazard.HEAVY_RAIN, Hazard.LANDSLIDE, Hazard.FLOOD, Hazard.STORM_SURGE):
        for grade in ("L3", "L4"):
            act = head(hazard, grade, Kind.NEW).split(": ", 1)[1]
            assert head(hazard, grade, Kind.CORRECTED).endswith(act)
            assert "NOW" in act
        assert "LEAVE" in head(hazard, "L4", Kind.LOWERED)


@pytest.mark.parametrize(("language", "weak"), [("vi", "yếu"), ("pt", "inferior")])
@pytest.mark.parametrize("grade", ["5-", "5-?", "6-"])
def test_a_strong_earthquake_sounds_weak_in_no_head(
    words: Catalogue, table: PlaceTable, language: str, weak: str, grade: str
) -> None:
    request = a_request(Hazard.EARTHQUAKE, grade)
    head, *others = render(words, request, language, Form.FULL, table).text.split("\n")
    assert weak not in head
    assert sum(weak in line for line in others) == 1, "the official word, once"
