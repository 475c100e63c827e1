"""Errors in Japanese: a sentence for every code that the API has."""

import re
from pathlib import Path

import pytest

import web.api
from delivery.byhand.drafts import Wrong
from tests.meta import project
from web.api import japanese

_RAISED = re.compile(r'(?:ApiError\(\s*|: \()\d{3}, "([a-z_]+)"|"(http_error|unauthorized)"')


def test_every_code_has_a_sentence_and_no_other() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(str(web.api.__file__)).parent.glob("*.py")]
    codes = {one or other for text in texts for one, other in _RAISED.findall(text)}
    assert codes == set(japanese.MESSAGES)


def test_a_form_that_nobody_described_still_says_something() -> None:
    assert japanese.schema("no_such_kind", "Input is odd", {}) == "Input is odd / 値が正しくありません"
    assert japanese.schema("too_long", "too long", {"max_length": 3}) == "too long / 3 個までです"


_KEYS = re.compile(r'key="([a-z_]+)"|(?:wrong|refused)\(\s*f?"[a-z.{}]+",\s*"([a-z_]+)"')


@pytest.mark.parametrize(("section", "folder"), [("byhand_wrong", "delivery/byhand"), ("campaign_wrong", "campaigns")])
def test_every_refusal_of_what_is_sent_by_hand_or_planned_has_japanese_words(section: str, folder: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (project.ROOT / folder).glob("*.py")]
    keys = {next(filter(None, found)) for text in texts for found in _KEYS.findall(text)}
    assert len(keys) > 15
    for key in keys | {"spot_latin", "spot_kana"} if section == "byhand_wrong" else keys | {"unknown_tags"}:
        field, told = japanese.wrong(section, Wrong(field="x", key=key, text="as it is / was"))
        assert field == "x"
        assert re.search("[ぁ-んァ-ヶ一-龠]", told.removeprefix("as it is / was / ")), key
