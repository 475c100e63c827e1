"""Liveness, readiness and metrics, on both engines."""

from typing import Any

import pytest

from delivery.providers.watching import Providers
from storage.database import Database
from tests.conftest import FakeClock
from tests.web import night, rows
from tests.web.conftest import Open
from tests.web.rows import ago
from tests.web.states import a_state


async def _ready(browse: Open, db: Database, **values: Any) -> tuple[int, dict[str, Any]]:
    client = await browse(a_state(db, **values))
    answer = await client.get("/readyz")
    return answer.status, await answer.json()


async def test_ready_when_all_is_well(browse: Open, db: Database) -> None:
    db.write_sync(rows.all_feeds)
    status, body = await _ready(browse, db)
    assert (status, body["ready"], body["reasons"]) == (200, True, [])
    assert body["checks"]["feeds"]["eqvol"]["content_at"] == "2026-11-23T02:58:00Z"
    assert body["checks"]["sends_for_real"] is False


async def test_not_ready_before_the_first_poll(browse: Open, db: Database) -> None:
    status, body = await _ready(browse, db)
    assert status == 503
    assert "eqvol has not answered yet: no poll has ended" in body["reasons"]


async def test_a_feed_that_hangs_from_the_start_is_said_to_give_no_answer(browse: Open, db: Database) -> None:
    def fill(connection: Any) -> None:
        for name in ("extra", "regular", "other"):
            rows.a_feed(connection, name)
        hanging = {"last_success_at": None, "content_at": None, "failing_since": ago(2), "failures": 3}
        rows.a_feed(connection, "eqvol", last_error="no whole answer within 20 s", **hanging)

    db.write_sync(fill)
    status, body = await _ready(browse, db)
    assert (status, body["checks"]["feeds"]["eqvol"]["state"]) == (503, "unanswered")
    assert body["reasons"] == [
        "eqvol has not answered yet, asked since 2026-11-23T02:58:00Z: no whole answer within 20 s"
    ]
    page = await (await (await browse(a_state(db))).get("/console?lang=en")).text()
    assert "no answer since" in page and "not read yet" not in page


@pytest.mark.parametrize(
    ("row", "state", "ready"),
    [
        ({"failing_since": ago(1), "failures": 2, "last_success_at": ago(1.3)}, "failing", True),
        ({"failing_since": ago(4), "failures": 9, "last_success_at": ago(4.3)}, "blind", False),
        ({"last_success_at": ago(30)}, "blind", False),
        ({"content_at": ago(31)}, "silent", False),
    ],
)
async def test_a_feed_we_cannot_see(
    browse: Open, db: Database, row: dict[str, object], state: str, ready: bool
) -> None:
    def fill(connection: Any) -> None:
        for name in ("eqvol", "regular", "other"):
            rows.a_feed(connection, name)
        rows.a_feed(connection, "extra", **row)

    db.write_sync(fill)
    status, body = await _ready(browse, db)
    assert body["checks"]["feeds"]["extra"]["state"] == state
    assert status == (200 if ready else 503)
    assert any("we cannot see extra since 2026-11-23T02:" in reason for reason in body["reasons"]) is not ready


async def test_a_quiet_feed_that_may_be_quiet_is_well(browse: Open, db: Database) -> None:
    def fill(connection: Any) -> None:
        for name in ("extra", "regular", "other"):
            rows.a_feed(connection, name)
        rows.a_feed(connection, "eqvol", content_at=ago(60 * 24 * 5))

    db.write_sync(fill)
    assert (await _ready(browse, db))[0] == 200


async def test_freshness_is_judged_by_the_clock(browse: Open, db: Database) -> None:
    db.write_sync(rows.all_feeds)
    clock = FakeClock(rows.NOW)
    client = await browse(a_state(db, clock=clock))
    assert (await client.get("/readyz")).status == 200
    clock.advance(600)
    assert (await client.get("/readyz")).status == 503
    home = await (await client.get("/?lang=en")).text()
    assert "We cannot see the JMA feed eqvol (earthquakes and volcanoes) since" in home


