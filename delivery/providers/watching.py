"""Looks at the providers once a minute and moves traffic; writes down what somebody sets."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from delivery.providers import measuring, shares, store
from delivery.providers.shares import Counts, Standing, Why
from delivery.providers.store import Look
from storage import audit
from storage.connection import Connection
from storage.database import Database

_log = logging.getLogger(__name__)
#: who moves traffic, in the log of changes
SERVICE = "service"
SUBJECT = "providers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """The providers of the settings."""

    #: provider -> its usual share
    usual: Mapping[str, int]
    #: provider -> how people know it
    called: Mapping[str, str]
    #: those that tell what they delivered
    reporting: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who sets shares, and when, for the log of changes."""

    actor: str
    #: the time of people before the screen, where that of the service is a made-up one
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Looks, and moves traffic."""

    db: Database
    providers: Providers
    clock: Callable[[], datetime]

    async def look(self) -> bool:
        """Whether traffic moved."""
        now = self.clock()
        counts = await self.db.read(measuring.counts, now, self.providers.reporting)
        return await self.db.write(step, self.providers, counts, now)


def step(db: Connection, providers: Providers, counts: Mapping[str, Counts], now: datetime) -> bool:
    """What these counts move; True if anything."""
    held = store.hold(db, providers.usual)
    store.keep_look(db, Look(at=now, counts=counts))
    after = shares.decide(held, providers.usual, counts, now)
    if after is held:
        return False
    store.keep(db, after)
    _log.warning("traffic_moved", extra={"shares": written(after.shares), "why": after.why, "about": after.about})
    details = {**_details(held, after), "counts": {name: _share(one) for name, one in sorted(counts.items())}}
    audit.append(db, now=now, actor=SERVICE, action="traffic moved", subject=SUBJECT, details=details)
    _tell(db, after, providers, now)
    return True


def set_by_hand(db: Connection, usual: Mapping[str, int], wanted: Mapping[str, int], now: datetime, by: By) -> Standing:
    """Shares that stay until somebody changes them. ValueError says what cannot be; nothing was changed then."""
    unknown = sorted(wanted.keys() - usual.keys())
    if unknown:
        raise ValueError(f"{unknown[0]}: no such provider; expected {' and '.join(usual)}")
    after = Standing(shares={name: wanted.get(name, 0) for name in usual}, changed_at=now, why=Why.BY_HAND)
    before = store.hold(db, usual)
    _set(db, after, now)
    _log_set(db, before, after, "traffic set by hand", by)
    return after


def set_automatic(db: Connection, usual: Mapping[str, int], now: datetime, by: By) -> Standing:
    """From now on traffic moves by itself again, beginning with the shares that stand."""
    before = after = store.hold(db, usual)
    if before.by_hand:
        after = Standing(shares=before.shares, changed_at=now, why=Why.AUTOMATIC)
        _set(db, after, now)
    _log_set(db, before, after, "traffic automatic again", by)
    return after


def written(parts: Mapping[str, int]) -> str:
    """`A=70 B=30`."""
    return " ".join(f"{name}={share}" for name, share in sorted(parts.items()))


def _set(db: Connection, after: Standing, now: datetime) -> None:
    store.keep(db, after)
    noticeboard.resolve_all(db, NoticeKind.TRAFFIC, now)


def _log_set(db: Connection, before: Standing, after: Standing, action: str, by: By) -> None:
    details = {"before": written(before.shares), "after": written(after.shares)}
    audit.append(db, now=by.at, actor=by.actor, action=action, subject=SUBJECT, details=details)


def _details(before: Standing, after: Standing) -> dict[str, object]:
    return {"before": written(before.shares), "after": written(after.shares), "why": after.why, "about": after.about}


def _share(one: Counts) -> str:
    return f"{one.slow} slow and {one.failed} failed of {one.handed}"


def _tell(db: Connection, after: Standing, providers: Providers, now: datetime) -> None:
    """People in charge hear of a move away; it is over when traffic is where it was."""
    if after.why is Why.WORSE:
        name = providers.called.get(after.about, after.about)
        text = (
            f"Too many texts by the SMS provider {after.about} ({name}) were slow or failed: traffic now goes"
            f" {written(after.shares)}. It goes back by itself; see the page of the providers in the console."
        )
        notice = Notice(kind=NoticeKind.TRAFFIC, subject=f"away from {after.about}", text=text, urgent=True)
        noticeboard.add(db, notice, now)
    elif dict(after.shares) == dict(providers.usual):
        noticeboard.resolve_all(db, NoticeKind.TRAFFIC, now)
