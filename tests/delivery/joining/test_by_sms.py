"""Registering by SMS alone, on both engines: the way through, what is never answered, YES alone does nothing."""

from dataclasses import replace

import pytest

from alerts import noticeboard
from alerts.notices import NoticeKind
from delivery.inbound import Inbound
from delivery.joining import by_sms, codes, sentences
from delivery.joining.sentences import Sentence
from delivery.twoway import replies
from service import self_service
from subscribers import choices, keywords, own
from subscribers.keywords import Command
from subscribers.languages import TAGS
from subscribers.msisdn import Msisdn
from templates_i18n import catalogue
from tests.delivery.test_replies import DESK, SEALER, Phones, number, service

WAJIMA = "17204"


@pytest.fixture
def phones(db, clock):
    return Phones(db=db, clock=clock)


def stored(phones, index=1):
    identity = phones.db.read_sync(own.person, SEALER.fingerprint(Msisdn(number(index))))
    return None if identity is None else phones.db.read_sync(own.stored, identity)


def consent(place, tag="en"):
    return sentences.line(tag, Sentence.JOIN_CONSENT, place=place, provider="", version=own.WORDING)


def test_join_with_a_postal_code_and_yes_registers_and_welcomes(phones):
    phones.write("JOIN 928-0001")
    assert phones.answers() == [consent("Wajima City")]
    assert stored(phones) is None
    phones.write("yes!")
    seen = stored(phones)
    assert (seen.own.language, seen.own.places, seen.own.standing) == ("en", (WAJIMA,), True)
    assert (seen.consents[0][1].way, seen.consents[0][1].wording) == ("sms", own.WORDING)
    assert phones.rows("SELECT welcome FROM newcomers") == [(1,)]
    assert len(phones.answers()) == 1  # the welcome is the answer
    assert phones.rows("SELECT count(*) AS n FROM joining") == [(0,)]


def test_the_word_for_joining_chooses_the_language(phones):
    phones.write("tham gia Wajima")
    assert phones.answers() == [consent("Wajima", "vi")]
    phones.write("Đồng ý")
    assert stored(phones).own.language == "vi"


def test_place_and_language_may_come_one_by_one(phones):
    phones.write("join")
    phones.write("မြန်မာဘာသာ")
    phones.write("Fuchu")
    phones.write("2")
    phones.write("သဘောတူပါသည်")
    place, language, choose, agree = phones.answers()
    assert place == sentences.line("en", Sentence.JOIN_PLACE)
    assert language == sentences.line("my", Sentence.JOIN_PLACE)
    assert "1) " in choose
    assert "YES" in agree
    assert (stored(phones).own.language, stored(phones).own.places) == ("my", ("34208",))


@pytest.mark.parametrize("body", ["yes", "hello", "HELP", "START", "LANG vi", "AREA 928-0001", "1", "", "?"])
def test_nothing_but_join_is_answered(phones, body):
    phones.write(body)
    assert phones.answers() == []
    assert stored(phones) is None


def test_yes_without_a_place_or_too_late_registers_nobody(phones, clock):
    phones.write("JOIN")
    phones.write("yes")
    assert stored(phones) is None
    phones.write("JOIN Wajima")
    clock.advance(3601)
    phones.write("yes")
    assert stored(phones) is None


def test_a_machine_is_not_answered_without_end(phones):
    for _ in range(30):
        phones.write("JOIN")
    assert len(phones.answers()) == 5


async def test_the_limit_of_answers_to_strangers_is_told_and_is_over_by_itself(phones, clock):
    desk = replace(DESK, budget=1)
    for index in (1, 2):
        text = Inbound(provider_id=f"SM{index}", sender=number(index), body="JOIN", received_at=clock())
        phones.db.write_sync(replies.take, text, desk, clock())
    assert len(phones.answers()) == 1
    assert phones.db.read_sync(noticeboard.open_subjects, NoticeKind.CODES) == ["join"]
    assert not phones.db.read_sync(codes.full)  # the pages still send codes
    await self_service.forget_codes(phones.db, 1, clock())
    assert phones.db.read_sync(by_sms.full)
    clock.advance(3600)
    await self_service.forget_codes(phones.db, 1, clock())
    assert phones.db.read_sync(noticeboard.open_subjects, NoticeKind.CODES) == []


def test_who_said_stop_before_may_join_and_a_stop_ends_it(phones):
    phones.write("STOP")
    phones.write("JOIN Wajima")
    phones.write("YES")
    assert stored(phones).state == "active"
    phones.write("STOP")
    assert stored(phones).state == "stopped"


def test_whoever_is_registered_gets_their_places_or_starts_again(phones):
    phones.register((1, "en", ""))
    phones.write("JOIN")
    assert phones.answers() == [service("places_are").format(places="Wajima City")]
    phones.write("STOP")
    phones.write("JOIN")
    assert phones.known().state == "active"
    assert phones.answers()[-1] == service("started_again")


def test_joining_with_unknown_words_behind_it_starts_nobody_again(phones):
    phones.write("JOIN Wajima")
    phones.write("YES")
    phones.write("STOP")
    phones.write("JOIN no more")
    assert phones.known().state == "stopped"
    phones.write("JOIN Wajima")
    assert phones.known().state == "active"


def test_texts_go_to_whoever_registered_themself_as_to_others(phones):
    phones.write("JOIN Wajima")
    phones.write("YES")
    phones.write("LANG vi")
    known = phones.db.read_sync(choices.find, SEALER.fingerprint(Msisdn(number())))
    assert known.language == "vi"
    assert phones.answers()[-1] == service("language_changed", "vi")


def test_no_number_stands_in_any_row(phones):
    phones.write("JOIN Wajima")
    phones.write("YES")
    tables = ("subscribers", "registrations", "messages", "texts", "joining", "inbound", "consents", "audit_entries")
    rows = repr([phones.rows(f"SELECT * FROM {table}") for table in tables])
    assert "9000000001" not in rows


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_can_join_and_agree(tag):
    for word in keywords.table()["join"][tag]:
        assert keywords.language_of_join(f"{word} 928-0001") in (tag, *_twins(tag)), word
    assert keywords.agrees("YES", tag)
    assert not keywords.agrees(catalogue.load().by_tag[tag].service["stopped"], tag)


@pytest.mark.parametrize(
    ("text", "language"), [("¡Ya, por favor!", "es"), ("ya", "fil"), ("oo", "pt"), ("いいです", "ja"), ("네?", "ko")]
)
def test_what_says_yes_in_another_language_or_no_politely_is_no_consent(text, language):
    assert not keywords.agrees(text, language)


@pytest.mark.parametrize("text", ["登録解除", "登録をやめる", "登记取消", "退会"])
def test_a_wish_to_leave_is_never_taken_for_joining(text):
    assert keywords.understand(text).command is Command.STOP


def _twins(tag):
    """Languages with the same word."""
    words = keywords.table()["join"]
    return [other for other, found in words.items() if set(found) & set(words[tag])]
