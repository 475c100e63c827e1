"""The words of the pages are complete in both languages."""

import re
from pathlib import Path

import pytest

from alerts import hazards
from alerts.notices import NoticeKind
from alerts.vocabulary import Action, Hazard, MsgType
from delivery import states
from delivery.telling import Excluded
from feeds.settings import FEEDS
from templates_i18n.render import Form
from web import words

_PAGES = sorted(Path(words.__file__).parent.joinpath("pages").rglob("*.html"))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_value_of_the_database_has_a_word(language: str) -> None:
    spoken = words.load()[language]
    values = [
        *(("hazard", hazard) for hazard in Hazard),
        *(("decision", action) for action in Action),
        *(("msg_type", kind) for kind in MsgType),
        *(("notice", kind) for kind in NoticeKind),
        *(("excluded", reason) for reason in Excluded),
        *(("form", form) for form in Form),
        *(("progress", part) for part in states.PARTS),
        *(("feeds", feed) for feed in FEEDS),
        *(("state", state) for state in ("pending", "read", "nothing", "ignored", "quarantined")),
        *(("broadcast", state) for state in ("planning", "sending", "complete", "withdrawn", "held")),
    ]
    for section, value in values:
        assert spoken(f"{section}.{value}")
    for hazard in Hazard:
        for grade in hazards.rule(hazard).grades:
            assert spoken.grade(hazard, grade) != grade
            assert len(spoken.sign(grade)) <= 2


def test_both_languages_have_the_same_gaps() -> None:
    english, japanese = (words.load()[language]._table for language in ("en", "ja"))
    gaps = re.compile(r"\{(\w+)\}")
    assert {key: set(gaps.findall(text)) for key, text in english.items()} == {
        key: set(gaps.findall(text)) for key, text in japanese.items()
    }


def test_every_word_a_page_asks_for_is_there_and_every_word_is_used() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in _PAGES)
    asked = {key for key in re.findall(r'"((?:page|now|broadcast|texts|telegrams|reason|attention)\.\w+)"', pages)}
    known = words.load()["en"]._table
    assert asked <= known.keys()
    by_value = {
        "planning",
        "sending",
        "complete",
        "withdrawn",
        "held",
        "alert",
        "lesson",
        "welcome",
        "operator",
        "reply",
        "probe",
        "correction",
    }
    sections = {"page", "now", "broadcast", "texts", "telegrams", "reason", "attention", "blind", "home"}
    unused = {
        key
        for key in known
        if key.split(".")[0] in sections and key not in pages and key.split(".")[1] not in by_value | {"jst"}
    }
    assert unused == set()


def test_every_word_a_page_of_the_console_asks_for_is_there() -> None:
    for page in _PAGES:
        asked = set(re.findall(r"""\bw\(\s*["']([a-z_]+\.\w+)["']\s*[,)]""", page.read_text(encoding="utf-8")))
        assert asked <= words.load()["en"]._table.keys(), page.name


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("ja", "en", "ja"),
        (None, "ja", "ja"),
        (None, "vi, ja;q=0.8, en;q=0.5", "ja"),
        (None, "", "en"),
        ("xx", "*", "en"),
    ],
)
def test_the_language_of_a_page(asked: str | None, accepted: str, chosen: str) -> None:
    assert words.choose(asked, accepted).language == chosen
