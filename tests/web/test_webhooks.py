"""Status callbacks over a real socket: signed ones are taken, everything else is refused and changes nothing."""

import asyncio
import random
from dataclasses import replace

import pytest

from delivery import outbox, outcomes
from delivery.outcomes import Answered
from delivery.receiving import Receiver
from delivery.transport import Accepted, Unknown
from delivery.twilio.callbacks import Signature
from storage.errors import StorageUnavailable
from tests.delivery.builders import WAJIMA, a_person, a_service, set_state
from tests.delivery.fake_twilio import TOKEN, sign
from tests.web.states import a_state
from web.webhooks import Webhooks

PUBLIC = "https://sms.example.jp/tomoshibi"
PATH = "/webhooks/twilio/status"


def form(sid="SM1", status="delivered", **more):
    return {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "To": "+819000000001", **more}


@pytest.fixture
async def post(browse, sqlite_db, clock):
    """Posts a form as the provider does: signed for the public address, which is not where we listen."""
    webhooks = Webhooks(
        signature=Signature(token=TOKEN, public_url=f"{PUBLIC}/"),
        take_receipts=Receiver(db=sqlite_db, gather=0).take,
        clock=clock,
    )
    client = await browse(replace(a_state(sqlite_db, clock), webhooks=webhooks, real=True))

    async def post(fields, query="", signature=None, body=None):
        given = sign(f"{PUBLIC}{PATH}{query}", fields) if signature is None else signature
        headers = {"X-Twilio-Signature": given} if given else {}
        answer = await client.post(f"{PATH}{query}", data=fields if body is None else body, headers=headers)
        return answer.status

    return post


def queue(db, clock, people=1):
    service = a_service(db, clock)
    for index in range(people):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()
    return service


def answered(db, clock, *outcomes_of):
    texts = db.write_sync(outbox.claim, clock(), 400).texts
    answers = [
        Answered(message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=outcome, at=clock())
        for text, outcome in zip(texts, outcomes_of, strict=True)
    ]
    db.write_sync(outcomes.record, answers)
    return [text.message_id for text in texts]


def kept(db):
    return db.read_sync(lambda c: c.execute("SELECT count(*) AS n FROM receipts"))[0].integer("n")


async def test_a_signed_callback_moves_its_message(sqlite_db, clock, post):
    service = queue(sqlite_db, clock)
    answered(sqlite_db, clock, Accepted(provider_id="SM1"))
    assert await post(form(), "?message=1&attempt=1") == 204
    assert service.states() == ["delivered"]


@pytest.mark.parametrize(
    "signature",
    ["", "no", "é", "x" * 5000, sign(f"{PUBLIC}{PATH}", form(status="sent")), sign(f"http://127.0.0.1{PATH}", form())],
    ids=["none", "short", "not ascii", "long", "of another form", "of our own address"],
)
async def test_what_is_not_signed_for_our_address_is_refused(sqlite_db, clock, post, signature):
    service = queue(sqlite_db, clock)
    answered(sqlite_db, clock, Accepted(provider_id="SM1"))
    assert await post(form(), signature=signature) == 403
    assert (service.states(), kept(sqlite_db)) == (["accepted"], 0)


async def test_a_signature_holds_for_its_query_only(post):
    signature = sign(f"{PUBLIC}{PATH}?message=1&attempt=1", form())
    assert await post(form(), "?message=2&attempt=1", signature=signature) == 403
    assert await post(form(), "?message=1&attempt=1", signature=signature) == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"\xff\xfe", 400), (b"MessageSid=%FF", 400), (b"a=1&" * 500, 400), (b"x" * 70_000, 413), (b"", 403)],
    ids=["bytes", "no text", "too many fields", "too long", "empty"],
)
async def test_no_body_makes_it_fall(post, body, status):
    assert await post({}, signature="x", body=body) == status


async def test_callbacks_in_any_order_and_doubled_end_the_same(sqlite_db, clock, post):
    service = queue(sqlite_db, clock, people=6)
    ids = answered(sqlite_db, clock, *(Accepted(provider_id=f"SM{index}") for index in range(6)))
    calls = [
        (form(f"SM{index}", status), f"?message={identity}&attempt=1")
        for index, identity in enumerate(ids)
        for status in ("queued", "sending", "sent", "delivered", "sent", "undelivered", "failed")
    ]
    random.Random(3).shuffle(calls)
    assert set(await asyncio.gather(*(post(*call) for call in calls))) == {204}
    assert service.states() == ["delivered"] * 6


