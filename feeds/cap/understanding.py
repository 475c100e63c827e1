"""What a message of a source says of which municipalities, or why nothing of it counts. Pure; never guesses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from alerts import hazards
from alerts.places import PlaceTable
from alerts.places.codes import check_digit
from alerts.vocabulary import NONE, Hazard
from feeds.cap import message as cap
from feeds.cap.message import Info, Key, Message, NotCap
from feeds.cap.source import Source

_RULE = hazards.rule(Hazard.EVACUATION)
#: a message without `expires` is news for so long
NEWS = timedelta(hours=24)
#: clocks differ a little
AHEAD = timedelta(minutes=10)
_ALL_CLEAR = "AllClear"
#: nothing is to be done any more
_PAST = "Past"


class Does(StrEnum):
    """What a message does to the chain of messages that it belongs to."""

    SAYS = "says"  #: Alert, Update: of each place it names a grade, or that it is lifted
    CANCELS = "cancels"  #: Cancel: the chain was wrong, up to here
    LIFTS = "lifts"  #: Cancel with an all-clear: the chain is over, up to here


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A message that counts."""

    key: Key
    sent: datetime
    does: Does
    references: tuple[Key, ...]
    #: municipality -> grade, or `none` where it lifts
    places: Mapping[str, str]
    #: after which nothing of it is told to anybody any more
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """It counts."""

    word: Word
    #: areas that are not told, each with the reason
    left_out: tuple[str, ...] = ()
    #: when it begins to count, where that is later
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """It is kept, and on purpose nothing follows from it."""

    reason: str
    key: Key | None = None
    #: somebody should look: it may have been meant to be told
    look: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Strange:
    """It goes to quarantine until somebody has looked at it."""

    reason: str
    key: Key | None = None


Verdict: TypeAlias = Understood | Recorded | Strange


def understand(raw: bytes, source: Source, places: PlaceTable, now: datetime) -> Verdict:
    """Read one message of a source. Never raises for what is wrong with it."""
    try:
        message = cap.read(raw)
    except NotCap as problem:
        return Strange(reason=str(problem))
    return _weigh(message, source, now) or _understood(message, source, places, now)


def _weigh(message: Message, source: Source, now: datetime) -> Verdict | None:
    """Why it does not count at all; None where it may."""
    key = message.key
    if key.sender not in source.senders:
        return Strange(reason=f"sender {key.sender[:80]!r} is not one of this source's", key=key)
    if message.status != "Actual":
        return Recorded(reason=f"{message.status}: only Actual can lead to a text", key=key)
    if message.scope != "Public":
        return Recorded(reason=f"scope {message.scope}: not for the public", key=key, look=True)
    if message.msg_type in ("Ack", "Error"):
        return Recorded(reason=f"{message.msg_type}: says nothing to people", key=key)
    if message.sent - now > AHEAD:
        return Strange(
            reason=f"sent {message.sent:%Y-%m-%d %H:%M} UTC, well ahead of our clock: which is wrong?", key=key
        )
    return None


def valid_until(message: Message, source: Source) -> datetime:
    """The last `expires` of what is read of it; a day after it was sent where it says none."""
    infos = _read_infos(message, source)
    if not infos:
        return message.sent + NEWS
    return max(info.expires or message.sent + NEWS for info in infos)


def _read_infos(message: Message, source: Source) -> tuple[Info, ...]:
    """The blocks of the source's language, all where there is none."""
    tag = source.language.casefold()
    own = tuple(info for info in message.infos if tag and info.language.casefold().startswith(tag))
    return own or message.infos


