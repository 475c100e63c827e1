"""Lessons of one's own: signed words go out to each in their language, changed words go to nobody."""

from dataclasses import replace
from datetime import date

import pytest

from campaigns import deciding, own, previews, store
from delivery.byhand.signing import Person, Refused
from delivery.owntexts import signing, texts
from delivery.owntexts.signing import Seen
from delivery.owntexts.texts import New, Purpose
from templates_i18n.freetext.gates import Tables
from tests.campaigns.planning import AOI, BRUNO, OFFICE, PLACES, a_plan, desk, japan, look, planned
from tests.delivery.builders import SUZU, WAJIMA, a_person, a_service, number

DAY = date(2026, 11, 24)
TABLES = Tables(catalogue=desk().teller.catalogue, places=PLACES)
WORDS = {
    "ja": "今日、家の水を数えてください。",
    "ja-Hira": "きょう、いえの みずを かぞえて ください。",
    "en": "Count the water in your home today.",
    "th": "วันนี้ นับน้ำดื่มในบ้าน",
}

LONG = WORDS | {
    "ja": "今日、家にある水を数えてください。家族の人数をかけて足りるか確かめます。"
    "足りなければ店で買い、押し入れに置きます。",
    "ja-Hira": "きょう、いえに ある みずを かぞえて ください。かぞくの にんずうを かけて、たりるか たしかめます。"
    "たりない ときは、みせで かって、おしいれの なかに おいて ください。ふるい みずは、そうじや トイレに つかいます。"
    "ねだんは やすいです。",
    "en": "Count the water in your home today, and think of all your family. Buy more if it will not do, and keep it in"
    " a cupboard. Use the old water for cleaning.",
}


@pytest.fixture
def service(db, clock):
    clock.now = japan(DAY, 8)
    return a_service(db, clock)


def _sign(db, identity, tag, now):
    text = db.read_sync(texts.find, identity)
    asked = frozenset({"thing", "term", "place", "negation_lost", "negation_new", "swapped", "place_new"})
    given = Seen(language=tag, mark=signing.seen(text, tag), answered=asked)
    made = db.write_sync(signing.sign, identity, given, "user:aoi", TABLES, now)
    assert made.outcome is signing.Outcome.DONE, made


def _own(db, now, words=WORDS, purpose=Purpose.LESSON, signed=tuple(WORDS)):
    new = New(municipality=WAJIMA, purpose=purpose, title="水", source_language="ja", source=words["ja"])
    identity = db.write_sync(signing.begin, new, "user:aoi", now)
    for tag, text in words.items():
        db.write_sync(signing.write, db.read_sync(texts.find, identity), tag, text, "user:aoi", now)
    for tag in signed:
        _sign(db, identity, tag, now)
    return db.read_sync(texts.find, identity)


def _planned(db, lesson, now, who=AOI):
    return db.write_sync(deciding.submit, replace(a_plan(start=DAY), lessons=(lesson,)), who, OFFICE, now)


def _approved(db, identity, now):
    outcome = db.write_sync(deciding.approve, identity, BRUNO, PLACES, now)
    assert outcome is deciding.Outcome.DONE


def _got(service, index):
    return list(service.network.texts_of(number(index)))


async def test_each_gets_the_signed_words_of_their_language(db, clock, service):
    for index, language in enumerate(("en", "th", "vi", "ja-Hira")):
        a_person(db, index, WAJIMA, language=language)
    lesson = own.key(_own(db, clock()))
    plan = replace(a_plan(start=DAY), lessons=(lesson, "water"))
    _approved(db, planned(db, plan, clock()), clock())
    (shown, _) = db.read_sync(previews.of, plan, WAJIMA, desk().teller, 100).lessons
    assert {one.language: one.text for one in shown.texts}["th"] == WORDS["th"]
    clock.now = japan(DAY, 10)
    await look(service)
    assert _got(service, 0) == [WORDS["en"]]
    assert _got(service, 1) == [WORDS["th"]]
    assert _got(service, 2) == [f"{WORDS['ja-Hira']}\n{WORDS['en']}"]
    assert _got(service, 3) == [WORDS["ja-Hira"]]


async def test_words_that_were_changed_since_go_to_nobody(db, clock, service):
    a_person(db, 0, WAJIMA, language="en")
    text = _own(db, clock())
    _approved(db, _planned(db, own.key(text), clock()).id, clock())
    db.write_sync(signing.write, text, "en", "Count the water in your house today.", "user:aoi", clock())
    _sign(db, text.id, "en", clock())
    clock.now = japan(DAY, 10)
    await look(service)
    assert _got(service, 0) == []


