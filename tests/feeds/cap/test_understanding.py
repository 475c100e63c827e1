"""What a message means: by declared words only, for declared municipalities only, while it holds."""

from datetime import timedelta

import pytest

from alerts import places
from feeds.cap import understanding
from feeds.cap.source import parse
from feeds.cap.understanding import Does, Recorded, Strange, Understood
from tests.feeds.cap.messages import (
    AT,
    EVENTS,
    KANAZAWA,
    SUZU,
    WAJIMA,
    a_source,
    info,
    message,
    reference,
    says,
    written,
)

NOW = AT + timedelta(minutes=1)


def understand(raw: bytes, now=NOW, **more: object):
    return understanding.understand(raw, a_source(**more), places.load(), now)


@pytest.mark.parametrize(
    ("event", "grade"),
    [
        ("高齢者等避難", "elderly"),
        ("警戒レベル３　高齢者等避難", "elderly"),
        ("避難指示", "order"),
        ("警戒レベル４避難指示", "order"),
        ("緊急安全確保", "emergency"),
        ("避難指示の解除", "none"),
        ("Evacuation Order", "order"),
    ],
)
def test_official_words(event: str, grade: str) -> None:
    found = understand(message("a", [info(event, [WAJIMA])]))
    assert isinstance(found, Understood)
    assert dict(found.word.places) == {WAJIMA: grade}


@pytest.mark.parametrize(
    "event", ["避難準備情報", "避難勧告", "避難指示（緊急）", "避難", "大雨", "Evacuation", "訓練 避難指示"]
)
def test_other_words_are_never_guessed_at(event: str) -> None:
    assert isinstance(understand(message("a", [info(event, [WAJIMA])])), Strange)


def test_words_that_a_source_declares() -> None:
    words = {"event": {"全員避難": "order"}, "eventCode": {"X": {"E4": "order"}}}
    for block in (info("全員避難", [WAJIMA]), info("なにか", [WAJIMA], code="E4")):
        found = understand(message("a", [block]), words=words)
        assert isinstance(found, Understood)
        assert dict(found.word.places) == {WAJIMA: "order"}


def test_words_that_contradict_each_other_say_nothing() -> None:
    words = {"eventCode": {"X": {"E3": "elderly"}}}
    assert isinstance(understand(message("a", [info("避難指示", [WAJIMA], code="E3")]), words=words), Strange)


def test_a_word_of_no_grade_is_refused_in_the_settings() -> None:
    for table in ({"event": {"x": "L4"}}, {"place": {"x": "order"}}, {"event": "order"}, {"eventCode": {"x": "order"}}):
        with pytest.raises(ValueError, match="words"):
            parse(table)


def test_all_clear_lifts() -> None:
    found = understand(message("a", [info("避難指示", [WAJIMA], response="AllClear")]))
    assert isinstance(found, Understood)
    assert dict(found.word.places) == {WAJIMA: "none"}


def test_only_what_the_source_may_speak_for() -> None:
    found = understand(says("a", {WAJIMA: "order", KANAZAWA: "order"}))
    assert isinstance(found, Understood)
    assert dict(found.word.places) == {WAJIMA: "order"}
    assert found.left_out == (f"{KANAZAWA} is not this source's",)
    alone = understand(says("a", {KANAZAWA: "order"}))
    assert isinstance(alone, Recorded)
    assert alone.look


def test_a_city_speaks_for_its_wards() -> None:
    source = a_source("sapporo", "01100")
    raw = says("a", {"01101": "order", "01100": "elderly"})
    found = understanding.understand(raw, source, places.load(), NOW)
    assert isinstance(found, Understood)
    assert dict(found.word.places) == {"01101": "order", "01100": "elderly"}


@pytest.mark.parametrize("written_code", ["172048", "17204x", "1720400", "99999", "輪島市", "17205 "])
def test_codes_are_read_to_the_letter(written_code: str) -> None:
    found = understand(message("a", [info("避難指示", [written_code])]))
    right = {"17205 ": SUZU}.get(written_code)
    if right:
        assert isinstance(found, Understood)
        assert list(found.word.places) == [right]
    else:
        assert isinstance(found, Recorded)


