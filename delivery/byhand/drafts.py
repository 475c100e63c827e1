"""What a coordinator wants to tell by hand: fixed words with gaps, checked before anybody is asked to sign. Pure.

Level 3 and above is told in reviewed words only; free words go with a notice, in the languages that somebody wrote.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from alerts import hazards
from alerts.places import PlaceTable
from alerts.report import Facts, Spot
from alerts.vocabulary import BY_HAND, NONE, Hazard, Topic
from templates_i18n.freetext import commands, facts

#: characters of each writing of a place; longer ones leave no room for the rest
SPOT_LENGTH = 40
#: characters of free words in one language
WORDS_LENGTH = 200
#: municipalities of one submission
MOST_AREAS = 60
#: a notice is for days, not for months
LONGEST_NOTICE = timedelta(days=14)
#: languages without which some readers would get nothing: whoever has no words of their own is served by these
NEEDED = ("ja-Hira", "ja", "en")

_LATIN = re.compile(r"[A-Za-z0-9 .,'()/&:+-]+")
_KANA = re.compile(r"[\u3041-\u309f\u30a0-\u30ff0-9 ・ー（）()]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the words of one language come from: who signed them, and which machine drafted them."""

    signed_by: str
    signed_at: datetime
    #: '' where a person wrote them
    drafted_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One thing to be told in some municipalities."""

    hazard: Hazard
    #: `none` to lift an evacuation
    grade: str
    #: municipality codes, without repetition
    areas: tuple[str, ...]
    #: of a notice
    topic: Topic | None = None
    #: a building, or the district that an evacuation is for
    spot: Spot | None = None
    #: of a notice: from when it holds, UTC; None for now
    start: datetime | None = None
    #: of a notice: until when it holds, UTC
    until: datetime | None = None
    #: of a notice about something else: language -> the words of the coordinator
    words: Mapping[str, str] = field(default_factory=dict)
    #: the own text whose signed words these are; None where they were typed for this notice alone
    text_id: int | None = None
    #: language -> who answers for its words, as it stood when it was submitted
    origins: Mapping[str, Origin] = field(default_factory=dict)
    #: the source of CAP messages that says it; '' where a person does
    source: str = ""
    #: of a source: the submissions that it takes back, because what it said was wrong
    takes_back: tuple[str, ...] = ()
    #: of a source: the official time, UTC
    issued: datetime | None = None

    def facts(self) -> Facts:
        """What texts say beside the grade."""
        words = tuple(sorted(self.words.items()))
        return Facts(topic=self.topic, spot=self.spot, start=self.start, until=self.until, words=words)

    @property
    def ends(self) -> datetime | None:
        """When it is over by itself: what begins later and has no end holds as long as what begins now."""
        if self.until is not None or self.start is None:
            return self.until
        return self.start + hazards.rule(self.hazard).in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Why a draft is not taken: which field, and what was expected."""

    field: str
    #: a key of the words of the pages; `text` says the same in English
    key: str
    text: str


def check(draft: Draft, places: PlaceTable, now: datetime) -> list[Wrong]:
    """Everything that is wrong with a draft."""
    return [
        *_areas(draft.areas, places),
        *_grade(draft),
        *_spot(draft.spot),
        *(_notice(draft, now) if draft.hazard is Hazard.NOTICE else _evacuation(draft)),
        *free_words(draft.words),
    ]


def _areas(areas: Sequence[str], places: PlaceTable) -> Iterator[Wrong]:
    if not areas:
        yield Wrong(field="areas", key="no_area", text="no area: nobody would be told; name at least one municipality")
    if len(areas) > MOST_AREAS:
        yield Wrong(field="areas", key="too_many_areas", text=f"expected at most {MOST_AREAS} municipalities")
    for code in areas:
        if places.place(code) is None:
            yield Wrong(field="areas", key="unknown_area", text=f"{code}: no municipality has this code")


def _grade(draft: Draft) -> Iterator[Wrong]:
    if draft.hazard not in BY_HAND:
        yield Wrong(field="hazard", key="not_by_hand", text="expected evacuation or notice: others come from JMA")
    elif draft.grade != NONE and draft.grade not in hazards.rule(draft.hazard).grades:
        grades = ", ".join(hazards.rule(draft.hazard).grades)
        yield Wrong(field="grade", key="unknown_grade", text=f"expected one of {grades}")
    elif draft.hazard is Hazard.NOTICE and draft.grade == NONE:
        yield Wrong(field="grade", key="not_lifted", text="a notice ends by its time; take back a wrong one")


def _notice(draft: Draft, now: datetime) -> Iterator[Wrong]:
    if (draft.topic is None) != bool(draft.words):
        topics = ", ".join(Topic)
        yield Wrong(field="topic", key="topic_or_words", text=f"expected one of {topics}, or words of your own")
    days = LONGEST_NOTICE.days
    if draft.until is not None and not now < draft.until <= now + LONGEST_NOTICE:
        yield Wrong(field="until", key="bad_until", text=f"expected a time from now on, within {days} days")
    if draft.start is None:
        return
    if draft.start <= now:
        yield Wrong(field="start", key="start_past", text="it has passed: leave it out for what holds from now on")
    elif draft.start > now + LONGEST_NOTICE:
        yield Wrong(field="start", key="start_far", text=f"expected a time within {days} days")
    elif draft.until is not None and draft.until <= draft.start:
        yield Wrong(field="start", key="start_after_end", text="expected a start before the end (`until`)")


def _evacuation(draft: Draft) -> Iterator[Wrong]:
    if draft.topic is not None:
        yield Wrong(field="topic", key="topic_of_notice", text="only a notice has a topic")
    if draft.start is not None:
        yield Wrong(field="start", key="start_of_notice", text="an evacuation counts from now on")
    if draft.until is not None:
        yield Wrong(field="until", key="until_of_notice", text="an evacuation stays in force until it is lifted")
    if draft.words:
        yield Wrong(field="words", key="fixed_words", text="level 3 and above is told in reviewed words only")


