"""The course says everything in both languages, asks what it teaches, and a pass counts for a year."""

from datetime import timedelta

import pytest

from campaigns.course import content, passes
from campaigns.course.passes import Pass, Standing
from templates_i18n import pictograms
from tests.web.rows import NOW

COURSE = content.load()


def _everything():
    for chapter in COURSE.chapters:
        yield from (chapter.title, *chapter.points)
    for one in COURSE.questions:
        yield from (one.ask, *one.options, one.why)


def test_everything_is_said_in_both_languages_and_in_few_words():
    for said in _everything():
        assert set(said) == {"en", "ja"}
        assert len(said["en"]) <= 320, said["en"]
        assert any("\u3040" <= char <= "\u9fff" for char in said["ja"]), said["ja"]
        assert said["en"].isascii(), said["en"]


def test_every_picture_is_drawn_and_every_chapter_has_one():
    for chapter in COURSE.chapters:
        assert chapter.pictures
        assert set(chapter.pictures) <= set(pictograms.load().by_id)


def test_the_four_parts_of_the_course_are_there_with_questions():
    keys = [one.key for one in COURSE.chapters]
    assert {"warnings", "residents", "at_night", "cases"} <= set(keys)
    assert {"warnings", "residents", "at_night", "cases"} <= {one.chapter for one in COURSE.questions}
    assert [COURSE.after(key) for key in keys[:-1]] == list(COURSE.chapters[1:])
    assert COURSE.after(keys[-1]) is None


def test_the_right_answer_is_not_always_the_same_number():
    right = [one.right for one in COURSE.questions]
    assert max(right.count(number) for number in set(right)) < len(right) * 0.7


def test_only_all_right_answers_pass():
    good = {number: one.right for number, one in enumerate(COURSE.questions, 1)}
    assert COURSE.wrong(good) == []
    assert COURSE.wrong({}) == list(good)
    assert COURSE.wrong(good | {2: 0}) == [2]


def test_a_pass_counts_for_a_year(db):
    assert db.read_sync(passes.last, "user:aoi") is None
    db.write_sync(passes.record, "user:aoi", "2026.1", NOW)
    one = db.read_sync(passes.last, "user:aoi")
    assert one == Pass(actor="user:aoi", version="2026.1", at=NOW)
    assert passes.standing(one, NOW + timedelta(days=364)) is Standing.GOOD
    assert passes.standing(one, NOW + timedelta(days=365)) is Standing.DUE
    later = NOW + timedelta(days=366)
    db.write_sync(passes.record, "user:aoi", "2027.1", later)
    assert db.read_sync(passes.last, "user:aoi") == Pass(actor="user:aoi", version="2027.1", at=later)
    assert passes.standing(None, NOW) is Standing.NEVER
    assert set(db.read_sync(passes.latest, ["user:aoi", "user:bruno"])) == {"user:aoi"}


@pytest.mark.parametrize(
    ("row", "said"),
    [({"en": "x"}, "expected words in en, ja"), ({"en": "x", "ja": " "}, "expected words")],
)
def test_what_lacks_a_language_is_named(row, said):
    with pytest.raises(ValueError, match=said):
        content._said(row, "warnings")
