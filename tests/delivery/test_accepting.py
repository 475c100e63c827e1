"""Languages on a real transport: only what is signed or accepted is used, and somebody answers for it in the log."""

from dataclasses import replace

import pytest

from alerts import places
from delivery import accepting
from delivery.writing import CatalogueWriter
from storage import audit
from templates_i18n import catalogue, lesson_texts, lessons
from templates_i18n.catalogue import BILINGUAL
from templates_i18n.language import Review


@pytest.fixture(scope="module")
def words():
    return catalogue.load()


def test_a_language_is_accepted_once_and_stands_in_the_log(db, clock, words):
    assert db.write_sync(accepting.accept, "vi", words.version, "Yamada, Wajima city", clock())
    assert not db.write_sync(accepting.accept, "vi", words.version, "somebody else", clock.advance(1))
    (one,) = db.read_sync(accepting.accepted)
    assert (one.language, one.by) == ("vi", "Yamada, Wajima city")
    entries = db.read_sync(lambda c: c.execute("SELECT actor, action, subject FROM audit_entries"))
    assert [(row.text("actor"), row.text("action"), row.text("subject")) for row in entries] == [
        ("Yamada, Wajima city", "language accepted", "vi")
    ]
    assert isinstance(db.read_sync(audit.verify), audit.Whole)


def test_readers_of_a_language_that_waits_get_easy_japanese_and_english(words):
    writer = CatalogueWriter(catalogue=accepting.usable(words, frozenset()), places=places.load())
    accepted = CatalogueWriter(catalogue=accepting.usable(words, frozenset({"vi"})), places=places.load())
    both = writer.welcome("17204", "vi")
    assert both.language == "ja-Hira+en"
    assert accepted.welcome("17204", "vi").language == "vi"


def test_easy_japanese_and_english_are_there_always(words):
    usable = accepting.usable(words, frozenset())
    assert {"ja-Hira", "en"} <= set(usable.by_tag)
    assert not {"ja-Hira", "en"} & set(accepting.waiting(words, frozenset()))


def test_what_is_signed_needs_nobody(words):
    signed = replace(words.by_tag["vi"], review=Review.SIGNED)
    assert "vi" not in accepting.waiting(replace(words, by_tag={**words.by_tag, "vi": signed}), frozenset())


def test_lessons_of_a_language_that_waits_are_told_in_easy_japanese_and_english(words):
    book = lessons.load()
    usable = accepting.usable_lessons(book, frozenset({"vi"}))
    assert usable.by_tag.keys() == {"ja-Hira", "en", "vi"} | {
        tag for tag, own in book.by_tag.items() if own.review is Review.SIGNED
    }
    spoken = accepting.usable(words, frozenset({"vi", "my"}))
    told = {tag: lesson_texts.told_in(usable, spoken, "water", tag)[0] for tag in ("vi", "my", "en")}
    assert told == {"vi": "vi", "my": BILINGUAL, "en": "en"}
