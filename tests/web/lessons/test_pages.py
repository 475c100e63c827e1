"""The pages of lessons over a real socket, on both engines where rows matter."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from campaigns.lessons import facts, totals
from storage.database import Database
from templates_i18n import catalogue, lessons, pictograms
from tests.conftest import FakeClock
from tests.web.conftest import Open
from tests.web.states import a_state
from web.lessons.limit import Limit

MOST_BYTES = 50 * 1024
#: their letters take three bytes
LONG = ("my", "km")


def shown(html: str) -> str:
    body = html.split("<main", 1)[1].split("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


async def test_a_lesson_shows_pictograms_first_then_words_then_the_question(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    answer = await client.get("/l/water?l=en")
    page, own = await answer.text(), lessons.load().by_tag["en"].lessons["water"]
    assert answer.status == 200
    assert page.index("/pictograms/drink_water.svg") < page.index(own.title, page.index("<main"))
    words = shown(page)
    order = [own.title, own.act, own.page[0], own.page[-1], own.question, *own.options, "Ministry of Agriculture"]
    assert [words.rindex(part) for part in order] == sorted(words.rindex(part) for part in order)
    assert own.why not in words
    assert "<script" not in page


@pytest.mark.parametrize(
    ("digit", "box", "first"), [("2", "fine", "Right!"), ("1", "problem", "The right answer: 2) 3 litres")]
)
async def test_an_answer_is_counted_and_explained(browse: Open, db: Database, digit: str, box: str, first: str) -> None:
    client = await browse(a_state(db))
    answer = await client.post("/l/water.17204.en", data={"answer": digit, "l": "en", "p": "17204"})
    page = await answer.text()
    assert answer.status == 200
    assert answer.url.path_qs == f"/l/water?l=en&p=17204&a={digit}"
    assert f'class="{box}"' in page
    assert f"{first} {lessons.load().by_tag['en'].lessons['water'].why}" in shown(page)
    assert "<form" not in page
    found = db.read_sync(totals.read)
    assert [(one.asked.lesson, one.asked.language, one.asked.place, one.option, one.answers) for one in found] == [
        ("water", "en", "17204", int(digit), 1)
    ]


async def test_looking_at_an_answer_counts_nothing(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    for _ in range(3):
        assert (await client.get("/l/water?l=en&a=2")).status == 200
    assert sqlite_db.read_sync(totals.read) == []


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({"answer": "2"}, {"Sec-Fetch-Site": "cross-site"}),
        ({"answer": "2"}, {"Origin": "https://elsewhere.example"}),
        ({"answer": "3"}, {}),
        ({"answer": "0"}, {}),
        ({"answer": "two"}, {}),
        ({}, {}),
    ],
)
async def test_what_is_no_answer_of_our_page_is_not_counted(
    browse: Open, sqlite_db: Database, data: dict[str, str], headers: dict[str, str]
) -> None:
    client = await browse(a_state(sqlite_db))
    answer = await client.post("/l/water", data=data, headers=headers)
    assert answer.status == 200
    assert sqlite_db.read_sync(totals.read) == []


@pytest.mark.parametrize("path", ["/l/fire", "/l/water.99999999", "/l/%00", "/l/WATER", "/l/" + "a" * 300])
async def test_an_unknown_lesson_is_said_to_be_unknown(browse: Open, sqlite_db: Database, path: str) -> None:
    client = await browse(a_state(sqlite_db))
    assert (await client.get(path)).status == 404
    assert (await client.post(path, data={"answer": "1"})).status == 404


async def test_the_short_link_names_place_and_language(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    page = await (await client.get("/l/water.17204.ja")).text()
    assert '<html lang="ja">' in page
    assert 'name="p" value="17204"' in page
    assert 'name="p"' not in await (await client.get("/l/water.99999.ja")).text()


@pytest.mark.parametrize("tag", catalogue.load().names)
async def test_every_page_is_light_in_every_language(browse: Open, sqlite_db: Database, tag: str) -> None:
    client = await browse(a_state(sqlite_db))
    style = await (await client.get("/static/resident.css")).read()
    drawings = pictograms.load().by_id
    every = [*facts.load().values()]
    for lesson in every if tag in LONG else every[:3]:
        answer = await client.get(f"/l/{lesson.id}?l={tag}")
        page = await answer.read()
        assert answer.status == 200
        drawn = sum(len(drawings[name].svg.encode()) for name in lesson.pictograms)
        assert len(page) + len(style) + drawn < MOST_BYTES, lesson.id
    listed = await client.get(f"/l?l={tag}")
    assert len(await listed.read()) + len(style) < MOST_BYTES
    assert (await listed.text()).count('href="/l/') == len(facts.load())


async def test_headers_are_strict(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    headers = (await client.get("/l/water")).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_nobody_alone_makes_the_totals(clock: FakeClock) -> None:
    limit = Limit(per_hour=3)
    assert [limit.counts("203.0.113.7", clock.now) for _ in range(5)] == [True, True, True, False, False]
    assert limit.counts("203.0.113.8", clock.now)
    assert limit.counts("203.0.113.7", clock.advance(3600))
    assert all(limit.counts("", clock.now) for _ in range(5))


def _signs_named(page: str) -> list[Any]:
    return re.findall(r'<img src="/pictograms/(\w+).svg" alt="([^"]+)"', page)


async def test_pictograms_have_names_in_the_language(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    names = catalogue.load().by_tag["vi"].pictograms
    page = await (await client.get("/l/quake_first?l=vi")).text()
    assert _signs_named(page) == [(name, names[name]) for name in facts.load()["quake_first"].pictograms]


async def test_the_list_begins_with_what_fits_the_place(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db, clock=lambda: datetime(2026, 7, 1, tzinfo=UTC)))
    inland = await (await client.get("/l?l=en&p=20202")).text()
    coast = await (await client.get("/l?l=en&p=17204")).text()
    listed = [re.findall(r'href="/l/(\w+)\?', page) for page in (inland, coast)]
    assert sorted(listed[0]) == sorted(listed[1]) == sorted(facts.load())
    assert listed[1][0] == "tsunami_run"
    assert listed[0].index("tsunami_run") > listed[0].index("levels")
    assert 'href="/l/water?l=en&amp;p=17204"' in coast


async def test_behind_a_proxy_each_reader_counts_for_themself(browse: Open, sqlite_db: Database) -> None:
    """Also where nobody may register themself."""
    client = await browse(a_state(sqlite_db, trust_forwarded_for=True))
    for reader in range(20):
        headers = {"X-Forwarded-For": f"203.0.113.{reader}"}
        await client.post("/l/water.17204.en", data={"answer": "2", "l": "en", "p": "17204"}, headers=headers)
    assert sum(one.answers for one in sqlite_db.read_sync(totals.read)) == 20
