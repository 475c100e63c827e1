"""Webhooks on both engines: signed, tried again, given up where people see it, once for each receiver."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from alerts import noticeboard, places
from delivery.bulletins.publishing import Publisher
from delivery.hooks import signature, store
from delivery.hooks.addresses import NOTHING, parse
from delivery.hooks.events import Type
from delivery.hooks.telling import AGAIN, HookTeller
from storage import times
from tests.delivery.bulletins.test_publishing import put

SECRET = signature.secret_of(b"a key for tests, of many bytes.....")
TABLE = places.load()


class Receiver:
    """A program that is told."""

    def __init__(self) -> None:
        self.heard: list[dict] = []
        self.ids: list[str] = []
        self.status = 204
        self.address = ""

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/hook", self.take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://{host}:{port}/hook"
        return runner

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert signature.is_signed(SECRET, request.headers, body, self.clock())
        self.ids.append(request.headers["webhook-id"])
        if self.status == 204:
            self.heard.append(json.loads(body))
        return web.Response(status=self.status, headers={"Location": "http://127.0.0.1:9/"})


@pytest.fixture
async def receiver(clock) -> AsyncIterator[Receiver]:
    found = Receiver()
    found.clock = clock
    runner = await found.start()
    yield found
    await runner.cleanup()


class Told:
    """A register that publishes and tells."""

    def __init__(self, db, clock) -> None:
        self.db, self.clock = db, clock
        self.publisher = Publisher(db=db, places=TABLE, clock=clock)
        self.teller = self.another()

    def another(self) -> HookTeller:
        return HookTeller(
            db=self.db,
            places=TABLE,
            clock=self.clock,
            secret=lambda hook: SECRET,
            public_url="https://t.example",
            private=parse(["127.0.0.1"]),
        )

    def hook(self, name: str, url: str, municipality: str = "") -> None:
        self.db.write_sync(
            store.add,
            name=name,
            url=url,
            municipality=municipality,
            salt="00112233445566778899",
            by="test",
            now=self.clock(),
        )

    async def state(self, **grades: str) -> None:
        self.clock.advance(1)
        await self.db.write(put, self.clock, **grades)
        await self.publisher.step()
        await self.teller.look()

    def broadcast(self, number: int, state: str, after: str = "L3") -> None:
        snapshot = json.dumps({"changes": {"17204": {"after": after}, "16201": {"after": after}}})
        now = times.to_text(self.clock())
        self.db.write_sync(
            lambda c: c.execute(
                "INSERT INTO broadcasts (id, origin, hazard, event, revision, decision, reason, state, priority,"
                " snapshot, seen_at, created_at, expires_at) VALUES (:id, 'alert', 'heavy_rain', '', 1, 'send', '',"
                " :state, 1, :snapshot, :now, :now, :now) ON CONFLICT (id) DO UPDATE SET state = excluded.state"
                " RETURNING id",
                {"id": number, "state": state, "snapshot": snapshot, "now": now},
            )
        )

    def states(self) -> list[str]:
        rows = self.db.read_sync(lambda c: c.execute("SELECT state FROM hook_deliveries ORDER BY id"))
        return [row.text("state") for row in rows]

    def notices(self) -> list[str]:
        return [one.notice.kind for one in self.db.read_sync(noticeboard.open_notices)]


@pytest.fixture
async def told(db, clock) -> AsyncIterator[Told]:
    found = Told(db, clock)
    await found.teller.look()
    yield found
    await found.teller.close()


async def test_an_alert_from_its_beginning_to_its_end(told, receiver) -> None:
    told.hook("city", receiver.address)
    await told.state(p17204="L3")
    await told.state(p17204="L4")
    await told.state(p17204="none")
    assert [one["type"] for one in receiver.heard] == ["alert.started", "alert.updated", "alert.ended"]
    first, _, last = receiver.heard
    assert first["data"]["places"] == {"17204": "L3"}
    assert first["data"]["cap"] == f"https://t.example/cap/{first['data']['identifier']}.xml"
    assert last["data"]["places"] == {"17204": "none"}
    assert last["data"]["references"][0] == first["data"]["identifier"]
    assert set(told.states()) == {"delivered"}


async def test_broadcasts_start_and_end_and_what_is_held_is_not_told(told, receiver) -> None:
    told.hook("city", receiver.address)
    for state in ("held", "planning", "sending", "complete", "complete"):
        told.broadcast(1, state)
        await told.teller.look()
    told.broadcast(2, "sending")
    await told.teller.look()
    told.broadcast(2, "withdrawn")
    await told.teller.look()
    told.broadcast(3, "withdrawn")
    await told.teller.look()
    heard = [(one["type"], one["data"]["id"]) for one in receiver.heard]
    assert heard == [
        ("broadcast.started", 1),
        ("broadcast.ended", 1),
        ("broadcast.started", 2),
        ("broadcast.cancelled", 2),
    ]
    assert "people" not in json.dumps(receiver.heard)


async def test_a_municipality_hears_of_its_own_places_only(told, receiver) -> None:
    told.hook("wajima", receiver.address, "17204")
    await told.state(p17204="L3", p17205="L4", p16201="L3")
    told.broadcast(1, "sending")
    await told.teller.look()
    assert [one["data"]["places"] for one in receiver.heard] == [{"17204": "L3"}, {"17204": "L3"}]


async def test_a_place_that_is_lifted_while_others_stay_hears_of_its_end(told, receiver) -> None:
    told.hook("wajima", receiver.address, "17204")
    await told.state(p17204="L3", p17205="L3")
    await told.state(p17204="none", p17205="L3")
    assert [one["data"]["places"] for one in receiver.heard] == [{"17204": "L3"}, {"17204": "none"}]


async def test_what_happened_before_is_not_told(told, receiver) -> None:
    await told.state(p17204="L3")
    told.broadcast(1, "sending")
    await told.teller.look()
    told.hook("city", receiver.address)
    await told.teller.look()
    assert receiver.heard == []


async def test_it_is_tried_again_with_the_same_id_and_given_up_where_people_see_it(told, receiver, clock) -> None:
    told.hook("city", receiver.address)
    receiver.status = 500
    await told.state(p17204="L3")
    for wait in AGAIN:
        await told.teller.look()
        clock.advance(wait.total_seconds())
        await told.teller.look()
    assert len(receiver.ids) == len(AGAIN) + 1
    assert len(set(receiver.ids)) == 1
    assert (told.states(), told.notices()) == (["given_up"], ["hook"])
    receiver.status = 204
    assert told.db.write_sync(store.enable, "city", "test", clock()) == 1
    await told.teller.look()
    assert [one["type"] for one in receiver.heard] == ["alert.started"]
    assert (told.states(), told.notices()) == (["delivered"], [])


async def test_a_redirect_is_no_success_and_is_not_followed(told, receiver) -> None:
    told.hook("city", receiver.address)
    receiver.status = 302
    await told.state(p17204="L3")
    assert told.states() == ["waiting"]
    assert len(receiver.ids) == 1


async def test_gone_means_gone(told, receiver) -> None:
    told.hook("city", receiver.address)
    receiver.status = 410
    await told.state(p17204="L3")
    await told.state(p17204="L4")
    [hook] = told.db.read_sync(store.hooks)
    assert (told.states(), hook.disabled_why) == (["given_up"], "the receiver answered 410 Gone")
    assert len(receiver.ids) == 1


async def test_who_does_not_answer_holds_up_nobody(told, receiver) -> None:
    told.hook("a-dead", "http://127.0.0.1:9/hook")
    told.hook("city", receiver.address)
    for number in range(6):
        await told.state(p17204=("L3", "L4")[number % 2])
    assert len(receiver.heard) == 6


async def test_a_process_that_dies_in_an_attempt_is_followed_by_another(told, receiver, clock) -> None:
    told.hook("city", receiver.address)
    clock.advance(1)
    await told.db.write(put, clock, p17204="L3")
    await told.publisher.step()
    await told.db.write(told.teller._write)
    found = await told.db.read(store.due, clock(), 10, 4)
    await told.db.write(store.begin, found, clock() + timedelta(seconds=30))
    another = told.another()
    await another.look()
    assert receiver.heard == []
    clock.advance(31)
    await another.look()
    await another.close()
    assert [one["type"] for one in receiver.heard] == ["alert.started"]


async def test_no_private_address_is_called_by_default(told, receiver, clock) -> None:
    told.hook("city", receiver.address.replace("http://", "https://"))
    told.teller.private = NOTHING
    await told.state(p17204="L3")
    rows = told.db.read_sync(lambda c: c.execute("SELECT answer FROM hook_deliveries"))
    assert "no public address" in rows[0].text("answer")
    assert receiver.ids == []


def test_types_are_those_of_the_page() -> None:
    assert {one.value for one in Type} == {
        "alert.started",
        "alert.updated",
        "alert.ended",
        "alert.cancelled",
        "broadcast.started",
        "broadcast.ended",
        "broadcast.cancelled",
        "ping",
    }
