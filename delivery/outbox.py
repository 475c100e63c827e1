"""The outbox: takes queued texts in order and opens an attempt for each before anything leaves.

Whether a text is still worth sending is looked at here, when it is taken: late ones expire, overtaken and
withdrawn ones are not sent, and their people are brought up to date instead.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts import hazards, noticeboard, places
from alerts.hazards import Ends
from alerts.notices import Notice, NoticeKind
from alerts.vocabulary import NONE, Hazard, Kind
from delivery import broadcasts, chunks, ledger, newcomers, receipts
from delivery.ledger import Standing
from delivery.providers.shares import FIRST
from delivery.states import MessageState
from storage import leases, lists, locking, times
from storage.connection import Connection
from storage.rows import Row

_log = logging.getLogger(__name__)

_QUEUED = """
SELECT m.id, m.subscriber_id, m.broadcast_id, m.change_key, m.hazard, m.event, m.place, m.grade, m.told, m.kind,
       m.revision, m.segments, m.expires_at, s.state AS person, s.number_sealed, t.text, b.state AS broadcast, b.origin,
       f.grade AS standing_grade, f.revision AS standing_revision
FROM messages m
JOIN subscribers s ON s.id = m.subscriber_id
JOIN texts t ON t.id = m.text_id
JOIN broadcasts b ON b.id = m.broadcast_id
LEFT JOIN in_force f ON f.hazard = m.hazard AND f.event = m.event AND f.place = m.place
WHERE m.state = 'queued' AND (m.not_before IS NULL OR m.not_before <= :now) AND b.state <> 'held'
ORDER BY m.priority, m.turn, m.id
LIMIT :limit"""
_DUE = """
SELECT m.id FROM messages m JOIN broadcasts b ON b.id = m.broadcast_id
WHERE m.state = 'queued' AND (m.not_before IS NULL OR m.not_before <= :now) AND b.state <> 'held' LIMIT 1
"""
_TAKE = (
    "UPDATE messages SET state = 'handing', handed_at = :now, not_before = NULL"
    " WHERE id IN :chunk AND state = 'queued' RETURNING id"
)
_OPEN = (
    "INSERT INTO attempts (message_id, number, started_at, worker_id, provider)"
    " SELECT m.id, 1 + (SELECT count(*) FROM attempts a WHERE a.message_id = m.id), :now, :worker, :provider"
    " FROM messages m WHERE m.id IN :chunk RETURNING message_id, number"
)
# The condition `state IN …` is that of the index over open messages: without it all of them are read.
_STOPPED = """
UPDATE attempts SET finished_at = :now, outcome = 'unknown', error_code = 'stopped'
WHERE finished_at IS NULL AND message_id IN
    (SELECT id FROM messages WHERE state IN ('handing', 'uncertain') AND state = 'handing')
"""
_NAMED = """
UPDATE messages SET state = 'accepted', settled_at = :now
WHERE state IN ('handing', 'uncertain') AND state = 'handing' AND provider_id IS NOT NULL RETURNING provider_id
"""
_UNKNOWN = """
UPDATE messages SET state = 'uncertain', settled_at = :now, reason = 'stopped while handing over'
WHERE state IN ('handing', 'uncertain') AND state = 'handing'
"""
#: rows looked at in one transaction at most: whoever writes beside us waits for it
_MOST_SEEN = 2_000
_GIVE_UP = "UPDATE messages SET state = :state, reason = :reason, settled_at = :now WHERE id = :id AND state = 'queued'"
# as `campaigns.reaching` chooses people
_TAKES = """
SELECT 1 AS one FROM subscriber_places p JOIN registrations r ON r.id = p.registration_id
LEFT JOIN registrations o ON o.subscriber_id = p.subscriber_id AND o.municipality = ''
WHERE p.subscriber_id = :id AND p.place IN ({marks}) AND (r.municipality <> '' OR r.standing = 1)
  AND CASE WHEN o.chosen = 1 THEN o.lessons ELSE r.lessons END = 1 LIMIT 1
