"""The console over real rows, on both engines: what it shows, what it hides, how it is guarded."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from alerts import places
from storage.database import Database
from tests.web import night, rows
from tests.web.conftest import Open
from tests.web.states import a_state

HOSTILE = "<script>alert(1)</script>\"'&"


class Page(HTMLParser):
    """What is in a page: tags with attributes, and the text of each section."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.sections: dict[str, str] = {}
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "section" or dict(attrs).get("id") == "blind":
            self._inside = dict(attrs)["id"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._inside = ""

    def handle_data(self, data: str) -> None:
        self.sections[self._inside] = self.sections.get(self._inside, "") + " " + " ".join(data.split())


async def _read(browse: Open, db: Database, path: str = "/console?lang=en", **values: Any) -> Page:
    client = await browse(a_state(db, **values))
    answer = await client.get(path)
    assert answer.status == 200
    return Page(await answer.text())


@pytest.fixture
def night_db(db: Database) -> Database:
    """A database with the made-up night."""
    db.write_sync(night.fill, places.load())
    return db


async def test_the_console_shows_the_whole_night(browse: Open, night_db: Database) -> None:
    page = await _read(browse, night_db)
    now = page.sections["now"]
    assert "Intensity 7" in now
    assert "Wajima" in now
    assert "VXSE53, JMA 11:56 JST" in now
    assert "Major tsunami warning" in now
    assert "up to 5 m" in now
    telegrams = page.sections["telegrams"]
    assert "TRAINING: never sent" in telegrams
    assert "only real telegrams can lead to a text" in telegrams
    assert "cannot be read" in telegrams
    broadcasts = page.sections["broadcasts"]
    assert "first text 0.6 s after the telegram was seen" in broadcasts
    told = r"delivered\s+50-99\b.*outcome unknown\s+<5.*failed\s+<5.*withdrawn or expired\s+20-49\b"
    assert re.search(told, broadcasts)
    assert re.search(r"below the person's threshold\s+12\b", broadcasts)
    assert "We cannot see the JMA feed other (all other telegrams) since 11:48 JST" in page.sections["blind"]
    assert "0299900" in page.sections["attention"]
    assert "quake_drop" in page.sections["lessons"]
    assert "Tsunami warning in force" in page.sections["lessons"]


async def test_the_console_speaks_japanese(browse: Open, night_db: Database) -> None:
    client = await browse(a_state(night_db))
    asked = await (await client.get("/console?lang=ja")).text()
    accepted = await (await client.get("/console", headers={"Accept-Language": "ja-JP,ja;q=0.9"})).text()
    assert "震度7" in asked
    assert "輪島市" in asked
    assert "SMSはこの機械の外に出ません" in asked
    assert asked == accepted


async def test_texts_are_shown_word_for_word(browse: Open, night_db: Database) -> None:
    client = await browse(a_state(night_db))
    text = await (await client.get("/console")).text()
    for language, words in night.TEXTS.items():
        assert f'<blockquote lang="{language}" dir="auto">{words}</blockquote>' in text


async def test_an_empty_database_is_no_all_clear(browse: Open, db: Database) -> None:
    page = await _read(browse, db)
    assert "as far as we have received it" in page.sections["now"]
    assert page.sections["feeds"].count("not read yet") == 4


async def test_what_has_ended_is_not_shown(browse: Open, db: Database) -> None:
    def fill(connection: Any) -> None:
        rows.in_force(connection, "17204", "landslide", "none")
        rows.in_force(connection, "17205", "earthquake", "7", ends_at=rows.NOW)

    db.write_sync(fill)
    assert "No warning, advisory or report is in force." in (await _read(browse, db)).sections["now"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Simulated network: no SMS leaves this machine"),
        ({"simulation": True}, "Simulation: no SMS leaves this machine"),
        ({"real": True}, "REAL: SMS are sent to real phones"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/console"])
async def test_every_page_says_whether_an_sms_can_leave(
    browse: Open, sqlite_db: Database, path: str, values: dict[str, bool], words: str
) -> None:
    client = await browse(a_state(sqlite_db, **values))
    assert words in await (await client.get(path)).text()


def test_a_simulation_is_never_real(sqlite_db: Database) -> None:
    with pytest.raises(ValueError, match="simulation"):
        a_state(sqlite_db, real=True, simulation=True)


async def test_hostile_text_is_only_text(browse: Open, db: Database) -> None:
    def fill(connection: Any) -> None:
        rows.a_telegram(connection, "d1", HOSTILE, reason=HOSTILE, state="quarantined")
        rows.an_alert(connection, "d1", HOSTILE, reason=HOSTILE, msg_type=HOSTILE, decision=HOSTILE)
        number = rows.a_broadcast(connection, hazard=HOSTILE, reason=HOSTILE, excluded={HOSTILE: 1}, form=HOSTILE)
        rows.a_text(connection, number, HOSTILE, HOSTILE, form=HOSTILE, encoding=HOSTILE)
        rows.a_notice(connection, HOSTILE, HOSTILE, HOSTILE)
        rows.a_lesson(connection, lesson=HOSTILE, place=HOSTILE, reason=HOSTILE)
        rows.in_force(connection, HOSTILE, "flood", "L5")
        rows.a_feed(connection, failing_since=rows.ago(1), last_error=HOSTILE)

    db.write_sync(fill)
    page = await _read(browse, db)
    scripts = [attributes for tag, attributes in page.tags if tag == "script"]
    assert scripts == [{"src": "/static/console.js", "defer": None}]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert sum(text.count(HOSTILE) for text in page.sections.values()) > 10


async def test_a_phone_number_is_masked_wherever_it_comes_from(browse: Open, db: Database) -> None:
    def fill(connection: Any) -> None:
        rows.a_notice(connection, "provider", "x", "no route to +819000001234, code 30007 at 2026-11-23")
        rows.a_telegram(connection, reason="090-0000-5678 was in it", state="quarantined")

    db.write_sync(fill)
    attention = (await _read(browse, db)).sections["attention"]
    assert "•••••1234, code 30007 at 2026-11-23" in attention
    assert "•••••5678" in attention
    assert "0000" not in attention


async def test_nothing_stands_inline_and_every_answer_says_so(browse: Open, night_db: Database) -> None:
    client = await browse(a_state(night_db))
    for path in ("/", "/console", "/console/live", "/healthz", "/metrics", "/static/console.css", "/nowhere"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.content_type == "text/html":
            assert not [name for _, names in Page(await answer.text()).tags for name in names if name == "style"]


async def test_a_page_about_all_of_japan_stays_light(browse: Open, db: Database) -> None:
    def fill(connection: Any) -> None:
        for number, place in enumerate(places.load().all()):
            for hazard, scale in (("landslide", ("L2", "L3", "L4", "L5")), ("earthquake", ("1", "4", "5+", "7"))):
                rows.in_force(connection, place.code, hazard, scale[number % 4])

    db.write_sync(fill)
    client = await browse(a_state(db))
    text = await (await client.get("/console?lang=ja")).text()
    assert len(text.encode()) < 150_000
    assert "1,741のうち1,741で発表中" in text.replace("市区町村", "")


@pytest.mark.parametrize(
    ("values", "headers", "status"),
    [
        ({}, {}, 200),
        ({"http_host": "::1"}, {"Host": "[::1]:8080"}, 200),
        ({"http_host": "0.0.0.0"}, {}, 403),
        ({"http_host": "192.0.2.7"}, {}, 403),
        ({"http_host": "0.0.0.0", "console_open": True}, {"Host": "example.org"}, 200),
        ({}, {"Host": "evil.example"}, 403),
        ({}, {"X-Forwarded-For": "192.0.2.1"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/console", "/console/live"])
async def test_without_sign_in_the_console_is_for_this_machine(
    browse: Open, sqlite_db: Database, path: str, values: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    client = await browse(replace(a_state(sqlite_db), **values))
    answer = await client.get(path, headers=headers)
    assert answer.status == status
    assert ("on this machine only" in await answer.text()) == (status == 403 or path == "/console")


async def test_the_stream_is_closed_to_others_too(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db, http_host="0.0.0.0"))
    assert (await client.get("/console/events")).status == 403
    assert (await client.get("/healthz")).status == 200
