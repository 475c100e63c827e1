"""Looking back: the list, the page of one broadcast, CSV, print, the raw telegram; only one's own, on both engines."""

import csv
import io

import pytest

from delivery.byhand import holds
from storage import audit
from storage.connection import Connection
from storage.database import Database
from tests.web import rows
from tests.web.conftest import Open
from tests.web.console.conftest import Enter
from tests.web.states import a_state
from tests.web.test_console import HOSTILE
from web.accounts.roles import Role

WAJIMA, KANAZAWA = "17204", "17201"
COORDINATOR = (Role.COORDINATOR, WAJIMA)


def _told(db: Connection, place: str, language: str = "en", text: str = "EARTHQUAKE", **values: object) -> int:
    """A broadcast of an alert to people of one place."""
    number = int(str(values.pop("n", 1)))
    rows.a_telegram(db, f"d{number}")
    alert = rows.an_alert(db, f"d{number}", places={place: "6+"})
    broadcast = rows.a_broadcast(db, alert_id=alert, state="complete", **values)
    key = f"{broadcast}|new|{place}=6+|{language}|full|c1|x"
    made = rows.a_text(db, broadcast, language, text, text_key=key)
    rows.messages(db, broadcast, made, {"delivered": 30, "undelivered": 2}, place=place, language=language)
    return broadcast


def _fill(db: Connection) -> None:
    _told(db, WAJIMA, n=1)
    _told(db, KANAZAWA, "vi", "ĐỘNG ĐẤT", n=2, seen_at=rows.ago(60 * 24 * 3))
    audit.append(db, now=rows.NOW, actor="user:aoi", action="corrected", subject="broadcast:1", municipality=WAJIMA)
    rows.counted(db)


async def test_the_page_of_a_broadcast_tells_everything(enter: Enter, db: Database) -> None:
    db.write_sync(_fill)
    client = await enter(db, "aoi", COORDINATOR)
    text = await (await client.get("/console/broadcasts/1?lang=en")).text()
    for part in (
        "VXSE53",
        "/console/telegrams/1",
        "send by the table of hazards",
        "EARTHQUAKE",
        "English",
        "Wajima (Intensity 6-upper)",
        "32 messages",
        "corrected",
    ):
        assert part in text, part
    assert "&lt;5" in text  # two undelivered are not told as two
    raw = await client.get("/console/telegrams/1")
    assert (raw.content_type, await raw.text()) == ("text/plain", "<x/>")


async def test_a_municipality_sees_only_its_own(enter: Enter, db: Database) -> None:
    db.write_sync(_fill)
    client = await enter(db, "aoi", COORDINATOR)
    listed = await (await client.get("/console/broadcasts")).text()
    assert "/console/broadcasts/1" in listed
    assert "/console/broadcasts/2" not in listed
    for path in ("/console/broadcasts/2", "/console/broadcasts/2/print", "/console/broadcasts/2/counts.csv"):
        assert (await client.get(path)).status == 404
    now = await (await client.get("/console/live")).text()
    assert "/console/broadcasts/2" not in now


async def test_a_partner_city_sees_what_was_agreed(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(_fill)
    client = await enter(sqlite_db, "aoi", COORDINATOR, (Role.APPROVER, KANAZAWA))
    assert (await client.get("/console/broadcasts/2")).status == 200


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", {1, 2}),
        ("words=động", {2}),
        ("words=ĐỘNG ĐẤT", {2}),
        ("words=vxse53", {1, 2}),
        ("words=100%25", set()),
        ("hazard=earthquake", {1, 2}),
        ("hazard=tsunami", set()),
        ("hazard=' OR 1=1", {1, 2}),
        ("origin=lesson", set()),
        ("state=complete", {1, 2}),
        ("since=2026-11-22", {1}),
        ("until=2026-11-21", {2}),
        ("since=yesterday", {1, 2}),
        ("before=2", {1}),
        ("before=x", {1, 2}),
    ],
)
async def test_the_list_can_be_searched(browse: Open, db: Database, query: str, numbers: set[int]) -> None:
    db.write_sync(_fill)
    client = await browse(a_state(db))
    text = await (await client.get(f"/console/broadcasts?{query}")).text()
    assert {number for number in (1, 2) if f'href="/console/broadcasts/{number}"' in text} == numbers


async def test_the_list_goes_back_page_by_page(browse: Open, sqlite_db: Database) -> None:
    def fill(db: Connection) -> None:
        for _ in range(30):
            rows.a_broadcast(db)

    sqlite_db.write_sync(fill)
    client = await browse(a_state(sqlite_db))
    first = await (await client.get("/console/broadcasts?hazard=earthquake")).text()
    assert first.count('href="/console/broadcasts/') == 25
    assert "hazard=earthquake&amp;before=6" in first
    second = await (await client.get("/console/broadcasts?hazard=earthquake&before=6")).text()
    assert second.count('href="/console/broadcasts/') == 5


