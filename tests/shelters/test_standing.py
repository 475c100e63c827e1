"""Every site says why texts name it or not, and that is what texts do."""

import pytest
from hypothesis import given

from shelters import finding, importing, standing
from shelters.finding import Nearest, Need, Texts
from shelters.importing import Difference
from shelters.site import Danger, Site, State
from shelters.standing import Standing
from tests.shelters.builders import NOW, WAJIMA, a_place, a_site
from tests.shelters.test_finding import FLOOD, SITES, WORDS


def stands(*sites: Site, need: Need | None = FLOOD, people: int = 10) -> list[Standing]:
    judged = standing.judge(finding.at(a_place(), (), sites, NOW), need, people)
    return [judged.standing[site.entry.key] for site in sites]


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        ((a_site(1), a_site(2, north=1)), ["named", "second"]),
        ((a_site(1), a_site(2, Danger.TSUNAMI)), ["named", "not_meant"]),
        ((a_site(1, state=State.FULL), a_site(2, north=1)), ["full", "named"]),
        ((a_site(1), a_site(2, north=1, state=State.OPEN)), ["not_open", "named"]),
        ((a_site(1, state=State.CLOSED),), ["closed"]),
        ((a_site(1), a_site(2, north=4)), ["far", "far"]),
        ((a_site(1, pointless=True),), ["far"]),
        ((a_site(1, capacity=3), a_site(2, capacity=11, north=1)), ["small", "named"]),
        ((a_site(1), a_site(2, north=9, chosen=True)), ["second", "named"]),
    ],
)
def test_why_a_site_is_named_or_not(sites: tuple[Site, ...], expected: list[str]) -> None:
    assert stands(*sites) == expected


def test_what_the_warning_says_of_all() -> None:
    school = a_site(1, Danger.VOLCANO)
    assert stands(school, need=None) == ["not_now"]
    assert stands(school, need=Need(dangers=(Danger.VOLCANO,), texts=Texts.CHOSEN)) == ["not_chosen"]
    assert (
        stands(school, a_site(2, north=1), need=Need(dangers=(Danger.VOLCANO,), texts=Texts.WALK))[0] == "far_on_foot"
    )


def test_what_is_named_only_by_the_word_of_the_municipality_says_so() -> None:
    sites = [a_site(1), a_site(2, north=20), a_site(3, pointless=True)]
    here = finding.at(a_place(), (), sites, NOW, {WAJIMA: Nearest()})
    judged = standing.judge(here, FLOOD, 10)
    assert [judged.standing[site.entry.key] for site in sites] == ["nearest", "second", "far"]
    assert round(finding.farthest(sites[0], here)) == 20
    assert standing.judge(finding.at(a_place(), (), sites[:1], NOW, {WAJIMA: Nearest()}), FLOOD, 10).standing == {
        sites[0].entry.key: Standing.NAMED
    }


@given(SITES, WORDS)
def test_exactly_what_texts_name_stands_as_named(
    drawn: list[tuple[set[Danger], float, State, bool, int | None]], word: Nearest | None
) -> None:
    sites = [
        a_site(number, *dangers, north=north, state=state, chosen=chosen, capacity=capacity)
        for number, (dangers, north, state, chosen, capacity) in enumerate(drawn)
    ]
    here = finding.at(a_place(), (), sites, NOW, {WAJIMA: word} if word else {})
    for texts in Texts:
        need = Need(dangers=(Danger.FLOOD,), texts=texts)
        judged = standing.judge(here, need, 300)
        named = [key for key, how in judged.standing.items() if how in (Standing.NAMED, Standing.NEAREST)]
        found = finding.named(here, need, 300)
        assert judged.found == found
        assert named == ([found.entry.key] if isinstance(found, Site) else [])
        assert len(judged.standing) == len(sites)
        some = standing.judge(here, need, 300, only={0, 1})
        asked = {site.entry.key for site in sites[:2]} | set(named)
        assert some.found == found
        assert some.standing == {key: how for key, how in judged.standing.items() if key in asked}


def test_a_list_is_foreseen_as_it_will_be_written() -> None:
    stays, goes, new = a_site(1, chosen=True), a_site(2), a_site(3)
    listed = importing.foreseen(a_place(), [stays, goes], Difference(added=(new.entry,), retired=(goes,)))
    assert [(site.entry.name, site.chosen) for site in listed] == [(stays.entry.name, True), (new.entry.name, False)]
