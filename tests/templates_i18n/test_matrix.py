"""Which texts there are, and how they are shown."""

from typing import get_type_hints

import pytest

from alerts import hazards, places
from alerts.hazards import Ends
from alerts.places import PlaceTable
from alerts.vocabulary import Action, Hazard, Kind
from templates_i18n import matrix
from templates_i18n.catalogue import BILINGUAL, Catalogue
from templates_i18n.render import Form

RECORD = Action.RECORD


def test_every_grade_of_a_worded_hazard_that_is_told_has_words(words: Catalogue) -> None:
    for hazard in {hazard for hazard, _ in words.composition.told}:
        rule = hazards.rule(hazard)
        expected = tuple(grade for grade in rule.grades if rule.is_told(grade) and rule.action(grade) is not RECORD)
        assert matrix.grades(words, hazard) == expected


def test_every_hazard_that_is_told_has_words(words: Catalogue) -> None:
    told = {hazard for hazard in Hazard if any(hazards.rule(hazard).is_told(g) for g in hazards.rule(hazard).grades)}
    assert {hazard for hazard, _ in words.composition.told} == told
    ends = {hazard for hazard in told if hazards.rule(hazard).ends is Ends.LIFTED}
    assert words.composition.lifted.keys() == ends


def test_what_ends_by_time_ends_silently(words: Catalogue) -> None:
    silent = {hazard for hazard in Hazard if hazards.rule(hazard).ends is Ends.TIME}
    ends = {Kind.LIFTED, Kind.LOWERED}
    assert not [r for r in matrix.all_requests(words) if r.hazard in silent and r.kind in ends]


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
    some = matrix.messages_json(words, table, "20201", language="ja", hazard=Hazard.LANDSLIDE)["messages"]
    assert {(row["language"], row["hazard"]) for row in some} == {("ja", "landslide")}
    served = matrix.messages_json(words, table, language="km")["messages"]
    assert {row["language"] for row in served} == ({"km"} if words.names["km"].complete else {BILINGUAL})


def test_after_a_rehearsal_no_text_waits_for_a_table_of_names(words: Catalogue, table: PlaceTable) -> None:
    tables = (places.load_rivers, places.load_volcanoes)
    for load in tables:
        load.cache_clear()
    matrix.rehearse(words, table)
    assert [load.cache_info().currsize for load in tables] == [1, 1]
