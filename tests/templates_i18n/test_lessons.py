"""The words of the lessons: what a file may hold, what every language says, how long it is."""

import re
import shutil
from itertools import product
from pathlib import Path

import pytest

from templates_i18n import lesson_gates, lesson_texts, lessons
from templates_i18n.catalogue import BILINGUAL, Catalogue
from templates_i18n.language import Review
from templates_i18n.lesson_texts import Medium, Way
from templates_i18n.lessons import LessonBook, LessonsError
from templates_i18n.segments import Encoding
from templates_i18n.service_texts import TextUnknown
from tests.templates_i18n import easy_japanese
from tests.templates_i18n.reading_grade import grade

FOLDER = Path(__file__).parents[2] / "templates_i18n" / "lessons"
#: things of everyday life that have no other name in Japan, and what stands on signs
EVERYDAY = frozenset(
    "カード ライト ラジオ マスク パスポート ビザ ドア スピーカー サイレン ページ ミルク ベビーカー ストーブ パン"
    " スイッチ メーター ブレーカー アレルギー ハラール インスリン ハザードマップ ビル ニュース マグニチュード"
    " スコップ ナッツ カセット".split()
)
HIGHEST_GRADE = 6.0


@pytest.fixture(scope="module")
def book() -> LessonBook:
    return lessons.load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "lessons"))


def _spoilt(folder: Path, name: str, old: str, new: str) -> LessonsError:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LessonsError) as wrong:
        lessons.read(folder)
    return wrong.value


def test_every_language_has_every_lesson(book: LessonBook, words: Catalogue) -> None:
    assert book.by_tag.keys() == words.names.keys()
    assert {tag: missing for tag in words.names if (missing := book.missing(tag))} == {}


def test_no_language_claims_more_than_its_readings_bear_out(book: LessonBook) -> None:
    assert {tag: own.unread[:3] for tag, own in book.by_tag.items() if own.unread} == {}


def test_every_language_passes_the_gates(book: LessonBook, words: Catalogue) -> None:
    assert [str(problem) for tag in book.by_tag for problem in lesson_gates.check(book, words, tag)] == []


def test_easy_japanese_is_easy(book: LessonBook) -> None:
    found = [
        f"{key}: {problem}"
        for key, text in _sentences(book, "ja-Hira")
        for problem in (*easy_japanese.problems(text), *easy_japanese.ending_problems(text))
        if problem.removeprefix("loan word: ") not in EVERYDAY
    ]
    assert found == []


def test_english_asks_for_six_years_of_school(book: LessonBook) -> None:
    for key, lesson in book.by_tag["en"].lessons.items():
        for text in (f"{lesson.act} {lesson.question}", lesson.why, " ".join(lesson.page)):
            assert grade(re.sub(r"\{\w+\}", "word", text)) <= HIGHEST_GRADE, f"{key}: {text}"


def _sentences(book: LessonBook, tag: str) -> list[tuple[str, str]]:
    own = book.by_tag[tag]
    texts = [(f"sms.{key}", text) for key, text in own.frame.items()]
    for key, lesson in own.lessons.items():
        texts += [(f"{key}.{part}", text.replace(lessons.BETWEEN, "\n")) for part, text in lesson.parts()]
    return [(key, re.sub(r"\{\w+\}", "ことば", text)) for key, text in texts]


def test_an_sms_says_what_it_is_asks_and_says_how_to_answer(book: LessonBook, words: Catalogue) -> None:
    made = lesson_texts.lesson_sms(book, words, "water", "en", Way(two_way=True))
    first, act, question, *options, how = made.text.split("\n")
    assert first == "LESSON, not a warning:"
    assert act.startswith("Keep water at home")
    assert question.endswith("?")
    assert options == ["1) 1 litre", "2) 3 litres"]
    assert how == "Reply 1 or 2."
    assert made.segmentation.encoding is Encoding.GSM_7


def test_nobody_is_asked_who_cannot_answer(book: LessonBook, words: Catalogue) -> None:
    own = book.by_tag["en"].lessons["water"]
    asks = lesson_texts.lesson_sms(book, words, "water", "en", Way(link="https://example.jp/l/water")).text
    tells = lesson_texts.lesson_sms(book, words, "water", "en", Way()).text
    assert asks.endswith("2) 3 litres\nhttps://example.jp/l/water")
    assert own.question not in tells
    assert tells.endswith(own.why)


def test_a_link_without_room_falls_out(book: LessonBook, words: Catalogue) -> None:
    link = "https://example.jp/" + "l" * 200
    made = lesson_texts.lesson_sms(book, words, "water", "ja", Way(two_way=True, link=link))
    assert link not in made.text
    assert made.segmentation.segments <= lesson_texts.SMS_BUDGET


def test_signs_in_words_leave_no_sms_too_long(book: LessonBook, words: Catalogue) -> None:
    for tag, host, lesson in product(("ne", "bn", "si", "km", "my"), (12, 20, 28), ("sign_words", "two_places")):
        for two_way in (True, False):
            link = f"https://{'a' * host}/l/{lesson}.{tag}"
            made = lesson_texts.lesson_sms(book, words, lesson, tag, Way(two_way=two_way, link=link))
            assert made.segmentation.segments <= lesson_texts.SMS_BUDGET, (tag, host, lesson)


