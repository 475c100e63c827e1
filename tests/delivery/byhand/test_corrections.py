"""Taking back what a telegram said, when two people have signed that: told to those who were told, and it stays so."""

import pytest

from alerts import store
from alerts.vocabulary import NONE, Hazard
from delivery.byhand.correcting import Reason, Wish
from delivery.byhand.signing import Person, Refused, Submitted
from feeds.jma import compose
from feeds.jma.compose import Item
from tests.delivery.builders import SUZU, WAJIMA, a_person, set_state
from tests.delivery.byhand.people import AOI, BRUNO, CHIYO, FAR, Office


@pytest.fixture
def office(db, clock):
    made = Office(db, clock)
    a_person(db, 1, WAJIMA, language="pt")
    a_person(db, 2, SUZU)
    return made


def rain(office, **levels):
    """A landslide telegram: 03 warning (level 3), 43 urgent (level 4), 33 emergency (level 5); '' lifts."""
    places = {"wajima": "1720400", "suzu": "1720500"}
    kinds = {places[name]: Item(code=code) if code else Item(code="03", status="解除") for name, code in levels.items()}
    office.arrive("VPWW55", compose.rain_report(region="170000", kinds=kinds, at=office.now))


def newest(office):
    rows = office.db.read_sync(lambda c: c.execute("SELECT max(id) AS id FROM broadcasts"))
    return rows[0].integer("id")


async def correct(office, wish, who=AOI, second=BRUNO):
    found = office.correct(wish, who)
    assert isinstance(found, Submitted), found
    assert office.approve(found.id, second) == "done"
    office.apply()
    await office.service.run()
    return found.id


async def test_a_false_warning_is_cancelled_in_the_places_of_those_who_sign(office):
    rain(office, wajima="43", suzu="43")
    await office.service.run()
    await correct(office, Wish(broadcast_id=newest(office), reason=Reason.FALSE_ALARM))
    assert office.service.texts(1) == [f"new {WAJIMA}=L4", f"cancelled {WAJIMA}=L4"]
    assert office.service.texts(2) == [f"new {SUZU}=L4"]
    assert office.service.network.texts_of("+819000000001")[1].split()[3] == "pt"


async def test_the_same_telegram_again_warns_nobody_anew_but_a_rise_does(office):
    rain(office, wajima="43", suzu="43")
    await office.service.run()
    await correct(office, Wish(broadcast_id=newest(office), reason=Reason.FALSE_ALARM))
    office.clock.advance(600)
    rain(office, wajima="43", suzu="43")
    await office.service.run()
    assert office.service.texts(1)[2:] == []
    office.clock.advance(600)
    rain(office, wajima="33", suzu="43")
    await office.service.run()
    assert office.service.texts(1)[2:] == [f"new {WAJIMA}=L5"]
    office.clock.advance(600)
    rain(office, wajima="", suzu="")
    await office.service.run()
    assert office.service.texts(1)[3:] == [f"lifted {WAJIMA}=L5"]
    assert office.service.texts(2)[1:] == [f"lifted {SUZU}=L4"]


async def test_the_lifting_of_what_was_cancelled_is_told_to_nobody(office):
    rain(office, wajima="43", suzu="43")
    await office.service.run()
    await correct(office, Wish(broadcast_id=newest(office), reason=Reason.WRONG_PLACE))
    office.clock.advance(600)
    rain(office, wajima="", suzu="43")
    await office.service.run()
    assert office.service.texts(1)[2:] == []


async def test_a_grade_is_put_right_downwards_only(office):
    rain(office, wajima="33", suzu="43")
    await office.service.run()
    refused = office.correct(Wish(broadcast_id=newest(office), reason=Reason.WRONG_GRADE, grade="L5"))
    assert isinstance(refused, Refused)
    assert refused.wrong[0].key == "not_lower"
    await correct(office, Wish(broadcast_id=newest(office), reason=Reason.WRONG_GRADE, grade="L3"))
    assert office.service.texts(1)[1:] == [f"corrected {WAJIMA}=L3"]
    rows = office.db.read_sync(store.in_force, Hazard.HEAVY_RAIN, "")
    assert (rows[WAJIMA].grade, rows[SUZU].grade) == ("L3", "L4")


async def test_an_earthquake_is_cancelled_though_its_time_is_over(office):
    body = compose.full_earthquake_report(event_id="20261123090000", at=office.now, cities={"1720400": "6-"})
    office.arrive("VXSE53", body)
    await office.service.run()
    office.clock.advance(4 * 3600)
    office.db.write_sync(store.end_by_time, office.now)
    await correct(office, Wish(broadcast_id=newest(office), reason=Reason.FALSE_ALARM))
    assert office.service.texts(1) == [f"new {WAJIMA}=6-", f"cancelled {WAJIMA}=6-"]


async def test_those_who_may_not_are_refused_and_what_is_over_cannot_be_corrected(office):
    rain(office, wajima="43")
    await office.service.run()
    wish = Wish(broadcast_id=newest(office), reason=Reason.FALSE_ALARM)
    assert isinstance(office.correct(wish, FAR), Refused)
    rain_over = newest(office)
    office.clock.advance(60)
    rain(office, wajima="")
    await office.service.run()
    assert isinstance(office.correct(Wish(broadcast_id=rain_over, reason=Reason.FALSE_ALARM), AOI), Refused)
    assert isinstance(office.correct(Wish(broadcast_id=newest(office), reason=Reason.FALSE_ALARM), AOI), Refused)
    assert isinstance(office.correct(Wish(broadcast_id=99999, reason=Reason.FALSE_ALARM), AOI), Refused)


async def test_a_cancellation_goes_before_everything_else(office):
    rain(office, wajima="43")
    await office.service.run()
    found = office.correct(Wish(broadcast_id=newest(office), reason=Reason.FALSE_ALARM))
    office.approve(found.id)
    office.apply()
    rows = office.db.read_sync(lambda c: c.execute("SELECT priority FROM broadcasts ORDER BY id DESC LIMIT 1"))
    assert rows[0].integer("priority") == 0


async def test_two_who_want_to_correct_the_same_are_told_of_each_other(office):
    rain(office, wajima="43")
    await office.service.run()
    wish = Wish(broadcast_id=newest(office), reason=Reason.FALSE_ALARM)
    assert isinstance(office.correct(wish, AOI), Submitted)
    assert office.correct(wish, CHIYO).wrong[0].key == "waits_already"


async def test_nothing_in_force_is_left_of_what_was_cancelled(office):
    rain(office, wajima="43", suzu="43")
    await office.service.run()
    both = Person(name="user:both", may=CHIYO.may)
    await correct(office, Wish(broadcast_id=newest(office), reason=Reason.FALSE_ALARM), CHIYO, both)
    rows = office.db.read_sync(store.in_force, Hazard.HEAVY_RAIN, "")
    assert {row.grade for row in rows.values()} == {NONE}
    a_person(office.db, 3, WAJIMA, newcomer=True, now=office.clock.advance(5))
    await office.service.run()
    assert office.service.texts(3) == []


async def test_a_broadcast_without_an_alert_of_its_own_can_be_corrected(office):
    told = set_state(office.db, {WAJIMA: "L4"}, office.now)
    await office.service.run()
    await correct(office, Wish(broadcast_id=told, reason=Reason.FALSE_ALARM))
    assert office.service.texts(1) == [f"new {WAJIMA}=L4", f"cancelled {WAJIMA}=L4"]
