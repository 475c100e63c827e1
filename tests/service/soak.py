"""A long run under faults: telegram after telegram, a provider and a feed that fail by chance, a kill every minute.

What everybody should have been told is counted by who publishes, what they were told by the provider. Judging is pure.
"""

import asyncio
import itertools
import random
import signal
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psutil  # type: ignore[import-untyped]

from feeds.jma import compose
from feeds.jma.compose import Item
from tests.delivery import fake_twilio
from tests.feeds import fake_jma
from tests.service.fleet import Fleet
from tests.service.story import ISHIKAWA, RAIN, number

#: 2 % of all POSTs; a full queue stops its sender for a minute, and so is rare
PROVIDER: Mapping[fake_twilio.Fault, float] = {
    fake_twilio.Fault.ERROR_TAKEN: 0.002,
    fake_twilio.Fault.ERROR_LOST: 0.002,
    fake_twilio.Fault.HANG_TAKEN: 0.002,
    fake_twilio.Fault.HANG_LOST: 0.002,
    fake_twilio.Fault.DROP_TAKEN: 0.002,
    fake_twilio.Fault.DROP_LOST: 0.002,
    fake_twilio.Fault.GARBLED: 0.002,
    fake_twilio.Fault.THROTTLED: 0.0038,
    fake_twilio.Fault.BUSY: 0.002,
    fake_twilio.Fault.QUEUE_FULL: 0.0002,
}
#: 5 % of all requests
FEED: Mapping[fake_jma.Fault, float] = {
    fake_jma.Fault.ERROR_500: 0.01,
    fake_jma.Fault.TRUNCATED: 0.01,
    fake_jma.Fault.REFUSE: 0.01,
    fake_jma.Fault.STALE: 0.01,
    fake_jma.Fault.GARBAGE: 0.005,
    fake_jma.Fault.HANG: 0.005,
}
#: seconds until a text stands in the provider's list, and until it is looked for
LIST_LAG, LIST_SECONDS = 2.0, 3.0
#: seconds at work from which on a process must have what it needs
WARM = 60.0
_SAMPLE_EVERY = 2.0
#: samples whose median stands for the beginning, and for the end
_ENDS = 5
#: every so manieth kill is that of the process that decides
_LEADER_EACH = 3
#: municipalities of Ishikawa, a group each
_GROUPS = (
    "17201 17202 17203 17204 17205 17206 17207 17209 17210 17211 17212 17324 17361 17365 17384 17386 17407 17461 17463"
).split()
#: what comes one after the other everywhere; None ends it
_COURSE: Sequence[str | None] = ("L3", "L4", "L5", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the provider's count says, in texts."""

    expected: int
    lost: int
    #: the same words to the same number again
    twice: int
    #: other words that nobody should have had
    strange: int


def judge(expected: Mapping[str, int], taken: Sequence[tuple[str, str]]) -> Verdict:
    """`expected`: number -> how many different texts it should have had; `taken`: (number, words) as they came."""
    words: dict[str, set[str]] = defaultdict(set)
    for phone, text in taken:
        words[phone].add(text)
    had = {phone: len(words[phone]) for phone in {*expected, *words}}
    return Verdict(
        expected=sum(expected.values()),
        lost=sum(max(0, wanted - had[phone]) for phone, wanted in expected.items()),
        twice=len(taken) - sum(had.values()),
        strange=sum(max(0, count - expected.get(phone, 0)) for phone, count in had.items()),
    )


@dataclass(slots=True, kw_only=True)
class Life:
    """One process from its start to its death: (seconds since it is at work, MB resident)."""

    name: str
    #: its how manieth life, and when it began to work
    number: int = 1
    at_work: float | None = None
    samples: list[tuple[float, float]] = field(default_factory=list)

    @property
    def growth(self) -> float | None:
        """MB that it has grown by since it was warm; None for a life too short to tell."""
        warm = [size for age, size in self.samples if age >= WARM]
        if len(warm) < 2 * _ENDS:
            return None
        return statistics.median(warm[-_ENDS:]) - statistics.median(warm[:_ENDS])

    @property
    def peak(self) -> float:
        """The most MB it ever had."""
        return max((size for _, size in self.samples), default=0.0)


@dataclass(slots=True)
class _Group:
    phones: list[str]
    rounds: int = 0
    #: grade -> minute in which all had heard it: a telegram of that minute could say the same in the same words
    minutes: dict[str | None, datetime] = field(default_factory=dict)

    @property
    def grade(self) -> str | None:
        """What is in force there."""
        return _COURSE[(self.rounds - 1) % len(_COURSE)] if self.rounds else None

    @property
    def following(self) -> str | None:
        """What comes next."""
        return _COURSE[self.rounds % len(_COURSE)]


class Soak:
    """One fleet through its time. After `run`, `verdict`, `lives` and the counters say how it was."""

    def __init__(self, fleet: Fleet, names: Sequence[str], *, people: int, seed: int) -> None:
        """`people`: in each of the nineteen groups. `names`: processes, such as `serve1`."""
        self.fleet, self.names = fleet, names
        self.lives: list[Life] = []
        self.kills: Counter[str] = Counter()
        self.leaders_killed = 0
        #: seconds from a telegram to the last of its texts at the provider
        self.rounds: list[float] = []
        self._chance = random.Random(seed)
        self._groups = {
            place: _Group([number(index * people + one) for one in range(people)])
            for index, place in enumerate(_GROUPS)
        }
        self._begun: dict[str, float] = {}

    async def run(self, seconds: float, *, publish_every: float = 5.0, kill_every: float = 60.0) -> None:
        """Welcome everybody, then telegrams and kills for so long, then let what is under way end."""
        for place, group in self._groups.items():
            rows = [(int(phone[-5:]), "en", "") for phone in group.phones]
            await self.fleet.story.people(*rows, municipality=place)
        await self._start(*self.names)
        watching = asyncio.create_task(self._watch())
        await self._all_told()
        self._fail_by_chance()
        await _for_a_time(seconds, self._publish(publish_every), *([self._kill(kill_every)] if kill_every else []))
        await self._start(*{*self.names} - {*self.fleet.names()})  # one that was just killed
        await self._all_told()
        watching.cancel()

    def verdict(self) -> Verdict:
        """By the provider's count."""
        expected = {phone: 1 + group.rounds for group in self._groups.values() for phone in group.phones}
        return judge(expected, [(one.to, one.body) for one in self.fleet.provider.taken])

    def _fail_by_chance(self) -> None:
        self.fleet.provider.chances = dict(PROVIDER)
        self.fleet.story.jma.chances = FEED

    def _has_all(self, group: _Group) -> bool:
        provider = self.fleet.provider
        return all(len(provider.texts_of(phone)) >= 1 + group.rounds for phone in group.phones)

    async def _all_told(self) -> None:
        def done() -> bool:
            return all(map(self._has_all, self._groups.values())) and not self.fleet.under_way()

        try:
            await self.fleet.until(done, "everybody to be told")
        except AssertionError as late:
            print(str(late)[-4000:])  # noqa: T201 -- the verdict says how many, this says why

    async def _start(self, *names: str) -> None:
        seconds = str(LIST_SECONDS)
        await self.fleet.start(*names, TWILIO_LIST_SECONDS=seconds, POLL_SECONDS="1", LOG_LEVEL="WARNING")
        self.lives.extend(Life(name=name, number=self.kills[name] + 1) for name in names)

    async def _publish(self, every: float) -> None:
        """A telegram moves all groups that have heard their last change by one step; it names what is in force."""
        while True:
            await asyncio.sleep(every)
            now, loop_time = self.fleet.story.clock(), asyncio.get_running_loop().time()
            minute = now.replace(second=0, microsecond=0)
            moved = 0
            for place, group in self._groups.items():
                if not self._has_all(group):
                    continue
                if place in self._begun:
                    self.rounds.append(loop_time - self._begun.pop(place))
                    group.minutes[group.grade] = minute
                if group.minutes.get(group.following) != minute:
                    group.rounds += 1
                    self._begun[place] = loop_time
                    moved += 1
            if moved:
                self.fleet.story.publish("VPWW55", self._report(now), now)

    def _report(self, at: datetime) -> bytes:
        items = {
            f"{place}00": Item(code=RAIN[group.grade or "L3"], status="発表" if group.grade else "解除")
            for place, group in self._groups.items()
            if group.rounds
        }
        return compose.rain_report(region=ISHIKAWA, kinds=items, at=at)

    async def _kill(self, every: float) -> None:
        """The next one dies when the last one is at work again, however long a busy machine takes for that."""
        clock = asyncio.get_running_loop().time
        due = clock() + every
        for count in itertools.count(1):
            await asyncio.sleep(max(0, due - clock()))
            due = clock() + every
            leader = self.fleet.leader() if len(self.names) > 1 else self.names[0]
            chosen = leader if leader and count % _LEADER_EACH == 0 else self._chance.choice(self.names)
            self.kills[chosen] += 1
            self.leaders_killed += chosen == leader
            await self.fleet.end(chosen, signal.SIGKILL)
            await asyncio.sleep(1)  # as systemd waits
            await self._start(chosen)
            while self.lives[-1].at_work is None:  # noqa: ASYNC110 -- a log wakes nobody
                await asyncio.sleep(0.5)
            due = max(due, clock() + every / 2)  # on a busy machine most of a minute is its start

    def _starts(self, name: str) -> int:
        """How often it has begun to work."""
        return self.fleet.log(name).count("real SMS by")

    async def _watch(self) -> None:
        """Sample the memory of whatever is at work."""
        while True:
            now = time.monotonic()
            for name, pid in self.fleet.processes().items():
                life = next(one for one in reversed(self.lives) if one.name == name)
                if life.at_work is None and self._starts(name) >= life.number:
                    life.at_work = now
                if life.at_work is not None and psutil.pid_exists(pid):
                    life.samples.append((now - life.at_work, psutil.Process(pid).memory_info().rss / 2**20))
            await asyncio.sleep(_SAMPLE_EVERY)


async def _for_a_time(seconds: float, *endless: Coroutine[None, None, None]) -> None:
    """Let these run; what one of them raises is raised."""
    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for one in endless:
                group.create_task(one)
    except TimeoutError:
        return