async def test_trouble_with_the_provider_until_it_is_resolved(browse: Open, db: Database) -> None:
    def fill(connection: Any) -> None:
        rows.all_feeds(connection)
        rows.a_notice(connection, "provider", "20003", "The provider refuses our key.", urgent=1)

    db.write_sync(fill)
    status, body = await _ready(browse, db)
    assert (status, body["checks"]["provider"]["ok"]) == (503, False)
    assert body["reasons"] == ["the SMS provider: The provider refuses our key."]
    db.write_sync(lambda connection: connection.execute("UPDATE notices SET resolved_at = last_at"))
    assert (await _ready(browse, db))[0] == 200


async def test_of_two_providers_one_is_enough(browse: Open, sqlite_db: Database) -> None:
    def fill(connection: Any) -> None:
        rows.all_feeds(connection)
        rows.a_notice(connection, "provider", "20003", "The provider refuses our key.", urgent=1)

    sqlite_db.write_sync(fill)
    two = Providers(usual={"A": 50, "B": 50}, called={}, reporting=())
    client = await browse(a_state(sqlite_db, providers=two))
    assert (await client.get("/readyz")).status == 200
    sqlite_db.write_sync(lambda db: rows.a_notice(db, "provider", "B: 20003", "The second one too.", urgent=1))
    assert (await client.get("/readyz")).status == 503


async def test_alive_although_the_database_is_gone(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    await sqlite_db.close()
    assert (await client.get("/healthz")).status == 200
    answer = await client.get("/readyz")
    assert answer.status == 503
    assert "the database does not answer" in (await answer.json())["reasons"][0]


async def test_metrics_count_the_rows(browse: Open, db: Database) -> None:
    from alerts import places

    db.write_sync(night.fill, places.load())
    client = await browse(a_state(db))
    answer = await client.get("/metrics")
    lines = (await answer.text()).splitlines()
    assert answer.headers["Content-Type"].startswith("text/plain")
    for line in (
        'tomoshibi_telegrams{state="quarantined",type="VXSE53"} 1.0',
        'tomoshibi_alerts{decision="record",status="Exercise"} 1.0',
        'tomoshibi_messages{hazard="earthquake",state="delivered"} 70.0',
        'tomoshibi_segments_planned{hazard="tsunami"} 300.0',
        'tomoshibi_notices_open{kind="blind"} 1.0',
        'tomoshibi_feed_ready{feed="other"} 0.0',
        'tomoshibi_feed_age_seconds{feed="eqvol"} 120.0',
        'tomoshibi_seen_to_first_handover_seconds_bucket{le="0.5"} 0.0',
        'tomoshibi_seen_to_first_handover_seconds_bucket{le="1.0"} 3.0',
        "tomoshibi_seen_to_first_handover_seconds_count 3.0",
        "tomoshibi_sends_for_real 0.0",
    ):
        assert line in lines


async def test_no_number_of_a_person_is_a_label(browse: Open, db: Database) -> None:
    from alerts import places

    db.write_sync(night.fill, places.load())
    client = await browse(a_state(db))
    text = await (await client.get("/metrics")).text()
    assert "81" + "90" not in text
    assert "hash" not in text


async def test_what_is_held_or_tried_again_later_does_not_wait(browse: Open, db: Database) -> None:
    def fill(connection: Any) -> None:
        for state, values in (("sending", {}), ("held", {}), ("sending", {"not_before": ago(-10)})):
            broadcast = rows.a_broadcast(connection, state=state)
            rows.messages(connection, broadcast, rows.a_text(connection, broadcast), {"queued": 2, "sent": 1}, **values)

    db.write_sync(fill)
    text = await (await (await browse(a_state(db))).get("/metrics")).text()
    assert 'tomoshibi_messages_waiting{hazard="earthquake"} 2.0' in text.splitlines()
