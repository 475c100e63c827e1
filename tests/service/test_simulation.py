"""The bundled day through the whole service: who was told what, and who was not."""

from collections import Counter
from itertools import pairwise

import pytest

from alerts.vocabulary import Hazard
from service import settings, simulation
from tests.feeds.cap.messages import a_source
from tests.service import day as bundled
from tests.service.day import Day, Person

WAJIMA, SUZU, NANAO, KANAZAWA, TSURUGA = "17204", "17205", "17202", "17201", "18202"
ENDED = ("tsunami", "heavy_rain", "landslide")


@pytest.fixture(scope="module")
def day() -> Day:
    """One day for all tests of this module."""
    return bundled.play()


def at_home(day: Day, place: str) -> list[Person]:
    """Who lives in one place alone and could be reached."""
    found = [person for person in day.people if person.places == (place,) and person.texts]
    assert found, f"nobody lives in {place}"
    return found


def test_nobody_is_told_twice_by_the_networks_own_count(day):
    assert day.summary.told_twice == day.totals.told_twice == 0


def test_everybody_who_can_be_reached_is_welcomed_first(day):
    reached = [person for person in day.people if person.texts]
    assert len(day.people) == 120
    assert len(reached) > 110
    assert sorted(number for number, _ in day.welcomed) == sorted(person.number for person in reached)
    for person in reached:
        assert person.texts[0] == dict(day.welcomed)[person.number]


def test_the_training_telegram_reaches_nobody(day):
    training = day.step("training telegram")
    assert training.received == ()
    (alert,) = [alert for decided in training.decided for alert in decided.alerts]
    assert (alert.status, alert.action) == ("Exercise", "record")
    assert alert.places["22100"] == "major_warning"
    assert not any(broadcast for decided in training.decided for broadcast in decided.broadcast_ids)
    assert not [text for person in day.people for text in person.texts if "静岡" in text or "Shizuoka" in text]


def test_a_false_reports_withdrawal_goes_to_exactly_those_who_got_it(day):
    false, withdrawn = day.step("A false first report"), day.step("is withdrawn")
    told = Counter(number for number, _ in false.received)
    assert told
    assert set(told.values()) == {1}
    assert Counter(number for number, _ in withdrawn.received) == told
    living = [person for person in day.people if TSURUGA in person.places and person.texts]
    assert set(told) == {person.number for person in living}
    for number in told:
        assert [m.kind for m in day.of(number=number, place=TSURUGA, hazard="earthquake")] == ["new", "cancelled"]


def test_the_all_clear_speaks_the_language_of_the_warning(day):
    languages: dict[tuple[str, str, str], set[str]] = {}
    for m in day.of(origin="alert"):
        languages.setdefault((m.number, m.hazard, m.event), set()).add(m.language)
    assert all(len(spoken) == 1 for spoken in languages.values())


def test_no_phone_shows_the_same_head_twice_in_a_row(day):
    """Who has several places may read one head for one place and then for another, but no text again."""
    for person in day.people:
        told = [text for text in person.texts if not day.is_lesson(person.number, text)]
        shown = [text if len(person.places) > 1 else text.split("\n")[0] for text in told]
        assert all(first != second for first, second in pairwise(shown)), shown


@pytest.mark.parametrize("hazard", ENDED)
def test_whoever_was_told_of_a_warning_hears_of_its_end(day, hazard):
    told = {person.number for person in day.people if day.kinds(person.number, hazard)}
    assert told
    for number in told:
        last: dict[str, str] = {}
        for m in day.of(number=number, hazard=hazard, state="delivered"):
            last[m.place] = m.kind
        assert set(last.values()) == {"lifted"}, f"{number}: {day.kinds(number, hazard)}"


@pytest.mark.parametrize("hazard", [*ENDED, "earthquake"])
def test_an_end_is_told_only_to_those_who_were_told_of_the_warning(day, hazard):
    begun: set[tuple[str, str]] = set()
    for m in day.of(hazard=hazard):
        if m.kind in ("lowered", "lifted", "corrected", "cancelled", "raised"):
            assert (m.number, m.event) in begun
        begun.add((m.number, m.event))


