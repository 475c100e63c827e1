"""What a telegram led to and is held: called, released by two in their own places, rejected, overtaken."""

from dataclasses import replace
from datetime import timedelta

import pytest

from delivery import broadcasts, planner
from delivery.byhand import calling, holds, previews, signing, submitting
from delivery.byhand.signing import Person, Refused, Submitted
from delivery.forms import Rates
from feeds.jma import compose
from feeds.jma.compose import Danger
from templates_i18n.render import Form
from tests.delivery.builders import RATES, a_person
from tests.delivery.byhand.people import DESK, TABLE, Office

ASAMA = "306"
TSUMAGOI, KOMORO = "10425", "20208"
HANA = Person(name="user:hana", may=frozenset({KOMORO}))
IVO = Person(name="user:ivo", may=frozenset({KOMORO}))
JUN = Person(name="user:jun", may=frozenset({TSUMAGOI, KOMORO}))


@pytest.fixture
def office(db, clock):
    made = Office(db, clock)
    a_person(db, 1, KOMORO)
    a_person(db, 2, TSUMAGOI)
    return made


def warning(office, level, action, last="11", before="45"):
    body = compose.volcanic_warning(
        volcano=ASAMA,
        level=level,
        last=last,
        municipalities={f"{town}00": Danger(action=action, last=before) for town in (TSUMAGOI, KOMORO)},
        at=office.now,
    )
    office.arrive("VFVO50", body)


def level_3(office):
    """Asama at level 3: held; the broadcast's id."""
    warning(office, "13", "43")
    office.watch()
    [hold] = office.db.read_sync(holds.open_holds)
    return hold.broadcast_id


def notices(office):
    rows = office.db.read_sync(
        lambda c: c.execute("SELECT kind, subject FROM notices WHERE resolved_at IS NULL ORDER BY id")
    )
    return [(row.text("kind"), row.text("subject")) for row in rows]


async def test_two_people_release_it_for_their_own_municipality(office):
    held = level_3(office)
    assert (await told(office), office.service.texts(2)) == ([], [])
    found = office.release(held, HANA)
    assert office.found(found.id).areas == (KOMORO,)
    assert office.approve(found.id, HANA) == "own"
    assert office.approve(found.id, IVO) == "done"
    office.apply()
    assert await told(office) == [f"new {KOMORO}=V3"]
    assert office.service.texts(2) == []
    assert list(office.db.read_sync(broadcasts.load, held).changes) == [TSUMAGOI]


async def test_the_preview_of_a_release_has_the_form_that_is_sent(office):
    """Too slow for any form to be in time: a volcano's text has no core."""
    held = level_3(office)
    slow = Rates(segments_per_second=0.0001, targets=RATES.targets)
    desk = replace(DESK, rates=slow)
    found = office.db.write_sync(submitting.submit_release, held, HANA, desk, office.now)
    shown = office.db.read_sync(lambda c: previews.of_release(c, broadcasts.load(c, held), [KOMORO], desk))
    assert office.approve(found.id, IVO) == "done"
    office.apply()
    (made,) = office.made(found.id)
    planner.plan_all(office.db, office.service.writer, slow, office.now)
    assert shown.form == office.db.read_sync(broadcasts.load, made).form == Form.SHORT


async def test_released_everywhere_it_is_open_no_more(office):
    held = level_3(office)
    found = office.release(held, JUN)
    assert office.approve(found.id, Person(name="user:k", may=JUN.may)) == "done"
    office.apply()
    assert await told(office) == [f"new {KOMORO}=V3"]
    assert office.service.texts(2) == [f"new {TSUMAGOI}=V3"]
    office.watch()
    assert office.db.read_sync(holds.open_holds) == []
    assert notices(office) == []


async def test_the_rest_can_be_released_later_and_hears_its_end(office):
    held = level_3(office)
    office.approve(office.release(held, HANA).id, IVO)
    office.apply()
    await told(office)
    second = office.release(held, JUN)
    office.approve(second.id, Person(name="user:k", may=JUN.may))
    office.apply()
    await told(office)
    assert office.service.texts(2) == [f"new {TSUMAGOI}=V3"]
    office.clock.advance(60)
    warning(office, "11", "45", "13", "43")
    assert await told(office) == [f"new {KOMORO}=V3", f"lifted {KOMORO}=V3"]
    assert office.service.texts(2) == [f"new {TSUMAGOI}=V3", f"lifted {TSUMAGOI}=V3"]


