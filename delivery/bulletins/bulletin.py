"""What a bulletin is, and which one follows from the state of now. Pure.

A bulletin is a CAP 1.2 alert message before it is worded: what is in force of one hazard (and event) in one prefecture.
The next one of a chain replaces it. Its `expires` is the end of the message (CAP 1.2, 3.2.2), not of the alert: what
must be lifted is said again before the message expires. What ends by time ends with its message, without another one.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts import hazards
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard, Kind, MsgType

#: how long a bulletin holds where nothing says when what it tells ends, and how long an end is told
HOLDS = timedelta(hours=24)
#: what is still in force is said again when its bulletin holds no longer than this
AGAIN = timedelta(hours=12)


class Standing(StrEnum):
    """What has become of a bulletin."""

    STANDING = "standing"  #: what it says is in force
    ENDED = "ended"  #: it says that something is over
    SUPERSEDED = "superseded"  #: a later one of its chain counts


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Chain:
    """What bulletins follow each other about."""

    hazard: Hazard
    event: str
    #: two digits
    prefecture: str

    @property
    def name(self) -> str:
        """As rows keep it."""
        return f"{self.hazard}|{self.prefecture}|{self.event}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a bulletin says of one place."""

    kind: Kind
    #: in force; of what is over the grade that was
    grade: str
    #: the official time of issue, UTC
    issued: datetime
    ends_at: datetime | None = None
    facts: Facts = Facts()
    #: type of the telegram that says so; '' where people did
    telegram: str = ""
    #: of the alert's page; 0 where it has none
    alert_id: int = 0

    def same(self, other: "Word | None") -> bool:
        """Whether the other one tells a reader the same."""
        return other is not None and self._told() == other._told()

    def _told(self) -> tuple[object, ...]:
        return (self.kind, self.grade, self.ends_at, self.facts)

    def over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return self.ends_at is not None and self.ends_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How a bulletin names an earlier one: CAP 1.2, `references`."""

    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """One bulletin; times are UTC, whole seconds."""

    identifier: str
    chain: Chain
    number: int
    first_number: int
    msg_type: MsgType
    standing: Standing
    sent: datetime
    expires: datetime
    #: by municipality code
    words: Mapping[str, Word]
    #: the first of what it tells of, then those that had not expired
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What the next one of a chain has to know of an earlier one, of which there may be hundreds."""

    identifier: str
    number: int
    sent: datetime
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The state of one chain's places."""

    #: what is in force and may be told
    words: Mapping[str, Word]
    #: places where something waits for two people: what was told of them last still stands
    held: frozenset[str] = frozenset()
    #: how what is over ended: lifted or cancelled, and the official time
    ends: Mapping[str, tuple[Kind, datetime]] | None = None


def following(
    chain: Chain, last: Bulletin | None, state: Now, earlier: Sequence[Issued | Bulletin], now: datetime
) -> Bulletin | None:
    """The bulletin that the state asks for; None where the last one still says it all.

    `last` is the newest of the chain, `earlier` those since the first one of what it tells of, it included.
    """
    now = now.replace(microsecond=0)
    said = _still_said(last, now)
    words = {place: word for place, word in state.words.items() if not word.over(now)}
    words |= {place: word for place, word in said.items() if place in state.held}
    if not words and not said:
        return None
    begins = last is None or not said
    if not begins and words and _same(words, said) and not _grows_old(last, words, now):
        return None
    sent = now if last is None else max(now, last.sent + timedelta(seconds=1))
    number = 1 if last is None else last.number + 1
    first = number if begins or last is None else last.first_number
    told = words or _ends(said, state, now)
    return Bulletin(
        identifier=_identifier(chain, number, sent),
        chain=chain,
        number=number,
        first_number=first,
        msg_type=_msg_type(begins, told, bool(words)),
        standing=Standing.STANDING if words else Standing.ENDED,
        sent=sent,
        expires=expires(told.values(), sent),
        words=told,
        references=() if begins else _references(earlier, first, sent),
    )


def expires(words: Iterable[Word], sent: datetime) -> datetime:
    """The end of a message that says these words."""
    return max(until(word, sent) for word in words)


def until(word: Word, sent: datetime) -> datetime:
    """The end of one word: its own, where it ends by time."""
    return word.ends_at if word.ends_at is not None else sent + HOLDS


def _still_said(last: Bulletin | None, now: datetime) -> dict[str, Word]:
    if last is None or last.standing is not Standing.STANDING:
        return {}
    return {place: word for place, word in last.words.items() if not word.over(now)}


def _same(words: Mapping[str, Word], said: Mapping[str, Word]) -> bool:
    return words.keys() == said.keys() and all(word.same(said[place]) for place, word in words.items())


def _grows_old(last: Bulletin | None, words: Mapping[str, Word], now: datetime) -> bool:
    lasting = any(word.ends_at is None for word in words.values())
    return last is not None and lasting and last.sent + HOLDS - now <= AGAIN


def _ends(said: Mapping[str, Word], state: Now, now: datetime) -> dict[str, Word]:
    """All that was said is over: lifted unless a word took it back."""
    ends = state.ends or {}
    return {
        place: replace(word, kind=kind, issued=issued, ends_at=None)
        for place, word in said.items()
        for kind, issued in [ends.get(place, (Kind.LIFTED, now))]
    }


def _msg_type(begins: bool, words: Mapping[str, Word], in_force: bool) -> MsgType:
    if begins:
        return MsgType.ALERT
    wrong = all(word.kind is Kind.CANCELLED for word in words.values())
    return MsgType.CANCEL if wrong and not in_force else MsgType.UPDATE


def _references(earlier: Sequence[Issued | Bulletin], first: int, sent: datetime) -> tuple[Reference, ...]:
    """The first, and whatever a reader may still hold for true."""
    return tuple(
        Reference(identifier=one.identifier, sent=one.sent)
        for one in sorted(earlier, key=lambda one: one.number)
        if one.number == first or (one.number > first and one.expires > sent)
    )


def _identifier(chain: Chain, number: int, sent: datetime) -> str:
    """Unique by chain, number and time; no space, comma, < or & (CAP 1.2, 3.2.1)."""
    mark = hashlib.sha256(chain.name.encode()).hexdigest()[:8]
    return f"{chain.hazard}.{chain.prefecture}.{sent:%Y%m%dT%H%M%SZ}.{mark}.{number}"


def gravest(hazard: Hazard, words: Mapping[str, Word]) -> str:
    """The highest grade that is told."""
    rule = hazards.rule(hazard)
    return rule.highest([word.grade for word in words.values()] or [NONE])