def test_nanao_hears_of_the_earthquake_and_once_more_when_it_is_corrected_upwards(day):
    corrected = day.step("Corrected: Nanao")
    for person in at_home(day, NANAO):
        assert day.kinds(person.number, "earthquake") == ["new 6-", "raised 6+"]
    reached = {person.number for person in day.people if NANAO in person.places and person.texts}
    assert {number for number, _ in corrected.received} <= reached
    assert {person.number for person in at_home(day, NANAO)} <= {number for number, _ in corrected.received}


def test_a_lowered_intensity_is_told_to_nobody(day):
    """The full report gave Kanazawa less than the first one."""
    for person in at_home(day, KANAZAWA):
        assert day.kinds(person.number, "earthquake") == ["new 5+"]
    full = {number for number, _ in day.step("The full report").received}
    assert not full & {person.number for person in at_home(day, KANAZAWA)}


def test_level_2_is_no_text(day):
    """Nanao had level 2 for hours before it had level 3."""
    nanao = {person.number for person in at_home(day, NANAO)}
    for words in ("Heavy rain, level 3:", "Heavy rain, level 4"):
        received = day.step(words).received
        assert not nanao & {number for number, text in received if not day.is_lesson(number, text)}
    assert {m.grade for m in day.of(origin="alert")}.isdisjoint({"L2", "1", "2", "3", "forecast", "none"})


def test_wajima_hears_of_heavy_rain_step_by_step(day):
    for person in at_home(day, WAJIMA):
        heard = day.kinds(person.number, "heavy_rain")
        if person.min_level == "L4":  # hears of its end with level 4
            assert heard == ["new L4", "raised L5", "lowered L3", "lifted L3"]
        else:
            assert heard == ["new L3", "raised L4", "raised L5", "lowered L3", "lifted L3"]


def test_wajima_hears_of_the_tsunami_step_by_step(day):
    for person in at_home(day, WAJIMA):
        steps = ["new major_warning", "lowered warning", "lowered advisory", "lifted advisory"]
        assert day.kinds(person.number, "tsunami") == steps


def test_an_old_telegram_that_comes_again_changes_nothing(day):
    again = day.step("An old telegram")
    assert again.received == ()


def test_a_due_lesson_waits_for_the_warning_to_end_and_comes_the_next_morning(day):
    """One planned by hand, and those that the earthquake set off; a place hears one a day."""
    rain, morning = day.step("a lesson that is due waits"), day.step("Next morning")
    taught = [number for number, text in rain.received if day.is_lesson(number, text)]
    assert not {number for number in taught} & {person.number for person in at_home(day, WAJIMA)}
    got = [number for number, text in morning.received if day.is_lesson(number, text)]
    assert {person.number for person in day.people if WAJIMA in person.places and person.texts} <= set(got)
    assert "sent" in {state for state, _ in day.lessons}
    lessons = [(m.number, m.text) for m in day.of(origin="lesson", state="delivered")]
    assert len(lessons) == len(set(lessons))


def test_nothing_expired_and_nothing_was_left_open(day):
    assert {m.state for m in day.messages} <= {"delivered", "failed"}


def test_the_networks_count_and_the_tables_agree(day):
    assert day.totals.lost == 0
    assert day.summary.messages == day.totals.accepted == len([m for m in day.messages if m.state == "delivered"])
    assert day.summary.delivered == sum(len(person.texts) for person in day.people)
    assert sum(day.summary.by_hazard.values()) == day.summary.messages
    assert sum(day.summary.by_language.values()) == day.summary.delivered
    for person in day.people:
        ours = [m.text for m in day.of(number=person.number, state="delivered")]
        assert sorted(person.texts) == sorted(ours)


def test_a_number_that_cannot_be_reached_is_tried_once(day):
    silent = {person.number for person in day.people if not person.texts}
    for number in silent:
        assert [m.state for m in day.of(number=number)] == ["failed"]
    assert silent


def test_the_summary_counts_what_was_published(day):
    telegrams = {played.step.raw for played in day.played if played.step.raw}
    assert day.summary.telegrams == len(telegrams)
    assert day.summary.alerts == len(telegrams)
    assert set(day.summary.by_hazard) == {*ENDED, Hazard.EARTHQUAKE, "welcome", "lesson"}
    assert 0 <= day.summary.seen_to_first_handover_ms <= day.summary.seen_to_last_handover_ms


def test_sources_of_the_settings_are_not_asked(tmp_path):
    base = settings.load({}, tmp_path).model_copy(update={"cap_sources": (a_source(),)})
    assert simulation._settings(base, tmp_path, "http://127.0.0.1:9").cap_sources == ()
