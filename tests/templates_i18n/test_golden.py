"""All texts for one place, word for word: a change of words shows in the diff of this file."""

import json
from pathlib import Path

from alerts.places import PlaceTable
from templates_i18n import catalogue, matrix

GOLDEN = Path(__file__).parent / "golden" / "messages.json"


def test_texts_are_as_reviewed(table: PlaceTable, update_golden: bool) -> None:
    """After a change of words: `python -m pytest tests/templates_i18n --update-golden`, then read the diff."""
    document = matrix.messages_json(catalogue.load(), table, matrix.SAMPLE_PLACE)
    shown = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if update_golden:
        GOLDEN.write_text(shown, encoding="utf-8")
    expected = json.loads(GOLDEN.read_text(encoding="utf-8"))["messages"]
    for new, old in zip(document["messages"], expected, strict=True):
        assert new == old
