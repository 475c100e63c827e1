"""Errors in Japanese: a sentence for every code that the API has."""

import re
from pathlib import Path

import web.api
from web.api import japanese

_RAISED = re.compile(r'(?:ApiError\(\s*|: \()\d{3}, "([a-z_]+)"|"(http_error|unauthorized)"')


def test_every_code_has_a_sentence_and_no_other() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(str(web.api.__file__)).parent.glob("*.py")]
    codes = {one or other for text in texts for one, other in _RAISED.findall(text)}
    assert codes == set(japanese.MESSAGES)


def test_a_form_that_nobody_described_still_says_something() -> None:
    assert japanese.schema("no_such_kind", "Input is odd", {}) == "Input is odd / 値が正しくありません"
    assert japanese.schema("too_long", "too long", {"max_length": 3}) == "too long / 3 個までです"
