"""By hand, from the first signature to the phones: told, raised, lowered, lifted, corrected, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from alerts import store
from alerts.report import Spot
from alerts.vocabulary import NONE, Hazard, Topic
from delivery.byhand import drafts, signing, submissions
from delivery.byhand.correcting import Reason, Wish
from delivery.byhand.signing import Refused, Submitted
from tests.delivery.builders import SUZU, WAJIMA, a_person, move
from tests.delivery.byhand.people import (
    AOI,
    BRUNO,
    CHIYO,
    DESK,
    FAR,
    KOMINKAN,
    LIFTED,
    TABLE,
    Office,
    evacuation,
    notice,
)


@pytest.fixture
def office(db, clock):
    return Office(db, clock)


async def test_an_evacuation_goes_up_and_down_and_its_end_reaches_those_who_were_told(db, clock, office):
    a_person(db, 1, WAJIMA)
    a_person(db, 2, SUZU)
    for grade in ("elderly", "order", "emergency", "order"):
        await office.tell(evacuation(grade))
        clock.advance(600)
    a_person(db, 3, WAJIMA)
    await office.tell(evacuation(LIFTED))
    assert office.service.texts(1) == [
        f"new {WAJIMA}=elderly",
        f"raised {WAJIMA}=order",
        f"raised {WAJIMA}=emergency",
        f"lowered {WAJIMA}=order",
        f"lifted {WAJIMA}=order",
    ]
    assert office.service.texts(2) == []
    assert office.service.texts(3) == []
    assert office.service.network.totals().told_twice == 0


async def test_nothing_is_told_before_the_second_signature(db, clock, office):
    a_person(db, 1, WAJIMA)
    found = office.submit(evacuation())
    office.apply()
    await office.service.run()
    assert office.service.texts(1) == []
    assert office.approve(found.id, AOI) == "own"
    office.apply()
    await office.service.run()
    assert office.service.texts(1) == []
    assert office.approve(found.id, BRUNO) == "done"
    office.apply()
    await office.service.run()
    assert office.service.texts(1) == [f"new {WAJIMA}=order"]
    assert office.audited() == [
        ("user:aoi", "submitted"),
        ("user:bruno", "approved"),
        ("service", "submission done"),
    ]


async def test_the_submitter_cannot_approve_whatever_role_they_come_with(office):
    found = office.submit(evacuation("order", WAJIMA), CHIYO)
    assert office.approve(found.id, signing.Person(name=CHIYO.name, may=frozenset({WAJIMA}))) == "own"
    assert office.approve(found.id, FAR) == "not_allowed"
    assert office.found(found.id).state == "waiting"


async def test_whoever_answers_for_a_program_is_not_its_second_person(office):
    found = office.submit(evacuation(), signing.Person(name="key:system", may=AOI.may, owner=AOI.name))
    assert office.approve(found.id, AOI) == "own"
    assert office.db.write_sync(signing.reject, found.id, AOI, "no", TABLE, office.now).outcome == "own"
    assert office.approve(found.id, BRUNO) == "done"
    assert office.found(found.id).signers == "key:system and user:aoi and user:bruno"


async def test_a_program_that_nobody_answers_for_needs_two_people(db, clock, office):
    a_person(db, 1, WAJIMA)
    program = signing.Person(name="key:system", may=AOI.may, owner="")
    found = office.submit(evacuation(), program)
    assert office.approve(found.id, AOI) == "first"
    office.apply()
    await office.service.run()
    assert office.service.texts(1) == []
    assert office.approve(found.id, AOI) == "own"
    assert office.approve(found.id, program) == "own"
    assert office.approve(found.id, FAR) == "not_allowed"
    assert office.approve(found.id, BRUNO) == "done"
    office.apply()
    await office.service.run()
    assert office.service.texts(1) == [f"new {WAJIMA}=order"]
    assert office.audited() == [
        ("key:system", "submitted"),
        ("user:aoi", "signed first"),
        ("user:bruno", "approved"),
        ("service", "submission done"),
    ]


async def test_of_many_who_sign_first_at_once_one_does_and_another_one_is_the_second(db, clock, office):
    found = office.submit(evacuation(), signing.Person(name="key:system", may=AOI.may, owner=""))
    people = [signing.Person(name=f"user:p{n}", may=frozenset({WAJIMA})) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda who: db.write_sync(signing.approve, found.id, who, DESK, clock()), people))
    outcomes = [answer.outcome for answer in answers]
    assert outcomes.count("first") == 1
    assert outcomes.count("done") <= 1
    assert outcomes.count("too_late") == 8 - outcomes.count("first") - outcomes.count("done")
    made = office.found(found.id)
    assert made.owner != made.decided_by


def test_whoever_answers_for_a_program_takes_back_what_it_submitted_and_it_expires_like_any(office):
    owned = office.submit(evacuation(), signing.Person(name="key:system", may=AOI.may, owner=AOI.name))
    assert office.db.write_sync(signing.take_back, owned.id, BRUNO, office.now).outcome == "not_allowed"
    assert office.db.write_sync(signing.take_back, owned.id, AOI, office.now).outcome == "done"
    free = office.submit(evacuation("elderly"), signing.Person(name="key:system", may=AOI.may, owner=""))
    office.clock.advance(3600)
    assert office.approve(free.id, AOI) == "too_late"
    office.watch()
    assert office.found(free.id).state == "expired"


async def test_of_two_who_approve_at_once_exactly_one_wins(db, clock, office):
    a_person(db, 1, WAJIMA)
    found = office.submit(evacuation())
    people = [signing.Person(name=f"user:p{n}", may=frozenset({WAJIMA})) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda who: db.write_sync(signing.approve, found.id, who, DESK, clock()), people))
    assert sorted(answer.outcome for answer in answers) == ["done"] + ["too_late"] * 7
    winner = office.found(found.id).decided_by
    assert all(answer.submission.decided_by == winner for answer in answers)
    office.apply()
    await office.service.run()
    assert office.service.texts(1) == [f"new {WAJIMA}=order"]


async def test_a_newcomer_hears_what_is_in_force_by_hand(db, clock, office):
    someone = a_person(db, 1, SUZU)
    await office.tell(evacuation("order"))
    await office.tell(evacuation("elderly"))
    move(db, someone, WAJIMA, now=clock.advance(60))
    await office.service.run()
    assert office.service.texts(1) == [f"new {WAJIMA}=elderly"]
    await office.tell(evacuation(LIFTED))
    assert office.service.texts(1)[1:] == [f"lifted {WAJIMA}=elderly"]


async def test_two_districts_and_two_notices_stand_beside_each_other(db, office):
    a_person(db, 1, WAJIMA)
    east = Spot(ja="東地区", latin="East district", kana="ひがし ちく")
    await office.tell(evacuation("order", spot=KOMINKAN))
    await office.tell(evacuation("order", spot=east))
    await office.tell(notice(Topic.SHELTER_OPEN))
    await office.tell(notice(Topic.WATER_STATION))
    assert office.service.texts(1) == [f"new {WAJIMA}=order"] * 2 + [f"new {WAJIMA}=information"] * 2
    await office.tell(evacuation(LIFTED, spot=east))
    assert office.service.texts(1)[4:] == [f"lifted {WAJIMA}=order"]
    rows = db.read_sync(store.in_force, Hazard.EVACUATION, KOMINKAN.ja)
    assert rows[WAJIMA].grade == "order"


async def test_a_municipality_speaks_for_itself(db, office):
    a_person(db, 1, WAJIMA)
    a_person(db, 2, SUZU)
    await office.tell(evacuation("order", WAJIMA, SUZU), CHIYO, signing.Person(name="user:x", may=CHIYO.may))
    await office.tell(evacuation(LIFTED, WAJIMA))
    assert office.service.texts(1) == [f"new {WAJIMA}=order", f"lifted {WAJIMA}=order"]
    assert office.service.texts(2) == [f"new {SUZU}=order"]


async def test_a_correction_reaches_exactly_those_who_were_told_in_their_language(db, clock, office):
    a_person(db, 1, WAJIMA, language="vi")
    told = await office.tell(evacuation("emergency"))
    a_person(db, 2, WAJIMA)
    [broadcast] = office.made(told)
    wish = office.correct(Wish(broadcast_id=broadcast, reason=Reason.WRONG_PLACE))
    assert isinstance(wish, Submitted)
    assert office.approve(wish.id, AOI) == "own"
    assert office.approve(wish.id) == "done"
    office.apply()
    await office.service.run()
    assert office.service.texts(1) == [f"new {WAJIMA}=emergency", f"cancelled {WAJIMA}=emergency"]
    assert office.service.network.texts_of("+819000000001")[1].split()[3] == "vi"
    assert office.service.texts(2) == []
    assert db.read_sync(store.in_force, Hazard.EVACUATION, "")[WAJIMA].grade == NONE


async def test_taking_back_a_rise_leaves_what_was_there_before(db, clock, office):
    a_person(db, 1, WAJIMA)
    await office.tell(evacuation("elderly"))
    clock.advance(60)
    told = await office.tell(evacuation("order"))
    await sign(office, Wish(broadcast_id=office.made(told)[0], reason=Reason.FALSE_ALARM))
    assert office.service.texts(1)[2:] == [f"corrected {WAJIMA}=elderly"]


async def test_copies_that_are_still_queued_are_withdrawn(db, clock, office):
    a_person(db, 1, WAJIMA)
    found = office.submit(evacuation())
    office.approve(found.id)
    office.apply()
    office.plan()
    await sign(office, Wish(broadcast_id=office.made(found.id)[0], reason=Reason.SENT_BY_MISTAKE))
    assert office.service.texts(1) == []
    assert office.service.states() == ["withdrawn"]


async def test_an_evacuation_is_put_right_to_another_grade_in_one_text(db, clock, office):
    a_person(db, 1, WAJIMA)
    told = await office.tell(evacuation("order"))
    clock.advance(60)
    await sign(office, Wish(broadcast_id=office.made(told)[0], reason=Reason.WRONG_GRADE, grade="elderly"))
    assert office.service.texts(1)[1:] == [f"corrected {WAJIMA}=elderly"]
    await office.tell(evacuation(LIFTED))
    assert office.service.texts(1)[2:] == [f"lifted {WAJIMA}=elderly"]


async def test_a_wrong_notice_is_taken_back_and_told_anew(db, clock, office):
    a_person(db, 1, WAJIMA)
    told = await office.tell(notice(until=clock() + timedelta(hours=3)))
    clock.advance(60)
    right = notice(until=clock() + timedelta(hours=8))
    await sign(office, Wish(broadcast_id=office.made(told)[0], reason=Reason.WRONG_WORDS, instead=right))
    assert office.service.texts(1) == [
        f"new {WAJIMA}=information",
        f"cancelled {WAJIMA}=information",
        f"new {WAJIMA}=information",
    ]


async def test_what_begins_later_and_has_no_end_holds_for_its_whole_day(db, clock, office):
    a_person(db, 1, WAJIMA)
    start = clock() + timedelta(hours=20)
    told = await office.tell(notice(start=start))
    event = office.found(told).name
    [row] = db.read_sync(store.in_force, Hazard.NOTICE, event, [WAJIMA]).values()
    assert (row.ends_at, row.facts.start) == (start + timedelta(days=1), start)
    assert drafts.from_json(office.found(told).body["draft"]).start == start


async def test_what_a_newer_broadcast_has_overtaken_is_not_corrected(office, db):
    a_person(db, 1, WAJIMA)
    first = await office.tell(evacuation("elderly"))
    await office.tell(evacuation("order"))
    refused = office.correct(Wish(broadcast_id=office.made(first)[0], reason=Reason.FALSE_ALARM))
    assert isinstance(refused, Refused)
    assert refused.wrong[0].key == "overtaken"


async def test_nobody_decides_in_time(db, clock, office):
    a_person(db, 1, WAJIMA)
    found = office.submit(evacuation())
    office.watch()
    clock.advance(901)
    assert office.approve(found.id) == "too_late"
    office.watch()
    assert office.found(found.id).state == "expired"
    await office.service.run()
    assert office.service.texts(1) == []
    kinds = db.read_sync(lambda c: [r.text("kind") for r in c.execute("SELECT kind FROM notices WHERE urgent = 1")])
    assert "undecided" in kinds


async def test_rejected_and_taken_back_are_told_to_nobody(db, clock, office):
    a_person(db, 1, WAJIMA)
    first, second = office.submit(evacuation("order")), office.submit(evacuation("elderly"))
    answer = db.write_sync(signing.reject, first.id, BRUNO, "not decided yet", DESK.places, clock())
    assert answer.outcome == "done"
    assert db.write_sync(signing.take_back, second.id, BRUNO, clock()).outcome == "not_allowed"
    assert db.write_sync(signing.take_back, second.id, AOI, clock()).outcome == "done"
    assert office.approve(first.id, signing.Person(name="user:z", may=AOI.may)) == "too_late"
    office.apply()
    await office.service.run()
    assert office.service.texts(1) == []


def test_more_than_twice_the_expected_people_is_refused_unless_explained(db, office):
    for index in range(5):
        a_person(db, index, WAJIMA)
    refused = office.submit(evacuation(), expected=2)
    assert [one.key for one in refused.wrong] == ["too_many"]
    assert isinstance(office.submit(evacuation(), expected=2, explanation="the whole city, as planned"), Submitted)


def test_what_grew_beyond_twice_the_expected_people_is_not_approved(db, office):
    a_person(db, 1, WAJIMA)
    found = office.submit(evacuation(), expected=1)
    for index in range(2, 5):
        a_person(db, index, WAJIMA)
    assert office.approve(found.id) == "too_many"


def test_the_same_twice_waits_once(db, office):
    assert isinstance(office.submit(evacuation()), Submitted)
    assert [one.key for one in office.submit(evacuation()).wrong] == ["waits_already"]


def test_both_see_every_language_and_the_correction_with_it(db, office):
    a_person(db, 1, WAJIMA, language="vi")
    found = office.found(office.submit(evacuation()).id)
    assert len(found.texts.message) == len(found.texts.correction) == 18
    shown = {one.language: one for one in found.texts.message}
    assert "LEVEL 4" in shown["en"].text.upper()
    assert (shown["vi"].people, shown["en"].people) == (1, 0)
    correction = {one.language: one.text for one in found.texts.correction}
    assert correction["en"].startswith("CANCELLED")


async def sign(office, wish):
    """Two people correct, and it is sent."""
    found = office.correct(wish)
    assert isinstance(found, Submitted), found
    assert office.approve(found.id) == "done"
    office.apply()
    await office.service.run()


def test_waiting_ones_are_read_by_deadline(db, office):
    late = office.submit(notice())
    soon = office.submit(evacuation())
    assert [one.id for one in db.read_sync(submissions.open_ones)] == [soon.id, late.id]
