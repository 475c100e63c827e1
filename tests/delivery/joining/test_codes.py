"""The text with a code: what is queued, what the phone shows, and what no row holds."""

import re
from dataclasses import replace

import pytest

from alerts import noticeboard, places
from alerts.notices import NoticeKind
from delivery import priority
from delivery.joining import codes, sentences
from delivery.joining.sentences import Sentence
from delivery.simulated import Profile
from delivery.twoway.answering import Words
from subscribers import asked, own, store
from subscribers.asked import Asked, Asking, Limit, Proved, Purpose, Wrong
from subscribers.msisdn import Msisdn
from subscribers.own import Consent
from subscribers.registration import Registration
from templates_i18n import catalogue, characters, segments
from tests.delivery.builders import a_service
from tests.subscribers.builders import a_sealer

SEALER = a_sealer()
DESK = codes.Desk(
    sealer=SEALER,
    words=Words(catalogue=catalogue.load, places=places.load()),
    pages="https://sms.example.jp",
    budget=2000,
)
NUMBER = Msisdn("+819000000001")
TAGS = tuple(catalogue.load().names)


@pytest.fixture
def service(db, clock):
    made = a_service(db, clock)
    made.sender = replace(made.sender, unseal=SEALER.open, make_code=SEALER.code)
    return made


def ask(db, clock, purpose=Purpose.JOIN, language="en", desk=DESK):
    one = Asking(number=NUMBER, address_hash="", purpose=purpose, answers={}, budget=desk.budget)
    return db.write_sync(codes.ask, desk, one, language, clock())


def register(db, clock):
    wanted = Registration(language="en", places=("17204",))
    consent = Consent(wording="1", language="en", way="page")
    db.write_sync(own.register, (SEALER.fingerprint(NUMBER), SEALER.seal(NUMBER)), wanted, consent, clock())


async def shown(service):
    await service.send()
    return service.network.texts_of(NUMBER)


def rows(db, sql):
    return db.read_sync(lambda c: [tuple(row.values()) for row in c.execute(sql)])


async def test_the_phone_shows_the_code_that_opens_and_no_row_does(service, db, clock):
    found = ask(db, clock)
    (text,) = await shown(service)
    code = re.match(r"(\d{6}) is your Tomoshibi code\. Tell it to nobody\.$", text)
    assert code
    assert rows(db, "SELECT text FROM texts") == [("{code} is your Tomoshibi code. Tell it to nobody.",)]
    assert code[1] not in repr(rows(db, "SELECT * FROM messages"))
    assert isinstance(db.write_sync(asked.prove, found.ticket, code[1], Purpose.JOIN, SEALER, clock()), Proved)


async def test_it_goes_with_replies_before_lessons_and_never_after_its_end(service, db, clock):
    ask(db, clock)
    assert rows(db, "SELECT priority, state FROM messages") == [(priority.SERVICE, "queued")]
    assert priority.WARNING < priority.SERVICE < priority.LESSON
    clock.advance(601)
    assert await shown(service) == []
    assert rows(db, "SELECT state FROM messages") == [("expired",)]


async def test_who_is_registered_already_gets_one_text_too_that_says_so(service, db, clock):
    register(db, clock)
    found = ask(db, clock)
    (text,) = await shown(service)
    assert text.endswith("You are registered already. To change or leave: https://sms.example.jp/me")
    assert isinstance(db.write_sync(asked.prove, found.ticket, text[:6], Purpose.JOIN, SEALER, clock()), Proved)


async def test_who_is_not_registered_gets_one_text_too_that_opens_nothing(service, db, clock):
    found = ask(db, clock, Purpose.ME)
    assert isinstance(found, Asked)
    (text,) = await shown(service)
    assert text == "This number is not registered with Tomoshibi. To register: https://sms.example.jp/join"
    code = SEALER.code(NUMBER, found.salt)
    assert db.write_sync(asked.prove, found.ticket, code, Purpose.ME, SEALER, clock()) is Wrong.CODE


async def test_a_registered_number_opens_its_own_page(service, db, clock):
    register(db, clock)
    found = ask(db, clock, Purpose.ME)
    (text,) = await shown(service)
    assert isinstance(db.write_sync(asked.prove, found.ticket, text[:6], Purpose.ME, SEALER, clock()), Proved)


async def test_who_has_said_stop_still_gets_the_code_they_ask_for(service, db, clock):
    db.write_sync(store.stop, SEALER.fingerprint(NUMBER), clock())
    ask(db, clock)
    assert len(await shown(service)) == 1


def test_the_budget_is_told_to_those_in_charge_and_is_over_by_itself(db, clock):
    desk = replace(DESK, budget=1)
    ask(db, clock, desk=desk)
    clock.advance(61)
    assert ask(db, clock, desk=desk) is Limit.TOTAL
    assert db.read_sync(codes.full)
    (notice,) = db.read_sync(noticeboard.open_notices)
    assert (notice.notice.kind, notice.notice.urgent) == (NoticeKind.CODES, True)
    db.write_sync(codes.relax, 1, clock())
    assert db.read_sync(codes.full)
    clock.advance(3600)
    db.write_sync(codes.relax, 1, clock())
    assert not db.read_sync(codes.full)


async def test_a_code_of_unknown_outcome_is_looked_up_with_its_digits(db, clock):
    service = a_service(db, clock, profile=Profile(unknown=1.0))
    service.sender = replace(service.sender, unseal=SEALER.open, make_code=SEALER.code)
    for index in range(12):
        one = Asking(
            number=Msisdn(f"+8190000{index:05d}"), address_hash="", purpose=Purpose.JOIN, answers={}, budget=99
        )
        db.write_sync(codes.ask, DESK, one, "en", clock())
    await service.send()
    taken = service.network.totals().accepted
    assert 0 < taken < 12
    await service.sender.reconcile()
    found = rows(db, "SELECT count(*) AS n FROM messages WHERE state IN ('accepted', 'sent', 'delivered')")
    assert found == [(taken,)]


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_has_every_sentence_with_its_gaps_and_its_digits(tag):
    english, own_table = sentences.table()["en"], sentences.table()[tag]
    assert own_table.keys() == english.keys() == set(Sentence)
    for key, words in own_table.items():
        assert sorted(re.findall(r"\{\w+\}", words)) == sorted(re.findall(r"\{\w+\}", english[key])), key
        assert re.findall(r"[0-9]+", words) == re.findall(r"[0-9]+", english[key]), key
        for word in ("JOIN", "YES", "STOP", "Twilio"):
            assert (word in words) == (word in english[key]), (key, word)


def test_easy_japanese_has_no_kanji():
    assert not [c for words in sentences.table()["ja-Hira"].values() for c in words if characters.is_kanji(c)]


@pytest.mark.parametrize("tag", TAGS)
def test_texts_fit_three_segments(tag):
    link = "https://tomoshibi.city.example.jp/join"
    code = DESK.words.say("code", tag, code="000000")
    values = {"link": link, "place": "Minamiuonuma City", "version": "2026-11", "provider": ""}
    values["provider"] = sentences.line(tag, Sentence.PROVIDER)
    for sentence in Sentence:
        text = sentences.line(tag, sentence, **values)
        text = f"{code.text}\n{text}" if sentence is Sentence.KNOWN else text
        assert segments.count(text).segments <= (5 if sentence is Sentence.JOIN_CONSENT else 3), (sentence, text)
