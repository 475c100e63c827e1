"""What the people in charge are told by SMS, and when. Pure.

What lasts (a feed that cannot be seen, a provider in trouble) is told with the time since when, per subject, and so
is its end. What happens (an unreadable telegram) is told with its time. Notices of one kind go together in one
text; the number of texts in a quarter of an hour has an end, whatever storm of notices there is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from alerts.japan import JST
from alerts.notices import NoticeKind

#: the same subject is not told of again before, and no more than `_MOST` texts go out in this time
QUIET = timedelta(minutes=15)
#: between two texts of one kind, so that what comes at once is told at once
_LASTING_PAUSE = timedelta(seconds=30)
_EVENT_PAUSE = timedelta(minutes=5)
_MOST_OF_KIND = 4
_MOST = 6
#: how long it must be over before anybody is told so
_SETTLED = timedelta(minutes=2)
#: UTF-16 units of the subjects, so that every text stays within two segments
_SUBJECTS = 40
_SUBJECTS_OF_LASTING = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A notice, as far as telling is concerned; times are UTC."""

    id: int
    kind: NoticeKind
    subject: str
    #: since when it is so, or when it happened
    since: datetime
    told_at: datetime | None
    resolved_at: datetime | None
    #: the text has not left, and nothing that it tells of is still so
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that telling looks at."""

    #: open, urgent, told to nobody; by kind
    untold: Sequence[Known] = ()
    #: lasting, told, and their end not told; oldest first
    believed: Sequence[Known] = ()
    #: told within `QUIET`
    recent: Sequence[Known] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text to all people in charge."""

    notices: Sequence[Known]
    words: str
    #: whether it tells that something is over
    is_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do now; false if there is nothing."""

    texts: Sequence[Text] = ()
    #: (told and over, open again) before the end was told
    same_again: Sequence[tuple[Known, Known]] = ()
    #: over, and not worth a text
    closed: Sequence[Known] = ()
    #: over before their text had left
    withdrawn: Sequence[Known] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.texts or self.same_again or self.closed or self.withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lasting:
    """Words for what lasts until it is over; `{}` stands for the subjects."""

    english: str
    japanese: str
    over_english: str
    over_japanese: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """Words for what happens."""

    english: str
    japanese: str


STATES: Mapping[NoticeKind, _Lasting] = {
    NoticeKind.BLIND: _Lasting(
        english="cannot see the JMA feed {}",
        japanese="フィードを受信できません",
        over_english="can see the JMA feed {} again",
        over_japanese="フィードの受信が再開しました",
    ),
    NoticeKind.SILENT: _Lasting(
        english="the JMA feed is silent: {}",
        japanese="フィードの更新が停止中",
        over_english="JMA feed has news again: {}",
        over_japanese="フィードの更新が再開しました",
    ),
    NoticeKind.PROVIDER: _Lasting(
        english="SMS provider trouble: {}",
        japanese="SMS送信に問題があります",
        over_english="texts are taken again: {}",
        over_japanese="SMS送信が再開しました",
    ),
    NoticeKind.TRAFFIC: _Lasting(
        english="SMS moved {}",
        japanese="SMSの経路を切替中",
        over_english="SMS as usual again, not {}",
        over_japanese="SMSの経路が通常に復帰",
    ),
    NoticeKind.PROBE: _Lasting(
        english="test SMS lost: {}",
        japanese="動作確認のSMSが不達",
        over_english="test SMS back: {}",
        over_japanese="動作確認のSMSが復旧",
    ),
}
_HINTS = {NoticeKind.BLIND: " Watch jma.go.jp.", NoticeKind.SILENT: " Watch jma.go.jp."}
_FEEDS = frozenset({NoticeKind.BLIND, NoticeKind.SILENT})
_EVENTS: Mapping[NoticeKind, _Event] = {
    NoticeKind.UNREADABLE: _Event(english="unreadable telegram", japanese="読めない電文があります"),
    NoticeKind.UNKNOWN_CODE: _Event(english="unknown code", japanese="未知のコードがあります"),
    NoticeKind.UNKNOWN_PLACE: _Event(english="unknown place code", japanese="未知の地域コードがあります"),
    NoticeKind.NO_AREA: _Event(english="alert without a place", japanese="対象地域のない警報です"),
    NoticeKind.GONE: _Event(english="telegram cannot be fetched", japanese="取得できない電文があります"),
    NoticeKind.FILTERED: _Event(english="texts are filtered", japanese="SMSが遮断されています"),
    NoticeKind.NUMBER: _Event(english="numbers do not open", japanese="開けない電話番号があります"),
    NoticeKind.TEXT: _Event(english="no text could be made", japanese="文面を作れません"),
    NoticeKind.CODES: _Event(english="sign-up codes at their limit", japanese="登録コードが上限に達しました"),
    NoticeKind.HELD: _Event(english="held, decide by", japanese="承認待ちの配信があります"),
    NoticeKind.LAST_CALL: _Event(english="LAST CALL, decide by", japanese="まもなく承認の期限です"),
    NoticeKind.UNDECIDED: _Event(english="NOT SENT, nobody decided", japanese="期限切れ：送信されていません"),
    NoticeKind.PERSON: _Event(english="somebody is not told", japanese="配信できない人がいます"),
}
#: calls to people who have to decide: each has a deadline of its own
_CALLS = frozenset({NoticeKind.HELD, NoticeKind.LAST_CALL, NoticeKind.UNDECIDED})
_OTHER = _Event(english="needs attention", japanese="確認が必要です")


def plan(board: Board, now: datetime) -> Plan:
    """What to tell, to follow up, to close and to withdraw now."""
    over = {(one.kind, one.subject): one for one in board.believed if one.resolved_at is not None}
    fresh = [one for one in board.untold if (one.kind, one.subject) not in over]
    same_again = [(over.pop(key), one) for one in board.untold if (key := (one.kind, one.subject)) in over]
    silent = {one.subject for one in [*board.untold, *board.believed] if _is_open(one, NoticeKind.SILENT)}
    withdrawn = [one for one in over.values() if one.waits]
    ended = [one for one in over.values() if not one.waits]
    # it answers again, and nothing new comes: that is told instead
    closed = [one for one in ended if one.kind is NoticeKind.BLIND and one.subject in silent]
    ends = [one for one in ended if one not in closed and _has_settled(one, now)]
    return Plan(
        texts=[*_tell(fresh, board.recent, now), *_tell_ends(ends)],
        same_again=same_again,
        closed=closed,
        withdrawn=withdrawn,
    )


def _is_open(one: Known, kind: NoticeKind) -> bool:
    return one.kind is kind and one.resolved_at is None


def _has_settled(one: Known, now: datetime) -> bool:
    return one.resolved_at is not None and one.resolved_at <= now - _SETTLED


def _tell(fresh: Iterable[Known], recent: Sequence[Known], now: datetime) -> list[Text]:
    """One text for each kind that may be told of now."""
    texts: list[Text] = []
    others = len({one.told_at for one in recent if one.kind not in _FEEDS})
    for kind, group in groupby(fresh, key=lambda one: one.kind):
        notices = [one for one in group if kind in STATES or not _was_told(one, recent)]
        if not notices or _must_pause(kind, recent, now):
            continue
        if kind not in _FEEDS:
            if others >= _MOST:
                continue
            others += 1
        texts.append(Text(notices=notices, words=wording(notices)))
    return texts


def _was_told(one: Known, recent: Iterable[Known]) -> bool:
    return any(other.kind is one.kind and other.subject == one.subject for other in recent)


def _must_pause(kind: NoticeKind, recent: Iterable[Known], now: datetime) -> bool:
    told = {one.told_at for one in recent if one.kind is kind and one.told_at is not None}
    pause = _LASTING_PAUSE if kind in STATES or kind in _CALLS else _EVENT_PAUSE
    return len(told) >= _MOST_OF_KIND or any(moment > now - pause for moment in told)


def _tell_ends(ends: Iterable[Known]) -> list[Text]:
    by_kind = groupby(sorted(ends, key=lambda one: (one.kind, one.id)), key=lambda one: one.kind)
    return [
        Text(notices=notices, words=end_wording(notices), is_end=True)
        for _, group in by_kind
        if (notices := list(group))
    ]


def wording(notices: Sequence[Known]) -> str:
    """The text about notices of one kind: English, then Japanese, with the earliest time; at most two segments."""
    kind, first = notices[0].kind, min(one.since for one in notices)
    if (lasting := STATES.get(kind)) is not None:
        english = lasting.english.format(_subjects(notices, _SUBJECTS_OF_LASTING))
        since = f"{_moment(first)}.{_HINTS.get(kind, '')}\n{lasting.japanese}({_short(first)}から)"
        return f"TOMOSHIBI: {english} since {since}"
    event = _EVENTS.get(kind, _OTHER)
    return f"TOMOSHIBI: {event.english}: {_subjects(notices, _SUBJECTS, 1)} ({_moment(first)})\n{event.japanese}"


def end_wording(notices: Sequence[Known]) -> str:
    """The text that something is over: since when we see again, and since when we had not."""
    lasting = STATES[notices[0].kind]
    english = lasting.over_english.format(_subjects(notices, _SUBJECTS_OF_LASTING))
    began, ended = min(one.since for one in notices), max(one.resolved_at or one.since for one in notices)
    return f"TOMOSHIBI: {english} since {_moment(ended)} (lost since {_moment(began)})\n{lasting.over_japanese}"


def _subjects(notices: Sequence[Known], room: int, most: int = 4) -> str:
    """As many subjects as there is room for, and how many more there are."""
    subjects = list(dict.fromkeys(one.subject for one in notices))
    for count in range(min(len(subjects), most), 0, -1):
        more = f" (+{len(subjects) - count})" if count < len(subjects) else ""
        text = ", ".join(subjects[:count]) + more
        if len(text) <= room:
            return text
    more = f" (+{len(subjects) - 1})" if len(subjects) > 1 else ""
    return f"{subjects[0][: room - 3 - len(more)]}...{more}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(JST):%b %d %H:%M} JST"


def _short(moment: datetime) -> str:
    return f"{moment.astimezone(JST):%m-%d %H:%M}"
