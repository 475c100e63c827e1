"""Compares JMA's state of all Japan (VPWS50) with ours, once per batch. Tells operators, and changes nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from alerts import noticeboard, overview, store
from alerts.notices import Notice, NoticeKind
from alerts.overview import Held, Overview
from alerts.places import PlaceTable
from alerts.vocabulary import Status
from feeds.jma import reading
from storage.connection import Connection

#: an overview that came late says nothing of our state now
_STALE = timedelta(hours=1)


def compare(db: Connection, batch: Iterable[reading.Reading], places: PlaceTable, now: datetime) -> list[Notice]:
    """The one notice of what differs from the newest overview of a batch; where all agrees, an open one is closed."""
    newest = max(_overviews(batch), key=lambda one: one.sent, default=None)
    if newest is None or now - newest.sent > _STALE:
        return []
    ours = {(row.hazard, row.place): Held(grade=row.grade, since=row.since) for row in store.held(db, overview.HAZARDS)}
    found = overview.differences(newest, ours, places)
    if not found:
        noticeboard.resolve(db, NoticeKind.OVERVIEW, overview.SUBJECT, now)
        return []
    return [overview.notice(found, newest)]


def _overviews(batch: Iterable[reading.Reading]) -> list[Overview]:
    """Those that are real and hold what can be compared."""
    read = (one.overview for one in batch if isinstance(one, reading.Read) and one.overview is not None)
    return [one for one in read if one.status is Status.ACTUAL and one.named]
