"""/join and /me over a real socket: the way through, what is refused, and what nobody may learn."""

import asyncio
import json
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import places
from storage.database import Database
from subscribers import own
from templates_i18n import catalogue
from tests.conftest import FakeClock
from tests.web.conftest import Open
from tests.web.joining.joiners import SEALER, Visitor, a_joining, forms, msisdn, number, ticket, token
from tests.web.residents.test_pages import shown
from tests.web.states import a_state
from web.joining import answers, door
from web.joining.answers import Answers, Known


async def visit(browse: Open, db: Database, clock: FakeClock, **values: object) -> Visitor:
    joining = {name: values.pop(name) for name in ("budget", "two_way", "trust_forwarded_for") if name in values}
    return Visitor(await browse(a_state(db, clock, sealer=SEALER, joining=a_joining(**joining), **values)))


def code_of(db: Database, index: int = 1) -> str:
    """What the newest SMS to a phone says."""
    salts = db.read_sync(
        lambda c: [
            row.text("change_key")
            for row in c.execute(
                "SELECT m.change_key FROM messages m JOIN subscribers s ON s.id = m.subscriber_id"
                " WHERE s.number_hash = :hash ORDER BY m.id",
                {"hash": f"asked:{SEALER.fingerprint(msisdn(index))}"},
            )
        ]
    )
    return SEALER.code(msisdn(index), salts[-1].removeprefix("code:"))


def texts(db: Database) -> list[str]:
    return db.read_sync(
        lambda c: [
            row.text("text")
            for row in c.execute("SELECT t.text FROM messages m JOIN texts t ON t.id = m.text_id ORDER BY m.id")
        ]
    )


def stored(db: Database, index: int = 1) -> own.Stored | None:
    identity = db.read_sync(own.person, SEALER.fingerprint(msisdn(index)))
    return None if identity is None else db.read_sync(own.stored, identity)


async def join(visitor: Visitor, db: Database, index: int = 1, **more: str) -> str:
    asked = await visitor.ask(index, **more)
    status, page = await visitor.enter(asked, code_of(db, index), language=more.get("language", "en"))
    assert status == 200, page
    return page


async def open_me(visitor: Visitor, db: Database, index: int = 1) -> str:
    _, page = await visitor.post("/me", {"l": "en", "phone": number(index)})
    _, page = await visitor.enter(ticket(page), code_of(db, index), base="/me")
    return page


async def test_the_first_page_is_eighteen_names_to_tap(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock)
    _, page = await visitor.get("/join?m=17204")
    links = re.findall(r'<a href="(/join\?l=[^"]+)" lang="([^"]+)"', page)
    assert [tag for _, tag in links] == list(catalogue.load().names)
    assert all("m=17204" in unescape(href) for href, _ in links)


async def test_a_qr_code_fills_in_the_place(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock)
    _, page = await visitor.get("/join?l=en&m=17204")
    assert "Your places Wajima City (Ishikawa) 輪島市" in shown(page)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("928-0001", "Wajima City"),
        ("〒９２８－０００１", "Wajima City"),
        ("わじま", "Wajima City"),
        ("輪島", "Wajima City"),
        ("waji", "Wajima City"),
        ("Fuchu", "Fuchu City (Tokyo)"),
        ("Fuchu", "Fuchu City (Hiroshima)"),
        ("0000000", "We did not find this place"),
        ("<b>x", "We did not find this place"),
        ("\u0000", "We did not find this place"),
        ("９" * 500, "We did not find this place"),
    ],
)
async def test_a_place_is_found_by_postal_code_and_name(
    browse: Open, sqlite_db: Database, clock: FakeClock, typed: str, says: str
) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    answer = await visitor.client.get("/join", params={"l": "en", "find": "1", "q": typed})
    page = await answer.text()
    assert answer.status == 200
    assert says in shown(page)
    assert "<b>x" not in page
    assert "Ishikawa" in shown(page)  # the prefectures are always there


async def test_without_the_postal_data_the_page_says_so(browse: Open, sqlite_db: Database, clock: FakeClock) -> None:
    joining = a_joining(has_postal=False)
    visitor = Visitor(await browse(a_state(sqlite_db, clock, sealer=SEALER, joining=joining)))
    _, page = await visitor.get("/join?l=en&find=1&q=9280001")
    assert "Postal codes do not work here now." in shown(page)


