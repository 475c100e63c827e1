"""What people's texts do and what they are answered, on both engines; the numbers can belong to nobody."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import places
from delivery import chunks, forgetting
from delivery.inbound import Inbound
from delivery.twoway import received, replies, revealing, triage
from delivery.twoway.answering import Words
from delivery.twoway.replies import Desk
from delivery.writing import counted
from storage import audit, database, times
from storage.database import Database
from subscribers import choices, counting, intake, postal, store
from subscribers.intake import Declaration
from subscribers.msisdn import Msisdn
from templates_i18n import catalogue
from tests.delivery.builders import set_state
from tests.subscribers.builders import a_csv, a_reader, a_sealer, language_names

WAJIMA, KANAZAWA, SUZU = "17204", "17201", "17205"
SEALER = a_sealer()
DESK = Desk(
    sealer=SEALER,
    words=Words(catalogue=catalogue.load, places=places.load()),
    languages=language_names(),
    postal=postal.reader(places.load()),
)


def number(index=1):
    return f"+8190000{index:05d}"


@dataclass
class Phones:
    """People with phones, and the service that reads what they write."""

    db: Database
    clock: object
    sent: int = 0
    farewells: list[str] = field(default_factory=list)
    desk: Desk = DESK

    def register(self, *rows, municipality=WAJIMA):
        lines = [(number(index), language, municipality, more) for index, language, more in rows]
        data = a_csv(*lines, header=("phone", "language", "municipality", "places"))
        result = intake.import_residents(
            self.db,
            data,
            a_reader(municipality),
            SEALER,
            declaration=Declaration(wording="test"),
            clock=self.clock,
        )
        assert result.clean, result
        self.db.write_sync(lambda c: c.execute("DELETE FROM newcomers"))

    def write(self, body, index=1, sid=None, **more):
        self.sent += 1
        text = Inbound(
            provider_id=sid or f"SM{self.sent}",
            sender=more.pop("sender", number(index)),
            body=body,
            received_at=self.clock(),
            **more,
        )
        farewell = self.db.write_sync(replies.take, text, self.desk, self.clock())
        self.farewells.append(farewell)
        return farewell

    def rows(self, sql):
        return self.db.read_sync(lambda c: [tuple(row.values()) for row in c.execute(sql)])

    def answers(self, kind="reply"):
        return [
            text
            for (text,) in self.rows(
                f"SELECT t.text FROM messages m JOIN texts t ON t.id = m.text_id WHERE m.kind = '{kind}' ORDER BY m.id"
            )
        ]

    def known(self, index=1):
        return self.db.read_sync(choices.find, SEALER.fingerprint(Msisdn(number(index))))

    def newcomers(self):
        return len(self.rows("SELECT subscriber_id FROM newcomers"))


@pytest.fixture
def phones(db, clock):
    return Phones(db=db, clock=clock)


def service(key, language="en"):
    return catalogue.load().by_tag[language].service[key]


def test_stop_stops_at_once_and_takes_back_what_is_queued(phones):
    phones.register((1, "en", ""), (2, "en", ""))
    phones.write("help", 1)
    phones.write("help", 2)
    assert phones.write("やめて", 1) == service("stopped")
    assert phones.known().state == "stopped"
    assert phones.rows("SELECT state FROM messages ORDER BY subscriber_id") == [("withdrawn",), ("queued",)]
    assert phones.write("やめて", 1) == ""  # who has stopped hears nothing more
    assert phones.write("HELP", 1) == ""
    assert len(phones.answers()) == 2


def test_start_tells_at_once_what_is_in_force(phones, clock):
    phones.register((1, "en", ""))
    set_state(phones.db, {WAJIMA: "L4"}, clock())
    phones.write("dừng")
    assert phones.newcomers() == 0
    phones.write("bắt đầu")
    assert (phones.known().state, phones.newcomers(), phones.answers()) == ("active", 1, [service("started_again")])


@pytest.mark.parametrize("body", ["STOP", "stop ", "Stopall", "UNSUBSCRIBE"])
def test_what_the_provider_answers_is_not_answered_twice(phones, body):
    phones.register((1, "en", ""))
    assert phones.write(body, answered_by_provider=True) == ""
    assert (phones.known().state, phones.answers()) == ("stopped", [])
    phones.write("START", answered_by_provider=True)
    assert (phones.known().state, phones.answers(), phones.newcomers()) == ("active", [], 1)


def test_a_stop_that_only_the_provider_understood_counts(phones):
    phones.register((1, "en", ""))
    phones.write("CANCEL", answered_by_provider=True, opted_out=True)
    assert phones.known().state == "stopped"


@pytest.mark.parametrize("body", ["END", "CANCEL"])
def test_words_that_clash_with_warnings_stop_nobody(phones, body):
    phones.register((1, "en", ""))
    phones.write(body, answered_by_provider=True)
    assert (phones.known().state, phones.answers()) == ("active", [])


def test_the_same_text_brought_again_does_nothing(phones):
    phones.register((1, "en", ""))
    phones.write("HELP", sid="SM1")
    phones.write("HELP", sid="SM1")
    assert phones.answers() == [service("help")]
    phones.write("やめて", sid="SM2")
    phones.write("start", sid="SM3")
    phones.write("やめて", sid="SM2")
    assert phones.known().state == "active"


@pytest.mark.parametrize("language", ["ja", "ja-Hira", "en"])
def test_help_comes_in_the_readers_language(phones, language):
    phones.register((1, language, ""))
    phones.write("HELP")
    assert phones.answers() == [service("help", language)]


@pytest.mark.parametrize("tag", catalogue.load().names)
def test_a_language_is_chosen_by_tag_and_by_its_own_name(phones, tag):
    phones.register((1, "en", ""))
    name = catalogue.load().names[tag].name
    phones.write(f"LANG {tag}")
    assert phones.known().language == tag
    phones.write("LANG en")
    phones.write(f"LANG {name}")
    assert phones.known().language == tag


def test_an_own_choice_of_language_goes_before_every_import(phones):
    phones.register((1, "en", ""))
    phones.write("LANG ja")
    phones.register((1, "vi", ""))
    phones.register((1, "zh-Hans", ""), municipality=KANAZAWA)
    assert phones.known().language == "ja"
    assert phones.answers() == [service("language_changed", "ja")]
    assert phones.db.read_sync(counting.residents).by_municipality == {WAJIMA: 1, KANAZAWA: 1}


def test_an_unknown_language_is_answered_with_the_list(phones):
    phones.register((1, "en", ""))
    phones.write("LANG klingon")
    assert phones.answers()[0].startswith("LANG ja-Hira / ja / en")
    assert phones.known().language == "en"


def test_a_place_is_added_and_its_warnings_are_told(phones):
    phones.register((1, "en", ""))
    phones.write("AREA Suzu")
    assert (phones.known().places, phones.newcomers()) == ((WAJIMA, SUZU), 1)
    assert "Suzu City" in phones.answers()[0]
    phones.register((1, "en", KANAZAWA))
    assert set(phones.known().places) == {WAJIMA, KANAZAWA, SUZU}
    phones.write("AREA 0")
    assert phones.known().places == (WAJIMA, KANAZAWA)


def test_no_more_than_three_places_are_added(phones, clock):
    phones.register((1, "en", ""))
    for name in ("Suzu", "Hakui", "Nanao", "Kaga"):
        clock.advance(200)
        phones.write(f"AREA {name}")
    assert len(phones.known().places) == 4
    assert phones.answers()[-1] == service("places_full")
    assert "AREA 0" in phones.answers()[-1]


def test_namesakes_are_chosen_by_digit(phones):
    phones.register((1, "en", ""))
    phones.write("AREA Fuchu")
    asked = phones.answers()[-1]
    assert "1) " in asked and "2) " in asked and "Tokyo" in asked and "Hiroshima" in asked
    phones.write("２")
    assert len(phones.known().places) == 2
    assert phones.known().places[1] in {"13206", "34208"}


def test_a_place_that_is_none_is_said_so(phones):
    phones.register((1, "en", ""))
    phones.write("AREA Atlantis")
    assert phones.answers() == [service("place_unknown")]


def test_a_postal_code_is_a_place(phones):
    phones.register((1, "en", ""))
    phones.write("AREA 9208577")
    assert phones.known().places == (WAJIMA, KANAZAWA)


def test_strangers_get_nothing_and_their_stop_outlives_an_import(phones):
    for body in ("HELP", "START", "LANG vi", "AREA Suzu", "1", "hello", "やめて"):
        assert phones.write(body, 9) == ""
    assert phones.answers() == []
    phones.register((9, "en", ""))
    assert phones.known(9).state == "stopped"


@pytest.mark.parametrize("sender", ["", "Twilio", "+15005550006", "whatsapp:+819000000001", "\x00", "+81900"])
def test_senders_that_are_no_phone_of_japan_are_left_alone(phones, sender):
    assert phones.write("HELP", sender=sender) == ""
    assert phones.rows("SELECT count(*) AS n FROM inbound") == [(0,)]


def test_a_machine_that_answers_is_not_answered_for_ever(phones, clock):
    phones.register((1, "en", ""))
    for _ in range(60):
        phones.write("I am out of office")
        clock.advance(10)
    assert len(phones.answers()) == 1


def test_answers_to_one_number_have_an_end_but_commands_still_count(phones, clock):
    phones.register((1, "en", ""))
    for _ in range(40):
        phones.write("HELP")
    assert len(phones.answers()) == 5
    phones.write("LANG ja")
    assert (phones.known().language, len(phones.answers())) == ("ja", 5)
    phones.write("stopp")
    assert phones.known().state == "stopped"
    clock.advance(3600)


def test_other_texts_are_not_kept_unless_the_municipality_wants_it(phones, clock):
    phones.register((1, "en", ""))
    phones.write("my house is under water")
    assert phones.rows("SELECT count(*) AS n FROM kept_texts") == [(0,)]
    phones.db.write_sync(lambda c: c.execute("INSERT INTO keeping (municipality, since) VALUES ('17204', 'x')"))
    phones.write("my house is under water")
    ((sealed,),) = phones.rows("SELECT sealed FROM kept_texts")
    assert b"house" not in bytes(sealed)
    assert SEALER.open_text(bytes(sealed)) == "my house is under water"
    clock.advance(72 * 3600 + 1)
    assert phones.db.read_sync(received.purgeable, clock())
    phones.db.write_sync(received.purge, clock())
    assert phones.rows("SELECT count(*) AS n FROM kept_texts") == [(0,)]
    assert not phones.db.read_sync(received.purgeable, clock())


def test_what_was_chosen_ends_with_the_last_registration(phones):
    phones.register((1, "en", ""))
    phones.write("LANG ja")
    phones.write("AREA Suzu")
    phones.db.write_sync(store.erase_registration, SEALER.fingerprint(Msisdn(number())), WAJIMA)
    for table in ("registrations", "subscriber_places", "inbound"):
        assert phones.rows(f"SELECT count(*) AS n FROM {table}") == [(0,)]


def on_duty(phones, index=50):
    sealed = SEALER.seal(Msisdn(number(index)))
    phones.db.write_sync(triage.add_duty, WAJIMA, SEALER.fingerprint(Msisdn(number(index))), sealed, phones.clock())


def offered(phones, clock):
    asked, last = 0, 0
    while last is not None:
        some = phones.db.write_sync(triage.offer, WAJIMA, "1", DESK.words, clock(), last)
        asked, last = asked + some.people, some.last
    phones.db.write_sync(lambda c: c.execute("UPDATE messages SET state = 'delivered'"))
    return asked


def test_safe_or_help_is_asked_only_where_somebody_is_on_duty(phones, clock):
    phones.register((1, "en", ""), (2, "ja", ""))
    assert offered(phones, clock) == 0
    on_duty(phones)
    assert offered(phones, clock) == 2
    assert phones.answers("safety") == [service("safe_or_help_offer"), service("safe_or_help_offer", "ja")]


def test_everybody_of_a_city_is_asked_once_chunk_by_chunk(phones, clock, monkeypatch):
    monkeypatch.setattr(chunks, "SIZE", 3)
    phones.register(*((index, "en", "") for index in range(1, 8)))
    on_duty(phones)
    assert offered(phones, clock) == 7
    offered(phones, clock)
    assert len(phones.answers("safety")) == 7


def test_a_cry_for_help_is_acknowledged_listed_told_and_answered(phones, clock):
    phones.register((1, "en", ""), (2, "en", ""))
    on_duty(phones)
    offered(phones, clock)
    phones.write("2", 1)
    phones.write("1", 2)
    assert phones.answers() == [service("help_ack"), service("safe_ack")]
    cases = phones.db.read_sync(triage.cases, WAJIMA)
    assert [(one.place, one.says) for one in cases] == [(WAJIMA, "help"), (WAJIMA, "safe")]
    assert phones.db.read_sync(triage.untold) == [WAJIMA]
    assert phones.db.write_sync(triage.tell_duty, WAJIMA, DESK.words, clock()) == 1
    assert phones.db.write_sync(triage.tell_duty, WAJIMA, DESK.words, clock()) == 0
    (call,) = phones.answers("operator")
    assert f"#{cases[0].id} Wajima City" in call and number(1)[-5:] not in call
    phones.write(f"{cases[0].id} 1", 50)
    assert phones.answers()[-1] == service("help_ack")
    phones.write(f"{cases[0].id} 1", 2)  # nobody else may
    assert [one.answer for one in phones.db.read_sync(triage.cases, WAJIMA)] == ["help_ack", ""]


def test_a_cry_for_help_goes_to_the_city_that_asked(phones, clock):
    phones.register((1, "en", ""), municipality=KANAZAWA)
    phones.register((1, "en", ""))
    on_duty(phones)
    sealed = SEALER.seal(Msisdn(number(51)))
    phones.db.write_sync(triage.add_duty, KANAZAWA, SEALER.fingerprint(Msisdn(number(51))), sealed, clock())
    offered(phones, clock)
    phones.write("2")
    (case,) = phones.db.read_sync(triage.cases, WAJIMA)
    phones.write(f"{case.id} 2", 50)  # asked once more by those on duty
    phones.db.write_sync(lambda c: c.execute("UPDATE messages SET state = 'delivered'"))
    clock.advance(1)
    phones.write("1")
    assert [one.says for one in phones.db.read_sync(triage.cases, WAJIMA)] == ["safe"]
    assert phones.db.read_sync(triage.cases, KANAZAWA) == []


def test_after_72_hours_no_answer_shows_who_called_for_help(phones, clock):
    phones.register((1, "en", ""))
    on_duty(phones)
    offered(phones, clock)
    phones.write("2")
    phones.db.write_sync(lambda c: c.execute("UPDATE messages SET state = 'delivered'"))
    keep = timedelta(days=180)
    clock.advance(71 * 3600)
    assert not phones.db.read_sync(forgetting.due, clock(), keep)
    clock.advance(2 * 3600)
    phones.db.write_sync(forgetting.step, clock(), keep)
    assert phones.rows("SELECT id FROM messages") == phones.rows("SELECT id FROM texts") == []
    assert not phones.db.read_sync(forgetting.due, clock(), keep)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("2 my leg is broken", ["help"]),
        ("２、助けて", ["help"]),
        ("HELP!", ["help"]),
        ("ช่วยด้วย", ["help"]),
        ("2です", ["help"]),
        ("1 please", ["safe"]),
        ("1 person is hurt", []),
        ("20 people are here", []),
        ("how are you?", []),
    ],
)
def test_a_cry_for_help_counts_in_words_too(phones, clock, body, says):
    phones.register((1, "en", ""))
    on_duty(phones)
    offered(phones, clock)
    phones.write(body)
    assert [one.says for one in phones.db.read_sync(triage.cases, WAJIMA)] == says
    assert len(phones.answers()) == 1


def test_two_people_see_a_number_and_the_person_is_told(phones, clock):
    phones.register((1, "en", ""))
    on_duty(phones)
    offered(phones, clock)
    phones.write("2")
    (case,) = phones.db.read_sync(triage.cases, WAJIMA)

    def reveal(who):
        return phones.db.write_sync(revealing.reveal, WAJIMA, case.id, who, DESK.words, clock())

    assert reveal("user:aoi") == revealing.Waits(first="user:aoi")
    assert reveal("user:aoi") == revealing.Waits(first="user:aoi")
    shown = reveal("user:ben")
    assert isinstance(shown, revealing.Revealed) and SEALER.open(shown.sealed) == number()
    assert phones.answers()[-1] == service("number_shown").format(place="Wajima City")
    entries = phones.db.read_sync(audit.latest)
    assert [(one.actor, one.action) for one in entries[:2]] == [
        ("user:ben", "number shown"),
        ("user:aoi", "asked to see a number"),
    ]
    assert not any(number()[-6:] in str(one) for one in entries)
    assert isinstance(phones.db.read_sync(audit.verify), audit.Whole)
    assert reveal("user:ben") == revealing.Waits(first="user:ben")
    clock.advance(72 * 3600 + 1)
    phones.db.write_sync(received.purge, clock())
    assert reveal("user:aoi") == revealing.Missing()


def test_digits_without_a_question_are_answered_with_help(phones):
    phones.register((1, "en", ""))
    phones.write("2")
    assert phones.answers() == [service("help")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=200), st.text(max_size=20))
def test_no_text_makes_it_fall(sqlite_phones, body, sender):
    sqlite_phones.write(body)
    sqlite_phones.write(body, sender=sender)


@pytest.fixture
def sqlite_phones(sqlite_url, clock):
    opened = database.open(sqlite_url)
    made = Phones(db=opened, clock=clock)
    made.register((1, "en", ""))
    yield made
    opened.close_sync()


class Listening:
    """A quiz that understands 1 and 2, and keeps what it was asked."""

    def __init__(self):
        self.heard = []

    def answer(self, db, question, text):
        self.heard.append((question.lesson, question.place, text))
        return counted("That is right.", "en") if text in ("1", "2", "two") else None

    def hint(self, question):
        return counted("Reply 1 or 2.", "en")


def ask_a_lesson(phones):
    phones.write("help")
    phones.db.write_sync(
        lambda c: c.execute(
            "UPDATE messages SET kind = 'lesson', state = 'delivered', grade = 'water', place = '17204'"
        )
    )


def test_a_digit_answers_the_lesson_that_was_asked_last(phones):
    quiz = Listening()
    phones.desk = replace(DESK, quiz=quiz)
    phones.register((1, "en", ""))
    ask_a_lesson(phones)
    phones.write("2")
    phones.write("7")
    phones.write("two")
    assert quiz.heard == [("water", WAJIMA, "2"), ("water", WAJIMA, "7"), ("water", WAJIMA, "two")]
    assert phones.answers() == ["That is right.", "Reply 1 or 2.", "That is right."]


def test_what_is_no_answer_to_a_lesson_is_read_as_ever(phones):
    phones.desk = replace(DESK, quiz=Listening())
    phones.register((1, "en", ""))
    ask_a_lesson(phones)
    phones.write("2 people are hurt")
    assert phones.answers() == [service("help")]
    phones.write("STOP")
    assert phones.known().state == "stopped"


def test_a_day_later_a_digit_answers_no_lesson(phones, clock):
    quiz = Listening()
    phones.desk = replace(DESK, quiz=quiz)
    phones.register((1, "en", ""))
    ask_a_lesson(phones)
    clock.advance(25 * 3600)
    phones.write("2")
    assert (quiz.heard, phones.answers()) == ([], [service("help")])


def test_a_lesson_that_waited_is_answered_by_when_it_came(phones, clock):
    quiz = Listening()
    phones.desk = replace(DESK, quiz=quiz)
    phones.register((1, "en", ""))
    ask_a_lesson(phones)
    clock.advance(40 * 3600)
    at = {"at": times.to_text(clock())}
    phones.db.write_sync(lambda c: c.execute("UPDATE messages SET handed_at = :at", at))
    clock.advance(3600)
    phones.write("2")
    assert (quiz.heard, phones.answers()) == ([("water", WAJIMA, "2")], ["That is right."])
