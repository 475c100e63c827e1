"""Answers to lessons: counted once, explained each time, on both engines."""

from campaigns.lessons import facts, totals
from campaigns.lessons.answering import LessonQuiz
from campaigns.lessons.totals import Asked, Share
from delivery.twoway.quiz import Question
from storage.database import Database
from templates_i18n import catalogue, lessons
from tests.conftest import FakeClock
from tests.delivery.builders import WAJIMA

QUIZ = LessonQuiz(book=lessons.load, catalogue=catalogue.load)
WATER = lessons.load().by_tag["en"].lessons["water"]


def _asked(db: Database, clock: FakeClock, language: str = "en", lesson: str = "water") -> Question:
    """A lesson that was sent to somebody; the message is a row like any other."""

    def write(connection) -> int:
        person = connection.execute(
            "INSERT INTO subscribers (number_hash, number_sealed, role, state, created_at)"
            " VALUES (:hash, :sealed, 'resident', 'active', '2026-11-01T00:00:00Z') RETURNING id",
            {"hash": f"h{clock.advance(1)}", "sealed": b"x"},
        )[0].integer("id")
        broadcast = connection.execute(
            "INSERT INTO broadcasts (origin, hazard, event, revision, decision, reason, state, priority, snapshot,"
            " form, seen_at, created_at, expires_at)"
            " VALUES ('lesson', '', '1', 0, 'send', '', 'sending', 1, '{}', 'full',"
            " '2026-11-23T00:00:00Z', '2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z') RETURNING id"
        )[0].integer("id")
        text = connection.execute(
            "INSERT INTO texts (text_key, broadcast_id, language, form, text, encoding, units, segments, catalogue)"
            " VALUES (:key, :broadcast, :language, 'full', 'x', 'GSM-7', 1, 1, '') RETURNING id",
            {"key": f"t{broadcast}", "broadcast": broadcast, "language": language},
        )[0].integer("id")
        return connection.execute(
            "INSERT INTO messages (broadcast_id, subscriber_id, change_key, hazard, event, place, grade, kind,"
            " revision, language, text_id, segments, priority, turn, state, created_at, expires_at)"
            " VALUES (:broadcast, :person, 'lesson:1', '', '1', :place, :lesson, 'lesson',"
            " 0, :language, :text, 1, 1, 1, 'delivered',"
            " '2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z') RETURNING id",
            {
                "broadcast": broadcast,
                "person": person,
                "place": WAJIMA,
                "lesson": lesson,
                "language": language,
                "text": text,
            },
        )[0].integer("id")

    return Question(message_id=db.write_sync(write), lesson=lesson, language=language, place=WAJIMA)


def _version(tag: str, lesson: str = "water") -> str:
    return lessons.load().versions[lesson, tag]


def test_an_answer_is_counted_once_and_explained_each_time(db: Database, clock: FakeClock) -> None:
    question = _asked(db, clock)
    wrong = db.write_sync(QUIZ.answer, question, "1")
    right = db.write_sync(QUIZ.answer, question, "２")
    assert wrong is not None
    assert right is not None
    assert wrong.text == f"The right answer: 2) 3 litres\n{WATER.why}"
    assert right.text == f"Right!\n{WATER.why}"
    assert [(total.asked, total.option, total.correct, total.answers) for total in db.read_sync(totals.read)] == [
        (Asked(lesson="water", version=_version("en"), language="en", place=WAJIMA), 1, False, 1)
    ]


def test_what_is_kept_leads_to_nobody(db: Database, clock: FakeClock) -> None:
    question = _asked(db, clock)
    db.write_sync(QUIZ.answer, question, "2")
    kept = db.read_sync(lambda c: c.execute("SELECT * FROM answered_lessons"))
    assert [tuple(row.values()) for row in kept] == [(question.message_id,)]


def test_what_is_no_answer_is_not_counted(db: Database, clock: FakeClock) -> None:
    question = _asked(db, clock)
    assert db.write_sync(QUIZ.answer, question, "3") is None
    assert db.write_sync(QUIZ.answer, question, "2 people are hurt") is None
    assert db.write_sync(totals.first_answer, question.message_id) is True
    assert db.read_sync(totals.read) == []
    hint = QUIZ.hint(question)
    assert hint is not None
    assert hint.text == "Reply 1 or 2."


def test_a_lesson_that_is_gone_asks_nothing(db: Database, clock: FakeClock) -> None:
    question = _asked(db, clock, lesson="fire")
    assert db.write_sync(QUIZ.answer, question, "1") is None
    assert QUIZ.hint(question) is None


def test_totals_are_by_words_language_and_place(db: Database, clock: FakeClock) -> None:
    for text in ("2", "2", "1"):
        db.write_sync(QUIZ.answer, _asked(db, clock, "ja"), text)
    db.write_sync(QUIZ.answer, _asked(db, clock, "en"), "2")
    found = db.read_sync(totals.read)
    assert [(one.asked.language, one.asked.version, one.option, one.answers) for one in found] == sorted(
        [("en", _version("en"), 2, 1), ("ja", _version("ja"), 1, 1), ("ja", _version("ja"), 2, 2)],
        key=lambda row: (row[1], row[0], row[2]),
    )
    assert totals.share(one for one in found if one.asked.language == "ja") == Share(right=2, answers=3)
    assert db.read_sync(totals.read, frozenset({"17205"})) == []
    assert db.read_sync(totals.read, frozenset()) == []
    assert db.read_sync(totals.read, frozenset({WAJIMA, "17205"})) == found


def test_the_page_counts_without_a_message(db: Database) -> None:
    lesson = facts.load()["water"]
    for _ in range(3):
        db.write_sync(QUIZ.count, lesson, "en", "", 2)
    assert [(one.asked.place, one.answers) for one in db.read_sync(totals.read)] == [("", 3)]


def test_words_below_eighty_percent_of_enough_answers_are_to_be_rewritten() -> None:
    assert not Share(right=0, answers=19).rewrite
    assert Share(right=15, answers=20).rewrite
    assert not Share(right=16, answers=20).rewrite
    assert Share(right=79, answers=100).rewrite
    assert (Share(right=1, answers=19).percent, Share(right=159, answers=200).percent) == (None, 79)
