"""What every transport must do; a transport's tests take these in by importing them and giving `transport`.

`Ends` says what the other end of the transport does and what it received.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from delivery.transport import (
    Accepted,
    BadNumber,
    Found,
    NotThere,
    OptedOut,
    OutgoingText,
    Receipt,
    Retryable,
    Transport,
    Unknown,
)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TEXT = OutgoingText(number="+819000000001", text="LEVEL 4 landslide", segments=1, validity_seconds=600, message_id=7)


class Ends(Protocol):
    """The far end of a transport under test."""

    transport: Transport
    #: receipts the transport has delivered
    receipts: list[Receipt]
    #: numbers of these kinds, in E.164
    bad_number: str
    opted_out: str
    busy: str
    #: taken, but the answer never arrives
    silent_taken: str
    #: not taken, and no answer either
    silent_lost: str

    async def settle(self) -> None: ...

    def received(self, number: str) -> Sequence[str]: ...


async def test_an_accepted_text_arrives_once_word_for_word(ends: Ends) -> None:
    outcome = await ends.transport.send(TEXT)
    await ends.settle()
    assert isinstance(outcome, Accepted)
    assert ends.received(TEXT.number) == [TEXT.text]


async def test_provider_ids_are_never_used_twice(ends: Ends) -> None:
    outcomes = [await ends.transport.send(replace(TEXT, text=f"text {index}")) for index in range(5)]
    assert len({outcome.provider_id for outcome in outcomes if isinstance(outcome, Accepted)}) == 5


async def test_receipts_name_the_accepted_text(ends: Ends) -> None:
    outcome = await ends.transport.send(TEXT)
    await ends.settle()
    assert isinstance(outcome, Accepted)
    assert ends.receipts
    assert {receipt.provider_id for receipt in ends.receipts} == {outcome.provider_id}
    assert {receipt.message_id for receipt in ends.receipts} <= {TEXT.message_id, None}
    assert ends.receipts[-1].status == "delivered"


async def test_refusals_are_told_apart_and_nothing_arrives(ends: Ends) -> None:
    for number, kind in ((ends.bad_number, BadNumber), (ends.opted_out, OptedOut), (ends.busy, Retryable)):
        assert isinstance(await ends.transport.send(replace(TEXT, number=number)), kind)
        await ends.settle()
        assert ends.received(number) == []


async def test_a_lost_answer_is_an_unknown_outcome_that_can_be_looked_up(ends: Ends) -> None:
    for number, expected in ((ends.silent_taken, Found), (ends.silent_lost, NotThere)):
        assert isinstance(await ends.transport.send(replace(TEXT, number=number)), Unknown)
        await ends.settle()
        assert isinstance(await ends.transport.find(number, TEXT.text, LONG_AGO), expected)


async def test_looking_up_minds_words_and_time(ends: Ends) -> None:
    await ends.transport.send(TEXT)
    await ends.settle()
    assert isinstance(await ends.transport.find(TEXT.number, TEXT.text, LONG_AGO), Found)
    assert isinstance(await ends.transport.find(TEXT.number, "other words", LONG_AGO), NotThere)
    future = datetime(2100, 1, 1, tzinfo=UTC)
    assert isinstance(await ends.transport.find(TEXT.number, TEXT.text, future), NotThere)


async def test_looking_up_passes_over_other_texts_with_the_same_words(ends: Ends) -> None:
    first = await ends.transport.send(TEXT)
    assert isinstance(first, Accepted)
    known = {first.provider_id}
    assert isinstance(await ends.transport.find(TEXT.number, TEXT.text, LONG_AGO, known), NotThere)
    second = await ends.transport.send(TEXT)
    assert isinstance(second, Accepted)
    found = await ends.transport.find(TEXT.number, TEXT.text, LONG_AGO, known)
    assert found == Found(provider_id=second.provider_id)