async def test_places_can_be_added_up_to_three_and_taken_away(
    browse: Open, sqlite_db: Database, clock: FakeClock
) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    _, page = await visitor.get("/join?l=en&p=17204,17205,17202")
    assert "Add another place" in page
    _, page = await visitor.get("/join?l=en&p=17204,17205,17202,17207,17201,99999,nope")
    assert "Add another place" not in page
    assert page.count(">Take away<") == 4
    _, page = await visitor.get("/join?l=en&in=17&find=1")
    assert 'href="/join?l=en&amp;p=17204"' in page


async def test_the_whole_way_registers_with_what_was_chosen(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock)
    page = await join(visitor, db, places="17204,17205", language="my", lv="L4", le="0", m="17204")
    assert "စာရင်းသွင်းပြီးပါပြီ" in page
    seen = stored(db)
    assert seen is not None and seen.own is not None
    mine = seen.own
    assert (mine.language, mine.places, mine.min_level, mine.lessons) == ("my", ("17204", "17205"), "L4", False)
    assert (seen.consents[0][1].language, seen.consents[0][1].invited_by) == ("my", "17204")


async def test_consent_names_the_provider_abroad_only_where_it_is_used(
    browse: Open, sqlite_db: Database, clock: FakeClock
) -> None:
    simulated = await visit(browse, sqlite_db, clock)
    _, page = await simulated.get("/join?l=en&p=17204&o=1")
    assert "Twilio" not in page
    real = await visit(browse, sqlite_db, clock, real=True, two_way=True)
    _, page = await real.get("/join?l=en&p=17204&o=1")
    assert "Twilio, a company in the USA" in page
    assert "answer STOP" in page
    assert "Wording: 2026-11" in page


async def test_wrong_input_keeps_all_other_input(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock)
    form = {"l": "vi", "p": "17204,17205", "lv": "L4", "le": "0", "phone": "03-0000-0000", "m": "17204"}
    status, page = await visitor.post("/join", form)
    assert status == 400
    assert "Đây không phải số di động Nhật Bản" in unescape(page)
    assert 'name="p" value="17204,17205"' in page
    assert 'value="L4" checked' in page
    assert 'name="le" value="0" checked' in page
    assert "0000-0000" not in page
    assert texts(db) == []


@pytest.mark.parametrize(
    "phone", ["", "12", "+1 202 555 0100", "0120-000-000", "09000000001 09000000002", "=1+1", "\0"]
)
async def test_only_japanese_mobile_numbers_get_codes(
    browse: Open, sqlite_db: Database, clock: FakeClock, phone: str
) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    status, _ = await visitor.post("/join", {"l": "en", "p": "17204", "phone": phone})
    assert status == 400
    assert texts(sqlite_db) == []


@pytest.mark.parametrize("phone", ["０９０－０００００００１", "+81 90 0000 0001", "090 0000 0001", "(090)00000001"])
async def test_numbers_are_understood_as_people_write_them(
    browse: Open, sqlite_db: Database, clock: FakeClock, phone: str
) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    status, page = await visitor.post("/join", {"l": "en", "p": "17204", "phone": phone})
    assert (status, bool(ticket(page))) == (200, True)


async def test_wrong_codes_are_counted_and_a_new_one_can_be_asked_for(
    browse: Open, db: Database, clock: FakeClock
) -> None:
    visitor = await visit(browse, db, clock)
    asked = await visitor.ask()
    wrong = f"{(int(code_of(db)) + 1) % 1_000_000:06d}"
    for _ in range(4):
        status, page = await visitor.enter(asked, wrong)
        assert (status, "This code is not right" in page, ticket(page)) == (400, True, asked)
    _, page = await visitor.enter(asked, wrong)
    assert "Too many wrong tries" in page
    _, page = await visitor.post("/join/again", {"l": "en", "t": asked})
    assert "Wait 1 minute" in page
    clock.advance(61)
    _, page = await visitor.post("/join/again", {"l": "en", "t": asked})
    status, page = await visitor.enter(ticket(page), code_of(db))
    assert (status, "You are registered" in page) == (200, True)


async def test_letters_instead_of_digits_cost_no_try_and_other_digits_are_read(
    browse: Open, db: Database, clock: FakeClock
) -> None:
    visitor = await visit(browse, db, clock)
    asked = await visitor.ask()
    for typed in ("", "abc", "12345", "1234567", "\x00"):
        status, _ = await visitor.enter(asked, typed)
        assert status == 400
    burmese = "".join(chr(0x1040 + int(digit)) for digit in code_of(db))
    status, _ = await visitor.enter(asked, f" {burmese[:3]} {burmese[3:]} ")
    assert status == 200


