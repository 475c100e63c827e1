"""Two people of Wajima and one of Suzu, and residents who get what they send."""

import re
from datetime import date

from aiohttp.test_utils import TestClient

from campaigns import copies, store
from campaigns import due as lessons_due
from delivery.byhand import applying, calling, submissions
from storage.database import Database
from tests.campaigns.planning import a_plan, desk, planned
from tests.delivery.builders import SUZU, WAJIMA, a_person
from tests.web.conftest import Open
from tests.web.console.conftest import OURS, PASSWORD, account
from tests.web.states import a_state
from web.accounts.roles import Role
from web.state import WebState

EVACUATION = {"grade": "order", "area": WAJIMA, "expected": "10", "step": "submit"}
WATER = {
    "topic": "water_station",
    "area": WAJIMA,
    "expected": "10",
    "spot_ja": "第3小学校",
    "spot_kana": "だい3 しょうがっこう",
    "spot_latin": "Elementary School 3",
    "step": "submit",
}


class Hall:
    """A city hall at night: everybody in a browser of their own, on one service."""

    def __init__(self, db: Database, browse: Open, clock) -> None:
        self.db, self.browse, self.clock = db, browse, clock
        self.state: WebState = a_state(db, clock)
        account(db, "aoi", (Role.COORDINATOR, WAJIMA))
        account(db, "bruno", (Role.APPROVER, WAJIMA))
        account(db, "both", (Role.APPROVER, WAJIMA), (Role.COORDINATOR, WAJIMA))
        account(db, "far", (Role.APPROVER, SUZU), (Role.COORDINATOR, SUZU))
        for index, language in enumerate(("vi", "en", "my")):
            a_person(db, index, WAJIMA, language=language)

    async def enter(self, name: str) -> TestClient:
        client = await self.browse(self.state)
        await client.post("/console/sign-in", data={"name": name, "password": PASSWORD}, headers=OURS)
        return client

    def apply(self) -> None:
        """The deciding agent and the watch have a turn."""
        self.db.write_sync(calling.watch, self.clock())
        for one in self.db.read_sync(submissions.approved):
            self.db.write_sync(applying.apply, one, self.state.places, self.clock())


async def post(client, path: str, **fields: object):
    """What a form of ours sends."""
    return await client.post(path, data=fields, headers=OURS)


async def page(client, path: str) -> str:
    """A page in English."""
    mark = "&" if "?" in path else "?"
    answer = await client.get(f"{path}{mark}lang=en")
    text = await answer.text()
    assert answer.status == 200, text
    return text


async def submitted(client, kind: str = "evacuation", **fields: object) -> int:
    """The first signature by the form; the id."""
    whole = {**EVACUATION, **fields} if kind == "evacuation" else fields
    answer = await post(client, f"/console/write/{kind}", **whole)
    found = re.fullmatch(r"/console/waiting/(\d+)", answer.url.path)
    assert found, await answer.text()
    return int(found[1])


def a_lesson(hall: Hall) -> int:
    """A lesson that three people of Wajima have got; its broadcast."""
    planned(hall.db, a_plan(start=date(2026, 11, 23)), hall.clock())
    [one] = hall.db.read_sync(lambda c: c.execute("SELECT * FROM campaign_lessons"))
    due = hall.db.read_sync(lessons_due.find, one.integer("id"))

    def begin(c):
        made = copies.open_broadcast(c, due, store.find(c, due.campaign_id), hall.clock(), gently=False)
        begun = lessons_due.find(c, due.id)
        while copies.queue_chunk(c, begun, store.find(c, due.campaign_id), desk().teller, 4, hall.clock()):
            pass
        c.execute("UPDATE messages SET state = 'delivered'")
        return made

    return hall.db.write_sync(begin)
