"""How long until the last person, and so which form."""

import pytest

from alerts.vocabulary import Hazard, Kind
from delivery import arrival, priority
from templates_i18n.render import Form
from tests.delivery.builders import RATES, WAJIMA, a_person, a_service, broadcast, set_state

SEGMENTS = {Form.FULL: 3.0, Form.SHORT: 2.0, Form.CORE: 1.0}


@pytest.mark.parametrize(
    ("people", "form"), [(1000, Form.FULL), (20_000, Form.FULL), (25_000, Form.SHORT), (50_000, Form.CORE)]
)
def test_the_longest_form_that_arrives_in_time(people, form):
    chosen = arrival.choose_form(people, SEGMENTS, 0, 100, 600)
    assert chosen.form is form


def test_where_nothing_arrives_in_time_the_shortest_says_so():
    chosen = arrival.choose_form(100_000, SEGMENTS, 0, 100, 600)
    assert (chosen.form, chosen.seconds) == (Form.CORE, 1000)
    assert chosen.reason == "100000 people need 1000 s, not 600 s"


def test_what_is_already_waiting_counts():
    assert arrival.choose_form(1000, SEGMENTS, 58_000, 100, 600).form is Form.SHORT


def test_without_a_target_the_full_form():
    assert arrival.choose_form(10**6, SEGMENTS, 0, 1, None).form is Form.FULL


@pytest.mark.parametrize(
    ("hazard", "grade", "seconds"),
    [
        (Hazard.TSUNAMI, "advisory", 300),
        (Hazard.EARTHQUAKE, "4", 900),
        (Hazard.LANDSLIDE, "L5", 600),
        (Hazard.LANDSLIDE, "L4", 900),
        (Hazard.STORM, "emergency", 600),
        (Hazard.STORM, "warning", 1800),
    ],
)
def test_every_grade_has_its_target(hazard, grade, seconds):
    assert arrival.target(hazard, grade, RATES.targets) == seconds


def test_the_form_is_chosen_once_for_all_of_a_broadcast(db, clock):
    service = a_service(db, clock)
    service.writer.forms = {Form.FULL: 30_000, Form.SHORT: 20_000, Form.CORE: 1}
    for index in range(3):
        a_person(db, index, WAJIMA)
    first = set_state(db, {WAJIMA: "L5"}, clock())
    service.plan()
    assert broadcast(db, first).form == "short"
    a_person(db, 9, WAJIMA, newcomer=True, now=clock())
    service.plan()
    rows = db.read_sync(lambda c: c.execute("SELECT DISTINCT form FROM texts"))
    assert [row.text("form") for row in rows] == ["short"]


def test_a_volcanos_text_always_has_room_for_its_name(db, clock):
    service = a_service(db, clock)
    service.writer.forms = {Form.FULL: 30_000, Form.SHORT: 20_000, Form.CORE: 1}
    for index in range(9):
        a_person(db, index, WAJIMA)
    first = set_state(db, {WAJIMA: "V5"}, clock(), hazard=Hazard.VOLCANO, event="volcano:306")
    service.plan()
    assert broadcast(db, first).form == "short"


def test_cancellations_go_before_all_and_ends_after_danger():
    order = [
        priority.of(Hazard.LANDSLIDE, "L3", Kind.CANCELLED),
        priority.of(Hazard.TSUNAMI, "advisory", Kind.NEW),
        priority.of(Hazard.LANDSLIDE, "L4", Kind.RAISED),
        priority.of(Hazard.LANDSLIDE, "L3", Kind.NEW),
        priority.SERVICE,
        priority.LESSON,
    ]
    assert order == sorted(set(order))
    assert priority.of(Hazard.LANDSLIDE, "L5", Kind.LIFTED) == priority.of(Hazard.LANDSLIDE, "L3", Kind.NEW)
