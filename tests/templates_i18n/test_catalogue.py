"""A catalogue with a gap is refused, and says where the gap is."""

import re
from pathlib import Path

import pytest

from templates_i18n import catalogue
from templates_i18n.catalogue import BILINGUAL, Catalogue, CatalogueError
from templates_i18n.language import Review
from tests.templates_i18n.conftest import Spoil

TAGS = "ja-Hira ja en zh-Hans zh-Hant ko vi fil pt es id ne my th km mn si bn".split()


def test_every_language_of_the_service_has_its_names(words: Catalogue) -> None:
    assert list(words.names) == TAGS
    assert words.names["vi"].name == "Tiếng Việt"
    assert {"en", "ja", "ja-Hira", "vi", "zh-Hans", "pt"} <= set(words.languages())


def test_own_names_agree_with_the_list_of_languages(words: Catalogue) -> None:
    for tag, language in words.by_tag.items():
        assert (language.name, language.english_name) == (words.names[tag].name, words.names[tag].english)


@pytest.mark.parametrize("tag", ["xx", BILINGUAL])
def test_a_language_without_words_is_served_in_two(words: Catalogue, tag: str) -> None:
    if tag in words.languages():
        return
    voice = words.fallback(tag)
    assert voice.tag == BILINGUAL
    assert [language.tag for language in voice.languages] == ["ja-Hira", "en"]


def test_a_language_with_words_speaks_for_itself(words: Catalogue) -> None:
    assert words.fallback("pt").tag == "pt"
    assert words.fallback("pt").review is words.by_tag["pt"].review


def test_it_is_read_once() -> None:
    assert catalogue.load() is catalogue.load()


def test_the_version_follows_the_words(words: Catalogue, spoil: Spoil) -> None:
    folder = spoil("en.toml", "Danger has risen.", "The danger has risen.")
    other = catalogue.read(folder).version
    assert re.fullmatch("[0-9a-f]{12}", other)
    assert other != words.version


_PORTUGUESE = 'english = "Portuguese"\njapanese = "ポルトガル語"\nscript = "Latn"\ncomplete = true'
_RUSSIAN = """[ru]
name = "Русский"
english = "Russian"
japanese = "ロシア語"
script = "Cyrl"
complete = true

[bn]"""

FAULTS = [
    ("en.toml", "Danger has risen.", "Danger – risen.", "en.toml: [line] raised: U+2013 EN DASH: write -"),
    ("en.toml", "Danger has risen.", "Danger\u200b has risen.", "U+200B ZERO WIDTH SPACE: invisible"),
    ("en.toml", "Danger has risen.", "\u202eDanger has risen.", "direction control"),
    ("en.toml", "Danger has risen.", "D\u0430nger has risen.", "U+0430 CYRILLIC SMALL LETTER A: a letter of an"),
    ("en.toml", "Danger has risen.", "Danger has risen by １.", "digits and Latin letters are ASCII"),
    ("en.toml", "Danger has risen.", "Danger has risen 🌊", "no emoji"),
    ("en.toml", "Danger has risen.", " ", "expected words without spaces around them"),
    ("en.toml", "Danger has risen.", "Danger has risen: cafç.", "plain = true, but GSM-7 has no 'ç'"),
    ("en.toml", 'tag = "en"', 'tag = "eng"', "[language] tag: expected 'en', found 'eng'"),
    ("en.toml", 'place = "english"', 'place = "roman"', "[language] place: expected one of english"),
    ("en.toml", 'review = "', 'review = "fine, ', "[language] review: expected one of drafted"),
    ("en.toml", "plain = true", 'plain = "yes"', "en.toml: [language] plain: expected true or false, found 'yes'"),
    ("pt.toml", "{height}", "{metros}", "pt.toml: [line] height_over: expected the placeholders {height}, found"),
    ("pt.toml", "{height}", "{height", "expected the placeholders {height}"),
    ("pt.toml", "{height}", "{height.real}", "is no plain placeholder"),
    ("ja.toml", "raised =", "rasied =", "ja.toml: [line] raised: missing; en.toml has 'Danger has risen.'"),
    ("pt.toml", 'word = "', 'wort = "', "pt.toml: [drill] word: missing; en.toml has 'DRILL'"),
    ("en.toml", "[own.cancelled]", "[own.gone]", "en.toml: [own.gone] earthquake: not a key of en.toml"),
    ("en.toml", "[own.cancelled]\nearth", "[own.cancelled]\nerth", "en.toml: [own.cancelled] erthquake: not a key"),
    ("en.toml", "of shaking {grade} was", "of shaking {size} was", "expected some of the placeholders {act} {alarm}"),
    ("ja.toml", "震度{grade}（強い揺れ）", "震度{act}（強い揺れ）", "some of the placeholders {grade} {level} {term}"),
    ("ja.toml", "capitals = false", "", "ja.toml: [language] capitals: missing"),
    ("languages.toml", "[bn]", _RUSSIAN, "[ru] complete = true, but there is no"),
    ("pt.toml", "raised =", "rasied =", "pt.toml: [line] rasied: not a key of en.toml"),
    ("pt.toml", 'word = "SIMULADO (treino)"', "word = 1", "pt.toml: [drill] word: expected words in quotes, found 1"),
    ("pt.toml", "fold = true", "fold = 1", "pt.toml: [language] fold: expected true or false, found 1"),
    ("ja-Hira.toml", '[phrase]\nnearest_building = "', '[phrase]\nnearest_building = "高', "no kanji in Easy Japanese"),
    ("si.toml", 'raised = "', 'raised = "අ\u200dන', "U+200C, U+200D: a joiner beside no virama"),
    ("ne.toml", 'raised = "', 'raised = "\u200cख', "U+200C, U+200D: a joiner beside no virama"),
    ("vi.toml", 'raised = "', 'raised = "e\u0301', "vi.toml: [line] raised: not NFC"),
    ("composition.toml", 'actions = ["shelter_free"]', 'actions = ["free"]', "phrase 'free' has no direction"),
    ("composition.toml", 'stay_up = "stay_away"', 'stay_up = "left"', "directions.stay_up: expected one of"),
    ("composition.toml", 'upstairs = "up"', 'go_high = "up"', "phrase 'upstairs' has no direction"),
    ("composition.toml", "[heavy_rain.L3]", "[hevy_rain.L3]", "[hevy_rain] is no hazard"),
    ("composition.toml", '["heavy_rain"]', '["umbrella"]', "emoji 'umbrella' is not in [emoji]"),
    ("composition.toml", 'short = [', 'brief = [', "deadly = true and the lists actions, short, core and emoji"),
    ("composition.toml", "[heavy_rain.L3]", "[heavy_rain.L6]", "[heavy_rain.L6]: no such grade of heavy_rain"),
    ("composition.toml", 'alarm = "level"', 'alarm = "stage"', "en.toml has no 'stage' in [alarm]"),
    ("composition.toml", 'act = "all_leave"', 'act = "all_go"', "act 'all_go' has no direction"),
    ("composition.toml", 'kana = "ひなん しじ"', "", "[heard.order]: expected kana, japanese and latin"),
    ("composition.toml", "version =", "version", "composition.toml: expected TOML in UTF-8"),
    ("languages.toml", 'english = "Khmer"', 'anglais = "Khmer"', "languages.toml: each language needs"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "expected"), FAULTS)
