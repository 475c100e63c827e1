"""Two municipalities on one service: no address of the console shows one what is the other's, live pages neither."""

import pytest

from alerts import noticeboard, places
from alerts.notices import Notice, NoticeKind
from alerts.vocabulary import Hazard
from cases import store as cases
from cases.case import Content
from delivery.owntexts import signing
from delivery.owntexts.texts import New, Purpose
from storage import audit
from storage.connection import Connection
from storage.database import Database
from tests.web import rows
from tests.web.console.conftest import Client, Enter
from web import own_queries, queries
from web.accounts.roles import Role
from web.console.cases import labels

WAJIMA, SUZU = "17204", "17205"
#: pages that keep their reader
_LIVE = ("/console/events", "/console/live/events")


def _of(db: Connection, place: str, mark: str) -> None:
    """What a municipality has of everything, each with a word by which it is known."""
    welcome = rows.a_broadcast(db, origin="welcome", hazard="", state="complete", reason=f"{mark} reason", form="")
    text = rows.a_text(db, welcome, text=f"{mark} welcome", text_key=f"{welcome}|welcome|en|c1|{mark}")
    rows.messages(db, welcome, text, {"delivered": 7}, place=place, kind="welcome", hazard="")
    notice = Notice(kind=NoticeKind.UNREACHABLE, subject=f"{place} x", text=f"{mark} notice", places=(place,))
    noticeboard.add(db, notice, rows.NOW)
    rows.insert(
        db,
        "campaign_lessons",
        campaign_id=rows.a_campaign(db, municipality=place, name=f"{mark} campaign"),
        lesson=f"{mark} lesson",
        place=place,
        number=0,
        due_at=rows.ago(-120),
        planned_for=rows.ago(-120),
        state="held",
        reason=f"{mark} held",
    )
    content = Content(
        hazard=Hazard.LANDSLIDE, happened_on=rows.NOW.date(), places=(place,), texts={"title": f"{mark} case"}
    )
    cases.insert(db, municipality=place, content=content, labels=labels.load(places.load()), now=rows.NOW)
    own = New(municipality=place, purpose=Purpose.NOTICE, title=f"{mark} own", source_language="en", source="Water.")
    signing.begin(db, own, "user:x", rows.NOW)
    audit.append(db, now=rows.NOW, actor=f"user:{mark}", action="corrected", subject="broadcast:1", municipality=place)


def _both(db: Connection) -> None:
    _of(db, WAJIMA, "WAJIMAMARK")
    _of(db, SUZU, "SUZUMARK")
    # Somebody who lives in Wajima and was registered by Suzu: one broadcast, two texts.
    shared = rows.a_broadcast(db, origin="welcome", hazard="", state="complete", reason="shared", form="")
    for place, mark, language in ((WAJIMA, "WAJIMAMARK", "vi"), (SUZU, "SUZUMARK", "en")):
        text = rows.a_text(db, shared, language, f"{mark} shared", text_key=f"{shared}|welcome|{language}|c1|{mark}")
        rows.messages(db, shared, text, {"delivered": 6}, place=place, kind="welcome", hazard="", language=language)
    rows.counted(db)


async def _texts(client: Client) -> dict[str, str]:
    """Every page that answers to GET, with every number that there may be."""
    assert client.app is not None
    found: dict[str, str] = {}
    routes = {one.resource.canonical for one in client.app.router.routes() if one.resource and one.method == "GET"}
    for route in sorted(one for one in routes if one.startswith("/console") and one not in _LIVE):
        numbers = range(1, 5) if "{" in route else (0,)
        for number in numbers:
            path = route.replace("{id}", str(number)).replace("{lesson}", "water").replace("{chapter}", "cases")
            path = path.replace("{kind}", "notice")
            found[path] = await (await client.get(f"{path}?lang=en")).text()
    async with client.get("/console/live/events?lang=en") as stream:
        hello, parts = [(await stream.content.readuntil(b"\n\n")).decode() for _ in range(2)]
        assert "event: hello" in hello
        found["/console/live/events"] = parts
    return found


@pytest.mark.parametrize(
    ("home", "own", "other"), [(WAJIMA, "WAJIMAMARK", "SUZUMARK"), (SUZU, "SUZUMARK", "WAJIMAMARK")]
)
async def test_no_page_shows_what_is_the_other_citys(
    enter: Enter, sqlite_db: Database, home: str, own: str, other: str
) -> None:
    sqlite_db.write_sync(_both)
    roles = (Role.COORDINATOR, Role.APPROVER, Role.ADMIN, Role.REGISTRAR)
    client = await enter(sqlite_db, "aoi", *((role, home) for role in roles))
    found = await _texts(client)
    assert {path: "" for path, text in found.items() if other in text} == {}
    seen = {path for path, text in found.items() if own in text}
    assert seen >= {
        "/console",
        "/console/live",
        "/console/live/events",
        "/console/broadcasts",
        "/console/broadcasts/3",
        "/console/notices",
        "/console/campaigns",
        "/console/cases",
        "/console/texts",
        "/console/audit",
    }
    for word in ("shared", "notice", "lesson", "held"):
        assert f"{own} {word}" in found["/console"]
    searched = await (await client.get(f"/console/broadcasts?words={other}")).text()
    assert "/console/broadcasts/3" not in searched


def test_rows_of_the_first_page_are_of_the_places_asked_for(db: Database) -> None:
    db.write_sync(_both)
    seen = db.read_sync(queries.snapshot, rows.NOW, frozenset({WAJIMA}))
    assert [one.text for one in seen.words.texts] == ["WAJIMAMARK shared"]
    assert [one.text for one in seen.notices] == ["WAJIMAMARK notice"]
    assert seen.open_notices == 1
    assert [one.lesson for one in seen.lessons] == ["WAJIMAMARK lesson"]
    assert db.read_sync(own_queries.words, frozenset({WAJIMA}), seen.broadcasts, seen.words) is seen.words
    whole = db.read_sync(queries.snapshot, rows.NOW)
    assert (len(whole.words.texts), whole.open_notices, len(whole.lessons)) == (2, 2, 2)
