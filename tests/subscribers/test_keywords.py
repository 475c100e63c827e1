"""What a text asks for, however it is typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import keywords
from subscribers.keywords import Command, Said, understand
from subscribers.languages import TAGS

WORDS = [(command, word) for command, found in keywords.table().items() for words in found.values() for word in words]
#: of warnings, quizzes and everyday answers: never a command
NONE_OF_OURS = (
    "END CANCEL YES NO OK はい いいえ 解除 中止 いらない đúng dùng 对 是 예 아니오 sim sí si ya tidak".split()
)


def full_width(text):
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def test_every_command_has_words_in_all_eighteen_languages():
    for command, found in keywords.table().items():
        assert set(found) == set(TAGS), command


def test_no_word_stands_for_two_commands():
    seen = {}
    for command, word in WORDS:
        assert seen.setdefault(keywords.fold(word), command) == command, word


@pytest.mark.parametrize(("command", "word"), WORDS, ids=[f"{command}-{word}" for command, word in WORDS])
def test_every_word_is_understood(command, word):
    assert understand(word) == Said(command=Command(command))
    assert understand(unicodedata.normalize("NFD", word)) == Said(command=Command(command))


@given(
    st.sampled_from(WORDS),
    st.sampled_from([str.upper, str.lower, str.title, full_width]),
    st.text(alphabet=" \t\n　!！?.。…🙏🆘️​", max_size=6),
    st.text(alphabet=" \t\n　!！?.。…🙏🆘️​", max_size=6),
)
def test_width_case_signs_emoji_and_spaces_do_not_matter(pair, change, before, after):
    command, word = pair
    assert understand(before + change(word) + after) == Said(command=Command(command))


@pytest.mark.parametrize("text", NONE_OF_OURS)
def test_words_that_mean_something_else_are_no_commands(text):
    assert understand(text) == Said(command=Command.OTHER)


@pytest.mark.parametrize(
    "text",
    [
        "stop the flood",
        "do not stop",
        "nonstop",
        "please help my mother she is under the house",
        "Arealva",
        "landslide",
    ],
)
def test_a_command_among_other_words_is_none(text):
    assert understand(text) == Said(command=Command.OTHER)


@pytest.mark.parametrize(
    "text",
    ["STOP please", "please stop", "stop sms!", "STOP po", "停止 ください", "やめて下さい", "សូមឈប់", "Now stop, thanks"],
)
def test_politeness_changes_nothing(text):
    assert understand(text) == Said(command=Command.STOP)


@pytest.mark.parametrize(
    "text",
    ["1", "１", " 1. ", "①", "1️⃣", "1)", "१", "၁", "๑", "១", "১", "1です", "１番です", "1번입니다", "1 please", "1 ครับ"],
)
def test_a_digit_is_understood_in_any_script(text):
    assert understand(text) == Said(command=Command.DIGIT, argument="1")


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        ("LANG vi", Command.LANG, "vi"),
        ("ｌａｎｇ：ｖｉ", Command.LANG, "vi"),
        ("Language Tiếng Việt", Command.LANG, "Tiếng Việt"),
        ("ภาษาไทย", Command.LANG, "ไทย"),
        ("ことば ベトナム語", Command.LANG, "ベトナム語"),
        ("AREA 920-8577", Command.AREA, "920-8577"),
        ("area9208577", Command.AREA, "9208577"),
        ("地址：９２０８５７７", Command.AREA, "9208577"),
        ("〒920-8577", Command.AREA, "9208577"),
        ("Khu vực Wajima", Command.AREA, "Wajima"),
        ("ばしょ わじまし", Command.AREA, "わじまし"),
        ("AREA 0", Command.AREA, "0"),
    ],
)
def test_what_follows_a_command_is_kept(text, command, argument):
    assert understand(text) == Said(command=command, argument=argument)


@given(st.text(max_size=400))
def test_nothing_makes_it_fall(text):
    assert isinstance(understand(text), Said)


@given(st.text(alphabet="qxz ", min_size=1, max_size=30).filter(str.strip))
def test_unknown_words_beside_it_make_no_stop(text):
    """A STOP by mistake costs somebody the warnings: only known words may stand beside it."""
    assert understand(f"{text} stop").command is not Command.STOP
    assert understand(f"stop {text}").command is not Command.STOP
