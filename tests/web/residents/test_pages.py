"""The residents' pages over a real socket, on both engines where rows matter."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from alerts import places
from storage.connection import Connection
from storage.database import Database
from templates_i18n import catalogue, pictograms
from tests.conftest import FakeClock
from tests.web import rows
from tests.web.conftest import Open
from tests.web.residents import told
from tests.web.residents.told import KANAZAWA, SUZU, TOYAMA, WAJIMA, change
from tests.web.rows import NOW, ago
from tests.web.states import a_state
from web.residents import speech

Fill = Callable[[Connection], Any]


def shown(html: str) -> str:
    """The words of a page in their order."""
    body = re.sub(r"<rp>.*?</rp>", "", html.split("<body", 1)[1])
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


async def get(browse: Open, db: Database, path: str, fill: Fill | None = None, **values: Any) -> tuple[int, str]:
    if fill is not None:
        db.write_sync(told.all_well)
        number = db.write_sync(fill)
        path = path.format(id=number)
    client = await browse(a_state(db, **values))
    answer = await client.get(path)
    return answer.status, await answer.text()


def tsunami(db: Connection) -> int:
    return told.alert(
        db,
        "tsunami",
        {WAJIMA: change("none", "major_warning", height=5.0, over=True), SUZU: change("none", "advisory")},
    )


async def test_a_page_has_the_accents_that_the_sms_drops(browse: Open, sqlite_db: Database) -> None:
    words = shown((await get(browse, sqlite_db, "/a/{id}?l=pt", tsunami))[1])
    assert words.count("CORRA para lugar alto JÁ.") == 2
    assert "lugar alto JA." not in words


async def test_an_alert_says_badge_head_place_actions_and_source(browse: Open, db: Database) -> None:
    status, page = await get(browse, db, "/a/{id}?l=en", tsunami)
    words = shown(page)
    order = ["MAJOR TSUNAMI WARNING:", "Wajima City", "Tsunami over 5 m", "What to do", "RUN to high ground NOW."]
    order += ["Stay high till warning ends", "JMA 11/23 11:50", "Japan Meteorological Agency", "Seen at 12:00"]
    assert status == 200
    assert words.count("RUN to high ground NOW.") == 2
    words = words.replace("RUN to high ground NOW.", "", 1)
    assert [words.index(part) for part in order] == sorted(words.index(part) for part in order)
    assert 'alt="Tsunami"' in page
    assert "over." not in words.split("What to do")[0]


async def test_a_link_names_the_place_and_what_is_told_there(browse: Open, db: Database) -> None:
    _, page = await get(browse, db, f"/a/{{id}}?l=en&p={SUZU}", tsunami)
    words = shown(page)
    assert "TSUNAMI ADVISORY: LEAVE the sea" in words
    assert "MAJOR TSUNAMI WARNING: RUN" not in words


async def test_the_short_link_names_place_and_language(browse: Open, db: Database) -> None:
    _, short = await get(browse, db, f"/a/{{id}}.{SUZU}.vi", tsunami)
    _, long = await get(browse, db, f"/a/1?l=vi&p={SUZU}")
    assert '<html lang="vi">' in short
    assert shown(short) == shown(long)


async def test_the_api_identifier_opens_the_page_too(browse: Open, db: Database) -> None:
    db.write_sync(tsunami)
    identifier = db.read_sync(lambda c: c.execute("SELECT identifier FROM alerts")[0].text("identifier"))
    assert (await get(browse, db, f"/a/{identifier}"))[0] == 200


@pytest.mark.parametrize(
    ("asked", "accepted", "tag"),
    [
        ("my", "ja", "my"),
        ("ZH-hant", "en", "zh-Hant"),
        (None, "zh-TW,zh;q=0.9", "zh-Hant"),
        (None, "zh-Hant-HK", "zh-Hant"),
        (None, "zh-CN", "zh-Hans"),
        (None, "tl-PH,en", "fil"),
        (None, "pt-BR,pt;q=0.8", "pt"),
        (None, "de, ne;q=0.5", "ne"),
        (None, "", "en"),
        ("<script>", "*", "en"),
    ],
)
def test_the_language_is_of_the_link_else_of_the_browser(asked: str | None, accepted: str, tag: str) -> None:
    assert speech.choose(catalogue.load(), asked, accepted) == tag


async def test_every_language_is_a_tap_away_and_opens(browse: Open, sqlite_db: Database) -> None:
    sqlite_db.write_sync(tsunami)
    client = await browse(a_state(sqlite_db))
    page = await (await client.get(f"/a/1?l=en&p={SUZU}")).text()
    for tag, name in catalogue.load().names.items():
        assert f'<a href="/a/1?l={tag}&amp;p={SUZU}" lang="{tag}"' in page
        own = await (await client.get(f"/a/1?l={tag}&p={SUZU}")).text()
        assert f'lang="{tag}" aria-current="true">{name.name}' in own


async def test_what_is_over_says_so_first_and_tells_nobody_to_run(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> int:
        number = told.alert(connection, "landslide", {KANAZAWA: change("none", "L4", 90)})
        told.alert(connection, "landslide", {KANAZAWA: change("L4", "none", 20)})
        return number

    _, page = await get(browse, db, "/a/{id}?l=en", fill)
    words = shown(page)
    assert re.search(r"<h1[^>]*>This alert is over\.</h1>", page)
    assert words.index("This alert is over.") < words.index("ENDED: LEVEL 4 LANDSLIDE")
    assert "LEAVE" not in words
    assert "JMA 11/23 11:40 Ended" in words
    assert "Ask your city before you go back." in words


async def test_what_ended_by_time_says_only_that(browse: Open, db: Database, clock: FakeClock) -> None:
    def fill(connection: Connection) -> int:
        number = told.alert(connection, "earthquake", {WAJIMA: change("none", "6+")}, event="e1")
        told.stand(connection, "earthquake", WAJIMA, "6+", event="e1", ends_at=ago(1))
        return number

    _, page = await get(browse, db, "/a/{id}?l=en", fill)
    words = shown(page)
    assert "This alert is over." in words
    assert "COVER" not in words
    assert "What to do" not in words


async def test_what_was_wrong_is_called_so(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> int:
        number = told.alert(connection, "earthquake", {WAJIMA: change("none", "5+")}, event="e1")
        told.alert(connection, "earthquake", {WAJIMA: change("5+", "none", 5, "withdrawn")}, event="e1")
        return number

    _, page = await get(browse, db, "/a/{id}?l=en", fill)
    assert "CANCELLED: the report of shaking 5-upper was wrong." in shown(page)
    assert "Cancelled: it was wrong" in shown(page)


async def test_changes_stand_with_their_times_newest_first(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> int:
        number = told.alert(connection, "heavy_rain", {TOYAMA: change("none", "L3", 60)})
        told.alert(connection, "heavy_rain", {TOYAMA: change("L3", "L4", 30)})
        told.alert(connection, "heavy_rain", {TOYAMA: change("L4", "L3", 5)})
        return number

    _, page = await get(browse, db, "/a/{id}?l=en", fill)
    words = shown(page)
    assert "LESS, NOT OVER: LEVEL 3 HEAVY RAIN." in words
    lines = ["JMA 11/23 11:55 Less dangerous", "JMA 11/23 11:30 More dangerous", "JMA 11/23 11:00 Level 3"]
    assert [words.index(line) for line in lines] == sorted(words.index(line) for line in lines)
    assert 'src="/pictograms/level_3.svg" alt="Level 3"' in page
    # "stay where it is safe" and "go to a shelter" do not stand side by side
    assert "to_shelter" not in page


async def test_what_is_held_is_not_shown(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> int:
        return told.alert(connection, "volcano", {WAJIMA: change("none", "V3")}, state="held", decision="hold")

    assert (await get(browse, db, "/a/{id}", fill))[0] == 404


async def test_what_was_stopped_before_anybody_got_it_is_not_shown(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> int:
        return told.alert(connection, "tsunami", {WAJIMA: change("none", "warning")}, state="withdrawn")

    assert (await get(browse, db, "/a/{id}", fill))[0] == 404


@pytest.mark.parametrize("status", ["Exercise", "Test"])
async def test_training_and_test_have_no_page(browse: Open, db: Database, status: str) -> None:
    def fill(connection: Connection) -> int:
        return rows.an_alert(connection, status=status, decision="record")

    assert (await get(browse, db, "/a/{id}", fill))[0] == 404


async def test_what_is_only_recorded_has_its_page(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> int:
        told.stand(connection, "thunder", WAJIMA, "advisory")
        return rows.an_alert(connection, "d9", "thunder", decision="record", places={WAJIMA: "advisory"})

    status, page = await get(browse, db, "/a/{id}?l=en", fill)
    assert status == 200
    assert "Thunder" in shown(page)
    assert "Wajima City" in shown(page)


@pytest.mark.parametrize(
    "path",
    ["/a/99?l=vi", "/a/99999999999999999999999?l=vi", "/a/%27%3B--?l=vi", "/a/x/card?l=vi", "/a/0/picture.png?l=vi"],
)
async def test_an_unknown_address_helps_in_the_readers_language(browse: Open, db: Database, path: str) -> None:
    status, page = await get(browse, db, path)
    assert status == 404
    assert 'href="/?l=vi"' in page
    assert "119" in page


async def test_hostile_links_are_only_text(browse: Open, db: Database) -> None:
    db.write_sync(tsunami)
    client = await browse(a_state(db))
    for query in (
        {"p": '"><script>'},
        {"l": '"><script>'},
        {"in": '"><script>'},
        {"p": "0" * 999},
        {"p": "１７２０４"},
    ):
        answer = await client.get("/a/1", params=query)
        assert answer.status == 200
        assert "<script" not in await answer.text()


async def test_the_card_is_easy_japanese_with_readings(browse: Open, db: Database) -> None:
    _, page = await get(browse, db, "/a/{id}/card?l=en", tsunami)
    assert "<ruby>輪島市<rp>(</rp><rt>わじまし</rt><rp>)</rp></ruby>" in page
    assert "<ruby>大津波<rp>(</rp><rt>おおつなみ</rt><rp>)</rp></ruby>" in page
    words = shown(page)
    assert "いっしょに" in words
    assert "けいほうが おわるまで たかい ところに いて ください。" in words
    assert "きしょうちょう 11/23 11:50" in words


async def test_the_card_of_what_is_over_does_not_ask_to_flee(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> int:
        return told.alert(connection, "tsunami", {WAJIMA: change("warning", "none", 5)})

    _, page = await get(browse, db, "/a/{id}/card", fill)
    assert page.index("わりました。") < page.index("<h1")
    assert "いっしょに" not in shown(page)


async def test_the_print_form_holds_the_words_and_the_card(browse: Open, db: Database) -> None:
    _, page = await get(browse, db, "/a/{id}/print?l=en", tsunami)
    words = shown(page)
    assert words.index("RUN to high ground NOW.") < words.index("Stay high") < words.index("津波")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Test: no SMS is sent from here."),
        ({"simulation": True}, "This is a made-up story for practice."),
        ({"real": True}, None),
    ],
)
@pytest.mark.parametrize("view", ["", "/print"])
async def test_a_page_says_that_it_is_a_trial(
    browse: Open, sqlite_db: Database, values: dict[str, bool], words: str | None, view: str
) -> None:
    sqlite_db.write_sync(tsunami)
    _, page = await get(browse, sqlite_db, f"/a/1{view}?l=en", **values)
    assert (words or "") in page
    assert ("trial" in page) is (words is not None)


async def test_the_card_of_a_made_up_day_says_so_in_japanese(browse: Open, sqlite_db: Database) -> None:
    sqlite_db.write_sync(tsunami)
    _, page = await get(browse, sqlite_db, "/a/1/card", simulation=True)
    assert "ほんとうの" in shown(page)


async def test_a_page_says_when_we_are_blind(browse: Open, sqlite_db: Database) -> None:
    def fill(connection: Connection) -> int:
        rows.a_feed(connection, "eqvol", last_success_at=ago(12), failing_since=ago(11), failures=9)
        return tsunami(connection)

    sqlite_db.write_sync(fill)
    for path in ("/a/1?l=en", "/?l=en"):
        assert "We get no news from JMA now." in (await get(browse, sqlite_db, path))[1]


async def test_the_start_page_lists_what_is_in_force_by_prefecture(browse: Open, db: Database) -> None:
    def fill(connection: Connection) -> int:
        told.stand(connection, "heavy_rain", TOYAMA, "L2")
        told.alert(connection, "heavy_rain", {KANAZAWA: change("none", "L3"), WAJIMA: change("none", "L4")})
        return tsunami(connection)

    _, page = await get(browse, db, "/?l=en", fill)
    words = shown(page)
    assert words.index("Major Tsunami Warning") < words.index("Level 4 Urgent Warning (Heavy Rain)")
    assert f'<a href="/a/2?l=en&amp;p={WAJIMA}">Ishikawa</a>' in page
    assert "Toyama" not in words


async def test_an_empty_start_page_is_no_all_clear(browse: Open, db: Database) -> None:
    _, page = await get(browse, db, "/?l=en")
    assert "We know of no warning now." in shown(page)


async def test_a_change_shows_at_the_next_look(browse: Open, db: Database) -> None:
    db.write_sync(tsunami)
    client = await browse(a_state(db))
    assert "RUN" in await (await client.get("/a/1?l=en")).text()
    db.write_sync(told.alert, "tsunami", {WAJIMA: change("major_warning", "none", 1)})
    assert "This alert is over." in await (await client.get(f"/a/1?l=en&p={WAJIMA}")).text()


def everywhere(connection: Connection) -> int:
    grades = ("L3", "L4", "L5")
    return told.alert(
        connection,
        "landslide",
        {place.code: change("none", grades[n % 3]) for n, place in enumerate(places.load().all())},
    )


@pytest.mark.parametrize("query", ["", "?in=01", "?in=13&l=ja-Hira", "/print", "/card"])
async def test_a_page_about_all_of_japan_stays_under_50_kb(browse: Open, sqlite_db: Database, query: str) -> None:
    sqlite_db.write_sync(everywhere)
    client = await browse(a_state(sqlite_db))
    page = await (await client.get(f"/a/1{query}")).text()
    size = len(page.encode())
    for path in {*re.findall(r'(?:src|href)="(/(?:static|pictograms)/[^"]+)"', page)}:
        size += len(await (await client.get(path)).read())
    assert size < 50_000


async def test_pages_are_strict_and_need_no_script(browse: Open, sqlite_db: Database) -> None:
    sqlite_db.write_sync(tsunami)
    client = await browse(a_state(sqlite_db))
    for path in ("/", "/a/1", "/a/1/card", "/a/1/print", "/a/2", "/pictograms/tsunami.svg"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        page = await answer.text()
        # a link to the official map loads nothing
        page = re.sub(r'<a href="https://maps\.gsi\.go\.jp/#[^"]+">', "<a>", page)
        assert not re.search(r"<script|<style| style=| on\w+=|https?://(?!www\.w3\.org)", page)


async def test_every_pictogram_is_served(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    for name, drawing in pictograms.load().by_id.items():
        answer = await client.get(f"/pictograms/{name}.svg")
        assert answer.content_type == "image/svg+xml"
        assert await answer.text() == drawing.svg
    assert (await client.get("/pictograms/comet.svg")).status == 404


def test_the_clock_of_these_tests_is_noon_in_japan() -> None:
    assert speech.clock(NOW)["hour"] == "12"
