"""What the lessons are about agrees with their words and with the drawings."""

import pytest

from campaigns.lessons import facts
from campaigns.lessons.facts import Phase
from subscribers.tags import Tag
from templates_i18n import lessons, pictograms

WORDS = lessons.load().by_tag["en"].lessons
#: what content research asks for at least
AT_LEAST = 36


def test_every_lesson_has_words_and_every_words_have_a_lesson() -> None:
    assert list(facts.load()) == list(WORDS)
    assert len(WORDS) >= AT_LEAST


@pytest.mark.parametrize("lesson", facts.load().values(), ids=lambda lesson: lesson.id)
def test_a_lesson_is_whole(lesson: facts.Lesson) -> None:
    assert 1 <= lesson.right <= len(WORDS[lesson.id].options)
    assert lesson.pictograms
    assert set(lesson.pictograms) <= pictograms.load().by_id.keys()
    assert lesson.sources
    assert all(source.url.startswith(("https://", "http://")) for source in lesson.sources)


def test_the_right_option_is_not_always_the_same() -> None:
    right = [lesson.right for lesson in facts.load().values()]
    assert min(right.count(1), right.count(2)) >= len(right) // 3


def test_every_tag_chooses_something() -> None:
    used = {tag for lesson in facts.load().values() for tag in lesson.needs | lesson.suits}
    assert used == set(Tag)


def test_there_are_lessons_for_before_and_after() -> None:
    phases = [lesson.phase for lesson in facts.load().values()]
    assert all(phases.count(phase) >= 4 for phase in Phase)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"phase": "later"}, r"\[lesson.x\]: 'later' is not a valid Phase"),
        ({"months": [13]}, "months: expected 1 to 12, found 13"),
        ({"needs": ["with_visa"]}, "'with_visa' is not a valid Tag"),
        ({"sources": ["nobody"]}, "'nobody'"),
        ({"pictograms": "water"}, "pictograms: expected a list"),
    ],
)
def test_a_fault_is_named(change: dict[str, object], expected: str) -> None:
    row: dict[str, object] = {"right": 1, "phase": "any", "pictograms": ["water"], "sources": []}
    with pytest.raises(ValueError, match=expected):
        facts.parse({"source": {}, "lesson": {"x": row | change}})