@pytest.mark.parametrize(
    ("words", "purpose", "signed"),
    [
        (WORDS, Purpose.NOTICE, tuple(WORDS)),
        (WORDS, Purpose.LESSON, ("ja", "en")),
        (LONG, Purpose.LESSON, tuple(WORDS)),
    ],
)
def test_what_is_no_lesson_not_signed_or_too_long_has_no_key(db, clock, words, purpose, signed):
    assert own.key(_own(db, clock(), words, purpose, signed)) is None


def test_a_key_that_nobody_gave_and_a_text_of_others_are_refused(db, clock):
    lesson = own.key(_own(db, clock()))
    far = Person(name="user:far", may=frozenset({SUZU}))
    for who, wanted in ((AOI, "own:1:000000000000"), (AOI, "own:999:000000000000"), (AOI, "own:x"), (far, lesson)):
        made = _planned(db, wanted, clock(), who)
        assert isinstance(made, Refused)
        assert "unknown_lesson" in {one.key for one in made.wrong}


async def test_own_words_wait_for_a_second_person_however_few_they_reach(db, clock, service):
    a_person(db, 0, WAJIMA, language="en")
    made = _planned(db, own.key(_own(db, clock())), clock())
    assert (made.people, made.state) == (1, store.State.WAITING)
    clock.now = japan(DAY, 10)
    await look(service)
    assert _got(service, 0) == []
    assert db.write_sync(deciding.approve, made.id, AOI, PLACES, clock()) is deciding.Outcome.OWN


def test_a_lesson_cannot_call_a_level_or_a_tsunami_warning(db, clock):
    words = WORDS | {"en": "Tsunami warning: evacuate now."}
    text = _own(db, clock(), words, signed=("ja",))
    given = Seen(language="en", mark=signing.seen(text, "en"), answered=frozenset())
    made = db.write_sync(signing.sign, text.id, given, "user:aoi", TABLES, clock())
    assert made.outcome is signing.Outcome.STOPPED
    assert "level" in {one.key for one in made.findings}


async def test_words_that_were_signed_before_a_gate_came_go_to_nobody(db, clock, service):
    a_person(db, 0, WAJIMA, language="en")
    text = _own(db, clock())
    lesson = own.key(text)
    _approved(db, _planned(db, lesson, clock()).id, clock())
    old = "Tsunami warning: evacuate now."
    db.write_sync(lambda c: c.execute("UPDATE own_text_words SET words = :w WHERE language = 'en'", {"w": old}))
    stale = own.key(db.read_sync(texts.find, text.id))
    db.write_sync(lambda c: c.execute("UPDATE campaign_lessons SET lesson = :key", {"key": stale}))
    made = _planned(db, stale, clock())
    assert isinstance(made, Refused)
    assert ["own_stopped"] == [one.key for one in made.wrong]
    assert "in en may not be sent (level: " in made.wrong[0].text
    clock.now = japan(DAY, 10)
    await look(service)
    assert _got(service, 0) == []
    rows = db.read_sync(lambda c: c.execute("SELECT state, reason FROM campaign_lessons"))
    assert [(row.text("state"), "sign them again" in row.text("reason")) for row in rows] == [("cancelled", True)]


def test_own_lessons_stand_beside_the_others_by_their_title(db, clock):
    lesson = own.key(_own(db, clock()))
    _own(db, clock(), signed=("ja",))
    assert db.read_sync(own.of, [WAJIMA]) == {lesson: "水"}
    assert db.read_sync(own.of, [SUZU]) == {}


def test_a_change_that_two_sign_leaves_a_paused_campaign_paused(db, clock):
    lesson = own.key(_own(db, clock()))
    identity = planned(db, a_plan(start=DAY), clock())
    assert db.write_sync(deciding.pause, identity, AOI, PLACES, clock()) is deciding.Outcome.DONE
    plan = replace(a_plan(start=DAY), lessons=(lesson,))
    for _ in range(2):  # a change of what waits does not forget it
        made = db.write_sync(deciding.change, identity, plan, AOI, OFFICE, clock())
        assert made.state is store.State.WAITING
    _approved(db, identity, clock())
    assert db.read_sync(store.find, identity).state is store.State.PAUSED
    assert db.write_sync(deciding.resume, identity, AOI, PLACES, clock()) is deciding.Outcome.DONE
