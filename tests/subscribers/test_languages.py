"""Languages by tag, English, Japanese and own name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.languages import TAGS
from subscribers.refusal import Refused
from tests.subscribers.builders import language_names

NAMES = language_names()


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_of_the_service_is_known_by_its_tag_in_any_case(tag: str) -> None:
    assert {NAMES.read(form) for form in (tag, tag.upper(), tag.lower(), f" {tag} ")} == {tag}


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("Vietnamese", "vi"),
        ("ベトナム語", "vi"),
        ("ﾍﾞﾄﾅﾑ語", "vi"),
        ("Tiếng Việt", "vi"),
        ("tieng viet", "vi"),
        ("PORTUGUÊS", "pt"),
        ("portugues", "pt"),
        ("Espanol", "es"),
        ("pt-BR", "pt"),
        ("vi_VN", "vi"),
        ("en-US", "en"),
        ("ＥＮ", "en"),
        ("やさしい日本語", "ja-Hira"),
        ("やさしい にほんご", "ja-Hira"),
        ("Easy Japanese", "ja-Hira"),
        ("日本語", "ja"),
        ("中国語（簡体字）", "zh-Hans"),
        ("中国語(簡体)", "zh-Hans"),
        ("Simplified Chinese", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("繁體中文", "zh-Hant"),
        ("Tagalog", "fil"),
        ("ミャンマー語", "my"),
        ("ビルマ語", "my"),
        ("မြန်မာဘာသာ", "my"),
        ("カンボジア語", "km"),
        ("ポルトガル語（ブラジル）", "pt"),
        ("Portuguese (Brazil)", "pt"),
        ("フィリピノ語（タガログ語）", "fil"),
        ("Filipino/Tagalog", "fil"),
        ("ミャンマー語（ビルマ語）", "my"),
        ("Burmese (Myanmar)", "my"),
        ("日本語（やさしい）", "ja-Hira"),
        ("සිංහල", "si"),
        ("한국어", "ko"),
        ("नेपाली", "ne"),
    ],
)
def test_names_in_english_japanese_and_the_language_itself(written: str, tag: str) -> None:
    assert NAMES.read(written) == tag


@pytest.mark.parametrize("written", ["Chinese", "中国語", "中文", "zh"])
def test_a_name_for_two_writings_is_refused_with_both(written: str) -> None:
    refused = NAMES.read(written)
    assert isinstance(refused, Refused)
    assert "zh-Hans or zh-Hant" in refused.reason


@pytest.mark.parametrize("written", ["", " ", "Klingon", "=1+1", "xx-YY", "english japanese", "090-0000-1234"])
def test_anything_else_is_refused(written: str) -> None:
    refused = NAMES.read(written)
    assert isinstance(refused, Refused)
    assert "0000" not in refused.reason


@given(st.text())
def test_any_text_gives_a_tag_or_a_reason(text: str) -> None:
    match NAMES.read(text):
        case Refused(reason=reason):
            assert reason
        case tag:
            assert tag in TAGS
