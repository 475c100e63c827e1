"""Sign-in, sessions, roles, and forms that come from elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from storage import audit
from storage.database import Database
from tests.conftest import FakeClock
from tests.web.conftest import Open
from tests.web.console.conftest import OURS, PASSWORD, Client, Enter, account
from tests.web.states import a_state
from web.accounts import store
from web.accounts.roles import Permission, Role
from web.console.gate import COOKIE, KNOWN, Gate
from web.console.same_origin import only
from web.console.visitor import Visitor

WAJIMA = (Role.COORDINATOR, "17204")


async def _post(client: Client, path: str, headers: dict[str, str] | None = None, **fields: str) -> Any:
    return await client.post(path, data=fields, headers=OURS if headers is None else headers, allow_redirects=False)


async def _sign_in(client: Client, name: str = "aoi", password: str = PASSWORD, **fields: str) -> Any:
    return await _post(client, "/console/sign-in", name=name, password=password, **fields)


async def test_before_the_first_account_the_console_is_read_only_and_says_how_to_begin(
    browse: Open, sqlite_db: Database
) -> None:
    client = await browse(a_state(sqlite_db))
    text = await (await client.get("/console?lang=en")).text()
    assert "Nobody has an account yet." in text
    assert "users add" in text
    assert (await _post(client, "/console/password", new=PASSWORD)).status == 403
    assert "users add" in await (await client.get("/console/sign-in?lang=en")).text()


async def test_with_an_account_every_page_asks_for_a_sign_in(browse: Open, db: Database) -> None:
    account(db, "aoi", WAJIMA)
    client = await browse(a_state(db))
    answer = await client.get("/console?x=1", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/console/sign-in?next=%2Fconsole%3Fx%3D1")
    assert (await client.get("/console/live")).status == 401
    assert (await client.get("/console/events")).status == 401


async def test_what_was_written_outlives_the_session(browse: Open, sqlite_db: Database) -> None:
    account(sqlite_db, "aoi", WAJIMA)
    client = await browse(a_state(sqlite_db))
    answer = await _post(client, "/console/write/notice?lang=en", area=WAJIMA, words_ja='水を"配ります"')
    text = await answer.text()
    assert (answer.status, "was NOT done" in text) == (401, True)
    assert '<input type="hidden" name="words_ja" value="水を&#34;配ります&#34;">' in text
    assert 'action="/console/write/notice?lang=en"' in text
    secret = await _post(client, "/console/password", old="a secret that nobody reads", new="x", again="x")
    assert (secret.status, secret.headers["Location"]) == (303, "/console/sign-in?next=%2Fconsole%2Fpassword")


async def test_name_and_password_open_a_session_and_sign_out_ends_it(browse: Open, db: Database) -> None:
    account(db, "aoi", WAJIMA)
    client = await browse(a_state(db))
    answer = await _sign_in(client, "Aoi", next="/console?lang=ja")
    assert (answer.status, answer.headers["Location"]) == (303, "/console?lang=ja")
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (
        True,
        "Strict",
        "/console",
        "",
    )
    assert "Signed in as aoi: Wajima" in await (await client.get("/console?lang=en")).text()
    assert (await client.get("/console/sign-in", allow_redirects=False)).headers["Location"] == "/console"
    out = await _post(client, "/console/sign-out")
    assert out.headers["Location"] == "/console/sign-in"
    client.session.cookie_jar.update_cookies({COOKIE: cookie.value})
    assert (await client.get("/console/live")).status == 401
    actions = [entry.action for entry in db.read_sync(audit.latest)]
    assert actions[:2] == ["signed out", "signed in"]


async def test_the_cookie_is_for_https_where_the_service_is(browse: Open, sqlite_db: Database) -> None:
    account(sqlite_db, "aoi", WAJIMA)
    client = await browse(a_state(sqlite_db, public_url="https://lamp.example"))
    assert (await _sign_in(client)).cookies[COOKIE]["secure"] is True


@pytest.mark.parametrize("name", ["aoi", "nobody", "", "' OR 1=1 --", "<script>"])
async def test_whatever_is_wrong_is_said_in_the_same_words(browse: Open, sqlite_db: Database, name: str) -> None:
    account(sqlite_db, "aoi", WAJIMA)
    client = await browse(a_state(sqlite_db))
    answer = await _sign_in(client, name, "wrong words here")
    text = await answer.text()
    assert answer.status == 403
    assert "do not fit" in text
    assert "<script>" not in text
    assert COOKIE not in answer.cookies


async def test_five_wrong_passwords_let_an_account_rest(browse: Open, db: Database, clock: FakeClock) -> None:
    account(db, "aoi", WAJIMA)
    client = await browse(a_state(db, clock))
    for _ in range(5):
        assert (await _sign_in(client, password="wrong words here")).status == 403
    assert (await _sign_in(client)).status == 403
    clock.advance(15 * 60 + 1)
    assert (await _sign_in(client)).status == 303


async def test_somebody_who_guesses_shuts_out_themself_and_not_the_coordinator(
    browse: Open, sqlite_db: Database, clock: FakeClock
) -> None:
    account(sqlite_db, "aoi", WAJIMA)
    client = await browse(a_state(sqlite_db, clock, trust_forwarded_for=True))
    await _sign_in(client)
    ours = client.session.cookie_jar.filter_cookies(client.make_url("/console"))[KNOWN].value
    client.session.cookie_jar.clear()
    guesser = OURS | {"X-Forwarded-For": "203.0.113.1"}
    for _ in range(6):
        await _post(client, "/console/sign-in", guesser, name="aoi", password="wrong words here")
    found = sqlite_db.read_sync(store.find, "aoi")
    assert found is not None
    for _ in range(store.MAX_FAILURES):  # and many more from elsewhere
        sqlite_db.write_sync(store.refuse, found, clock())
    fields = {"name": "aoi", "password": PASSWORD}
    assert (await _post(client, "/console/sign-in", OURS | {"X-Forwarded-For": "198.51.100.9"}, **fields)).status == 403
    client.session.cookie_jar.update_cookies({KNOWN: ours})
    assert (await _post(client, "/console/sign-in", guesser, **fields)).status == 303
    assert {"account locked", "wrong passwords"} <= {entry.action for entry in sqlite_db.read_sync(audit.latest)}
    client.session.cookie_jar.clear()
    clock.advance(15 * 60 + 1)
    assert (await _post(client, "/console/sign-in", guesser, **fields)).status == 303


@pytest.mark.parametrize(
    "where", ["//evil.example", "https://evil.example", "/", "/console/../x\n", "/console/sign-in"]
)
async def test_it_leads_to_no_other_place(browse: Open, sqlite_db: Database, where: str) -> None:
    account(sqlite_db, "aoi", WAJIMA)
    client = await browse(a_state(sqlite_db))
    answer = await _sign_in(client, next=where)
    assert answer.headers["Location"] in ("/console", "/console/../x")


async def test_a_one_time_password_has_to_be_replaced(browse: Open, db: Database) -> None:
    account(db, "aoi", WAJIMA, once=True)
    client = await browse(a_state(db))
    assert (await _sign_in(client)).headers["Location"] == "/console/password"
    assert (await client.get("/console", allow_redirects=False)).headers["Location"] == "/console/password"
    for new, again, says in [
        ("short", "short", "Too short"),
        ("aoi" * 6, "aoi" * 6, "Too easy"),
        ("a lamp in the harbour", "a lamp in the harbor", "not the same"),
        (PASSWORD, PASSWORD, "the password you have now"),
    ]:
        answer = await _post(client, "/console/password?lang=en", new=new, again=again)
        assert answer.status == 400
        assert says in await answer.text()
    before = client.session.cookie_jar.filter_cookies(client.make_url("/console"))[COOKIE].value
    done = await _post(client, "/console/password", new="a lamp in the harbour", again="a lamp in the harbour")
    assert done.headers["Location"] == "/console?said=password"
    assert "is saved" in await (await client.get("/console?said=password&lang=en")).text()
    assert db.read_sync(store.session, before, a_state(db).clock()) is None
    assert (await _sign_in(client, password=PASSWORD)).status == 403
    assert (await _sign_in(client, password="a lamp in the harbour")).headers["Location"] == "/console"


async def test_later_the_present_password_is_asked_for(enter: Enter, sqlite_db: Database) -> None:
    client = await enter(sqlite_db, "aoi", WAJIMA)
    words = "a lamp in the harbour"
    wrong = await _post(client, "/console/password?lang=en", old="not this one at all", new=words, again=words)
    assert "present password is wrong" in await wrong.text()
    assert (await _post(client, "/console/password", old=PASSWORD, new=words, again=words)).status == 303


async def test_a_session_ends_when_nobody_uses_it_and_after_a_night_in_any_case(
    browse: Open, db: Database, clock: FakeClock
) -> None:
    account(db, "aoi", WAJIMA)
    client = await browse(a_state(db, clock))
    await _sign_in(client)
    clock.advance(store.IDLE.total_seconds() - 1)
    assert (await client.get("/console/live")).status == 200  # a page that looks by itself does not keep it alive
    clock.advance(2)
    assert (await client.get("/console/live")).status == 401
    await _sign_in(client)
    for _ in range(int(store.LONGEST / timedelta(hours=1))):
        assert (await client.get("/console", allow_redirects=False)).status == 200
        clock.advance(3600)
    clock.advance(1)
    assert (await client.get("/console", allow_redirects=False)).status == 303


async def test_a_made_up_day_that_jumps_ends_no_session(browse: Open, sqlite_db: Database, clock: FakeClock) -> None:
    account(sqlite_db, "aoi", WAJIMA)
    state = a_state(sqlite_db, clock, wall_clock=a_state(sqlite_db).clock)
    client = await browse(state)
    await _sign_in(client)
    clock.advance(86400)
    assert (await client.get("/console/live")).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
        ({"Origin": "https://lamp.example"}, 303),
        ({"Origin": "http://lamp.example:8080", "Host": "lamp.example:8080"}, 303),
    ],
)
async def test_a_form_of_another_site_changes_nothing(
    browse: Open, sqlite_db: Database, headers: dict[str, str], status: int
) -> None:
    account(sqlite_db, "aoi", WAJIMA)
    client = await browse(a_state(sqlite_db, public_url="https://lamp.example"))
    answer = await _post(client, "/console/sign-in", headers, name="aoi", password=PASSWORD)
    assert answer.status == status


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"name=%ff&password=x", "application/x-www-form-urlencoded"),
        (b"name=" + b"x" * 5000, "application/x-www-form-urlencoded"),
        (b"name=%00&password=x", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="name"; filename="x"\r\n\r\nx\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
    ],
)
async def test_what_is_no_form_is_refused(browse: Open, sqlite_db: Database, body: bytes, kind: str) -> None:
    account(sqlite_db, "aoi", WAJIMA)
    client = await browse(a_state(sqlite_db))
    answer = await client.post("/console/sign-in", data=body, headers=OURS | {"Content-Type": kind})
    assert answer.status in (400, 403)
    assert COOKIE not in answer.cookies


async def test_a_route_takes_whoever_has_one_of_its_permissions(browse: Open, sqlite_db: Database) -> None:
    """The gate as other pages use it."""
    account(sqlite_db, "aoi", (Role.COORDINATOR, "17204"), (Role.APPROVER, "17202"))
    account(sqlite_db, "rei", (Role.REGISTRAR, "17204"))
    state = a_state(sqlite_db)
    gate = Gate(state)

    async def show(request: web.Request, visitor: Visitor) -> web.Response:
        return web.json_response([visitor.name, visitor.municipalities, visitor.sees("17202")])

    app = web.Application(middlewares=[only("")])
    app.router.add_get("/console/submit", gate.page(show, Permission.SUBMIT))
    app.router.add_get("/console/either", gate.page(show, Permission.SUBMIT, Permission.APPROVE))
    client = await browse(state)
    await _sign_in(client)
    token = client.session.cookie_jar.filter_cookies(client.make_url("/console"))[COOKIE].value
    from aiohttp.test_utils import TestClient, TestServer

    async with TestClient(TestServer(app)) as other:
        other.session.cookie_jar.update_cookies({COOKIE: token})
        assert await (await other.get("/console/submit")).json() == ["aoi", ["17204"], False]
        assert await (await other.get("/console/either")).json() == ["aoi", ["17202", "17204"], True]
    await _sign_in(client, "rei")
    token = client.session.cookie_jar.filter_cookies(client.make_url("/console"))[COOKIE].value
    async with TestClient(TestServer(app)) as other:
        other.session.cookie_jar.update_cookies({COOKIE: token})
        answer = await other.get("/console/submit?lang=en")
        assert answer.status == 403
        assert "submit what is sent by hand" in await answer.text()


async def test_too_many_at_once_are_asked_to_wait(browse: Open, sqlite_db: Database, monkeypatch: Any) -> None:
    account(sqlite_db, "aoi", WAJIMA)
    monkeypatch.setattr("web.console.sign_in._WAITING", 0)
    client = await browse(a_state(sqlite_db))
    answer = await _sign_in(client)
    assert answer.status == 503
    assert "Too many people" in await answer.text()


async def test_the_language_stays(browse: Open, sqlite_db: Database) -> None:
    client = await browse(a_state(sqlite_db))
    await client.get("/console?lang=ja")
    assert "管理画面" in await (await client.get("/console")).text()
    assert "Set-Cookie" not in (await client.get("/?lang=ja")).headers
