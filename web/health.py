"""Liveness and readiness as JSON for machines: feeds fresh, database answers, provider well; else 503 with reasons."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from aiohttp import web

from feeds.health import FeedState
from storage.connection import Connection
from web import freshness, queries
from web.freshness import Freshness
from web.state import WebState

#: seconds the database may take to answer
_PATIENCE = 5.0


def live() -> web.Response:
    """The process answers; nothing more is asked."""
    return web.json_response({"status": "ok"})


async def ready(state: WebState) -> web.Response:
    """200 where everything the service needs is well, 503 with every reason where not."""
    now = state.clock()
    try:
        async with asyncio.timeout(_PATIENCE):
            rows, trouble = await state.db.read(_read, 1 if state.providers is None else 2)
    except Exception as error:  # noqa: BLE001 -- whatever keeps the database from answering is the answer
        reason = f"the database does not answer: {type(error).__name__}"
        return _answer({"database": {"ok": False}}, [reason])
    feeds = freshness.judge(rows, state.feeds, now)
    reasons = [reason for feed in feeds if (reason := _reason(feed))]
    reasons += [f"the SMS provider: {text}" for text in trouble]
    return _answer(
        {
            "database": {"ok": True},
            "feeds": {feed.name: _feed(feed) for feed in feeds},
            "provider": {"ok": not trouble},
            "sends_for_real": state.real,
        },
        reasons,
    )


def _read(db: Connection, providers: int) -> tuple[Sequence[FeedState], Sequence[str]]:
    return queries.feeds(db), queries.provider_trouble(db, providers)


def _feed(feed: Freshness) -> dict[str, object]:
    return {
        "ok": feed.ready,
        "state": feed.sight,
        "since": _time(feed.since),
        "content_at": _time(feed.content_at),
        "last_success_at": _time(feed.last_success_at),
    }


def _reason(feed: Freshness) -> str:
    if feed.ready:
        return ""
    if feed.sight == freshness.UNREAD:
        return f"{feed.name} has not answered yet: no poll has ended"
    if feed.sight == freshness.UNANSWERED:
        return f"{feed.name} has not answered yet, asked since {_time(feed.since)}: {feed.error}"
    return f"we cannot see {feed.name} since {_time(feed.since)}"


def _time(moment: datetime | None) -> str | None:
    """RFC 3339, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def _answer(checks: dict[str, object], reasons: list[str]) -> web.Response:
    return web.json_response(
        {"ready": not reasons, "reasons": reasons, "checks": checks}, status=503 if reasons else 200
    )
