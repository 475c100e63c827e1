"""A phone network inside the process: carriers, loss, delay, receipts. No SMS leaves this machine.

It keeps its own count of what every phone received and knows nothing of our tables, so that it can bear
witness against them. Chance comes from the seed and the number alone: the same run gives the same network.
"""

import asyncio
import heapq
import secrets
import zlib
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from delivery.states import MessageState
from delivery.transport import (
    Accepted,
    BadNumber,
    CannotTell,
    Found,
    Lookup,
    NotThere,
    OptedOut,
    Outcome,
    OutgoingText,
    Receipt,
    ReceiptSink,
    Retryable,
    Unknown,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """One mobile network of the pretended country."""

    name: str
    #: part of all numbers
    share: float


CARRIERS = (
    Carrier(name="docomo", share=0.42),
    Carrier(name="KDDI", share=0.30),
    Carrier(name="SoftBank", share=0.22),
    Carrier(name="Rakuten", share=0.06),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How well the network behaves. Parts between 0 and 1, times in seconds."""

    #: texts that are lost on the way, with a receipt that says so
    loss: float = 0.0
    #: numbers that no longer exist
    unreachable: float = 0.0
    #: people who have opted out at the provider
    opted_out: float = 0.0
    #: answers that ask to try again
    retryable: float = 0.0
    #: answers that never arrive; half of those texts are taken all the same
    unknown: float = 0.0
    #: until the provider answers
    latency: tuple[float, float] = (0.0, 0.0)
    #: until the phone has it
    delivery: tuple[float, float] = (0.0, 0.0)


#: a network on a normal day
EVERYDAY = Profile(loss=0.01, unreachable=0.005, retryable=0.002, latency=(0.01, 0.06), delivery=(0.2, 1.5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A text as a phone shows it."""

    at: datetime
    text: str
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone with all texts it has received, in order."""

    number: str
    carrier: str
    texts: tuple[Received, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the network counted."""

    accepted: int
    delivered: int
    lost: int
    refused: int
    #: segments of what was accepted
    segments: int
    by_carrier: dict[str, int]
    #: texts that told a phone nothing it did not already show
    told_twice: int


@dataclass(order=True, slots=True)
class _Parcel:
    due: datetime
    order: int
    provider_id: str = field(compare=False)
    text: OutgoingText = field(compare=False)
    lost: bool = field(compare=False)


class SimulatedNetwork:
    """A transport whose other end are pretended phones. Receipts go to `on_receipts`."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        seed: int = 0,
        profile: Profile | None = None,
        on_receipts: ReceiptSink | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        unreachable: Collection[str] = (),
        opted_out: Collection[str] = (),
    ) -> None:
        """`unreachable` and `opted_out` name numbers for certain, besides the parts of the profile."""
        self._clock = clock
        # a provider never gives an id twice, and the database outlives this network
        self._run = secrets.token_hex(4)
        self._seed = seed
        self._profile = profile or Profile()
        self.on_receipts = on_receipts
        self._sleep = sleep
        self._unreachable = frozenset(unreachable)
        self._opted_out = set(opted_out)
        self._sendings: Counter[str] = Counter()
        self._taken: dict[str, list[tuple[str, str, datetime]]] = defaultdict(list)
        self._phones: dict[str, list[Received]] = defaultdict(list)
        self._shown: dict[tuple[str, str], str] = {}
        self._under_way: list[_Parcel] = []
        self._tally: Counter[str] = Counter()
        self._by_carrier: Counter[str] = Counter()
        self._carrying: asyncio.Task[None] | None = None

    async def send(self, text: OutgoingText) -> Outcome:
        """See `Transport`."""
        self._sendings[text.number] += 1
        turn = self._sendings[text.number]
        await self._pause(self._between(self._profile.latency, "latency", text.number, turn))
        refusal = self._refusal(text.number, turn)
        if refusal is not None:
            self._tally["refused"] += 1
            return refusal
        if self._happens(self._profile.unknown, "unknown", text.number, turn):
            if self._happens(0.5, "taken all the same", text.number, turn):
                self._take(text, turn)
            return Unknown(code="no answer")
        return Accepted(provider_id=self._take(text, turn))

    async def find(self, number: str, text: str, since: datetime, known: Collection[str] = ()) -> Lookup:
        """See `Transport`; this network's list never lags."""
        if not number:
            return CannotTell()
        for provider_id, body, at in reversed(self._taken[number]):
            if body == text and at >= since and provider_id not in known:
                return Found(provider_id=provider_id)
        return NotThere()

    async def settle(self) -> None:
        """Wait until everything under way has arrived and its receipts are delivered."""
        while self._carrying is not None and not self._carrying.done():
            await self._carrying

    def phones(self) -> list[Phone]:
        """Every phone that received a text."""
        return [
            Phone(number=number, carrier=self.carrier_of(number).name, texts=tuple(texts))
            for number, texts in sorted(self._phones.items())
        ]

    def texts_of(self, number: str) -> list[str]:
        """What one phone shows, in order."""
        return [received.text for received in self._phones.get(number, [])]

    def totals(self) -> Totals:
        """The network's own count so far."""
        return Totals(
            accepted=self._tally["accepted"],
            delivered=self._tally["delivered"],
            lost=self._tally["lost"],
            refused=self._tally["refused"],
            segments=self._tally["segments"],
            by_carrier=dict(self._by_carrier),
            told_twice=self._tally["told_twice"],
        )

    def carrier_of(self, number: str) -> Carrier:
        """Whose number it is."""
        point = self._chance("carrier", number, 0)
        for carrier in CARRIERS:
            point -= carrier.share
            if point < 0:
                return carrier
        return CARRIERS[-1]

    def _refusal(self, number: str, turn: int) -> Outcome | None:
        profile = self._profile
        if number in self._unreachable or self._happens(profile.unreachable, "unreachable", number, 0):
            return BadNumber(code="no such number")
        if number in self._opted_out or self._happens(profile.opted_out, "opted out", number, 0):
            return OptedOut()
        if self._happens(profile.retryable, "retryable", number, turn):
            return Retryable(code="busy", after=1.0)
        return None

    def _take(self, text: OutgoingText, turn: int) -> str:
        """The provider has it; it travels."""
        self._tally["accepted"] += 1
        self._tally["segments"] += text.segments
        provider_id = f"SIM{self._run}{self._tally['accepted']:08d}"
        now = self._clock()
        self._taken[text.number].append((provider_id, text.text, now))
        wait = self._between(self._profile.delivery, "delivery", text.number, turn)
        lost = self._happens(self._profile.loss, "loss", text.number, turn)
        due = now + timedelta(seconds=wait)
        parcel = _Parcel(due=due, order=self._tally["accepted"], provider_id=provider_id, text=text, lost=lost)
        heapq.heappush(self._under_way, parcel)
        if self._carrying is None or self._carrying.done():
            self._carrying = asyncio.get_running_loop().create_task(self._carry())
        return provider_id

    async def _carry(self) -> None:
        """Bring what is under way to the phones, each at its time; receipts in batches."""
        while self._under_way:
            wait = (self._under_way[0].due - self._clock()).total_seconds()
            await self._sleep(max(0.0, min(wait, 0.05)))
            now = self._clock()
            receipts: list[Receipt] = []
            while self._under_way and self._under_way[0].due <= now:
                receipts += self._arrive(heapq.heappop(self._under_way), now)
            if receipts and self.on_receipts is not None:
                await self.on_receipts(receipts)

    def _arrive(self, parcel: _Parcel, now: datetime) -> Sequence[Receipt]:
        """The phone shows it, or it is lost; the receipts about it."""

        def receipt(status: MessageState, code: str | None = None) -> Receipt:
            return Receipt(
                provider_id=parcel.provider_id,
                status=status,
                received_at=now,
                error_code=code,
                message_id=parcel.text.message_id,
            )

        if parcel.lost:
            self._tally["lost"] += 1
            return (receipt(MessageState.SENT), receipt(MessageState.UNDELIVERED, "lost"))
        self._tally["delivered"] += 1
        self._by_carrier[self.carrier_of(parcel.text.number).name] += 1
        self._show(parcel.text, now)
        return (receipt(MessageState.SENT), receipt(MessageState.DELIVERED))

    def _show(self, text: OutgoingText, now: datetime) -> None:
        """The phone shows the text; one that says of every place what the phone showed last tells it twice."""
        number, shown = text.number, self._shown
        nothing_new = bool(text.news) and all(shown.get((number, key)) == state for key, state in text.news)
        same_words = any(received.text == text.text for received in self._phones[number])
        self._tally["told_twice"] += nothing_new or same_words
        shown.update({(number, key): state for key, state in text.news})
        self._phones[number].append(Received(at=now, text=text.text, segments=text.segments))

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await self._sleep(seconds)

    def _between(self, limits: tuple[float, float], what: str, number: str, turn: int) -> float:
        low, high = limits
        return low if low == high else low + (high - low) * self._chance(what, number, turn)

    def _happens(self, part: float, what: str, number: str, turn: int) -> bool:
        return part > 0 and self._chance(what, number, turn) < part

    def _chance(self, what: str, number: str, turn: int) -> float:
        """Evenly between 0 and 1, always the same for the same question."""
        return zlib.crc32(f"{self._seed}|{what}|{number}|{turn}".encode()) / 2**32
