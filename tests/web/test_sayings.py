"""What the service keeps as English sentences has Japanese words: read from the code that writes them."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import hazards, places
from alerts.decision import Action
from alerts.vocabulary import Hazard
from feeds.jma import types
from storage.audit import Entry
from templates_i18n import catalogue
from templates_i18n.freetext import gates
from tests.web import rows
from web import sayings, words
from web.console import entry_words

_ROOT = Path(__file__).parents[2]
_REASONS = (
    "alerts/decision.py", "campaigns/copies.py", "campaigns/trying.py", "campaigns/timing.py", "delivery/welcomes.py",
    "delivery/joining/codes.py", "delivery/twoway/answering.py", "delivery/twoway/triage.py", "delivery/probing.py",
    "delivery/byhand/calling.py", "feeds/fetch.py",
)  # fmt: skip
_OWN = ("alerts", "campaigns", "cases", "delivery", "feeds", "service", "shelters", "subscribers", "web")
_GIVEN = {"hazard": "heavy_rain", "grade": "L4", "now": "L4", "then": "L3", "at_large": "L3", "status": "Exercise"}
_SHARED = {"_log", "log"}
ENGLISH, JAPANESE = words.load()["en"], words.load()["ja"]
#: what is kept -> what an English page says
_KEPT = {
    "landslide L4 is now none: those who were told of it hear so": (
        "Landslide Level 4 is now over: those who were told of it hear so"
    ),
    "heavy_rain L3: send by the table of hazards": "Heavy rain Level 3: send by the table of hazards",
    "false_alarm: signed by user:aoi and user:bruno": "False alarm: signed by aoi and bruno",
    "what no table knows": "what no table knows",
}


def _texts(node: ast.expr) -> Iterator[str]:
    """The strings that an expression may give, with something in the gaps of those with gaps."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else _gap(part)
                for part in values
            )  # fmt: skip
        case ast.IfExp(body=body, orelse=other):
            yield from (*_texts(body), *_texts(other))


def _gap(part: ast.expr) -> str:
    named = ast.unparse(part).strip("f'\"{}").split(".")[-1].split(" ")[0]
    named = {"warnings[0]": "hazard"}.get(named, named)
    return _GIVEN.get(named, "x7")


@functools.cache
def _calls(file: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]


@functools.cache
def _files() -> list[Path]:
    """Where something is written down for people in charge, or into the log."""
    found = [file for folder in _OWN for file in (_ROOT / folder).rglob("*.py")]
    return [file for file in found if re.search(r"Notice\(|audit\.append|log\(", file.read_text("utf-8"))]


@pytest.mark.parametrize("name", _REASONS)
def test_reasons_have_japanese_words(name: str) -> None:
    found = {
        text
        for call in _calls(_ROOT / name)
        for keyword in call.keywords
        if keyword.arg == "reason"
        for text in _texts(keyword.value)
        if text and text != "x7: x7"  # the error of a library, as it is
    }
    assert {text for text in found if sayings.say(JAPANESE, text) is None} == set()


def test_calls_to_people_in_charge_have_japanese_words() -> None:
    found = {
        text
        for file in _files()
        for call in _calls(file)
        if ast.unparse(call.func).split(".")[-1] == "Notice"
        for keyword in call.keywords
        if keyword.arg == "text"
        for text in _texts(keyword.value)
    }
    assert len(found) > 15
    assert {text for text in found if sayings.say(JAPANESE, text) is None} == set()


def test_why_a_type_of_telegram_leads_to_nothing_is_said_in_japanese() -> None:
    said = {text for kind in types.table().values() for text in (kind.reason, kind.nothing) if text}
    assert {text for text in said if sayings.say(JAPANESE, text) is None} == set()


def test_every_action_of_the_log_has_words() -> None:
    found = set()
    for file in _files():
        for call in _calls(file):
            named = ast.unparse(call.func)
            if named == "audit.append":
                found |= {text for one in call.keywords if one.arg == "action" for text in _texts(one.value)}
            elif named.split(".")[-1] in _SHARED:
                found |= {text for one in call.args for text in _texts(one) if " " in text}
    known = {text for text in found if "x7" not in text and ":" not in text and text != "the clock"}
    assert len(known) > 40
    assert {text for text in known if not JAPANESE.knows(f"audit_action.{text}")} == set()


