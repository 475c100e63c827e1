"""What is put together of pieces: heads, the names of dangers, official names."""

from dataclasses import replace

import pytest

from alerts import hazards
from alerts.vocabulary import Hazard, Kind, Topic
from templates_i18n import heads
from templates_i18n.catalogue import Catalogue
from templates_i18n.heads import Subject


def test_every_grade_has_an_official_name_also_of_what_is_only_recorded(words: Catalogue) -> None:
    for tag, language in words.by_tag.items():
        if not words.names[tag].complete:
            continue
        for hazard in Hazard:
            named = {
                g: heads.official_name(language, words.composition, hazard, g) for g in hazards.rule(hazard).grades
            }
            assert all(named.values())
            assert len(set(named.values())) == len(named) or hazard is Hazard.EARTHQUAKE, f"{tag}: {named}"


@pytest.mark.parametrize(
    ("hazard", "grade", "name"),
    [
        (Hazard.FLOOD, "L2", "Level 2 Advisory (Flood)"),
        (Hazard.STORM_SURGE, "L5", "Level 5 Emergency Warning (Storm Surge)"),
        (Hazard.THUNDER, "advisory", "Thunderstorm Advisory"),
        (Hazard.OTHER, "advisory", "Other weather advisory"),
        (Hazard.EARTHQUAKE, "3", "Seismic intensity 3"),
        (Hazard.TSUNAMI, "major_warning", "Major Tsunami Warning"),
        (Hazard.TSUNAMI, "forecast", "Tsunami Forecast"),
        (Hazard.VOLCANO, "V2", "Volcanic Alert Level 2"),
    ],
)
def test_official_names(words: Catalogue, hazard: Hazard, grade: str, name: str) -> None:
    assert heads.official_name(words.by_tag["en"], words.composition, hazard, grade) == name


def test_a_head_is_put_together(words: Catalogue) -> None:
    subject = Subject(hazard=Hazard.STORM_SURGE, grade="L4")
    english = words.by_tag["en"]
    assert heads.head(english, words.composition, subject) == "LEVEL 4 SEA FLOOD: ALL LEAVE seaside areas NOW."
    assert heads.alarm(english, words.composition, subject) == "Level 4 Sea flood"
    small = replace(english, capitals=False)
    assert heads.head(small, words.composition, subject).startswith("Level 4 Sea flood: ")


def test_a_language_may_have_a_sentence_of_its_own(words: Catalogue) -> None:
    english = words.by_tag["en"]
    own = {Kind.NEW: {"flood.L4": "RIVER! {act}", "flood": "Water, level {level}."}}
    changed = replace(english, own=own)

    def head(grade: str) -> str:
        return heads.head(changed, words.composition, Subject(hazard=Hazard.FLOOD, grade=grade))

    assert head("L4") == f"RIVER! {english.acts['leave_river']}"
    assert head("L5") == "Water, level 5."


def test_the_highest_grade_says_that_life_is_in_danger_and_a_lowered_one_does_not(words: Catalogue) -> None:
    for hazard, band in words.composition.told:
        plan = words.composition.told[hazard, band]
        top = hazard in {Hazard.HEAVY_RAIN, Hazard.LANDSLIDE, Hazard.FLOOD, Hazard.STORM_SURGE} and band == "L5"
        assert plan.deadly == (top or band == "emergency")
        assert not (plan.deadly and plan.lowered)


def test_a_notice_without_a_topic_has_only_its_name_as_head(words: Catalogue) -> None:
    english = words.by_tag["en"]
    subject = Subject(hazard=Hazard.NOTICE, grade="information")
    assert heads.head(english, words.composition, subject) == heads.alarm(english, words.composition, subject).upper()
    for topic in Topic:
        assert english.topics[topic] in heads.head(english, words.composition, replace(subject, topic=topic))