async def test_nobody_learns_whether_a_number_is_registered(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock)
    await join(visitor, db, 1)
    clock.advance(3700)
    before = len(texts(db))
    pages = []
    for base, index in (("/join", 1), ("/join", 2), ("/me", 1), ("/me", 3)):
        clock.advance(61)
        form = {"l": "en", "p": "17204", "phone": number(index)}
        answer = await visitor.client.post(base, data=form, allow_redirects=False)
        page = await visitor.client.get(answer.headers["Location"])
        text = (await page.text()).replace(answer.headers["Location"].rpartition("t=")[2], "")
        pages.append((answer.status, len(answer.headers["Location"]), text.replace(f'"{base}', '"/')))
    assert pages[0] == pages[1]
    assert pages[2] == pages[3]
    said = texts(db)[before:]
    assert len(said) == 4
    assert "You are registered already. To change or leave: https://sms.example.jp/me" in said[0]
    assert said[1] == said[2] == "{code} is your Tomoshibi code. Tell it to nobody."
    assert said[3] == "This number is not registered with Tomoshibi. To register: https://sms.example.jp/join"


async def test_limits_are_said_and_nothing_is_sent(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock, budget=1)
    await visitor.ask(1)
    status, page = await visitor.post("/join", {"l": "en", "p": "17204", "phone": number(2)})
    assert (status, "Very many people are registering now" in page) == (503, True)
    assert len(texts(db)) == 1


async def test_an_address_counts_only_where_it_says_who_asks(
    browse: Open, sqlite_db: Database, clock: FakeClock
) -> None:
    visitor = await visit(browse, sqlite_db, clock, trust_forwarded_for=True)
    for index in range(30):
        status, _ = await visitor.post(
            "/join", {"l": "en", "p": "17204", "phone": number(index)}, **{"X-Forwarded-For": "1.1.1.1, 203.0.113.9"}
        )
        assert status == 200
    for far, expected in (("203.0.113.9", 429), ("203.0.113.10", 200)):
        status, _ = await visitor.post(
            "/join", {"l": "en", "p": "17204", "phone": number(60)}, **{"X-Forwarded-For": far}
        )
        assert status == expected


