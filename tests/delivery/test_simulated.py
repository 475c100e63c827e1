"""The simulated network: passes the contract of transports, and counts for itself."""

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from delivery.simulated import EVERYDAY, Profile, SimulatedNetwork
from delivery.transport import Accepted, OutgoingText, Receipt, Unknown
from tests.delivery import transport_contract as contract
from tests.delivery.builders import number

test_an_accepted_text_arrives_once_word_for_word = contract.test_an_accepted_text_arrives_once_word_for_word
test_provider_ids_are_never_used_twice = contract.test_provider_ids_are_never_used_twice
test_receipts_name_the_accepted_text = contract.test_receipts_name_the_accepted_text
test_refusals_are_told_apart_and_nothing_arrives = contract.test_refusals_are_told_apart_and_nothing_arrives
test_a_lost_answer_is_unknown = contract.test_a_lost_answer_is_an_unknown_outcome_that_can_be_looked_up
test_looking_up_minds_words_and_time = contract.test_looking_up_minds_words_and_time
test_looking_up_passes_over_other_texts = contract.test_looking_up_passes_over_other_texts_with_the_same_words

TEXT = contract.TEXT


def network(clock, **options):
    async def sleep(seconds: float) -> None:
        clock.advance(seconds)

    return SimulatedNetwork(clock=clock, sleep=sleep, **options)


@dataclass
class SimulatedEnds:
    """One network with a number of every kind."""

    transport: SimulatedNetwork
    receipts: list[Receipt] = field(default_factory=list)
    bad_number: str = number(101)
    opted_out: str = number(102)
    busy: str = number(103)
    silent_taken: str = number(104)
    silent_lost: str = number(105)

    async def settle(self) -> None:
        await self.transport.settle()

    def received(self, number):
        return self.transport.texts_of(number)


class _Scripted(SimulatedNetwork):
    """Named numbers behave in a named way, instead of by chance."""

    sure: dict[tuple[str, str], bool]

    def _happens(self, part: float, what: str, number: str, turn: int) -> bool:
        return self.sure.get((what, number), False)


@pytest.fixture
def ends(clock):
    made = SimulatedEnds(transport=_Scripted(clock=clock, unreachable=[number(101)], opted_out=[number(102)]))
    made.transport.sure = {
        ("retryable", made.busy): True,
        ("unknown", made.silent_taken): True,
        ("taken all the same", made.silent_taken): True,
        ("unknown", made.silent_lost): True,
    }

    async def keep(receipts):
        made.receipts.extend(receipts)

    made.transport.on_receipts = keep
    return made


def outgoing(index: int, text: str, *news: tuple[str, str]) -> OutgoingText:
    return OutgoingText(number=number(index), text=text, segments=2, validity_seconds=60, message_id=index, news=news)


async def test_the_same_state_twice_is_counted_and_a_new_one_is_not(clock):
    phones = network(clock)
    for words, state in (("a", "L4"), ("b", "L5"), ("c", "L4"), ("d", "L4"), ("e", "none"), ("f", "L4")):
        await phones.send(outgoing(1, words, ("landslide//17204", state)))
        await phones.settle()
    assert phones.totals().told_twice == 1


async def test_a_text_with_any_news_is_not_told_twice(clock):
    phones = network(clock)
    await phones.send(outgoing(1, "a", ("x//1", "L4")))
    await phones.send(outgoing(1, "b", ("x//1", "L4"), ("x//2", "L3")))
    await phones.send(outgoing(2, "c", ("x//1", "L4")))
    await phones.settle()
    assert phones.totals().told_twice == 0


async def test_the_same_words_twice_are_counted_even_without_news(clock):
    phones = network(clock)
    for _ in range(2):
        await phones.send(outgoing(1, "same"))
    await phones.settle()
    assert phones.totals().told_twice == 1


async def test_carriers_have_their_shares_and_totals_add_up(clock):
    phones = network(clock, seed=3, profile=replace(EVERYDAY, loss=0.1))
    for index in range(1500):
        await phones.send(outgoing(index, "hello"))
    await phones.settle()
    totals = phones.totals()
    assert totals.accepted + totals.refused == 1500
    assert totals.delivered + totals.lost == totals.accepted
    assert totals.segments == 2 * totals.accepted
    assert 0.05 < totals.lost / totals.accepted < 0.15
    shares = Counter(totals.by_carrier)
    assert 0.36 < shares["docomo"] / totals.delivered < 0.48
    assert 0.03 < shares["Rakuten"] / totals.delivered < 0.10
    assert sum(len(phone.texts) for phone in phones.phones()) == totals.delivered


async def test_the_same_seed_gives_the_same_network(clock):
    async def play(seed):
        phones = network(clock, seed=seed, profile=Profile(loss=0.3, unknown=0.3))
        kinds = [type(await phones.send(outgoing(index, "hello"))) for index in range(50)]
        await phones.settle()
        return kinds, [phone.number for phone in phones.phones()]

    assert await play(1) == await play(1)
    assert await play(1) != await play(2)
    assert set((await play(1))[0]) == {Accepted, Unknown}
