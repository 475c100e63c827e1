"""What somebody wrote into the form of `/console/write`, as a draft, or all that is wrong with it. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.japan import JST
from alerts.report import Spot
from alerts.vocabulary import NONE, Hazard, Topic
from delivery.byhand.drafts import Draft, Wrong
from subscribers.languages import TAGS

#: of the form; the last one lifts
EVACUATION_GRADES = ("elderly", "order", "emergency", NONE)
#: nobody expects more than live in Japan
MOST_PEOPLE = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A draft with what goes beside it."""

    draft: Draft
    expected: int
    explanation: str


def read(kind: str, fields: Mapping[str, str], areas: Sequence[str]) -> tuple[Written | None, list[Wrong]]:
    """The form of `evacuation` or `notice`. The draft is None where a field cannot be understood at all."""
    wrong: list[Wrong] = []
    start, until = (_moment(fields, name, wrong) for name in ("start", "until"))
    expected = _expected(fields.get("expected", ""), wrong)
    grade, topic = _grade(kind, fields, wrong), _topic(kind, fields, wrong)
    if wrong:
        return None, wrong
    draft = Draft(
        hazard=Hazard(kind),
        grade=grade,
        areas=tuple(areas),
        topic=topic,
        spot=_spot(fields),
        start=start if kind == Hazard.NOTICE else None,
        until=until if kind == Hazard.NOTICE else None,
        words=_words(fields) if kind == Hazard.NOTICE and topic is None else {},
        text_id=_text(fields) if kind == Hazard.NOTICE and topic is None else None,
    )
    return Written(draft=draft, expected=expected, explanation=fields.get("explanation", "")), wrong


def _grade(kind: str, fields: Mapping[str, str], wrong: list[Wrong]) -> str:
    if kind == Hazard.NOTICE:
        return "information"
    grade = fields.get("grade", "")
    if grade not in EVACUATION_GRADES:
        wrong.append(Wrong(field="grade", key="no_grade", text="choose one"))
    return grade


def _topic(kind: str, fields: Mapping[str, str], wrong: list[Wrong]) -> Topic | None:
    written = fields.get("topic", "")
    if kind != Hazard.NOTICE or written == "own":
        return None
    if written not in set(Topic):
        wrong.append(Wrong(field="topic", key="topic_or_words", text="choose one"))
        return None
    return Topic(written)


def _spot(fields: Mapping[str, str]) -> Spot | None:
    ja, latin, kana = (fields.get(f"spot_{name}", "") for name in ("ja", "latin", "kana"))
    return Spot(ja=ja, latin=latin, kana=kana) if ja or latin or kana else None


def _text(fields: Mapping[str, str]) -> int | None:
    """The own text whose words these are."""
    written = fields.get("text", "")
    return int(written[:15]) if written.isascii() and written.isdigit() else None


def _words(fields: Mapping[str, str]) -> dict[str, str]:
    found = {tag: " ".join(fields.get(f"words_{tag}", "").split()) for tag in TAGS}
    return {tag: text for tag, text in found.items() if text}


def _moment(fields: Mapping[str, str], name: str, wrong: list[Wrong]) -> datetime | None:
    """A time in Japan, as a browser's field gives it."""
    written = fields.get(name, "")
    if not written:
        return None
    try:
        return datetime.strptime(written[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=JST).astimezone(UTC)
    except (ValueError, OverflowError):
        wrong.append(Wrong(field=name, key=f"bad_{name}", text="expected a date and a time"))
        return None


def _expected(written: str, wrong: list[Wrong]) -> int:
    written = unicodedata.normalize("NFKC", written)  # a Japanese keyboard writes １００
    if written.isascii() and written.isdigit() and 0 < int(written[:12]) <= MOST_PEOPLE:
        return int(written[:12])
    wrong.append(Wrong(field="expected", key="bad_expected", text="expected a number of people"))
    return 0


def kept(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What the preview carries along to the submission."""
    return [(name, value) for name, value in fields if name != "step" and value]