async def test_the_feed_overtakes_it(office):
    held = level_3(office)
    waiting = office.release(held, HANA)
    office.clock.advance(60)
    warning(office, "11", "45", "13", "43")
    office.watch()
    assert office.db.read_sync(holds.open_holds) == []
    assert office.approve(waiting.id, IVO) == "done"
    office.apply()
    assert office.found(waiting.id).state == "overtaken"
    assert await told(office) == []
    assert isinstance(office.release(held, JUN), Refused)


async def test_the_feed_raises_it_to_a_grade_that_is_sent(office):
    level_3(office)
    office.clock.advance(60)
    warning(office, "15", "41", "13", "43")
    office.watch()
    assert office.db.read_sync(holds.open_holds) == []
    assert await told(office) == [f"new {KOMORO}=V5"]


async def test_rejected_in_one_place_it_stays_held_in_the_other(office):
    held = level_3(office)
    say_no = office.db.write_sync
    assert say_no(signing.reject_hold, held, HANA, "the town told by car", TABLE, office.now) == "done"
    assert list(office.db.read_sync(broadcasts.load, held).changes) == [TSUMAGOI]
    assert say_no(signing.reject_hold, held, HANA, "again", TABLE, office.now) == "not_allowed"
    assert say_no(signing.reject_hold, held, JUN, "nobody lives there", TABLE, office.now) == "done"
    assert say_no(signing.reject_hold, held, JUN, "again", TABLE, office.now) == "too_late"
    assert isinstance(office.release(held, JUN), Refused)
    assert ("user:hana", "hold rejected") in office.audited()


def test_people_in_charge_are_called_at_once_before_the_end_and_after_it(office):
    held = level_3(office)
    assert notices(office) == [("held", f"10:00 volcano V3 (hold {held})")]
    assert not office.db.read_sync(calling.is_due, office.now)
    office.clock.advance(2400)
    office.watch()
    assert notices(office)[1:] == [("last_call", f"10:00 volcano V3 (hold {held})")]
    office.clock.advance(1200)
    office.watch()
    assert notices(office)[2:] == [("undecided", f"volcano V3 (hold {held})")]
    assert isinstance(office.release(held, HANA), Submitted)


def test_people_on_duty_get_a_text_of_their_own(office):
    office.db.write_sync(
        lambda c: c.execute(
            "INSERT INTO duty (municipality, number_hash, number_sealed, added_at)"
            " VALUES (:m, 'duty', :sealed, '2026-11-22T00:00:00.000000Z')",
            {"m": KOMORO, "sealed": b"+819000000099"},
        )
    )
    held = level_3(office)
    texts = office.db.read_sync(lambda c: [r.text("text") for r in c.execute("SELECT text FROM texts")])
    assert texts == [f"TOMOSHIBI: held: volcano V3 (hold {held}), decide by 10:00\n承認待ちです。期限 10:00"]
    office.watch()
    count = office.db.read_sync(lambda c: c.execute("SELECT count(*) AS n FROM messages")[0].integer("n"))
    assert count == 1


def test_nobody_signs_for_what_somebody_has_signed_for_already(office):
    held = level_3(office)
    assert isinstance(office.release(held, HANA), Submitted)
    assert isinstance(office.release(held, IVO), Refused)
    assert office.found(office.release(held, JUN).id).areas == (TSUMAGOI,)


async def test_a_deadline_that_passed_does_not_forbid_a_late_yes(office):
    held = level_3(office)
    office.clock.advance(timedelta(hours=3).total_seconds())
    office.watch()
    office.approve(office.release(held, JUN).id, Person(name="user:k", may=JUN.may))
    office.apply()
    assert await told(office) == [f"new {KOMORO}=V3"]


async def told(office):
    """What the person of Komoro has on the phone."""
    await office.service.run()
    return office.service.texts(1)


def test_the_page_knows_every_language_before_it_goes(office):
    found = office.found(office.release(level_3(office), JUN).id)
    assert found.people == 2
    assert len(found.texts.message) == 18
    assert DESK.places is TABLE
