"""The place to go to, in the texts that people get: planner and store together, on both engines."""

import logging

import pytest

from alerts.vocabulary import Hazard
from delivery import chunks, planning
from shelters import finding, store, word
from shelters.site import Danger, State
from storage import audit
from tests.delivery.builders import RATES, SUZU, WAJIMA, a_person, a_service, number, set_state
from tests.shelters.builders import NOW, STANDARD, a_csv, a_row, take

SCHOOL = a_row(STANDARD, Danger.LANDSLIDE, Danger.TSUNAMI, Danger.EARTHQUAKE, stays="1")
PARK = a_row(STANDARD, Danger.LANDSLIDE, name="河井公園", kana="カワイコウエン", address="輪島市2", latitude="37.399")


@pytest.fixture
def service(db, clock):
    return a_service(db, clock)


def mark(db, site_id, state):
    db.write_sync(lambda at: store.mark(at, site_id, state, actor="test", now=NOW))


async def heard(service, person):
    """The newest text; its end is the site it names."""
    await service.run()
    return service.network.texts_of(number(person))[-1]


async def test_the_nearest_site_stands_in_the_text_and_the_next_once_it_is_full(db, clock, service):
    take(db, a_csv(SCHOOL, PARK))
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "L3"}, clock())
    assert (await heard(service, 1)).endswith("go to 輪島小学校")
    mark(db, 1, State.FULL)
    clock.advance(3600)
    set_state(db, {WAJIMA: "L4"}, clock())
    assert (await heard(service, 1)).endswith("go to 河井公園")
    mark(db, 2, State.CLOSED)
    for grade in ("none", "L4"):
        clock.advance(3600)
        set_state(db, {WAJIMA: grade}, clock())
        await service.run()
    assert "go to" not in await heard(service, 1)


async def test_by_the_word_of_the_municipality_the_nearest_open_one_is_named_at_any_distance(db, clock, service):
    far = a_row(STANDARD, Danger.LANDSLIDE, Danger.TSUNAMI, name="門前公園", address="輪島市3", latitude="37.2901")
    take(db, a_csv(SCHOOL, far))
    a_person(db, 1, WAJIMA)
    db.write_sync(lambda at: word.give(at, WAJIMA, 500, actor="test", now=NOW))

    async def told(grade, hazard=Hazard.LANDSLIDE):
        clock.advance(3600)
        set_state(db, {WAJIMA: grade}, clock(), hazard=hazard)
        return (await heard(service, 1)).partition("go to ")[2]

    assert await told("L3") == "輪島小学校"
    mark(db, 1, State.FULL)
    assert await told("L4") == "門前公園"
    assert await told("L5") == ""
    assert await told("major_warning", Hazard.TSUNAMI) == ""
    await told("none")
    db.write_sync(lambda at: word.take_back(at, WAJIMA, actor="test", now=NOW))
    assert await told("L4") == ""
    logged = db.read_sync(audit.latest)
    assert [(one.action, one.municipality) for one in logged if "nearest" in one.action] == [
        ("nearest shelter not named", WAJIMA),
        ("nearest shelter named", WAJIMA),
    ]


@pytest.mark.parametrize(
    ("hazard", "grade"),
    [
        (Hazard.LANDSLIDE, "L5"),
        (Hazard.TSUNAMI, "advisory"),
        (Hazard.EARTHQUAKE, "5+"),
        (Hazard.STORM, "warning"),
    ],
)
async def test_nobody_is_sent_out_where_that_is_the_danger(db, clock, service, hazard, grade):
    take(db, a_csv(SCHOOL))
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: grade}, clock(), hazard=hazard)
    assert "go to" not in await heard(service, 1)


