"""A signature is for the words as they stand, and only for a language that was read back whole."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from templates_i18n import catalogue, lessons, proofs, signing
from templates_i18n.language import Review
from templates_i18n.signing import Signature, Signed
from tests.templates_i18n.conftest import CATALOGUE, read_whole

_LESSONS = CATALOGUE.parent / "lessons"
_CHIE = Signature(name="Chie", office='Wajima city, "desk 3"', day=date(2026, 11, 30))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue of one's own."""
    shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    read_whole(tmp_path / "catalogue", "ja")
    return tmp_path / "catalogue"


def _warnings(folder: Path, tag: str) -> signing.Words:
    words = signing.of_warnings(folder, tag)
    assert words is not None
    return words


def test_a_signed_language_counts_as_signed_until_a_word_changes(folder: Path) -> None:
    assert isinstance(signing.sign(_warnings(folder, "ja"), _CHIE), Signed)
    assert catalogue.read(folder).by_tag["ja"].review is Review.SIGNED
    assert (folder / proofs.FILE).read_text("utf-8") == catalogue.prove(folder)
    for file in (folder / "ja.toml", folder / "review" / "ja.toml"):
        old = "前より危険が高まっています。"
        file.write_text(file.read_text("utf-8").replace(old, "前よりも危険が高まっています。"), "utf-8")
    assert catalogue.read(folder).by_tag["ja"].review is Review.BACK_CHECKED
    assert "nobody has signed these words" in catalogue.read(folder).unread["ja"][0]


def test_what_was_not_read_back_cannot_be_signed(folder: Path) -> None:
    (folder / "review" / "ja.toml").unlink()
    before = (folder / "ja.toml").read_bytes()
    refused = signing.sign(_warnings(folder, "ja"), _CHIE)
    assert isinstance(refused, signing.Refused)
    assert "not every sentence has been read back" in refused.reason
    assert (folder / "ja.toml").read_bytes() == before


def test_a_signature_needs_somebody(folder: Path) -> None:
    nobody = Signature(name=" ", office="Wajima city", day=_CHIE.day)
    assert signing.sign(_warnings(folder, "ja"), nobody) == signing.Refused(
        reason="name: expected who signs, found nothing"
    )


def test_lessons_are_signed_for_themselves(tmp_path: Path) -> None:
    folder = tmp_path / "lessons"
    shutil.copytree(_LESSONS, folder)
    words = signing.of_lessons(folder, "vi")
    assert words is not None
    assert isinstance(signing.sign(words, _CHIE), Signed)
    assert lessons.read(folder).by_tag["vi"].review is Review.SIGNED


def test_a_language_without_words_is_none(folder: Path) -> None:
    assert signing.of_warnings(folder, "xx") is None
