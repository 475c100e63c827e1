"""All texts for one place, word for word: a change of words shows in the diff of these files."""

import json
from pathlib import Path

import pytest

from alerts.places import PlaceTable
from templates_i18n import catalogue, matrix

GOLDEN = Path(__file__).parent / "golden" / "messages"


def _shown(messages: list[matrix.Message]) -> str:
    """A message a line."""
    lines = ",\n".join(json.dumps(message, ensure_ascii=False) for message in messages)
    return f"[\n{lines}\n]\n"


@pytest.mark.parametrize("language", catalogue.load().languages())
def test_texts_are_as_reviewed(table: PlaceTable, update_golden: bool, language: str) -> None:
    """After a change of words: `python -m pytest tests/templates_i18n --update-golden`, then read the diff."""
    messages = matrix.messages_json(catalogue.load(), table, matrix.SAMPLE_PLACE, language)["messages"]
    file = GOLDEN / f"{language}.json"
    if update_golden:
        file.write_text(_shown(messages), encoding="utf-8")
    for new, old in zip(messages, json.loads(file.read_text(encoding="utf-8")), strict=True):
        assert new == old


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(catalogue.load().languages())
