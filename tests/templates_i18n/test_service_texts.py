"""Welcome texts."""

import pytest

from templates_i18n.catalogue import BILINGUAL, Catalogue
from templates_i18n.service_texts import TextUnknown, service_text


def test_a_value_may_be_another_text_of_the_service(words: Catalogue) -> None:
    for tag in words.languages():
        rendered = service_text(words, "welcome", tag, place="Wajima", stop="stop_by_city")
        assert "{" not in rendered.text
        assert "Wajima" in rendered.text
    english = service_text(words, "welcome", "en", place="Wajima", stop="stop_by_city")
    assert english.text.endswith(words.by_tag["en"].service["stop_by_city"])


def test_a_language_without_words_hears_both(words: Catalogue) -> None:
    rendered = service_text(words, "stop_by_sms", "xx")
    easy, english = rendered.text.split("\n")
    assert rendered.language == BILINGUAL
    assert easy == words.by_tag["ja-Hira"].service["stop_by_sms"]
    assert english == words.by_tag["en"].service["stop_by_sms"]


def test_a_welcome_asks_to_show_the_warning_in_three_segments(words: Catalogue) -> None:
    for tag in words.languages():
        for stop in ("stop_by_sms", "stop_by_city"):
            rendered = service_text(words, "welcome", tag, place="Wajima City", stop=stop)
            assert rendered.segmentation.segments <= 3, rendered.text
    english = service_text(words, "welcome", "en", place="Wajima City", stop="stop_by_sms").text
    assert "Is its last line Japanese? Show it to people near you." in english


def test_what_is_not_there_is_named(words: Catalogue) -> None:
    with pytest.raises(TextUnknown, match="no service text 'goodbye'; known: .*welcome"):
        service_text(words, "goodbye", "en")
    with pytest.raises(TextUnknown, match="needs a value for stop"):
        service_text(words, "welcome", "en", place="Wajima")
