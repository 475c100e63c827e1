"""Notices: one open per kind and subject, told once, resolved once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts import noticeboard
from alerts.noticeboard import Closed
from alerts.notices import Notice, NoticeKind
from storage import audit
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


def test_a_kind_is_resolved_as_a_whole_unless_it_has_come_up_again(db: Database) -> None:
    def story(connection: Connection) -> None:
        trouble = Notice(kind=NoticeKind.PROVIDER, subject="20003", text="x", urgent=True, since=NOW)
        noticeboard.add_all(connection, [BLIND, trouble, replace(trouble, subject="21606")], NOW)
        noticeboard.add(connection, replace(trouble, since=LATER), LATER)
        assert noticeboard.resolve_all(connection, NoticeKind.PROVIDER, NOW) == 1
        still_open = noticeboard.open_notices(connection)
        assert [(one.notice.subject, one.notice.since) for one in still_open] == [("20003", NOW), ("eqvol", None)]

    db.write_sync(story)


def test_what_people_closed_does_not_come_back_while_it_goes_on(db: Database) -> None:
    lost = Notice(kind=NoticeKind.NO_AREA, subject="x.1", text="An alert without a place.")

    def story(connection: Connection) -> None:
        def add(notice: Notice, hours: float) -> bool:
            return noticeboard.add(connection, notice, NOW + timedelta(hours=hours))

        def close(identity: int) -> Closed:
            return noticeboard.close(connection, identity, by="user:aoi", why="known", municipality="", now=NOW)

        assert add(lost, 0) and add(BLIND, 0)
        by_kind = {one.notice.kind: one.id for one in noticeboard.open_notices(connection)}
        assert close(by_kind[NoticeKind.BLIND]) is Closed.LASTS
        assert close(by_kind[NoticeKind.NO_AREA]) is Closed.CLOSED
        assert close(by_kind[NoticeKind.NO_AREA]) is Closed.GONE
        assert noticeboard.resolve(connection, NoticeKind.BLIND, "eqvol", NOW)
        assert not add(lost, 20) and not add(lost, 40)
        assert noticeboard.open_notices(connection) == []
        assert add(replace(lost, urgent=True), 41)
        assert not add(lost, 42)  # the open one is counted up
        assert noticeboard.resolve(connection, NoticeKind.NO_AREA, "x.1", NOW)
        assert add(lost, 65)
        told = [(one.actor, one.action) for one in audit.chosen(connection, "1 = 1", {}, limit=9)]
        assert told == [("user:aoi", "notice closed")]

    db.write_sync(story)
