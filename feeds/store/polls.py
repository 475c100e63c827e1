"""Rows of feeds and of feed entries. Owns their SQL; `feeds.health` and `feeds.listing` decide what they mean."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from feeds import health
from feeds.health import FeedState, Judgement, Sight
from feeds.listing import FURTHEST, EntryState, NewEntry, Settled, Wanted
from feeds.settings import FEEDS, FeedSettings
from feeds.store.telegrams import add_telegram
from feeds.telegrams import Stored
from storage import lists, times
from storage.connection import Connection
from storage.rows import Row


def feed_states(db: Connection) -> list[FeedState]:
    """Every feed that has been polled, by name."""
    return [_state(row) for row in db.execute("SELECT * FROM feeds ORDER BY name")]


def feed_state(db: Connection, name: str) -> FeedState:
    """One feed; a fresh state if it has never been polled."""
    rows = db.execute("SELECT * FROM feeds WHERE name = :name", {"name": name})
    return _state(rows[0]) if rows else FeedState(name=name)


def save_poll(
    db: Connection, state: FeedState, now: datetime, settings: FeedSettings, watched_since: datetime | None = None
) -> None:
    """Write a feed after a poll, and what its health calls for. When the long form was read is not written here."""
    blind_since = _set_alarm(db, health.judge(state, now, settings, watched_since), state, now)
    db.execute(
        "INSERT INTO feeds (name, etag, last_modified, body_hash, last_poll_at, last_success_at, content_at,"
        " failing_since, failures, last_error, blind_since)"
        " VALUES (:name, :etag, :last_modified, :body_hash, :last_poll_at, :last_success_at, :content_at,"
        " :failing_since, :failures, :last_error, :blind_since)"
        " ON CONFLICT (name) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,"
        " body_hash = excluded.body_hash, last_poll_at = excluded.last_poll_at,"
        " last_success_at = excluded.last_success_at, content_at = excluded.content_at,"
        " failing_since = excluded.failing_since, failures = excluded.failures, last_error = excluded.last_error,"
        " blind_since = excluded.blind_since",
        _row(state, blind_since),
    )


def watch(db: Connection, now: datetime, settings: FeedSettings, watched_since: datetime) -> list[Judgement]:
    """Judge every feed as time passes, and raise or resolve its alarm."""
    judgements: list[Judgement] = []
    known = {state.name: state for state in feed_states(db)}
    # A feed whose very first poll hangs has no row yet, and is blind all the same.
    for state in (known.get(name, FeedState(name=name)) for name in FEEDS):
        judgement = health.judge(state, now, settings, watched_since)
        blind_since = _set_alarm(db, judgement, state, now)
        if blind_since != state.blind_since:
            db.execute(
                "UPDATE feeds SET blind_since = :since WHERE name = :name",
                {"since": times.to_text(blind_since) if blind_since else None, "name": state.name},
            )
        judgements.append(judgement)
    return judgements


def set_long_read(db: Connection, feed: str, at: datetime | None) -> None:
    """Note when the long form was read; None = it is still to be read."""
    db.execute(
        "INSERT INTO feeds (name, long_read_at) VALUES (:name, :at)"
        " ON CONFLICT (name) DO UPDATE SET long_read_at = excluded.long_read_at",
        {"name": feed, "at": times.to_text(at) if at else None},
    )


def _set_alarm(db: Connection, judgement: Judgement, state: FeedState, now: datetime) -> datetime | None:
    """Raise or resolve the alarm that a judgement calls for, once per episode; since when it lasts."""
    if judgement.sight is not Sight.BLIND:
        noticeboard.resolve(db, NoticeKind.BLIND, state.name, now)
        # While blind nobody knows whether a silence has ended.
        if judgement.sight is not Sight.SILENT:
            noticeboard.resolve(db, NoticeKind.SILENT, state.name, now)
    alarm = health.alarm(judgement)
    if alarm is None:
        return None
    noticeboard.add_once(db, alarm, now)
    return state.blind_since or now


def set_entry_notices(
    db: Connection, feed: str, told: Iterable[Notice], nameless: Notice | None, now: datetime
) -> None:
    """Notices about new entries; and the one about entries without id, raised once or resolved."""
    noticeboard.add_all(db, told, now)
    if nameless is None:
        noticeboard.resolve(db, NoticeKind.FEED_ENTRY, feed, now)
    else:
        noticeboard.add_once(db, nameless, now)


def unseen(db: Connection, entry_ids: Sequence[str]) -> set[str]:
    """Those of the ids that no poll has recorded."""
    return set(entry_ids) - _in_state(db, entry_ids, EntryState)


def still_wanted(db: Connection, entry_ids: Sequence[str]) -> set[str]:
    """Those of the ids whose telegram is still to be fetched."""
    return _in_state(db, entry_ids, (EntryState.WANTED,))


def _in_state(db: Connection, entry_ids: Sequence[str], states: Iterable[EntryState]) -> set[str]:
    allowed = set(states)
    found: set[str] = set()
    for names, values in lists.portions(entry_ids):
        sql = f"SELECT entry_id, state FROM feed_entries WHERE entry_id IN ({names})"  # noqa: S608 -- names only
        rows = db.execute(sql, values)
        found.update(row.text("entry_id") for row in rows if row.text("state") in allowed)
    return found


def add_entries(db: Connection, rows: Iterable[NewEntry]) -> set[str]:
    """Record entries; the ids that were new. Two feeds may list the same telegram."""
    added: set[str] = set()
    for row in rows:
        new = db.execute(
            "INSERT INTO feed_entries (entry_id, feed, url, title, updated, seen_at, state, next_at, error)"
            " VALUES (:entry_id, :feed, :url, :title, :updated, :seen_at, :state, :next_at, :error)"
            " ON CONFLICT (entry_id) DO NOTHING RETURNING entry_id",
            {
                "entry_id": row.entry_id,
                "feed": row.feed,
                "url": row.url,
                "title": row.title,
                "updated": times.to_text(row.updated),
                "seen_at": times.to_text(row.seen_at),
                "state": row.state,
                "next_at": times.to_text(row.seen_at) if row.state is EntryState.WANTED else None,
                "error": row.error,
            },
        )
        added.update(item.text("entry_id") for item in new)
    return added


def due(db: Connection, now: datetime, limit: int) -> list[Wanted]:
    """Entries whose telegram is to be fetched now, the longest waiting first."""
    rows = db.execute(
        "SELECT entry_id, url, updated, seen_at, attempts FROM feed_entries"
        " WHERE state = 'wanted' AND (next_at <= :now OR next_at > :furthest) ORDER BY next_at, entry_id LIMIT :limit",
        {"now": times.to_text(now), "furthest": times.to_text(now + FURTHEST), "limit": limit},
    )
    return [
        Wanted(
            entry_id=row.text("entry_id"),
            url=row.text("url"),
            updated=row.time("updated"),
            seen_at=row.time("seen_at"),
            attempts=row.integer("attempts"),
        )
        for row in rows
    ]


def settle(db: Connection, outcomes: Iterable[Settled], now: datetime) -> int:
    """Write what fetches brought, raw telegrams and entries together; how many telegrams are new."""
    stored = 0
    for outcome in outcomes:
        if outcome.telegram and isinstance(add_telegram(db, outcome.telegram), Stored):
            stored += 1
        db.execute(
            "UPDATE feed_entries SET state = :state, attempts = attempts + 1, next_at = :next_at, error = :error,"
            " digest = :digest WHERE entry_id = :entry_id",
            {
                "entry_id": outcome.entry_id,
                "state": outcome.state,
                "next_at": times.to_text(outcome.next_at) if outcome.next_at else None,
                "error": outcome.error,
                "digest": outcome.telegram.digest if outcome.telegram else None,
            },
        )
        if outcome.notice:
            noticeboard.add(db, outcome.notice, now)
        if outcome.found:
            noticeboard.resolve(db, NoticeKind.GONE, outcome.found, now)
    return stored


def entry_counts(db: Connection) -> Mapping[EntryState, int]:
    """How many entries there are by state."""
    rows = db.execute("SELECT state, count(*) AS n FROM feed_entries GROUP BY state")
    return {EntryState(row.text("state")): row.integer("n") for row in rows}


def _state(row: Row) -> FeedState:
    return FeedState(
        name=row.text("name"),
        etag=row.optional_text("etag"),
        last_modified=row.optional_text("last_modified"),
        body_hash=row.optional_text("body_hash"),
        last_poll_at=row.optional_time("last_poll_at"),
        last_success_at=row.optional_time("last_success_at"),
        content_at=row.optional_time("content_at"),
        long_read_at=row.optional_time("long_read_at"),
        failing_since=row.optional_time("failing_since"),
        failures=row.integer("failures"),
        last_error=row.optional_text("last_error"),
        blind_since=row.optional_time("blind_since"),
    )


def _row(state: FeedState, blind_since: datetime | None) -> dict[str, object]:
    def text(moment: datetime | None) -> str | None:
        return times.to_text(moment) if moment else None

    return {
        "name": state.name,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body_hash": state.body_hash,
        "last_poll_at": text(state.last_poll_at),
        "last_success_at": text(state.last_success_at),
        "content_at": text(state.content_at),
        "failing_since": text(state.failing_since),
        "failures": state.failures,
        "last_error": state.last_error,
        "blind_since": text(blind_since),
    }
