"""A language is called checked or signed only as long as its sentences stand as they were read."""

import shutil
from pathlib import Path

import pytest

from templates_i18n import catalogue, gates, reviews
from templates_i18n.catalogue import CatalogueError
from templates_i18n.language import Review
from tests.templates_i18n.conftest import CATALOGUE, Spoil, read_whole, reading, sentences

_SIGNATURE = '[[signature]]\nname = "Chie"\noffice = "Wajima city"\ndate = "2026-11-30"\nwords = "{words}"\n'

RAISED = "前より危険が高まっています。"


def _sentences(folder: Path) -> dict[str, str]:
    return sentences(folder, "ja")


def _review(folder: Path, *more: str, without: str = "") -> None:
    """Readings of all Japanese sentences."""
    read_whole(folder, "ja", *more, without=without)


@pytest.fixture
def claimed(tmp_path: Path) -> Path:
    """A catalogue whose Japanese claims to be back-checked, without any reading."""
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, folder)
    (folder / "review" / "ja.toml").unlink()
    japanese = folder / "ja.toml"
    words = japanese.read_text(encoding="utf-8").replace('review = "drafted"', 'review = "back_checked"')
    japanese.write_text(words, encoding="utf-8")
    return folder


def _found(folder: Path) -> list[str]:
    return [str(problem) for problem in gates.run(catalogue.read(folder), [])]


def test_what_everybody_has_read_is_back_checked(claimed: Path) -> None:
    _review(claimed)
    assert catalogue.read(claimed).by_tag["ja"].review is Review.BACK_CHECKED
    assert _found(claimed) == []


def test_without_a_reading_it_is_a_draft(claimed: Path) -> None:
    assert catalogue.read(claimed).by_tag["ja"].review is Review.DRAFTED
    assert len(_found(claimed)) == len(_sentences(claimed))


def test_a_sentence_changed_after_it_was_read_makes_a_draft_of_its_language(claimed: Path, spoil: Spoil) -> None:
    _review(claimed)
    spoil("ja.toml", RAISED, "前より危険が下がっています。")
    assert catalogue.read(claimed).fallback("ja").review is Review.DRAFTED
    assert _found(claimed) == [
        f"read back: ja.toml: line.raised: now '前より危険が下がっています。', read was {RAISED!r}; "
        "until then it counts as drafted"
    ]


def test_a_sentence_nobody_read_is_named(claimed: Path) -> None:
    _review(claimed, without="line.raised")
    assert _found(claimed) == [
        f"read back: ja.toml: line.raised: nobody has read {RAISED!r}; until then it counts as drafted"
    ]


def test_a_difference_has_to_be_mended(claimed: Path) -> None:
    _review(claimed, reading("line.raised", RAISED, difference="less urgent"))
    assert "a difference that is not mended" in _found(claimed)[0]
    _review(claimed, reading("line.raised", RAISED, difference="less urgent", mended="stays: as JMA says it"))
    assert _found(claimed) == []


def test_what_is_signed_has_a_signature(claimed: Path, spoil: Spoil) -> None:
    spoil("ja.toml", 'review = "back_checked"', 'review = "signed"')
    _review(claimed)
    assert catalogue.read(claimed).by_tag["ja"].review is Review.BACK_CHECKED
    words = reviews.words_of(_sentences(claimed))
    assert _found(claimed) == [
        f"read back: ja.toml: [[signature]]: nobody has signed these words ({words}); "
        "until then it counts as back_checked"
    ]
    _review(claimed, _SIGNATURE.format(words=words))
    assert catalogue.read(claimed).by_tag["ja"].review is Review.SIGNED
    assert _found(claimed) == []
    _review(claimed, _SIGNATURE.format(words="000000000000"))
    assert catalogue.read(claimed).by_tag["ja"].review is Review.BACK_CHECKED


def test_two_voices_are_as_trusted_as_the_weaker(claimed: Path, spoil: Spoil) -> None:
    for tag in ("ja-Hira", "en"):
        read_whole(claimed, tag)
    assert catalogue.read(claimed).fallback("xx").review is Review.BACK_CHECKED
    spoil("en.toml", "Danger has risen.", "Danger has come down.")
    assert catalogue.read(claimed).fallback("xx").review is Review.DRAFTED


def test_a_draft_needs_no_reading() -> None:
    assert reviews.borne_out(Review.DRAFTED, {"line.raised": RAISED}, reviews.NOBODY) == (Review.DRAFTED, ())


def test_digits_and_japanese_drill_words_are_no_sentences(claimed: Path) -> None:
    keys = _sentences(claimed).keys()
    assert {"drill.word", "line.raised", "act.all_leave", "own.cancelled.earthquake"} <= keys
    assert not {"drill.japanese", "grade.earthquake.7", "language.name"} & keys


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "review/ja.toml: [reader]: expected a table"),
        ('[reader]\nname = "Aoi"\n[sentence]\nkey = ""\n', "review/ja.toml: [[sentence]]: expected a list"),
        (
            '[reader]\nname = "Aoi"\n[[sentence]]\nkey = ""\n',
            "[[sentence]] 1: expected exactly difference",
        ),
        (
            '[reader]\nname = "Aoi"\n' + reading("a", "b").replace('""', "1", 1),
            "1 difference: expected words in quotes",
        ),
        ('[reader]\nname = "Aoi"\n' + reading("a", "b").replace("what it says", " "), "1 read_as: expected what the"),
        ('[reader]\nname = "Aoi"\n[signature]\n', "review/ja.toml: [[signature]]: expected a list"),
        ('[reader]\nname = "Aoi"\n[[signature]]\nname = "Chie"\n', "[[signature]] 1: expected exactly name, office"),
        ("[reader", "review/ja.toml: expected TOML in UTF-8"),
    ],
)
def test_a_review_that_cannot_be_read_is_refused_with_its_place(claimed: Path, content: str, expected: str) -> None:
    (claimed / "review" / "ja.toml").write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError) as refused:
        catalogue.read(claimed)
    assert expected in "\n".join(refused.value.problems)


def test_a_review_of_no_language_is_refused(claimed: Path) -> None:
    _review(claimed)
    (claimed / "review" / "ja.toml").rename(claimed / "review" / "jp.toml")
    with pytest.raises(CatalogueError, match=r"review/jp.toml: no jp.toml stands in the catalogue"):
        catalogue.read(claimed)
