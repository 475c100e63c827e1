"""Which site a text may name: never one that could send people into danger or into a crowd."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import hazards
from alerts.vocabulary import Hazard
from shelters import finding
from shelters.finding import Here, Nearest, Need, Texts, Why
from shelters.site import Danger, Site, State
from tests.shelters.builders import NOW, WAJIMA, a_place, a_site

FLOOD = Need(dangers=(Danger.FLOOD,), texts=Texts.NEAR)
CHOSEN = Need(dangers=(Danger.TSUNAMI,), texts=Texts.CHOSEN)


def here(*sites: Site, word: Nearest | None = None) -> Here:
    return finding.at(a_place(), (), sites, NOW, {WAJIMA: word} if word else {})


def named(*sites: Site, need: Need = FLOOD, people: int = 10, word: Nearest | None = None) -> int | Why:
    found = finding.named(here(*sites, word=word), need, people)
    return found if isinstance(found, Why) else found.id


def test_the_nearest_site_for_that_danger_is_named() -> None:
    assert named(a_site(1, north=2), a_site(2, north=1), a_site(3, Danger.TSUNAMI, north=0)) == 2


@pytest.mark.parametrize("state", [State.FULL, State.CLOSED])
def test_what_is_full_or_closed_gives_way_to_the_next_and_then_to_none(state: State) -> None:
    assert named(a_site(1, state=state), a_site(2, north=1)) == 2
    assert named(a_site(1, state=state), a_site(2, north=1, state=State.FULL)) is Why.NO_SITE


def test_once_some_are_said_to_be_open_no_other_is_named() -> None:
    assert named(a_site(1), a_site(2, north=2, state=State.OPEN)) == 2


def test_a_mark_open_of_last_week_says_no_more_than_the_list() -> None:
    sites = (a_site(1), a_site(2, north=2, state=State.OPEN))
    later = Here(place=a_place(), sites=sites, now=NOW + timedelta(hours=73))
    found = finding.named(later, FLOOD, 1)
    assert isinstance(found, Site)
    assert found.id == 1


def test_a_mark_full_stays_until_somebody_takes_it_back() -> None:
    later = Here(place=a_place(), sites=(a_site(1, state=State.FULL),), now=NOW + timedelta(days=60))
    assert finding.named(later, FLOOD, 1) is Why.NO_SITE


def test_where_sites_lie_far_apart_none_is_named() -> None:
    assert named(a_site(1), a_site(2, north=3.1)) is Why.SPREAD
    # also where the other one is for another danger: people live there
    assert named(a_site(1), a_site(2, Danger.EARTHQUAKE, north=15)) is Why.SPREAD
    assert named(a_site(1, north=1.5), a_site(2), a_site(3, north=4)) == 1


def test_a_crowd_is_sent_nowhere() -> None:
    assert named(a_site(1, capacity=200), people=201) is Why.CROWD
    assert named(a_site(1, capacity=200), a_site(2, north=1, capacity=500), people=201) == 2
    assert named(a_site(1), people=finding.UNKNOWN_CAPACITY + 1) is Why.CROWD


def test_the_choice_of_the_municipality_goes_before_distance_and_crowd() -> None:
    sites = (a_site(1), a_site(2, north=9, chosen=True))
    assert named(*sites, people=30_000) == 2
    assert named(a_site(1, chosen=True, state=State.FULL), a_site(2, north=1)) == 2
    # but it is never named for what it is not safe from
    assert named(a_site(1, Danger.TSUNAMI, chosen=True), a_site(2, north=1)) == 2


def test_where_minutes_count_only_a_chosen_one_is_named() -> None:
    assert named(a_site(1, Danger.TSUNAMI), need=CHOSEN) is Why.NOT_CHOSEN
    assert named(a_site(1, Danger.TSUNAMI, chosen=True), need=CHOSEN) == 1


def test_a_site_without_coordinates_is_not_called_near() -> None:
    assert named(a_site(1, pointless=True)) is Why.SPREAD
    assert [site.id for site in finding.fitting(here(a_site(1, pointless=True), a_site(2, north=2)), FLOOD)] == [2, 1]


def test_every_kind_the_municipality_designates_for_is_asked() -> None:
    rain = finding.need(Hazard.HEAVY_RAIN, "L4")
    assert rain is not None
    both, river = a_site(1, Danger.FLOOD, Danger.INLAND_FLOOD, north=2), a_site(2, Danger.FLOOD)
    assert named(both, river, need=rain) == 1
    # no site here is for inland floods: the river's are what there is
    assert named(river, need=rain) == 2
    assert named(a_site(3, Danger.TSUNAMI), need=rain) is Why.NO_SITE


def test_on_a_coast_a_site_for_earthquakes_is_safe_from_a_tsunami_too() -> None:
    coast, inland = (finding.need(Hazard.EARTHQUAKE, "6+", coastal=sea) for sea in (True, False))
    assert coast is not None
    assert inland is not None
    low, high = a_site(1, Danger.EARTHQUAKE), a_site(2, Danger.EARTHQUAKE, Danger.TSUNAMI, north=2)
    assert [site.id for site in finding.fitting(here(low, high), coast)] == [2]
    assert [site.id for site in finding.fitting(here(low, high), inland)] == [1, 2]
    assert finding.fitting(here(low), coast) == ()
    assert named(low, high, need=inland) == 1
    # a wave may follow: two kilometres are too far on foot
    assert named(low, high, need=coast) is Why.TOO_FAR_ON_FOOT
    assert named(low, a_site(3, Danger.EARTHQUAKE, Danger.TSUNAMI, north=0.4), need=coast) == 3


@pytest.mark.parametrize("grade", ["5-", "5-?", "5+"])
def test_where_houses_stand_after_an_earthquake_the_page_shows_sites_and_no_text_names_one(grade: str) -> None:
    need = finding.need(Hazard.EARTHQUAKE, grade)
    assert need is not None
    assert len(finding.fitting(here(a_site(1, Danger.EARTHQUAKE)), need)) == 1
    assert named(a_site(1, Danger.EARTHQUAKE, chosen=True), need=need) is Why.NOT_NOW


def test_in_a_tsunami_a_site_is_named_only_where_everybody_reaches_it_on_foot() -> None:
    wave = finding.need(Hazard.TSUNAMI, "warning")
    assert wave is not None
    near, other = a_site(1, Danger.TSUNAMI, north=0.2), a_site(2, north=0.6)
    assert named(near, other, need=wave) == 1
    assert named(near, a_site(2, north=0.8), need=wave) is Why.TOO_FAR_ON_FOOT
    # from the office too, and nobody lives where nobody knows
    assert named(a_site(1, Danger.TSUNAMI, north=0.6), need=wave) is Why.TOO_FAR_ON_FOOT
    assert named(near, a_site(2, pointless=True), need=wave) is Why.TOO_FAR_ON_FOOT
    assert named(near, other, need=wave, people=finding.UNKNOWN_CAPACITY + 1) is Why.CROWD
    assert named(a_site(1, Danger.TSUNAMI, north=9, chosen=True), other, need=wave) == 1


def test_by_the_word_of_the_municipality_the_nearest_is_named_however_far_and_small() -> None:
    word, far = Nearest(), a_site(2, north=20)
    assert named(a_site(1), far) is Why.SPREAD
    assert named(a_site(1), far, people=30_000, word=word) == 1
    assert named(a_site(1, state=State.FULL), far, word=word) == 2
    assert named(a_site(1), a_site(2, north=20, state=State.OPEN), word=word) == 2
    assert named(a_site(1, Danger.TSUNAMI), far, word=word) == 2
    assert named(a_site(1, state=State.FULL), a_site(2, north=20, state=State.CLOSED), word=word) is Why.NO_SITE
    # what is chosen, and what is near for all and holds all, goes first
    assert named(a_site(1), a_site(2, north=20, chosen=True), word=word) == 2
    assert named(a_site(1, capacity=9), a_site(2, north=1, capacity=10), word=word) == 2


def test_the_word_does_not_reach_where_it_could_send_people_into_danger() -> None:
    word = Nearest()
    assert named(a_site(1, pointless=True), word=word) is Why.SPREAD
    assert named(a_site(1), need=Need(dangers=(Danger.FLOOD,), texts=Texts.NEVER), word=word) is Why.NOT_NOW
    assert named(a_site(1, Danger.VOLCANO), need=Need(dangers=(Danger.VOLCANO,), texts=Texts.CHOSEN), word=word) is (
        Why.NOT_CHOSEN
    )
    # nor to the list of another municipality
    others = finding.at(a_place(), (), [a_site(1), a_site(2, north=20)], NOW, {"17201": word})
    assert finding.named(others, FLOOD, 1) is Why.SPREAD


@pytest.mark.parametrize(("hazard", "grade"), [(Hazard.TSUNAMI, "major_warning"), (Hazard.EARTHQUAKE, "6+")])
def test_before_a_wave_the_word_says_only_how_far_people_can_walk(hazard: Hazard, grade: str) -> None:
    wave = finding.need(hazard, grade, coastal=True)
    assert wave is not None
    sites = (a_site(1, Danger.TSUNAMI, Danger.EARTHQUAKE, north=0.2), a_site(2, north=1.0))
    assert named(*sites, need=wave, word=Nearest()) is Why.TOO_FAR_ON_FOOT
    assert named(*sites, need=wave, word=Nearest(walk_km=0.9)) == 1
    assert named(*sites, need=wave, people=301, word=Nearest(walk_km=0.9)) is Why.CROWD
    assert named(sites[0], a_site(2, pointless=True), need=wave, word=Nearest(walk_km=3)) is Why.TOO_FAR_ON_FOOT
    assert named(sites[1], need=wave, word=Nearest(walk_km=3)) is Why.NO_SITE


@pytest.mark.parametrize(
    ("hazard", "grade"),
    [
        (Hazard.HEAVY_RAIN, "L5"),
        (Hazard.FLOOD, "L5"),
        (Hazard.LANDSLIDE, "L5"),
        (Hazard.STORM_SURGE, "L5"),
        (Hazard.EVACUATION, "emergency"),
        (Hazard.VOLCANO, "eruption"),
        (Hazard.VOLCANO, "V3"),
        (Hazard.STORM, "emergency"),
        (Hazard.HEAVY_SNOW, "warning"),
        (Hazard.ASHFALL, "heavy"),
        (Hazard.TORNADO, "warning"),
        (Hazard.LINEAR_RAINBAND, "warning"),
        (Hazard.RECORD_RAIN, "warning"),
        (Hazard.EARTHQUAKE, "4"),
        (Hazard.TSUNAMI, "advisory"),
    ],
)
def test_where_nobody_is_to_go_out_no_site_is_shown(hazard: Hazard, grade: str) -> None:
    assert finding.need(hazard, grade) is None


def test_every_grade_of_the_table_is_one_of_its_hazard() -> None:
    for hazard in Hazard:
        for grade in hazards.rule(hazard).grades:
            need = finding.need(hazard, grade)
            assert need is None or isinstance(need.texts, Texts)
    for hazard, (_, texts) in finding._needs().items():
        assert texts.keys() <= set(hazards.rule(hazard).grades), hazard


def test_an_order_whose_danger_is_unknown_shows_all_sites_and_names_none() -> None:
    order = finding.need(Hazard.EVACUATION, "order")
    assert order is not None
    assert len(finding.fitting(here(a_site(1), a_site(2, Danger.VOLCANO)), order)) == 2
    assert named(a_site(1, chosen=True), need=order) is Why.NOT_NOW


def test_a_ward_has_its_own_sites_and_those_the_city_put_in_no_ward() -> None:
    sites = [a_site(1, place="01101"), a_site(2, place="01102"), a_site(3, place="01100"), a_site(4, place=WAJIMA)]
    ward, city = a_place("01101"), a_place("01100")
    assert [site.id for site in finding.at(ward, (), sites, NOW).sites] == [1, 3]
    assert [site.id for site in finding.at(city, ("01101", "01102"), sites, NOW).sites] == [1, 2, 3]


SITES = st.lists(
    st.builds(
        lambda dangers, north, state, chosen, capacity: (dangers, north, state, chosen, capacity),
        st.sets(st.sampled_from(list(Danger)), min_size=1),
        st.floats(0, 6),
        st.sampled_from(list(State)),
        st.booleans(),
        st.none() | st.integers(1, 1000),
    ),
    max_size=8,
)


WORDS = st.none() | st.builds(Nearest, walk_km=st.floats(0.5, 3))


@given(SITES, st.sampled_from(list(Danger)), st.sampled_from(list(Texts)), st.integers(0, 2000), WORDS)
def test_whatever_is_named_is_safe_from_it_and_takes_people(
    drawn: list[tuple[set[Danger], float, State, bool, int | None]],
    danger: Danger,
    texts: Texts,
    people: int,
    word: Nearest | None,
) -> None:
    sites = [
        a_site(number, *dangers, north=north, state=state, chosen=chosen, capacity=capacity)
        for number, (dangers, north, state, chosen, capacity) in enumerate(drawn)
    ]
    found = finding.named(here(*sites, word=word), Need(dangers=(danger,), texts=texts), people)
    if isinstance(found, Why):
        return
    assert danger in found.entry.dangers
    assert found.state in (State.OPEN, State.LISTED)
    assert texts is not Texts.NEVER
    holds = people <= (found.entry.capacity or finding.UNKNOWN_CAPACITY)
    assert found.chosen or (texts is Texts.WALK and holds) or (texts is Texts.NEAR and (holds or word is not None))
