"""Inbound texts over a real socket: signed ones are taken once, the others change nothing."""

import asyncio
from dataclasses import replace

import pytest

from delivery.twilio.callbacks import Signature
from delivery.twoway.inbox import Inbox
from storage.errors import StorageUnavailable
from tests.delivery.fake_twilio import TOKEN, sign
from tests.delivery.test_replies import DESK, Phones, number, service
from tests.web.states import a_state
from web.webhooks import Webhooks

PUBLIC = "https://sms.example.jp/tomoshibi"
PATH = "/webhooks/twilio/inbound"


async def nothing(arrived):
    raise AssertionError("taken")


@pytest.fixture
async def open_inbox(browse, sqlite_db, clock):
    """Posts texts as the provider does, to a given inbox or the real one."""

    async def start(inbox=None):
        inbox = inbox or Inbox(db=sqlite_db, desk=DESK, gather=0)
        webhooks = Webhooks(
            signature=Signature(token=TOKEN, public_url=PUBLIC), take_receipts=nothing, inbox=inbox, clock=clock
        )
        client = await browse(replace(a_state(sqlite_db, clock), webhooks=webhooks, real=True))

        async def post(body, sid="SM1", signature=None, sender=None, **more):
            form = {"MessageSid": sid, "From": sender or number(), "To": "+815000000000", "Body": body, **more}
            given = sign(f"{PUBLIC}{PATH}", form) if signature is None else signature
            answer = await client.post(PATH, data=form, headers={"X-Twilio-Signature": given} if given else {})
            return answer.status, await answer.text()

        return post

    return start


@pytest.fixture
def phones(sqlite_db, clock):
    made = Phones(db=sqlite_db, clock=clock)
    made.register((1, "en", ""))
    return made


EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


async def test_a_signed_text_is_answered_once(open_inbox, phones):
    post = await open_inbox()
    assert await post("LANG ja") == (200, EMPTY)
    assert await post("LANG ja") == (200, EMPTY)
    assert phones.answers() == [service("language_changed", "ja")]


async def test_a_stop_is_answered_with_the_request(open_inbox, phones):
    post = await open_inbox()
    status, said = await post("やめて")
    assert (status, f"<Message>{service('stopped')}</Message>" in said) == (200, True)
    assert await post("やめて") == (200, EMPTY)
    assert phones.known().state == "stopped"


@pytest.mark.parametrize(
    ("body", "more"), [("stop", {}), ("STOP", {"OptOutType": "STOP"}), ("END", {"OptOutType": "STOP"})]
)
async def test_where_the_provider_answers_we_do_not(open_inbox, phones, body, more):
    post = await open_inbox()
    assert await post(body, **more) == (200, EMPTY)
    assert (phones.known().state, phones.answers()) == ("stopped", [])


@pytest.mark.parametrize(
    "signature", ["", "no", sign(f"{PUBLIC}{PATH}", {"Body": "STOP"})], ids=["none", "no", "other"]
)
async def test_what_is_not_signed_changes_nothing(open_inbox, phones, signature):
    post = await open_inbox()
    assert (await post("STOP", signature=signature))[0] == 403
    assert phones.known().state == "active"


@pytest.mark.parametrize(
    "body", ["", "\x00", "<script>&", "🙏" * 800, "\ud83d".encode("utf-8", "replace").decode(), "a" * 1600]
)
async def test_no_text_makes_it_fall(open_inbox, phones, body):
    post = await open_inbox()
    assert await post(body) == (200, EMPTY)


@pytest.mark.parametrize("sid", ["", "\x00", "x" * 100, "a b"])
async def test_an_id_that_is_none_is_left_alone(open_inbox, phones, sid):
    post = await open_inbox()
    assert await post("STOP", sid=sid) == (200, EMPTY)
    assert phones.known().state == "active"


async def test_what_cannot_be_kept_is_brought_again(open_inbox, phones):
    class Away:
        async def take(self, text):
            raise StorageUnavailable("the disk is full")

    post = await open_inbox(Away())
    assert (await post("STOP"))[0] == 503


async def test_a_flood_is_taken_and_answered_little(open_inbox, phones):
    post = await open_inbox()
    done = await asyncio.gather(*(post("hello", sid=f"SM{index}") for index in range(400)))
    assert {status for status, _ in done} == {200}
    assert phones.answers() == [service("help")]
    assert phones.rows("SELECT count(*) AS n FROM inbound") == [(400,)]


async def test_without_two_way_there_is_no_such_page(browse, sqlite_db, clock):
    webhooks = Webhooks(signature=Signature(token=TOKEN, public_url=PUBLIC), take_receipts=nothing, clock=clock)
    client = await browse(replace(a_state(sqlite_db, clock), webhooks=webhooks, real=True))
    assert (await client.post(PATH, data={"MessageSid": "SM1"})).status == 404