def test_every_decision_is_said_of_every_hazard() -> None:
    for hazard in Hazard:
        for grade in hazards.rule(hazard).grades:
            for action in Action:
                said = sayings.say(JAPANESE, f"{hazard} {grade}: {action} by the table of hazards")
                assert said is not None, (hazard, grade, action)
                assert JAPANESE.named("hazard", hazard) in said


def test_a_sentence_within_a_sentence() -> None:
    text = (
        "A telegram (VXSE53, 0a1b) cannot be read: not well-formed XML: line 3. It is in quarantine; after a fix it can"
        " be read again."
    )
    said = sayings.say(JAPANESE, text)
    assert said is not None and "XMLとして壊れています：line 3" in said and "quarantine" not in said
    assert sayings.say(ENGLISH, text) == text


@pytest.mark.parametrize("text", ["写真を見て決めた", "because I say so", "", "{hazard}", "a (b)", "x" * 10_000])
def test_what_people_wrote_stays(text: str) -> None:
    assert sayings.say(JAPANESE, text) is None


def test_an_entry_of_the_log_in_japanese() -> None:
    entry = Entry(
        number=1, at=rows.NOW, actor="user:aoi", municipality="17204", action="submitted", subject="submission:3",
        details={"hazard": "evacuation", "grade": "order", "areas": ["17204"], "reason": "wrong_place", "why": "二つ"},
    )  # fmt: skip
    line = entry_words.line(entry, JAPANESE, places.load())
    assert (line.action, line.subject, line.actor) == ("送信を依頼", "依頼:3", "aoi")
    assert dict(line.details) == {
        "災害": "避難", "段階": JAPANESE.grade("evacuation", "order"), "地域": "輪島市", "理由": "地域の誤り",
        "理由の説明": "二つ",
    }  # fmt: skip


_WRITTEN = (
    ("", "en"),
    ("x" * 300, "en"),
    ("川\u200b\x00\u202e😀’ a", "en"),
    ("=ab{}<b>漢 aбc. a. a. a.", "en"),
    ("漢字", "ja-Hira"),
)
_TRANSLATED = (
    ("輪島市の避難所は本日10時に開きます。川に近づかないでください。https://a.example/x", "ja",
     "Kanazawa is closed at 9. Go to the sea.", "en"),
    ("水が出ます。", "ja", "水が出ます。", "zh-Hans"),
    ("Do not go.", "en", "行ってください。来る。", "ja"),
    ("行ってください。", "ja", "Do not go.", "en"),
)  # fmt: skip


def test_what_is_found_in_own_texts_is_said_in_japanese() -> None:
    tables = gates.Tables(catalogue=catalogue.load(), places=places.load())
    found = [one for text, tag in _WRITTEN for one in gates.alone(text, tag, tables)]
    for source, source_language, text, language in _TRANSLATED:
        pair = gates.Pair(source=source, source_language=source_language, text=text, language=language)
        found += gates.compare(pair, tables)
    assert len({one.key for one in found}) > 12
    said = {one.what: sayings.say(JAPANESE, one.what) for one in found}
    assert {what for what, here in said.items() if here is None} == set()
    assert said["river is not there, but sea"] == "川がなく、代わりに海があります"
    assert said["missing 10; not in the source 9"] == "足りないもの：10。原文にないもの：9"


@pytest.mark.parametrize(
    "text",
    [
        "group: expected 1 to 60 letters without a comma",
        "scenario: expected one of noto, written",
        "Night, minute 20: heavy_rain L4 lifted: no words: 'x'",
    ],
)
def test_what_is_wrong_with_a_drill_is_said_in_japanese(text: str) -> None:
    said = sayings.say(JAPANESE, text)
    assert said is not None and "expected" not in said and "no words" not in said and "heavy_rain" not in said


def test_english_pages_say_kept_sentences_without_their_keys() -> None:
    assert {text: sayings.say(ENGLISH, text) for text in _KEPT} == _KEPT
    assert sayings.say(JAPANESE, "false_alarm: signed by user:aoi and user:bruno") == "誤報：承認 aoi、bruno"