"""
# who has moved since has the wrong lesson all the same
_TAKES_ANY = _TAKES.replace("AND p.place IN ({marks}) ", "")
_STANDING = "SELECT grade, revision FROM in_force WHERE hazard = :hazard AND event = :event AND place = :place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One text to be handed over now; its attempt is open."""

    message_id: int
    broadcast_id: int
    number_sealed: bytes
    text: str
    segments: int
    #: how long the provider may keep trying
    validity_seconds: int
    #: number of the attempt
    attempt: int
    #: (event and place, state there) the text speaks of
    news: tuple[tuple[str, str], ...]
    #: of a text with a gap for a code: what the code is made of
    change_key: str = ""
    #: who has it in hand; None where only one process sends
    worker_id: int | None = None
    #: who gets it, recorded with the attempt
    provider: str = FIRST


#: whose lessons go to those who take lessons
_LESSONS = (broadcasts.Origin.LESSON, broadcasts.Origin.CORRECTION)
#: which provider takes each of these messages, written nowhere yet: message -> provider
Whose = Callable[[Connection, Sequence[int]], Mapping[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """An attempt that is open now."""

    number: int
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taking:
    """Who takes texts, when, and for whom."""

    now: datetime
    worker_id: int | None
    #: None where there is one provider
    deal: Whose | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one look into the outbox gave."""

    texts: tuple[Claimed, ...]
    #: rows looked at; fewer than asked for means that the outbox is empty
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dropped:
    """A text that is not worth sending any more."""

    state: MessageState
    reason: str
    #: the person may miss something that no other broadcast tells: of a further place, or after the time limit
    catch_up: bool


def is_due(db: Connection, now: datetime) -> bool:
    """Whether anything waits that may leave now."""
    return bool(db.execute(_DUE, {"now": times.to_text(now)}))


def claim(db: Connection, now: datetime, limit: int, worker_id: int | None = None, deal: Whose | None = None) -> Claim:
    """Take at most `limit` texts, the most urgent first; what must not be sent any more is settled instead.

    Where a whole broadcast has been overtaken, more are looked at than taken: nobody waits behind old news.
    Overtaken where the worker has been taken for dead.
    """
    if worker_id is not None:
        leases.check_alive(db, worker_id)
    limit = min(limit, chunks.SIZE)
    queued = _QUEUED + locking.skip_taken(db, "m")
    seen, texts = 0, tuple[Claimed, ...]()
    asked, taking = limit, _Taking(now=now, worker_id=worker_id, deal=deal)
    while len(texts) < limit and seen < _MOST_SEEN:
        rows = db.execute(queued, {"now": times.to_text(now), "limit": asked})
        taken, dropped = _sort_out(db, rows, limit - len(texts), taking)
        seen, texts, asked = seen + len(rows), texts + taken, chunks.SIZE
        if not dropped:
            break
    return Claim(texts=texts, seen=seen)


def _sort_out(db: Connection, rows: Sequence[Row], limit: int, taking: _Taking) -> tuple[tuple[Claimed, ...], int]:
    """Take the first good ones and settle the bad ones before them; how many were bad."""
    good: dict[int, Row] = {}
    dropped: list[tuple[Row, _Dropped]] = []
    for row in rows:
        if len(good) == limit:
            break
        verdict = _judged(db, row, taking.now)
        if verdict is None:
            good[row.integer("id")] = row
        else:
            dropped.append((row, verdict))
    _drop(db, dropped, taking.now)
    opened = _take(db, list(good), taking)
    taken = tuple(_claimed(good[identity], opened[identity], taking) for identity in good if identity in opened)
    return taken, len(dropped)


def give_back(db: Connection, texts: Sequence[Claimed], now: datetime) -> None:
    """Queue texts again that were taken but surely not handed over, because the sender stops.

    An attempt that is not open any more changes nothing: who was taken for dead has nothing to give.
    """
    for text in texts:
        was_open = db.execute_count(
            "UPDATE attempts SET finished_at = :now, outcome = 'retryable', error_code = 'stopped'"
            " WHERE message_id = :id AND number = :attempt AND finished_at IS NULL",
            {"id": text.message_id, "attempt": text.attempt, "now": times.to_text(now)},
        )
        if was_open:
            db.execute(
                "UPDATE messages SET state = 'queued', handed_at = NULL WHERE id = :id AND state = 'handing'",
                {"id": text.message_id},
            )


def start_up(db: Connection, now: datetime) -> int:
    """After a crash: open attempts have an unknown outcome; how many. Only where no other sender is at work."""
    at = {"now": times.to_text(now)}
    db.execute(_STOPPED, at)
    # a receipt has named them: the provider has them
    known = db.execute(_NAMED, at)
    receipts.apply_early(db, [row.text("provider_id") for row in known])
    return db.execute_count(_UNKNOWN, at)


def _judged(db: Connection, row: Row, now: datetime) -> _Dropped | None:
    """The verdict; a row that our own code cannot judge is settled too, or it would hold up everybody behind it."""
    try:
        return _verdict(db, row, now)
    except (ValueError, LookupError, TypeError) as fault:
        _log.exception("message_cannot_be_judged", extra={"message_id": row.integer("id")})
        reason = f"our fault: {type(fault).__name__}"
        notice = Notice(
            kind=NoticeKind.TEXT,
            subject=f"broadcast {row.integer('broadcast_id')}",
            text=f"A message of broadcast {row.integer('broadcast_id')} cannot be sent: {fault}. One person missed it.",
            urgent=True,
        )
        noticeboard.add(db, notice, now)
        return _Dropped(state=MessageState.FAILED, reason=reason, catch_up=False)


def _verdict(db: Connection, row: Row, now: datetime) -> _Dropped | None:
    """Why a text is not sent; None if it is."""
    is_alert = row.text("hazard") != ""
    # an operator's number belongs to the settings: one that failed once is tried again the next time
    if row.text("person") != "active" and row.text("origin") != broadcasts.Origin.OPERATOR:
        return _Dropped(state=MessageState.WITHDRAWN, reason=f"the person is {row.text('person')}", catch_up=False)
    if row.text("broadcast") == broadcasts.BroadcastState.WITHDRAWN:
        return _Dropped(state=MessageState.WITHDRAWN, reason="the broadcast was withdrawn", catch_up=False)
    if row.text("expires_at") <= times.to_text(now):
        return _Dropped(state=MessageState.EXPIRED, reason="too late to hand over", catch_up=is_alert)
    if is_alert and not _is_current(db, row):
        return _Dropped(state=MessageState.WITHDRAWN, reason="a newer state is being told", catch_up=bool(row["told"]))
    is_lesson = row.text("kind") == "lesson" and row.text("origin") in _LESSONS
    if is_lesson and not _takes_lessons(db, row):
        reason = "the person takes no lessons there any more"
        return _Dropped(state=MessageState.WITHDRAWN, reason=reason, catch_up=False)
    return None


def _takes_lessons(db: Connection, row: Row) -> bool:
    """Whether somebody still is where a lesson is told and takes lessons: copies may have waited for a day."""
    if row.text("origin") == broadcasts.Origin.CORRECTION:
        return bool(db.execute(_TAKES_ANY, {"id": row["subscriber_id"]}))
    place = row.text("place")
    for marks, names in lists.portions([place, *places.load().wards_of(place)]):
        if db.execute(_TAKES.format(marks=marks), {**names, "id": row["subscriber_id"]}):
            return True
    return False


def _is_current(db: Connection, row: Row) -> bool:
    rule, kind, revision = hazards.rule(Hazard(row.text("hazard"))), row.text("kind"), row.integer("revision")
    standing = None
    if row["standing_revision"] is not None:
        standing = Standing(grade=row.text("standing_grade"), revision=row.integer("standing_revision"))
    if not ledger.is_current(rule, kind, revision, standing):
        return False
    further = list(json.loads(row.text("told")))[1:] if row["told"] else []
    return all(ledger.is_current(rule, kind, revision, _standing(db, row, place)) for place in further)


def _standing(db: Connection, row: Row, place: str) -> Standing | None:
    found = db.execute(_STANDING, {"hazard": row["hazard"], "event": row["event"], "place": place})
    if not found:
        return None
    return Standing(grade=found[0].text("grade"), revision=found[0].integer("revision"))


def _drop(db: Connection, dropped: Sequence[tuple[Row, _Dropped]], now: datetime) -> None:
    if not dropped:
        return
    db.executemany(
        _GIVE_UP,
        [
            {
                "id": row.integer("id"),
                "state": verdict.state,
                "reason": verdict.reason,
                "now": times.to_text(now),
            }
            for row, verdict in dropped
        ],
    )
    newcomers.add(db, [row.integer("subscriber_id") for row, verdict in dropped if verdict.catch_up], now)
    broadcasts.complete(db, sorted({row.integer("broadcast_id") for row, _ in dropped}))


def _take(db: Connection, ids: Sequence[int], taking: _Taking) -> dict[int, _Opened]:
    """Message -> its attempt, which is open now."""
    if not ids:
        return {}
    at: dict[str, object] = {"now": times.to_text(taking.now)}
    taken = {row.integer("id") for row in db.execute(_TAKE, chunks.parameters(ids) | at)}
    whose = _dealt(db, [identity for identity in ids if identity in taken], taking.deal)
    return {
        row.integer("message_id"): _Opened(number=row.integer("number"), provider=provider)
        for provider, theirs in whose.items()
        for row in db.execute(
            _OPEN, chunks.parameters(theirs) | at | {"worker": taking.worker_id, "provider": provider}
        )
    }


def _dealt(db: Connection, ids: Sequence[int], deal: Whose | None) -> dict[str, list[int]]:
    """Provider -> the messages that it takes."""
    if deal is None:
        return {FIRST: list(ids)}
    whose: dict[str, list[int]] = {}
    for identity, provider in deal(db, ids).items():
        whose.setdefault(provider, []).append(identity)
    return whose


def _claimed(row: Row, opened: _Opened, taking: _Taking) -> Claimed:
    return Claimed(
        message_id=row.integer("id"),
        broadcast_id=row.integer("broadcast_id"),
        number_sealed=row.blob("number_sealed"),
        text=row.text("text"),
        segments=row.integer("segments"),
        validity_seconds=max(1, int((row.time("expires_at") - taking.now).total_seconds())),
        attempt=opened.number,
        provider=opened.provider,
        news=_news(row),
        change_key=row.text("change_key"),
        worker_id=taking.worker_id,
    )


def _news(row: Row) -> tuple[tuple[str, str], ...]:
    """What the text tells of each place. A tsunami's height may rise within a grade, so its rises are told apart.

    What ends silently begins anew for whoever was told of it before.
    """
    if row.text("hazard") == "":
        return ()
    kind = row.text("kind")
    places = ledger.graded(kind, row.text("place"), row.text("grade"), row.text("told"))
    rise = f"@{row.integer('revision')}" if kind == Kind.RAISED and row["hazard"] == Hazard.TSUNAMI else ""
    if kind == Kind.NEW and hazards.rule(Hazard(row.text("hazard"))).ends is Ends.TIME and not row.text("event"):
        rise = f"@{row.integer('revision')}"
    return tuple(
        (f"{row['hazard']}/{row['event']}/{place}", grade if grade == NONE else f"{grade}{rise}")
        for place, grade in places.items()
    )