def test_six_digits_with_their_check_digit() -> None:
    found = understand(message("a", [info("避難指示", ["172049"])]))
    assert isinstance(found, Understood)
    assert list(found.word.places) == [WAJIMA]


def test_no_area_means_nobody() -> None:
    polygon = "<area><areaDesc>east</areaDesc><polygon>37,136 38,136 38,137 37,136</polygon></area>"
    for block in (info("避難指示", []), info("避難指示", [], area=polygon), info("避難指示", [WAJIMA], scheme="SAME")):
        found = understand(message("a", [block]))
        assert isinstance(found, Recorded)
        assert found.look


@pytest.mark.parametrize("status", ["Exercise", "Test", "System", "Draft"])
def test_only_actual_counts(status: str) -> None:
    found = understand(says("a", {WAJIMA: "order"}, status=status))
    assert isinstance(found, Recorded)
    assert not found.look


def test_what_is_not_for_the_public_or_says_nothing() -> None:
    assert isinstance(understand(says("a", {WAJIMA: "order"}, scope="Restricted")), Recorded)
    for kind in ("Ack", "Error"):
        assert isinstance(understand(says("a", {WAJIMA: "order"}, kind=kind, refers=[reference("b")])), Recorded)
    assert isinstance(understand(message("a")), Strange)


def test_another_sender_is_strange() -> None:
    assert isinstance(understand(says("a", {WAJIMA: "order"}, sender="somebody@else.example")), Strange)


def test_what_has_expired_still_counts_with_the_time_after_which_it_is_not_told() -> None:
    block = info("避難指示", [WAJIMA], expires=written(AT + timedelta(hours=1)))
    raw = message("a", [block])
    for now in (AT + timedelta(minutes=59), AT + timedelta(hours=1), AT + timedelta(days=2)):
        found = understand(raw, now)
        assert isinstance(found, Understood)
        assert found.word.valid_until == AT + timedelta(hours=1)
    found = understand(says("a", {WAJIMA: "order"}), AT + timedelta(hours=24))
    assert isinstance(found, Understood)
    assert found.word.valid_until == AT + timedelta(hours=24)


def test_what_comes_from_the_future() -> None:
    assert isinstance(understand(says("a", {WAJIMA: "order"}), AT - timedelta(hours=1)), Strange)
    later = understand(message("a", [info("避難指示", [WAJIMA], effective=written(AT + timedelta(hours=2)))]))
    assert isinstance(later, Understood)
    assert later.due == AT + timedelta(hours=2)


def test_what_begins_now_does_not_wait_for_what_begins_later() -> None:
    later = written(AT + timedelta(hours=2))
    blocks = [info("避難指示", [WAJIMA]), info("避難指示", [SUZU], effective=later)]
    for each in (blocks, blocks[::-1]):
        found = understand(message("a", each))
        assert isinstance(found, Understood)
        assert found.due is None
    ends = info("避難指示の解除", [SUZU], effective=later)
    assert isinstance(understand(message("a", [blocks[0], ends])), Strange)
    both = understand(message("a", [ends, info("避難指示の解除", [WAJIMA], effective=later)]))
    assert isinstance(both, Understood)
    assert both.due == AT + timedelta(hours=2)


def test_a_cancel_and_an_end() -> None:
    refers = [reference("a")]
    cancel = understand(message("b", kind="Cancel", refers=refers))
    end = understand(message("b", [info("避難指示", [], response="AllClear")], kind="Cancel", refers=refers))
    lifts = understand(message("b", kind="Cancel", refers=refers), cancel="lifted")
    assert [found.word.does for found in (cancel, end, lifts)] == [Does.CANCELS, Does.LIFTS, Does.LIFTS]


def test_several_languages_say_it_once() -> None:
    blocks = [
        info("避難指示", [WAJIMA], language="ja-JP"),
        info("Get out now!", [WAJIMA], language="en-US"),
    ]
    assert isinstance(understand(message("a", blocks)), Strange)
    assert isinstance(understand(message("a", blocks), language="ja"), Understood)


def test_the_gravest_of_several_blocks() -> None:
    found = understand(message("a", [info(EVENTS["elderly"], [WAJIMA]), info(EVENTS["emergency"], [WAJIMA])]))
    assert isinstance(found, Understood)
    assert dict(found.word.places) == {WAJIMA: "emergency"}
