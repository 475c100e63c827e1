"""What is believed of the files without looking is what one finds by looking, and of these very files alone."""

import pytest

from templates_i18n import catalogue, proofs, reviews
from templates_i18n.catalogue import CatalogueError
from templates_i18n.language import Review
from templates_i18n.proofs import Proofs, Verdict
from tests.templates_i18n.conftest import CATALOGUE, Spoil


def test_what_is_believed_is_what_is_found(update_golden: bool) -> None:
    """After a change of words or of readings: `python -m pytest tests/templates_i18n --update-golden`."""
    found = catalogue.prove(CATALOGUE)
    file = CATALOGUE / proofs.FILE
    if update_golden:
        file.write_text(found, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == found


def test_files_that_stand_as_proved_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(reviews, "borne_out", lambda *asked: looked.append(asked))
    assert catalogue.read(CATALOGUE).by_tag.keys() == catalogue.load().by_tag.keys()
    assert looked == []


@pytest.mark.parametrize(("name", "old"), [("vi.toml", 'raised = "'), ("review/vi.toml", 'read_as = "')])
def test_a_word_or_a_reading_that_changed_is_not_believed(
    spoil: Spoil, monkeypatch: pytest.MonkeyPatch, name: str, old: str
) -> None:
    looked: list[object] = []

    def borne_out(*asked: object) -> tuple[Review, tuple[str, ...]]:
        looked.append(asked)
        return Review.DRAFTED, ("somebody looked",)

    monkeypatch.setattr(reviews, "borne_out", borne_out)
    changed = catalogue.read(spoil(name, old, f"{old}Nay "))
    assert len(looked) == 1
    assert changed.unread == {**catalogue.load().unread, "vi": ("somebody looked",)}


def test_a_spoilt_file_of_proofs_is_named(spoil: Spoil) -> None:
    with pytest.raises(CatalogueError, match=r"proofs\.toml: expected words and .*; remove the file"):
        catalogue.read(spoil(proofs.FILE, "unread = []", ""))


def test_what_is_written_can_be_read() -> None:
    verdict = Verdict(files="0a", review=Review.DRAFTED, unread=("line.raised: now \"x\\n\", read was 'y'",))
    written = Proofs(words="0b", readings={"vi": verdict, "ja": Verdict(files="0c", review=Review.BACK_CHECKED)})
    assert proofs.parse(catalogue.rtoml.loads(proofs.to_toml(written))) == written
