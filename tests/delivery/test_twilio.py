"""The transport to Twilio against a loopback Twilio: passes the contract of transports, and what only Twilio has."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from delivery.transport import (
    Accepted,
    BadNumber,
    CannotTell,
    Found,
    NotThere,
    OptedOut,
    OurFault,
    Receipt,
    Retryable,
    Throttled,
    Unknown,
)
from delivery.twilio import taxonomy
from delivery.twilio.callbacks import Signature
from delivery.twilio.transport import TwilioSettings, TwilioTransport
from tests.delivery import transport_contract as contract
from tests.delivery.builders import number
from tests.delivery.fake_twilio import ACCOUNT, SERVICE, TOKEN, FakeTwilio, Fault
from web.webhooks import Webhooks

test_an_accepted_text_arrives_once_word_for_word = contract.test_an_accepted_text_arrives_once_word_for_word
test_provider_ids_are_never_used_twice = contract.test_provider_ids_are_never_used_twice
test_receipts_name_the_accepted_text = contract.test_receipts_name_the_accepted_text
test_refusals_are_told_apart_and_nothing_arrives = contract.test_refusals_are_told_apart_and_nothing_arrives
test_a_lost_answer_is_unknown = contract.test_a_lost_answer_is_an_unknown_outcome_that_can_be_looked_up
test_looking_up_minds_words_and_time = contract.test_looking_up_minds_words_and_time
test_looking_up_passes_over_other_texts = contract.test_looking_up_passes_over_other_texts_with_the_same_words

TEXT = contract.TEXT
NOW = datetime(2026, 11, 23, tzinfo=UTC)
#: silence is given up soon; an answer on the loopback address is there long before
PATIENCE = aiohttp.ClientTimeout(total=1.0, connect=5, sock_connect=5)


def a_transport(provider, *, clock=lambda: NOW, sender=SERVICE, public_url="", base_url=""):
    settings = TwilioSettings(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        sender=sender,
        base_url=base_url or provider.base_url,
        public_url=public_url,
    )
    return TwilioTransport(settings, clock, timeout=PATIENCE)


@dataclass
class TwilioEnds:
    """The transport, the loopback Twilio, and our webhook between them."""

    transport: TwilioTransport
    provider: FakeTwilio
    receipts: list[Receipt] = field(default_factory=list)
    bad_number: str = number(101)
    opted_out: str = number(102)
    busy: str = number(103)
    silent_taken: str = number(104)
    silent_lost: str = number(105)

    async def settle(self):
        await self.provider.settle()

    def received(self, to):
        return self.provider.texts_of(to)


@pytest.fixture
async def provider():
    made = FakeTwilio()
    await made.start()
    yield made
    await made.stop()


SILENT = {
    "drop": (Fault.DROP_TAKEN, Fault.DROP_LOST),
    "hang": (Fault.HANG_TAKEN, Fault.HANG_LOST),
    "error": (Fault.ERROR_TAKEN, Fault.ERROR_LOST),
    "garbled": (Fault.GARBLED, Fault.ERROR_LOST),
}


@pytest.fixture(params=SILENT)
async def ends(request, provider):
    """Both ends, for each way in which an answer may be lost."""
    taken, lost = SILENT[request.param]
    receipts: list[Receipt] = []

    async def keep(arrived):
        receipts.extend(arrived)

    async def status(request):  # the signature needs the address, and the server its routes
        signature = Signature(token=TOKEN, public_url=public_url)
        return await Webhooks(signature=signature, take_receipts=keep, clock=lambda: NOW).status(request)

    app = web.Application()
    app.router.add_post("/webhooks/twilio/status", status)
    server = TestServer(app)
    await server.start_server()
    public_url = str(server.make_url("")).rstrip("/")
    made = TwilioEnds(transport=a_transport(provider, public_url=public_url), provider=provider, receipts=receipts)
    provider.callbacks = True
    provider.numbers = {
        made.bad_number: Fault.BAD_NUMBER,
        made.opted_out: Fault.OPTED_OUT,
        made.busy: Fault.BUSY,
        made.silent_taken: taken,
        made.silent_lost: lost,
    }
    yield made
    await made.transport.close()
    await provider.settle()
    await server.close()


@pytest.fixture
async def transport(provider):
    made = a_transport(provider)
    yield made
    await made.close()


# what is sent -------------------------------------------------------------------------------------


async def test_a_text_names_its_service_its_end_and_where_to_report(provider):
    transport = a_transport(provider, public_url="https://sms.example.jp/")
    await transport.send(replace(TEXT, message_id=12, attempt=3))
    (taken,) = provider.taken
    assert (taken.sender, taken.validity) == (SERVICE, 600)
    assert taken.callback == "https://sms.example.jp/webhooks/twilio/status?message=12&attempt=3"
    await transport.close()


async def test_without_a_public_address_nothing_is_to_be_reported(provider, transport):
    await transport.send(TEXT)
    assert provider.taken[0].callback == ""


async def test_a_text_may_come_from_another_sender(provider, transport):
    await transport.send(replace(TEXT, sender="+15005550006"))
    await transport.send(replace(TEXT, sender="TOMOSHIBI"))
    assert [one.sender for one in provider.taken] == ["+15005550006", "TOMOSHIBI"]


@pytest.mark.parametrize(("left", "asked"), [(0, 1), (1, 1), (36_000, 36_000), (90_000, 36_000)])
async def test_the_validity_period_stays_within_what_the_provider_takes(provider, transport, left, asked):
    assert isinstance(await transport.send(replace(TEXT, validity_seconds=left)), Accepted)
    assert provider.taken[0].validity == asked


@pytest.mark.parametrize("words", ["避難 & 津波=3m +5% 🌊", "a\nb", "ตอนนี้ ဒီ"])
async def test_words_arrive_as_they_are(provider, transport, words):
    await transport.send(replace(TEXT, text=words))
    assert provider.texts_of(TEXT.number) == [words]


async def test_no_fault_makes_a_second_post(provider, transport):
    for fault in Fault:
        provider.numbers = {TEXT.number: fault}
        before = sum(provider.hits.values())
        await transport.send(TEXT)
        assert sum(provider.hits.values()) == before + 1, fault


# what is answered ---------------------------------------------------------------------------------


@pytest.mark.parametrize("problems", [False, True], ids=["old", "rfc9457"])
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.BAD_NUMBER, BadNumber(code="21211")),
        (Fault.LANDLINE, BadNumber(code="21614")),
        (Fault.OPTED_OUT, OptedOut()),
        (Fault.BUSY, Retryable(code="14107", after=30.0)),
        (Fault.THROTTLED, Throttled(after=7.0)),
        (Fault.QUEUE_FULL, Throttled(after=60.0, sender="")),
        (Fault.NO_REGION, OurFault(code="21408")),
        (Fault.NO_CREDENTIALS, OurFault(code="20003")),
        (Fault.ERROR_LOST, Unknown(code="20500")),
    ],
)
async def test_errors_are_told_apart_in_both_formats(provider, transport, problems, fault, outcome):
    provider.problems = problems
    provider.numbers = {TEXT.number: fault}
    assert await transport.send(TEXT) == outcome


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("Mon, 23 Nov 2026 00:00:30 GMT", 30),
        ("", 1),
        ("soon", 1),
        ("-5", 0),
        ("nan", 1),
        ("86400", 300),
        ("Wed, 21 Oct 99999999999 07:28:00 GMT", 1),
    ],
)
async def test_retry_after_is_a_number_or_a_date(provider, transport, header, seconds):
    provider.numbers = {TEXT.number: Fault.THROTTLED}
    provider.retry_after = header
    assert await transport.send(TEXT) == Throttled(after=seconds)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, None, OurFault),
        (403, None, OurFault),
        (404, 20404, OurFault),
        (307, None, OurFault),
        (429, None, Throttled),
        (400, 63017, Throttled),
        (400, 21635, BadNumber),
        (408, None, Unknown),
        (500, None, Unknown),
        (502, None, Unknown),
        (503, 20503, Unknown),
        (504, None, Unknown),
    ],
)
def test_what_is_not_surely_refused_is_unknown(status, code, kind):
    assert isinstance(taxonomy.of_error(status, code, {}, NOW), kind)


async def test_without_a_connection_nothing_has_left(provider):
    transport = a_transport(provider, base_url="http://127.0.0.1:1")
    outcome = await transport.send(TEXT)
    assert isinstance(outcome, Retryable) and outcome.unreachable
    assert await transport.find(TEXT.number, TEXT.text, NOW) == CannotTell()
    assert "no answer" in await transport.reach()
    await transport.close()


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(21610, OptedOut()), (30006, Retryable(code="30006", after=720)), (30034, OurFault(code="30034"))],
)
async def test_texts_that_fail_at_once_are_not_taken_for_accepted(provider, transport, monkeypatch, code, outcome):
    from tests.delivery import fake_twilio

    resource = fake_twilio._resource

    def failed(one, status):
        return {**resource(one, "failed"), "status": "failed", "error_code": code}

    monkeypatch.setattr(fake_twilio, "_resource", failed)
    assert await transport.send(TEXT) == outcome


# looking up ---------------------------------------------------------------------------------------


async def test_looking_up_reads_every_page(provider, transport):
    wanted = await transport.send(replace(TEXT, text="the first"))
    for index in range(250):
        await transport.send(replace(TEXT, text=f"text {index}"))
    found = await transport.find(TEXT.number, "the first", datetime.now(UTC) - timedelta(minutes=5))
    assert found == Found(provider_id=wanted.provider_id)
    assert await transport.find(TEXT.number, "never sent", datetime.now(UTC)) == NotThere()


async def test_a_list_that_lags_does_not_hold_the_text_yet(provider, transport):
    provider.list_lag = 60
    await transport.send(TEXT)
    assert await transport.find(TEXT.number, TEXT.text, NOW) == NotThere()
    provider.list_lag = 0
    assert isinstance(await transport.find(TEXT.number, TEXT.text, datetime.now(UTC)), Found)


async def test_a_trial_account_puts_a_sentence_before_the_text(provider, transport):
    sent = await transport.send(replace(TEXT, text=f"Sent from your trial account - {TEXT.text}"))
    found = await transport.find(TEXT.number, TEXT.text, datetime.now(UTC))
    assert found == Found(provider_id=sent.provider_id)


async def test_an_older_text_of_the_same_words_is_another_one(provider, transport):
    provider.clock = lambda: (datetime.now(UTC) - timedelta(minutes=10)).timestamp()
    await transport.send(TEXT)
    assert await transport.find(TEXT.number, TEXT.text, datetime.now(UTC)) == NotThere()


# reaching it --------------------------------------------------------------------------------------


async def test_reaching_the_provider_sends_nothing(provider, transport):
    assert await transport.reach() == ""
    assert provider.taken == []


async def test_wrong_credentials_are_said(provider):
    settings = TwilioSettings(account_sid=ACCOUNT, auth_token="wrong", sender=SERVICE, base_url=provider.base_url)
    transport = TwilioTransport(settings, lambda: NOW)
    assert await transport.reach() == "it answers 401, code 20003"
    await transport.close()


async def test_the_environment_of_the_library_redirects_nothing(provider, monkeypatch):
    for name in ("TWILIO_EDGE", "TWILIO_REGION", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        monkeypatch.setenv(name, "elsewhere")
    transport = a_transport(provider)
    assert isinstance(await transport.send(TEXT), Accepted)
    await transport.close()
