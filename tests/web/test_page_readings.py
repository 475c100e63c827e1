"""Every sentence of the residents' pages and the end of a drill is recorded as read, as it stands today."""

import csv
import tomllib
from pathlib import Path

import pytest

from subscribers.languages import TAGS

ROOT = Path(__file__).parents[2]
PARTS = {
    "joining": ROOT / "web/joining/words.toml",
    "joining-sms": ROOT / "delivery/joining/sentences.toml",
    "refuge": ROOT / "web/residents/refuge.toml",
    "kit": ROOT / "web/kit/sentences.toml",
    "lessons": ROOT / "web/lessons/words.toml",
    "tags": ROOT / "web/joining/tags.toml",
}
#: one sentence per language in each
DRILL = {
    "question": ROOT / "campaigns/drills/questions.toml",
    "ending": ROOT / "campaigns/drills/endings.toml",
}


@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag != "en"])
def test_what_stands_there_is_what_was_read(tag: str) -> None:
    with (ROOT / "docs/reviews" / f"{tag}.tsv").open(encoding="utf-8", newline="") as file:
        read = {(row["part"], row["key"]): row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    for part, path in PARTS.items():
        for key, text in tomllib.loads(path.read_text(encoding="utf-8"))[tag].items():
            as_read(read[part, key], text)
    for key, path in DRILL.items():
        as_read(read["drill", key], tomllib.loads(path.read_text(encoding="utf-8"))[tag])


def as_read(row: dict[str, str], text: str) -> None:
    assert row["text"] == text, row
    assert row["read as"].strip() and (not row["difference"] or row["what was done"]), row
