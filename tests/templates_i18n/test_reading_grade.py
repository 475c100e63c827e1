"""English asks for six years of school at most."""

import re

import pytest

from alerts.places import PlaceTable
from templates_i18n import heads, matrix
from templates_i18n.catalogue import Catalogue
from templates_i18n.render import Form, render
from tests.templates_i18n.reading_grade import grade, syllables

HIGHEST = 6.0
_NO_SENTENCE = re.compile(r"(JMA|City office) \d|DRILL |(River|Volcano|Where): ")


def test_every_alert_is_easy(words: Catalogue, table: PlaceTable) -> None:
    """Without names: of places, of volcanoes, and the official one, which is JMA's."""
    english = words.by_tag["en"]
    called = {word.latin for word in words.composition.heard.values()}
    for request in matrix.all_requests(words):
        rendered = render(words, request, "en", Form.FULL, table)
        name = heads.official_name(english, words.composition, request.hazard, request.grade).removesuffix(".")
        names = {rendered.place, rendered.neighbour, f"{name}."}
        lines = [line for line in rendered.text.split("\n") if line not in names and not _NO_SENTENCE.match(line)]
        said = "\n".join(line for line in lines if not any(line.startswith(word) for word in called))
        assert grade(said) <= HIGHEST, said


def test_service_texts_and_pages_are_easy(words: Catalogue) -> None:
    english = words.by_tag["en"]
    # how the agency calls itself is not ours to make easy
    pages = " ".join(text for text in english.pages.values() if text.endswith(".")).replace("Japan Meteorological", "")
    for text in (*english.service.values(), pages):
        assert grade(re.sub(r"\{\w+\}", "", text)) <= HIGHEST, text


def test_a_hard_text_is_seen() -> None:
    assert grade("Evacuate immediately to designated facilities in accordance with municipal instructions.") > HIGHEST
    assert grade("Run up the hill now.") < 1


@pytest.mark.parametrize(("word", "expected"), [("water", 2), ("evacuation", 5), ("Tomoshibi", 4), ("stone", 1)])
def test_syllables(word: str, expected: int) -> None:
    assert syllables(word) == expected