def test_a_reply_says_what_is_right_and_why(book: LessonBook, words: Catalogue) -> None:
    own = book.by_tag["en"].lessons["water"]
    right = lesson_texts.lesson_reply(book, words, "water", "en", right=2, said=2).text
    wrong = lesson_texts.lesson_reply(book, words, "water", "en", right=2, said=1).text
    assert right == f"Right!\n{own.why}"
    assert wrong == f"The right answer: 2) 3 litres\n{own.why}"


def test_a_language_without_the_lesson_is_served_by_two_others(
    words: Catalogue, folder: Path, book: LessonBook
) -> None:
    (folder / "vi.toml").unlink(missing_ok=True)
    without = lessons.read(folder)
    made = lesson_texts.lesson_sms(without, words, "water", "vi", Way(two_way=True))
    assert made.language == BILINGUAL
    assert made.segmentation.segments <= lesson_texts.SMS_BUDGET
    page = lesson_texts.spoken(without, words, "water", "vi")
    assert [spoken.language for spoken in page] == BILINGUAL.split("+")
    with pytest.raises(TextUnknown, match="no lesson 'fire'"):
        lesson_texts.lesson_sms(book, words, "fire", "vi", Way())


@pytest.mark.parametrize(
    ("script", "medium", "expected"),
    [
        ("Latn", Medium.SMS, "hinan shiji"),
        ("Latn", Medium.PAGE, "避難指示 (hinan shiji)"),
        ("Mymr", Medium.PAGE, "避難指示 (hinan shiji)"),
        ("Hira", Medium.SMS, "ひなんしじ"),
        ("Hira", Medium.PAGE, "避難指示（ひなんしじ）"),
        ("Jpan", Medium.PAGE, "避難指示"),
        ("Hans", Medium.SMS, "避難指示"),
    ],
)
def test_a_sign_is_told_so_that_the_reader_knows_it_again(
    book: LessonBook, script: str, medium: Medium, expected: str
) -> None:
    assert lesson_texts.with_signs("{order}", book, script, medium) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"3リットル"]', '"3リットル", "5"]', "[water] options: expected a list of 2 texts"),
        ("[water]", "[watre]", "[watre]: no lesson of en.toml"),
        ("title = ", "titel = ", "[water] titel: expected only title"),
        ("{answer}", "{antwort}", "[sms] wrong: expected {answer}, found {antwort}"),
        ("{shelter}は泊", "は泊", "expected {shelter} {site}, found {site}"),
        ('review = "', 'review = "very_', "[language] review: expected one of drafted"),
    ],
)
def test_a_fault_is_named(folder: Path, old: str, new: str, expected: str) -> None:
    assert expected in str(_spoilt(folder, "ja.toml", old, new))


@pytest.mark.parametrize(
    ("old", "new", "gate"),
    [
        ("一人一日約3リットル", "一人一日約2リットル", "same numbers"),
        ("一人一日約3リットル", "一人一日約3 Liter", "own script"),
        ("一人一日約3リットル", "一人一日約３リットル", "characters"),
        ("飲む水と料理に", "飲む水と料理に" * 30, "too long"),
        ("飲む水と料理に", "訓練", "drill words"),
        ('["1リットル", "3リットル"]', '["3リットル", "3リットル"]', "options"),
    ],
)
def test_what_misleads_is_seen(words: Catalogue, folder: Path, old: str, new: str, gate: str) -> None:
    path = folder / "ja.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert gate in {problem.gate for problem in lesson_gates.check(lessons.read(folder), words, "ja")}


def test_a_gap_leaves_the_lesson_out(folder: Path) -> None:
    path = folder / "ja.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("question = ", "# question = ", 1), encoding="utf-8")
    assert lessons.read(folder).missing("ja") == ("water",)


def test_a_claimed_review_is_borne_out_or_not_believed(folder: Path) -> None:
    path = folder / "ja.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('review = "drafted"', 'review = "back_checked"'), "utf-8")
    (folder / "review").mkdir(exist_ok=True)
    (folder / "review" / "ja.toml").unlink(missing_ok=True)
    claimed = lessons.read(folder).by_tag["ja"]
    assert claimed.review is Review.DRAFTED
    rows = "".join(
        f"[[sentence]]\nkey = '{key}'\ntext = '{text}'\nread_as = 'x'\ndifference = ''\nmended = ''\n"
        for key, text in claimed.sentences().items()
    )
    (folder / "review" / "ja.toml").write_text(f"[reader]\nname = 'x'\n{rows}", encoding="utf-8")
    assert lessons.read(folder).by_tag["ja"].review is Review.BACK_CHECKED


def test_the_version_of_a_lesson_changes_with_its_words_alone(book: LessonBook, folder: Path) -> None:
    path = folder / "ja.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("水を3日分", "水を3日分です", 1), encoding="utf-8")
    changed = lessons.read(folder)
    different = {key for key, version in book.versions.items() if changed.versions[key] != version}
    assert different == {("water", "ja")}
    assert changed.version != book.version
