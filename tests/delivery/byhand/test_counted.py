"""How many people a large broadcast told, out of its counted rows; on both engines."""

import pytest

from delivery.byhand import counted
from delivery.byhand.counted import Counted
from storage.connection import Connection
from storage.database import Database
from tests.web import rows


def _told(db: Connection) -> int:
    broadcast = rows.a_broadcast(db)
    english, burmese = rows.a_text(db, broadcast), rows.a_text(db, broadcast, "my")
    rows.messages(db, broadcast, english, {"delivered": 5, "sent": 1, "queued": 2, "failed": 1})
    rows.messages(db, broadcast, burmese, {"uncertain": 3}, language="my")
    rows.messages(db, broadcast, rows.a_text(db, broadcast, text_key="there"), {"delivered": 4}, place="17201")
    return broadcast


def test_those_who_were_told_or_may_have_been(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    broadcast = db.write_sync(_told)
    monkeypatch.setattr(counted, "LARGE", 8)
    assert db.read_sync(counted.of, broadcast) is None  # never counted
    db.write_sync(rows.counted)
    assert db.read_sync(counted.of, broadcast) == Counted(people={"en": 10, "my": 3}, at=rows.NOW)
    assert db.read_sync(counted.of, broadcast, ["17204"]) == Counted(people={"en": 6, "my": 3}, at=rows.NOW)
    assert db.read_sync(counted.of, broadcast, ["17201"]) is None  # not large