async def test_forms_of_other_sites_do_nothing(browse: Open, sqlite_db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    form = {"l": "en", "p": "17204", "phone": number()}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert (await visitor.post("/join", form, **headers))[0] == 403
    answer = await visitor.client.post("/join", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status == 403
    assert texts(sqlite_db) == []
    answer = await visitor.client.post("/join", data=form)  # a phone of 2015 says nothing of it
    assert answer.status == 200


async def test_me_shows_all_that_is_stored_and_changes_it(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock)
    await join(visitor, db)
    clock.advance(61)
    page = await open_me(visitor, db)
    words = shown(page)
    for part in (
        "You get warnings.",
        "+81•••••0001",
        "Registered by Yourself",
        "You agreed 2026-11-23 (2026-11, English)",
    ):
        assert part in words, part
    form = {"l": "en", "token": token(page), "language": "vi", "p": "17205,17204", "lv": "L4", "le": "0"}
    status, page = await visitor.post("/me/save", form)
    assert (status, "Đã lưu." in unescape(page)) == (200, True)
    seen = stored(db)
    assert seen is not None and seen.own is not None
    assert (seen.own.language, seen.own.places, seen.own.min_level) == ("vi", ("17205", "17204"), "L4")


async def test_places_of_me_are_drafted_in_the_address_and_saved_by_the_form(
    browse: Open, db: Database, clock: FakeClock
) -> None:
    visitor = await visit(browse, db, clock)
    await join(visitor, db)
    clock.advance(61)
    await open_me(visitor, db)
    _, page = await visitor.get("/me/place?l=en&p=17204&q=suzu")
    assert "/me?l=en&amp;p=17204,17205" in page
    _, page = await visitor.get("/me?l=en&p=17204,17205")
    assert 'name="p" value="17204,17205"' in page
    _, page = await visitor.get("/me?l=en&p=-")
    assert 'name="p" value="17204"' in page  # the home of whoever registered themself stays


async def test_a_pause_and_its_end(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock)
    await join(visitor, db)
    clock.advance(61)
    page = await open_me(visitor, db)
    _, page = await visitor.post("/me/pause", {"l": "en", "token": token(page), "days": "3"})
    assert "Paused until" in page
    seen = stored(db)
    assert seen is not None
    assert seen.state == "paused"
    _, page = await visitor.post("/me/pause", {"l": "en", "token": token(page), "days": "9999"})
    _, page = await visitor.post("/me/resume", {"l": "en", "token": token(page)})
    assert "You get warnings." in page


async def test_leaving_erases_everything_at_once(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock)
    await join(visitor, db)
    clock.advance(61)
    await open_me(visitor, db)
    _, page = await visitor.get("/me/leave?l=en")
    _, page = await visitor.post("/me/leave", {"l": "en", "token": token(page)})
    assert "You have left." in page
    assert stored(db) is None
    sealed = db.read_sync(
        lambda c: [row.blob("number_sealed") for row in c.execute("SELECT number_sealed FROM subscribers")]
    )
    assert set(sealed) == {b""}
    _, page = await visitor.get("/me?l=en")
    assert "Write your phone number" in page
    clock.advance(3700)
    await join(visitor, db)  # whoever left may come back
    assert stored(db) is not None


async def test_everything_can_be_taken_away(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock)
    await join(visitor, db)
    clock.advance(61)
    await open_me(visitor, db)
    _, text = await visitor.get("/me/data.json")
    document = json.loads(text)
    assert document["registrations"][0]["places"] == ["17204"]
    assert document["number"] == "+81•••••0001"
    assert [one["action"] for one in document["log"]] == ["registered themself"]
    assert visitor.headers["Content-Disposition"] == 'attachment; filename="tomoshibi.json"'
    _, text = await visitor.get("/me/data.txt?l=en")
    assert "Registered by: Yourself" in text


async def test_the_session_is_short_and_nobody_elses(browse: Open, db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, db, clock, public_url="https://sms.example.jp")
    await join(visitor, db)
    clock.advance(61)
    answer = await visitor.client.post("/me", data={"l": "en", "phone": number()})
    asked = ticket(await answer.text())
    form = {"l": "en", "t": asked, "code": code_of(db)}
    answer = await visitor.client.post("/me/code", data=form, allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Secure", "Path=/me", "Max-Age=1200"):
        assert part in cookie, part
    value = cookie.partition("=")[2].partition(";")[0]
    for tried, inside in (
        (value, True),
        (value[:-1] + "0", value.endswith("0")),
        (f"2{value}", False),
        ("1.9.x", False),
    ):
        _, page = await visitor.get("/me?l=en", Cookie=f"tomoshibi_me={tried}")
        assert ("What we keep about you" in page) == inside, tried
    clock.advance(1201)
    _, page = await visitor.get("/me?l=en", Cookie=f"tomoshibi_me={value}")
    assert "What we keep about you" not in page


@pytest.mark.parametrize("path", ["save", "pause", "resume", "leave", "close"])
async def test_without_session_or_token_nothing_changes(
    browse: Open, sqlite_db: Database, clock: FakeClock, path: str
) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    await join(visitor, sqlite_db)
    status, _ = await visitor.post(f"/me/{path}", {"l": "en", "p": "17201", "language": "vi", "days": "3"})
    assert status == 403
    clock.advance(61)
    page = await open_me(visitor, sqlite_db)
    form = {"l": "en", "token": "no", "p": "17201", "language": "vi", "days": "3"}
    assert (await visitor.post(f"/me/{path}", form))[0] == 403
    good = form | {"token": token(page)}
    assert (await visitor.post(f"/me/{path}", good, **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
    seen = stored(sqlite_db)
    assert seen is not None and seen.own is not None
    assert (seen.own.places, seen.state) == (("17204",), "active")


async def test_no_page_row_or_header_holds_a_number(browse: Open, sqlite_db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    await join(visitor, sqlite_db)
    clock.advance(61)
    page = await open_me(visitor, sqlite_db)
    await visitor.post("/me/save", {"l": "en", "token": token(page), "language": "vi", "p": "17205"})
    await visitor.get("/me/data.json")
    await visitor.get("/me/data.txt")
    await visitor.get("/metrics")
    for held in forms():
        assert not [page for page in visitor.pages if held in page], held


async def test_every_page_is_small_strict_and_not_kept(browse: Open, sqlite_db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, sqlite_db, clock, real=True)
    await join(visitor, sqlite_db)
    clock.advance(61)
    await open_me(visitor, sqlite_db)
    for tag in ("my", "km", "ne", "ja-Hira", "en"):
        state = f"/join?l={tag}"
        paths = ["/join", state, f"{state}&find=1&in=01", f"{state}&find=1&q=a", f"{state}&p=17204"]
        paths += [f"{state}&p=17204&o=1", f"/join/code?l={tag}&t=x", f"/join/done?l={tag}"]
        paths += [f"/me{path}?l={tag}" for path in ("", "/place", "/leave", "/code")]
        for path in paths:
            status, page = await visitor.get(path)
            assert status == 200, path
            assert len(page.encode()) < 50_000, path
            assert "<script" not in page
            assert "style=" not in page
            assert "form-action 'self'" in visitor.headers["Content-Security-Policy"]
            assert visitor.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"l": "xx"},
        {"l": "en", "p": "99999"},
        {"l": "en", "p": "17204" * 5000},
        {"l": "en", "p": "17204", "lv": "L9", "le": "maybe", "m": "'; DROP TABLE", "phone": "<script>"},
        {"l": "\ud83d".encode("utf-8", "replace").decode(), "p": "\x00", "phone": "\x00"},
        {"t": "\x00", "code": "000000"},
    ],
)
@pytest.mark.parametrize("path", ["/join", "/join/code", "/join/again", "/me", "/me/code", "/me/again", "/me/save"])
async def test_hostile_forms_are_answered_calmly(
    browse: Open, sqlite_db: Database, clock: FakeClock, path: str, form: dict[str, str]
) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    status, page = await visitor.post(path, form)
    assert status in (200, 400, 403)
    assert "<script>" not in page
    assert texts(sqlite_db) == []
    for body, kind in ((b"\xff\xfe\x00", "application/x-www-form-urlencoded"), (b"{}", "application/json")):
        answer = await visitor.client.post(path, data=body, headers={"Content-Type": kind})
        assert answer.status in (200, 400, 403)


@pytest.mark.parametrize("phone", ["長" * 10_000, "\x00" * 50, "\x1b[31m", "x&" * 500])
async def test_what_was_chosen_is_kept_whatever_is_typed_for_a_number(
    browse: Open, sqlite_db: Database, clock: FakeClock, phone: str
) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    status, page = await visitor.post("/join", {"l": "vi", "p": "17204", "phone": phone})
    assert status == 400
    assert 'name="p" value="17204"' in page
    assert 'name="l" value="vi"' in page


async def test_a_thousand_register_at_once(browse: Open, sqlite_db: Database, clock: FakeClock) -> None:
    visitor = await visit(browse, sqlite_db, clock)
    gate = asyncio.Semaphore(100)

    async def one(index: int) -> int:
        async with gate:
            asked = await visitor.ask(index)
            code = await asyncio.to_thread(code_of, sqlite_db, index)
            return (await visitor.enter(asked, code))[0]

    done = await asyncio.gather(*(one(index) for index in range(1000)))
    assert set(done) == {200}
    people = sqlite_db.read_sync(lambda c: c.execute("SELECT count(*) AS n FROM registrations")[0].integer("n"))
    assert people == 1000


TABLE = places.load()
KNOWN = Known(places=TABLE, languages=frozenset(catalogue.load().names))


@given(st.dictionaries(st.sampled_from(["l", "m", "p", "lv", "le", "x"]), st.text(max_size=60)))
def test_whatever_is_given_answers_are_whole(values: dict[str, str]) -> None:
    found = answers.read(values, KNOWN)
    assert found.language in KNOWN.languages | {""}
    assert all(TABLE.place(code) for code in found.places)
    assert len(found.places) <= 4
    assert found.min_level in ("L3", "L4")


@given(
    st.sampled_from(sorted(KNOWN.languages)),
    st.lists(st.sampled_from([place.code for place in TABLE.all()]), min_size=1, max_size=4, unique=True),
    st.sampled_from(["L3", "L4"]),
    st.booleans(),
)
def test_answers_survive_every_way_of_carrying_them(language: str, codes: list[str], level: str, lessons: bool) -> None:
    from urllib.parse import parse_qsl, urlsplit

    one = Answers(language=language, places=tuple(codes), min_level=level, lessons=lessons)
    assert answers.read(one.to_json(), KNOWN) == one
    assert answers.read(dict(parse_qsl(urlsplit(one.href()).query)), KNOWN) == one


@given(st.text(max_size=80))
def test_digits_never_fall(text: str) -> None:
    assert re.fullmatch(r"[0-9]*", door.digits(text))