async def test_counts_as_csv(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(_fill)
    client = await enter(sqlite_db, "aoi", COORDINATOR)
    answer = await client.get("/console/broadcasts/1/counts.csv?lang=en")
    body = await answer.read()
    assert body.startswith(b"\xef\xbb\xbf")
    assert 'filename="tomoshibi-1.csv"' in answer.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert [(line["place"], line["language"], line["state"], line["messages"]) for line in lines] == [
        ("Wajima", "en", "delivered", "20-49"),
        ("Wajima", "en", "failed", "<5"),
    ]


async def test_one_small_count_makes_every_other_in_the_csv_wide(enter: Enter, sqlite_db: Database) -> None:
    def fill(db: Connection) -> None:
        rows.a_telegram(db, "d1")
        broadcast = rows.a_broadcast(db, alert_id=rows.an_alert(db, "d1", places={WAJIMA: "6+"}), state="complete")
        rows.messages(db, broadcast, rows.a_text(db, broadcast), {"delivered": 22}, place=WAJIMA, language="en")
        db.execute("UPDATE messages SET language = 'si' WHERE id IN (SELECT id FROM messages ORDER BY id LIMIT 2)")
        rows.counted(db)

    sqlite_db.write_sync(fill)
    client = await enter(sqlite_db, "aoi", COORDINATOR)
    body = await (await client.get("/console/broadcasts/1/counts.csv?lang=en")).read()
    lines = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert [(line["language"], line["messages"]) for line in lines] == [("en", "20-49"), ("si", "<5")]
    for page in ("/console/broadcasts/1?lang=en", "/console/broadcasts?lang=en", "/console/live?lang=en"):
        text = await (await client.get(page)).text()
        assert "20-49 messages" in text, page
        assert "22 messages" not in text, page
        assert ">20<" not in text, page


async def test_the_print_form_stands_alone(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(_fill)
    client = await enter(sqlite_db, "aoi", COORDINATOR)
    text = await (await client.get("/console/broadcasts/1/print?lang=ja")).text()
    assert "送信記録 第1号" in text
    assert "<nav" not in text
    assert "SMSはこの機械の外に出ません" in text


async def test_answers_to_single_people_are_not_shown(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> None:
        number = rows.a_broadcast(connection, origin="reply", hazard="")
        rows.a_text(connection, number, "en", "Your places are Wajima and Suzu")

    db.write_sync(fill)
    client = await browse(a_state(db))
    assert "Suzu" not in await (await client.get("/console/broadcasts/1")).text()
    assert "broadcasts/1" not in await (await client.get("/console/broadcasts?words=Suzu")).text()


async def test_hostile_words_are_only_words(browse: Open, sqlite_db: Database) -> None:
    def fill(connection: Connection) -> None:
        _told(connection, WAJIMA, HOSTILE, HOSTILE, reason=HOSTILE, form=HOSTILE)
        rows.counted(connection)

    sqlite_db.write_sync(fill)
    client = await browse(a_state(sqlite_db))
    for path in ("/console/broadcasts/1", "/console/broadcasts/1/print", "/console/broadcasts"):
        text = await (await client.get(path, params={"words": "", "place": HOSTILE})).text()
        assert "<script>alert" not in text
    found = await (await client.get("/console/broadcasts", params={"words": HOSTILE})).text()
    assert "<script>alert" not in found
    assert "/console/broadcasts/1" in found


@pytest.mark.parametrize("number", ["0", "99", "999999999999999", "9999999999999999", "x", "-1", "1%00"])
async def test_what_does_not_exist_is_not_found(browse: Open, sqlite_db: Database, number: str) -> None:
    client = await browse(a_state(sqlite_db))
    assert (await client.get(f"/console/broadcasts/{number}")).status == 404
    assert (await client.get(f"/console/telegrams/{number}")).status == 404


async def test_what_waits_is_on_the_first_page_until_it_is_decided(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> None:
        rows.a_broadcast(connection, state="held", hazard="nankai_trough", created_at=rows.ago(60 * 24 * 30))
        holds.notice(connection)

    db.write_sync(fill)
    client = await browse(a_state(db))
    text = await (await client.get("/console?lang=en")).text()
    assert 'href="/console/waiting/holds/1"' in text
    assert "overdue since" in text
    db.write_sync(holds.close, 1, "rejected", "user:aoi", "not ours", rows.NOW)
    assert "/console/waiting/holds/1" not in await (await client.get("/console")).text()
