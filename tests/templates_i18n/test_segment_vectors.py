"""Our count of segments is the provider's, letter by letter."""

import json
import os
import unicodedata

import pytest

from templates_i18n import segments
from tools import segment_vectors

VECTORS = json.loads(segment_vectors.VECTORS.read_text(encoding="utf-8"))


def test_every_vector_is_counted_alike() -> None:
    texts = [row[0] for row in VECTORS]
    counted = [(encoding, units, parts) for _, encoding, units, parts in VECTORS]
    assert list(segment_vectors.differences(texts, counted)) == []


def test_vectors_hold_texts_that_only_marks_make_longer() -> None:
    """A letter and its marks are kept together, which needs a part more than units alone."""
    longer = [row for row in VECTORS if row[1] == "UCS-2" and row[2] > 70 and row[3] > -(-row[2] // 67)]
    assert any("MYANMAR" in _scripts(row[0]) for row in longer)
    assert any("DEVANAGARI" in _scripts(row[0]) for row in longer)


def _scripts(text: str) -> set[str]:
    return {unicodedata.name(char, "").split(" ")[0] for char in text}


def test_a_wrong_count_is_told() -> None:
    assert list(segment_vectors.differences(["a"], [("GSM-7", 1, 2)])) == [
        f"'a': {segments.count('a')}, the calculator says ('GSM-7', 1, 2)"
    ]


@pytest.mark.skipif(not os.environ.get("CI_FULL"), reason="installs the calculator with npm: only in .ci/run")
def test_the_calculator_itself_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    assert segment_vectors.main([]) == 0, capsys.readouterr().out