def _spot(spot: Spot | None) -> Iterator[Wrong]:
    if spot is None:
        return
    for name, written, shape in (("ja", spot.ja, None), ("latin", spot.latin, _LATIN), ("kana", spot.kana, _KANA)):
        where = f"spot.{name}"
        if not written.strip() or len(written) > SPOT_LENGTH:
            yield Wrong(field=where, key="spot_length", text=f"expected 1 to {SPOT_LENGTH} characters")
        elif unclean(written) or facts.LINK.search(written):
            yield Wrong(field=where, key="spot_unclean", text="expected a plain name: no line break, link or sign")
        elif shape is not None and not shape.fullmatch(written):
            yield Wrong(
                field=where, key=f"spot_{name}", text=f"expected {'Latin letters' if name == 'latin' else 'kana'}"
            )
    if len({tuple(sorted(facts.numbers(text).elements())) for text in (spot.ja, spot.latin, spot.kana)}) > 1:
        yield Wrong(field="spot", key="spot_numbers", text="the three writings carry different numbers")


def free_words(words: Mapping[str, str]) -> Iterator[Wrong]:
    """The gates of free words: every language says the same numbers and links, in plain letters, not too long."""
    if not words:
        return
    for tag in NEEDED:
        if not words.get(tag, "").strip():
            yield Wrong(field=f"words.{tag}", key="words_needed", text=f"{tag} is needed: it serves all other readers")
    for tag, text in words.items():
        yield from _one_language(tag, text)
    reference = words.get("en", "")
    for tag, text in words.items():
        if facts.numbers(text) != facts.numbers(reference):
            yield Wrong(field=f"words.{tag}", key="words_numbers", text="other numbers than in English")
        if facts.links(text) != facts.links(reference):
            yield Wrong(field=f"words.{tag}", key="words_links", text="other links than in English")


def _one_language(tag: str, text: str) -> Iterator[Wrong]:
    where = f"words.{tag}"
    if not 0 < len(text.strip()) <= WORDS_LENGTH:
        yield Wrong(field=where, key="words_length", text=f"expected 1 to {WORDS_LENGTH} characters")
    if said := commands.commanded(text, tag):
        yield Wrong(field=where, key="words_level", text=f"{said}: level 3 and above is told in reviewed words only")
    if unclean(text):
        yield Wrong(field=where, key="words_unclean", text="expected plain text: no braces, line breaks, hidden signs")
    if tag == "ja-Hira" and any("\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" for char in text):
        yield Wrong(field=where, key="words_kanji", text="Easy Japanese has no kanji")


def unclean(text: str) -> bool:
    """Whether something in a text is no plain writing: controls, hidden or private signs, braces, emoji, not NFC."""
    if set("{}<>") & set(text) or not unicodedata.is_normalized("NFC", text):
        return True
    # Joiners and marks belong to several scripts; format characters beside them hide something.
    return any(unicodedata.category(char) in _HIDDEN and char not in "\u200c\u200d" for char in text)


_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp", "So"})


def too_many(people: int, expected: int) -> bool:
    """Whether more than twice as many would be told as somebody expects."""
    return people > 2 * expected


def to_json(draft: Draft) -> dict[str, Any]:
    """For the row that keeps it."""
    spot = draft.spot
    return {
        "hazard": draft.hazard,
        "grade": draft.grade,
        "areas": list(draft.areas),
        "topic": draft.topic,
        "spot": {"ja": spot.ja, "latin": spot.latin, "kana": spot.kana} if spot else None,
        "until": draft.until.isoformat() if draft.until else None,
        "words": dict(draft.words),
        "text": draft.text_id,
        "origins": {tag: _origin_to_json(one) for tag, one in draft.origins.items()},
        # left out where there is none: what was signed before keeps its digest
        **({"start": draft.start.isoformat()} if draft.start else {}),
        **_of_source(draft),
    }


def _origin_to_json(origin: Origin) -> dict[str, str]:
    return {
        "signed_by": origin.signed_by,
        "signed_at": origin.signed_at.isoformat(),
        "drafted_by": origin.drafted_by,
    }


def origins(row: Mapping[str, Any]) -> dict[str, Origin]:
    """Of a draft's row; rows of before own texts have none."""
    return {
        tag: Origin(
            signed_by=one["signed_by"],
            signed_at=datetime.fromisoformat(one["signed_at"]),
            drafted_by=one["drafted_by"],
        )
        for tag, one in row.get("origins", {}).items()
    }


def _of_source(draft: Draft) -> dict[str, Any]:
    if not draft.source:
        return {}
    return {
        "source": draft.source,
        "takes_back": list(draft.takes_back),
        "issued": draft.issued.isoformat() if draft.issued else None,
    }


def from_json(row: Mapping[str, Any]) -> Draft:
    """The opposite of `to_json`."""
    return Draft(
        hazard=Hazard(row["hazard"]),
        grade=row["grade"],
        areas=tuple(row["areas"]),
        topic=Topic(row["topic"]) if row["topic"] else None,
        spot=Spot(**row["spot"]) if row["spot"] else None,
        start=_time(row.get("start")),
        until=_time(row["until"]),
        words=row["words"],
        text_id=row.get("text"),
        origins=origins(row),
        source=row.get("source", ""),
        takes_back=tuple(row.get("takes_back", ())),
        issued=_time(row.get("issued")),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def named(areas: Iterable[str]) -> tuple[str, ...]:
    """Codes once each, in their order."""
    return tuple(sorted(dict.fromkeys(areas)))