def test_a_fault_is_told_with_its_place(spoil: Spoil, name: str, old: str, new: str, expected: str) -> None:
    folder = spoil(name, old, new)
    with pytest.raises(CatalogueError) as refused:
        catalogue.read(folder)
    assert expected in "\n".join(refused.value.problems)


def test_a_long_head_is_refused_with_its_longest_grade(spoil: Spoil) -> None:
    folder = spoil("en.toml", "Earthquake, violent shaking {grade}", "Earthquake, VERY violent shaking here {grade}")
    with pytest.raises(
        CatalogueError, match=r"en.toml: \[head\] new of earthquake.violent: \d+ units, expected at most 60"
    ):
        catalogue.read(folder)


def test_all_problems_are_told_at_once(spoil: Spoil) -> None:
    spoil("pt.toml", "raised =", "rasied =")
    folder = spoil("vi.toml", "{height}", "{cao}")
    with pytest.raises(CatalogueError) as refused:
        catalogue.read(folder)
    assert {problem.split(":")[0] for problem in refused.value.problems} == {"pt.toml", "vi.toml"}


def test_a_language_that_lags_is_not_refused_but_named(spoil: Spoil) -> None:
    spoil("languages.toml", _PORTUGUESE, _PORTUGUESE.replace("true", "false"))
    folder = spoil("pt.toml", "stay_up = ", "# stay_up = ")
    lagging = catalogue.read(folder)
    assert "[phrase] stay_up" in lagging.missing["pt"]
    assert lagging.by_tag["pt"].review is Review.DRAFTED
    assert not {"en", "ja", "ja-Hira"} & lagging.missing.keys()


def test_a_gap_in_a_complete_language_is_refused(spoil: Spoil) -> None:
    folder = spoil("ja.toml", "stay_up = ", "# stay_up = ")
    with pytest.raises(CatalogueError, match=r"ja.toml: \[phrase\] stay_up: missing"):
        catalogue.read(folder)


def test_once_all_languages_have_words_all_are_complete(words: Catalogue) -> None:
    """From the day the last file is there no gap can come back: each is refused at load."""
    if words.by_tag.keys() == words.names.keys():
        assert [tag for tag, name in words.names.items() if not name.complete] == []
    for tag in words.missing:
        assert not words.names[tag].complete


def test_files_have_to_be_known_and_there(spoil: Spoil, tmp_path: Path) -> None:
    folder = spoil("en.toml", "Danger", "Danger")
    (folder / "en.toml").rename(folder / "eng.toml")
    (folder / "review" / "en.toml").unlink()
    with pytest.raises(CatalogueError) as refused:
        catalogue.read(folder)
    assert refused.value.problems == (
        "eng.toml: no such language in languages.toml; add it there or correct the file's name",
        "en.toml: missing; languages without words of their own are served by it",
        "languages.toml: [en] complete = true, but there is no en.toml",
    )
    with pytest.raises(CatalogueError, match="languages.toml: missing"):
        catalogue.read(tmp_path)
