"""The console's page of open notices: an administrator closes one with a reason, nobody else does."""

from alerts import noticeboard
from alerts.notices import Notice, NoticeKind
from storage import audit
from storage.database import Database
from tests.web.console.conftest import OURS, Enter
from tests.web.rows import NOW
from web.accounts.roles import Role

PAGE = "/console/notices"
WAJIMA = "17204"


def a_notice(db: Database, kind: NoticeKind, text: str = "Look at +819000001234.") -> int:
    db.write_sync(noticeboard.add, Notice(kind=kind, subject="x", text=text), NOW)
    return max(one.id for one in db.read_sync(noticeboard.open_notices))


async def test_an_administrator_closes_a_notice_with_a_reason(enter: Enter, sqlite_db: Database) -> None:
    lost, blind = a_notice(sqlite_db, NoticeKind.NO_AREA), a_notice(sqlite_db, NoticeKind.BLIND)
    aoi = await enter(sqlite_db, "aoi", (Role.ADMIN, WAJIMA))
    for identity, why, status in ((lost, " ", 409), (blind, "gone", 409), (lost, "an exercise", 200), (lost, "x", 200)):
        answer = await aoi.post(f"{PAGE}/{identity}?lang=en", data={"why": why}, headers=OURS)
        assert answer.status == status
    assert [one.id for one in sqlite_db.read_sync(noticeboard.open_notices)] == [blind]
    [entry] = sqlite_db.read_sync(audit.chosen, "action = 'notice closed'", {}, limit=9)
    assert (entry.actor, entry.municipality, entry.details["why"]) == ("user:aoi", WAJIMA, "an exercise")


async def test_a_notice_is_said_in_the_language_of_the_page(enter: Enter, sqlite_db: Database) -> None:
    a_notice(sqlite_db, NoticeKind.TEXT, "New people are not welcomed, because no text could be made: x.")
    aoi = await enter(sqlite_db, "aoi", (Role.ADMIN, WAJIMA))
    seen = await (await aoi.get(f"{PAGE}?lang=ja")).text()
    assert "本文を作れず、新しい登録者に案内を送れません：x。" in seen and "New people" not in seen


async def test_others_see_and_close_nothing(enter: Enter, sqlite_db: Database) -> None:
    lost = a_notice(sqlite_db, NoticeKind.NO_AREA)
    bruno = await enter(sqlite_db, "bruno", (Role.COORDINATOR, WAJIMA))
    seen = await (await bruno.get(f"{PAGE}?lang=en")).text()
    assert "Look at" in seen and "0000001234" not in seen and "Close this notice" not in seen
    assert (await bruno.post(f"{PAGE}/{lost}", data={"why": "x"}, headers=OURS)).status == 403
    assert len(sqlite_db.read_sync(noticeboard.open_notices)) == 1
