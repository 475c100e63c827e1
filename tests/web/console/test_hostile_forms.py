"""Whatever is typed into whatever field of whatever form: no fault of ours, and nothing typed is lost."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlencode

from alerts import places
from storage.database import Database
from tests.web import night
from tests.web.conftest import Open
from tests.web.console.byhand_people import EVACUATION
from tests.web.console.conftest import OURS, PASSWORD, Client, account
from tests.web.console.test_campaigns import form as a_campaign
from tests.web.console.test_drills import FORM as A_DRILL
from tests.web.console.test_drills import OFFER
from tests.web.states import a_state
from web.accounts.roles import Role

WAJIMA = "17204"
#: what no field takes, and junk that the pages look at themselves
UNUSABLE = ("a\x00b", "\x1b[31mred", "%ED%A0%80", "\udc80", "\x00")
LONG = "長" * 10_000
JUNK = ("9" * 30, "-1", "<script>alert(1)</script>", "no-such", "\u202e\u2028", "")
SECRET = {"password", "old", "new", "again"}
A_TEXT = {"purpose": "notice", "m": WAJIMA, "language": "ja", "title": "水", "words": "輪島市で断水しています。"}
#: pages of one thing; the others are found from the list of routes
MORE = (
    "/console/write/evacuation", "/console/write/notice", "/console/waiting/1", "/console/waiting/holds/2",
    "/console/broadcasts/1", "/console/broadcasts/1/correct", "/console/cases/1", "/console/cases/1/edit",
    "/console/texts/1", "/console/campaigns/1", "/console/drills/1",
)  # fmt: skip


@dataclass(slots=True)
class Form:
    """A form of a page."""

    action: str
    method: str
    file: bool
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """The forms of a page with what is filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._inside = False
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action, method = given.get("action", ""), given.get("method", "get")
            self.found.append(Form(action=action, method=method, file="multipart" in given.get("enctype", "")))
            self._inside = True
        elif self._inside and given.get("name") and given.get("type") != "file" and tag != "meta":
            if given["name"] not in dict(self.found[-1].fields):
                self.found[-1].fields.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"


def forms_of(page: str) -> list[Form]:
    """All forms of a page."""
    parser = _Forms()
    parser.feed(page)
    return parser.found


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    """As a hostile program may write it: halves of pairs as three bytes, what is written in per cent as it is."""
    parts = []
    for name, value in pairs:
        raw = value if value.startswith("%ED") else urlencode({"": value}, errors="surrogatepass")[1:]
        parts.append(f"{urlencode({name: ''})[:-1]}={raw}")
    return "&".join(parts).encode()


async def send(client: Client, address: str, pairs: list[tuple[str, str]]) -> tuple[int, str]:
    """A form of ours; where it leads to is looked at too."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post(address, data=encoded(pairs), headers=OURS | kind, allow_redirects=True)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    return answer.status, await answer.text()


async def everything(browse: Open, db: Database) -> Client:
    """Somebody with every role, and something on every page."""
    db.write_sync(night.fill, places.load())
    account(db, "aoi", *((role, WAJIMA) for role in Role if role is not Role.SUPPORTER))
    client = await browse(a_state(db, drills=OFFER, live_seconds=5))
    await client.post("/console/sign-in", data={"name": "aoi", "password": PASSWORD}, headers=OURS)
    for path, made in (
        ("/console/write/evacuation", EVACUATION),
        ("/console/cases", {"do": "new"}),
        ("/console/texts", A_TEXT),
        ("/console/campaigns/plan", a_campaign(db, do="submit")),
        ("/console/drills", A_DRILL),
    ):  # fmt: skip
        await client.post(path, data=made, headers=OURS)
    return client


async def pages(client: Client) -> AsyncIterator[tuple[str, str]]:
    """Every page that can be opened."""
    assert client.server is not None
    app = client.server.app  # type: ignore[attr-defined]
    routes = {one.canonical for one in app.router.resources() if one.canonical.startswith("/console")}
    for path in (*sorted(one for one in routes if "{" not in one and "events" not in one), *MORE):
        answer = await client.get(path, allow_redirects=False)
        if answer.status == 200 and answer.content_type == "text/html":
            yield path, await answer.text()


async def all_forms(client: Client) -> list[tuple[str, Form]]:
    """One of each shape, whatever page it stands on."""
    found: dict[tuple[str, tuple[str, ...]], tuple[str, Form]] = {}
    async for path, page in pages(client):
        for one in forms_of(page):
            if "sign-out" not in one.action:
                shape = re.sub(r"\d+", "1", one.action or path), tuple(name for name, _ in one.fields)
                found.setdefault(shape, (path, one))
    return list(found.values())


def changed(fields: list[tuple[str, str]], name: str, value: str) -> list[tuple[str, str]]:
    """The form with one field typed anew."""
    return [(one, value if one == name else before) for one, before in fields]


async def test_no_field_of_any_form_loses_what_was_typed(browse: Open, sqlite_db: Database) -> None:
    client = await everything(browse, sqlite_db)
    forms = await all_forms(client)
    tried = [await unusable(client, path, one, number) for number, (path, one) in enumerate(forms)]
    assert sum(tried) > 80, tried
    for number, (path, one) in enumerate(forms):  # these may change something
        await junk(client, path, one, number)


async def unusable(client: Client, path: str, one: Form, number: int) -> int:
    """The form comes back with everything; how many fields it has."""
    if one.method != "post" or one.file:
        return 0
    fields = [(name, value or f"typed in {name}") for name, value in one.fields]
    for place, (name, _) in enumerate(fields):
        value = (*UNUSABLE, LONG)[(number + place) % (len(UNUSABLE) + 1)]
        status, page = await send(client, one.action or path, changed(fields, name, value))
        where = (path, one.action, name, value[:20], status)
        assert status == 422, where
        (again,) = [form for form in forms_of(page) if form.action == (one.action or path)]
        assert [field for field, _ in again.fields] == [field for field, _ in fields], where
        assert all(escape(typed) in page for other, typed in fields if other != name and other not in SECRET), where
        assert value is not LONG or LONG in page or name in SECRET, where
    return len(fields)


async def junk(client: Client, path: str, one: Form, number: int) -> None:
    """What a page looks at itself is no fault of ours."""
    for place, (name, _) in enumerate(one.fields):
        value = (*JUNK, *UNUSABLE, LONG[:400])[(number + place) % (len(JUNK) + len(UNUSABLE) + 1)]
        pairs = changed(one.fields, name, value)
        if one.method == "post":
            status, page = await send(client, one.action or path, pairs)
        else:
            answer = await client.get(f"{one.action or path}?{encoded(pairs).decode()}")
            status, page = answer.status, await answer.text()
        assert status < 500, (path, one.action, name, value)
        assert "<script>alert" not in page, (path, one.action, name, value)
