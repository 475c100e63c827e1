"""Which texts there are, and how they are shown."""

from typing import get_type_hints

import pytest

from alerts import hazards
from alerts.places import PlaceTable
from alerts.vocabulary import Hazard, Kind
from templates_i18n import matrix
from templates_i18n.catalogue import BILINGUAL, Catalogue
from templates_i18n.render import Form


def test_every_grade_of_a_worded_hazard_that_is_told_has_words(words: Catalogue) -> None:
    for hazard in {hazard for hazard, _ in words.composition.told}:
        rule = hazards.rule(hazard)
        assert matrix.grades(words, hazard) == tuple(grade for grade in rule.grades if rule.is_told(grade))


@pytest.mark.parametrize(
    ("hazard", "grade", "impossible"),
    [
        (Hazard.HEAVY_RAIN, "L3", {Kind.RAISED}),
        (Hazard.HEAVY_RAIN, "L4", set()),
        (Hazard.HEAVY_RAIN, "L5", {Kind.LOWERED, Kind.CORRECTED}),
        (Hazard.TSUNAMI, "advisory", {Kind.RAISED}),
        (Hazard.EARTHQUAKE, "5-", {Kind.LOWERED, Kind.CORRECTED, Kind.LIFTED}),
        (Hazard.EARTHQUAKE, "4", {Kind.LOWERED, Kind.CORRECTED, Kind.LIFTED, Kind.RAISED}),
    ],
)
def test_kinds(words: Catalogue, hazard: Hazard, grade: str, impossible: set[Kind]) -> None:
    assert set(Kind) - set(matrix.kinds(hazard, grade, matrix.grades(words, hazard))) == impossible


def test_requests_are_each_there_once(words: Catalogue) -> None:
    requests = list(matrix.all_requests(words))
    assert len(set(requests)) == len(requests)
    assert {request.kind for request in requests} == set(Kind)


def test_messages_have_the_fields_of_the_interface(words: Catalogue, table: PlaceTable) -> None:
    messages = matrix.messages_json(words, table, "17204")["messages"]
    assert len(messages) == len(list(matrix.all_requests(words))) * len(words.languages()) * len(Form)
    keys = set(get_type_hints(matrix.Message))
    assert all(message.keys() == keys for message in messages)
    for message in messages:
        assert message["place"] in message["text"]
        assert message["neighbour"] in message["text"]


def test_messages_can_be_narrowed(words: Catalogue, table: PlaceTable) -> None:
    some = matrix.messages_json(words, table, "20201", language="vi", hazard=Hazard.LANDSLIDE)["messages"]
    assert {(row["language"], row["hazard"]) for row in some} == {("vi", "landslide")}
    served = matrix.messages_json(words, table, language="km")["messages"]
    assert {row["language"] for row in served} == {BILINGUAL if "km" not in words.languages() else "km"}
