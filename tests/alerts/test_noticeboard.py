"""Notices: one open per kind and subject, told once, resolved once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from storage.database import Connection, Database

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
BLIND = Notice(kind=NoticeKind.BLIND, subject="eqvol", text="We cannot see.", urgent=True)


def test_the_same_again_is_counted_not_doubled(db: Database) -> None:
    def story(connection: Connection) -> None:
        assert noticeboard.add(connection, BLIND, NOW)
        assert not noticeboard.add(connection, replace(BLIND, text="Still not.", urgent=False), LATER)
        assert noticeboard.add(connection, replace(BLIND, subject="extra"), NOW)
        first = noticeboard.open_notices(connection)[0]
        assert (first.notice.text, first.times, first.first_at, first.last_at) == ("Still not.", 2, NOW, LATER)
        assert first.notice.urgent  # what was urgent stays so

    db.write_sync(story)


def test_once_means_that_an_open_one_stays_as_it_is(db: Database) -> None:
    def story(connection: Connection) -> None:
        assert noticeboard.add_once(connection, BLIND, NOW)
        assert not noticeboard.add_once(connection, replace(BLIND, text="Still not."), LATER)
        (only,) = noticeboard.open_notices(connection)
        assert (only.notice, only.times) == (BLIND, 1)

    db.write_sync(story)


def test_after_it_is_resolved_the_same_opens_anew(db: Database) -> None:
    def story(connection: Connection) -> None:
        assert not noticeboard.resolve(connection, NoticeKind.BLIND, "eqvol", NOW)
        noticeboard.add_all(connection, [BLIND], NOW)
        assert noticeboard.resolve(connection, NoticeKind.BLIND, "eqvol", LATER)
        assert noticeboard.open_notices(connection) == []
        assert noticeboard.add(connection, BLIND, LATER)

    db.write_sync(story)


def test_urgent_ones_are_told_once_and_others_never(db: Database) -> None:
    def story(connection: Connection) -> None:
        noticeboard.add(connection, BLIND, NOW)
        noticeboard.add(connection, Notice(kind=NoticeKind.GONE, subject="x", text="x"), NOW)
        (waiting,) = noticeboard.untold(connection)
        assert waiting.notice == BLIND
        assert noticeboard.mark_told(connection, waiting.id, LATER)
        assert not noticeboard.mark_told(connection, waiting.id, LATER)
        assert noticeboard.untold(connection) == []
        noticeboard.add(connection, BLIND, LATER)
        assert noticeboard.untold(connection) == []

    db.write_sync(story)