def _understood(message: Message, source: Source, places: PlaceTable, now: datetime) -> Verdict:
    key, infos = message.key, _read_infos(message, source)
    cancel = message.msg_type == "Cancel"
    if not infos and not cancel:
        return Strange(reason="no info block: it says nothing", key=key)
    graded = [(info, _grade(info, source, cancel)) for info in infos]
    for info, grade in graded:
        if doubt := _doubt(info, grade, cancel):
            return Strange(reason=doubt, key=key)
    if cancel:
        lifts = source.cancel == "lifted" or any(grade == NONE for _, grade in graded)
        word = _word(message, source, Does.LIFTS if lifts else Does.CANCELS, {})
        return Understood(word=word)
    # the earliest: what begins now does not wait for what begins later; but nothing ends before its time
    starts = min(info.effective or message.sent for info in infos)
    if any(grade == NONE and (info.effective or starts) - max(starts, now) > AHEAD for info, grade in graded):
        if len({info.effective for info in infos}) > 1:
            return Strange(reason="its blocks take effect at different times, and one of them lifts", key=key)
    said, left_out = _places([(info, grade or NONE) for info, grade in graded], source, places)
    if not said:
        why = "; ".join(left_out) or "no area"
        return Recorded(reason=f"no municipality that this source may speak for: {why}", key=key, look=True)
    return Understood(
        word=_word(message, source, Does.SAYS, said),
        left_out=tuple(left_out),
        due=starts if starts - now > AHEAD else None,
    )


def _doubt(info: Info, grade: str | None, cancel: bool) -> str:
    """Why people have to look at a block; '' where it is clear."""
    if grade is None:
        return f"event {info.event[:80]!r} stands in no table of words"
    if info.urgency == _PAST and grade != NONE and not cancel:
        return f"event {info.event[:80]!r} with urgency Past, and no word that lifts: is it over?"
    return ""


def _word(message: Message, source: Source, does: Does, places: Mapping[str, str]) -> Word:
    return Word(
        key=message.key,
        sent=message.sent,
        does=does,
        references=message.references if message.msg_type != "Alert" else (),
        places=places,
        valid_until=valid_until(message, source),
    )


def _grade(info: Info, source: Source, cancel: bool) -> str | None:
    """The one grade that its words stand for; None where they stand for none, or contradict each other.

    A block of a Cancel need not say a word that we know: what it cancels has said it.
    """
    found = set(_meanings(info, source))
    if _ALL_CLEAR in info.response_types and (found or cancel):
        return NONE
    if cancel and not found:
        return ""
    return next(iter(found)) if len(found) == 1 else None


def _meanings(info: Info, source: Source) -> Iterator[str]:
    words = [(("event", ""), info.event)]
    words += [(("eventCode", name), value) for name, value in info.event_codes]
    words += [(("parameter", name), value) for name, value in info.parameters]
    for where, word in words:
        meaning = source.meaning(where, word)
        if meaning is not None:
            yield meaning


def _places(graded: Iterable[tuple[Info, str]], source: Source, places: PlaceTable) -> tuple[dict[str, str], list[str]]:
    """Municipality -> the highest grade said of it; and what is left out, with the reason."""
    said: dict[str, str] = {}
    left_out: dict[str, None] = {}
    for info, grade in graded:
        for area in info.areas:
            codes = [value for name, value in area.geocodes if name in source.geocodes]
            if not codes:
                left_out[f"area {area.description[:60]!r} has no geocode of a municipality"] = None
            for written in codes:
                code = _code(written)
                if code is None or places.place(code) is None:
                    left_out[f"{written[:20]!r} is no municipality"] = None
                elif not _may_speak_for(source, code, places):
                    left_out[f"{code} is not this source's"] = None
                else:
                    said[code] = _RULE.highest([grade, said.get(code, NONE)])
    return said, list(left_out)


def _code(written: str) -> str | None:
    """Five digits, or six with their check digit."""
    if not (written.isascii() and written.isdigit()):
        return None
    if len(written) == 6 and check_digit(written[:5]) == written[5]:
        return written[:5]
    return written if len(written) == 5 else None


def _may_speak_for(source: Source, code: str, places: PlaceTable) -> bool:
    return code in source.municipalities or places.city_of(code) in source.municipalities