@pytest.mark.parametrize("status", ["received", "receiving", "no such word", ""])
async def test_words_that_are_not_about_a_text_of_ours_change_nothing(sqlite_db, post, status):
    assert await post(form(status=status)) == 204
    assert kept(sqlite_db) == 0


@pytest.mark.parametrize("query", ["", "?message=999", "?message=-1", "?message=x&attempt=", f"?message={2**70}"])
async def test_unknown_messages_are_kept_and_move_nobody(sqlite_db, clock, post, query):
    service = queue(sqlite_db, clock)
    assert await post(form("SM9"), query) == 204
    assert (service.states(), kept(sqlite_db)) == (["queued"], 1)


async def test_a_callback_settles_what_was_unknown(sqlite_db, clock, post):
    service = queue(sqlite_db, clock)
    (identity,) = answered(sqlite_db, clock, Unknown(code="timeout"))
    assert await post(form("SM7", "queued"), f"?message={identity}&attempt=1") == 204
    assert service.states() == ["accepted"]


async def test_a_callback_keeps_a_text_from_being_sent_again(sqlite_db, clock, post):
    """The list lagged longer than we waited: the text is queued again when the word of its first attempt comes."""
    service = queue(sqlite_db, clock)
    (identity,) = answered(sqlite_db, clock, Unknown(code="timeout"))
    sqlite_db.write_sync(lambda c: c.execute("UPDATE messages SET state = 'queued'"))
    assert await post(form("SM7", "sent"), f"?message={identity}&attempt=2") == 204
    assert service.states() == ["queued"]
    assert await post(form("SM8", "undelivered"), f"?message={identity}&attempt=1") == 204
    assert service.states() == ["queued"]
    assert await post(form("SM8", "sent"), f"?message={identity}&attempt=1") == 204
    assert service.states() == ["sent"]
    assert sqlite_db.write_sync(outbox.claim, clock(), 10).texts == ()


async def test_what_cannot_be_kept_is_not_answered_as_if_it_were(browse, sqlite_db, clock):
    async def away(arrived):
        raise StorageUnavailable("the disk is full")

    webhooks = Webhooks(signature=Signature(token=TOKEN, public_url=PUBLIC), take_receipts=away, clock=clock)
    client = await browse(replace(a_state(sqlite_db, clock), webhooks=webhooks, real=True))
    headers = {"X-Twilio-Signature": sign(f"{PUBLIC}{PATH}", form())}
    assert (await client.post(PATH, data=form(), headers=headers)).status == 503


@pytest.mark.parametrize(("token", "public"), [("", PUBLIC), (TOKEN, "")])
async def test_without_token_or_public_address_nothing_is_believed(browse, sqlite_db, clock, token, public):
    async def take(arrived):
        raise AssertionError("taken")

    webhooks = Webhooks(signature=Signature(token=token, public_url=public), take_receipts=take, clock=clock)
    client = await browse(replace(a_state(sqlite_db, clock), webhooks=webhooks, real=True))
    headers = {"X-Twilio-Signature": sign(f"{public}{PATH}", form(), token or "x")}
    assert (await client.post(PATH, data=form(), headers=headers)).status == 403


async def test_with_the_simulated_network_there_is_no_such_page(browse, sqlite_db, clock):
    client = await browse(a_state(sqlite_db, clock))
    assert (await client.post(PATH, data=form())).status == 404


async def test_many_at_once_are_recorded_together(sqlite_db, clock, post):
    service = queue(sqlite_db, clock, people=200)
    ids = answered(sqlite_db, clock, *(Accepted(provider_id=f"SM{index}") for index in range(200)))
    calls = [post(form(f"SM{index}"), f"?message={identity}&attempt=1") for index, identity in enumerate(ids)]
    assert set(await asyncio.gather(*calls)) == {204}
    assert service.states() == ["delivered"] * 200