@pytest.mark.parametrize(
    ("hazard", "grade"), [(Hazard.TSUNAMI, "major_warning"), (Hazard.EARTHQUAKE, "6-"), (Hazard.EARTHQUAKE, "7")]
)
async def test_where_a_wave_may_come_the_site_in_reach_of_all_is_named(db, clock, service, hazard, grade):
    take(db, a_csv(SCHOOL))
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: grade}, clock(), hazard=hazard)
    assert (await heard(service, 1)).endswith("go to 輪島小学校")


async def test_in_a_tsunami_the_site_that_the_municipality_has_chosen_is_named(db, clock, service):
    take(db, a_csv(SCHOOL, PARK))  # a kilometre apart
    a_person(db, 2, WAJIMA)
    set_state(db, {WAJIMA: "warning"}, clock(), hazard=Hazard.TSUNAMI)
    assert "go to" not in await heard(service, 2)
    clock.advance(60)
    set_state(db, {WAJIMA: "none"}, clock(), hazard=Hazard.TSUNAMI)
    await service.run()
    clock.advance(60)
    db.write_sync(lambda at: store.choose(at, 1, chosen=True, actor="test", now=NOW))
    a_person(db, 1, WAJIMA)
    set_state(db, {WAJIMA: "warning"}, clock(), hazard=Hazard.TSUNAMI)
    assert (await heard(service, 1)).endswith("go to 輪島小学校")


async def test_an_end_names_no_site(db, clock, service):
    take(db, a_csv(SCHOOL))
    a_person(db, 1, WAJIMA)
    for grade in ("L4", "L3", "none"):
        set_state(db, {WAJIMA: grade}, clock())
        await service.run()
        clock.advance(60)
    first, *others = service.network.texts_of(number(1))
    assert "go to" in first
    assert [text for text in others if "go to" in text] == []


async def test_of_two_places_none_is_named(db, clock, service):
    take(db, a_csv(SCHOOL))
    a_person(db, 1, WAJIMA, SUZU)
    set_state(db, {WAJIMA: "L4", SUZU: "L4"}, clock())
    assert "go to" not in await heard(service, 1)


async def test_more_people_than_a_site_holds_are_not_sent_there_unless_it_is_chosen(db, clock, service):
    take(db, a_csv(a_row(STANDARD, Danger.LANDSLIDE, capacity="2")))
    for index in range(3):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    assert "go to" not in await heard(service, 1)
    db.write_sync(lambda at: store.choose(at, 1, chosen=True, actor="test", now=NOW))
    a_person(db, 9, WAJIMA, newcomer=True, now=clock())
    assert (await heard(service, 9)).endswith("go to 輪島小学校")


async def test_a_site_that_fills_up_while_texts_are_made_is_named_no_more(db, clock, service, monkeypatch):
    monkeypatch.setattr(chunks, "SIZE", 2)
    take(db, a_csv(SCHOOL, PARK))
    for index in range(4):
        a_person(db, index, WAJIMA)
    first = set_state(db, {WAJIMA: "L4"}, clock())
    plan = planning.Plan(db.write_sync(planning.begin, first, service.writer, RATES, clock()), service.writer)
    db.write_sync(plan.chunk, clock())
    mark(db, 1, State.FULL)
    while not db.write_sync(plan.chunk, clock()).finished:
        pass
    named = "SELECT t.text FROM messages m JOIN texts t ON t.id = m.text_id ORDER BY m.id"
    rows = db.read_sync(lambda connection: connection.execute(named))
    assert [row.text("text").rsplit(" ", 1)[-1] for row in rows] == ["輪島小学校"] * 2 + ["河井公園"] * 2


async def test_a_fault_in_a_site_costs_the_line_and_never_the_warning(db, clock, service, monkeypatch, caplog):
    take(db, a_csv(SCHOOL))
    a_person(db, 1, WAJIMA)

    def fall(*_):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(finding, "named", fall)
    set_state(db, {WAJIMA: "L4"}, clock())
    with caplog.at_level(logging.ERROR):
        text = await heard(service, 1)
    assert text.startswith("new")
    assert "go to" not in text
    assert "no_shelter" in caplog.text
