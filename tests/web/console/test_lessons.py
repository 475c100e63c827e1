"""What coordinators see of answers to lessons: their own places, small counts hidden, weak languages marked."""

import csv
import io
from dataclasses import replace

from campaigns.lessons import facts, totals
from campaigns.lessons.answering import LessonQuiz
from storage.connection import Connection
from storage.database import Database
from templates_i18n import catalogue, lessons
from tests.web.console.conftest import Enter
from web.accounts.roles import Role

WAJIMA, KANAZAWA = "17204", "17201"
QUIZ = LessonQuiz(book=lessons.load, catalogue=catalogue.load)


def fill(db: Connection) -> None:
    """Burmese readers in Wajima do not understand the lesson on water; English ones do; a few elsewhere."""
    water = facts.load()["water"]
    for language, place, option, answers in (
        ("my", WAJIMA, 1, 20),
        ("my", WAJIMA, 2, 10),
        ("en", WAJIMA, 2, 40),
        ("en", KANAZAWA, 2, 3),
    ):
        for _ in range(answers):
            QUIZ.count(db, water, language, place, option)
    old = totals.Asked(lesson="water", version="00000000", language="en", place=WAJIMA)
    for _ in range(25):
        totals.count(db, old, 1, correct=False)


async def test_the_list_marks_what_is_not_understood(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(fill)
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    page = await (await client.get("/console/lessons?lang=en")).text()
    row = page.split('href="/console/lessons/water"')[1].split("</tr>")[0]
    assert "Burmese" in row
    assert "English" not in row
    assert "70" in row
    assert "71 %" in row
    assert page.count("<svg") >= 3
    assert "<script>" not in page


async def test_one_lesson_by_language_place_and_option(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(fill)
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    page = await (await client.get("/console/lessons/water?lang=en")).text()
    assert "to be rewritten" in page
    assert "33 %" in page
    assert "100 %" in page
    assert "(right)" in page
    assert "Earlier words: 25 answers" in page
    assert "Wajima" in page
    assert "Kanazawa" not in page
    assert (await client.get("/console/lessons/fire")).status == 404


async def test_a_city_sees_its_own_places_and_few_as_few(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(fill)
    client = await enter(sqlite_db, "ben", (Role.COORDINATOR, KANAZAWA))
    page = await (await client.get("/console/lessons/water?lang=ja")).text()
    assert "&lt;5" in page
    assert "ミャンマー語" not in page


async def test_answers_as_csv(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(fill)
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    answer = await client.get("/console/lessons/answers.csv?lang=en")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tomoshibi-lessons.csv"'
    rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert rows[0] == ["Lesson", "Language", "Place", "Answers", "Right answers in percent", "To do"]
    assert [row for row in rows if row[0] == "water"] == [
        ["water", "", "", "70", "71", ""],
        ["water", "en", "", "40", "100", ""],
        ["water", "my", "", "30", "33", "to be rewritten"],
        ["water", "", WAJIMA, "70", "71", ""],
    ]
    assert len(rows) == 1 + len(facts.load()) + 3


async def test_nobody_without_a_role_sees_answers(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "sup", (Role.SUPPORTER, WAJIMA))
    assert (await client.get("/console/lessons")).status == 403


async def test_a_lesson_that_a_language_lacks_has_the_english_title(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(fill)
    book = lessons.load()
    japanese = book.by_tag["ja"]
    less = replace(japanese, lessons={key: one for key, one in japanese.lessons.items() if key != "water"})
    quiz = LessonQuiz(book=lambda: replace(book, by_tag={**book.by_tag, "ja": less}), catalogue=catalogue.load)
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA), quiz=quiz)
    answer = await client.get("/console/lessons?lang=ja")
    assert answer.status == 200
    assert book.by_tag["en"].lessons["water"].title in await answer.text()
