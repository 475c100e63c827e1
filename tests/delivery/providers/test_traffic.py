"""Two providers on one outbox: who gets which text, what is counted of each, and what moves."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts import noticeboard
from alerts.notices import NoticeKind
from delivery import outbox, outcomes, receipts, reconciling
from delivery.outcomes import Answered
from delivery.providers import measuring, store, watching
from delivery.providers.dealing import Deal
from delivery.providers.shares import Counts, Standing, Why
from delivery.providers.watching import By, Providers, Watch
from delivery.rate import Bucket
from delivery.sender import Second
from delivery.simulated import Profile, SimulatedNetwork
from delivery.states import MessageState
from delivery.transport import Accepted, BadNumber, Found, NotThere, OurFault, Receipt, Retryable, Throttled, Unknown
from storage import audit
from tests.delivery.builders import WAJIMA, a_person, a_service, number, set_state

HALVES = {"A": 50, "B": 50}
BY = By(actor="user:aoi", at=datetime(2026, 10, 1, tzinfo=UTC))
PROVIDERS = Providers(usual=HALVES, called={"A": "first", "B": "second"}, reporting=("A", "B"))


def queue(db, clock, service, people):
    for index in range(people):
        a_person(db, index, WAJIMA)
    set_state(db, {WAJIMA: "L4"}, clock())
    service.plan()


def two(db, clock, first=None, second=None):
    """A service with two simulated networks, each with its own count."""
    service = a_service(db, clock, profile=first or Profile())
    other = SimulatedNetwork(
        clock=clock,
        seed=1,
        profile=second or Profile(),
        sleep=service.network._sleep,
        on_receipts=service.network.on_receipts,
    )

    def now():
        return clock().timestamp()

    pace = Bucket(rate=None, clock=now, sender="B", sleep=service.network._sleep)
    beside = Second(transport=other, pace=pace, deal=Deal(usual=HALVES))
    service.sender = replace(service.sender, second=beside, watch=now)
    return service, other


def deal(shut=(), usual=HALVES):
    made = Deal(usual=usual)
    return lambda db, ids: made(db, ids, frozenset(shut))


def claim(db, clock, limit=100, **how):
    return db.write_sync(outbox.claim, clock(), limit, None, deal(**how)).texts


def answer(db, clock, text, outcome):
    answered = Answered(
        message_id=text.message_id,
        broadcast_id=text.broadcast_id,
        outcome=outcome,
        at=clock(),
        attempt=text.attempt,
        provider=text.provider,
    )
    db.write_sync(outcomes.record, [answered])


def hear(db, clock, provider_id, status, code=None):
    said = Receipt(provider_id=provider_id, status=MessageState(status), received_at=clock(), error_code=code)
    db.write_sync(receipts.record, [said])


def test_the_provider_is_recorded_with_the_attempt_before_anything_leaves(db, clock):
    queue(db, clock, a_service(db, clock), people=10)
    texts = claim(db, clock, usual={"A": 70, "B": 30})
    rows = db.read_sync(lambda c: c.execute("SELECT message_id, provider FROM attempts"))
    assert {row.integer("message_id"): row.text("provider") for row in rows} == {
        text.message_id: text.provider for text in texts
    }
    assert Counter(text.provider for text in texts) == {"A": 7, "B": 3}


def test_what_somebody_sets_holds_at_the_next_claim(db, clock):
    queue(db, clock, a_service(db, clock), people=10)
    db.write_sync(watching.set_by_hand, HALVES, {"A": 0, "B": 100}, clock(), BY)
    assert {text.provider for text in claim(db, clock, limit=5)} == {"B"}
    db.write_sync(watching.set_by_hand, HALVES, {"A": 100}, clock(), BY)
    assert {text.provider for text in claim(db, clock, limit=5, shut=("A",))} == {"A"}


@pytest.mark.parametrize("outcome", [Retryable(code="busy", after=1), OurFault(code="20003"), Throttled(after=1)])
def test_what_one_surely_did_not_take_is_offered_to_the_other(db, clock, outcome):
    queue(db, clock, a_service(db, clock), people=1)
    for _ in range(3):
        (text,) = claim(db, clock, usual={"A": 100, "B": 0})
        answer(db, clock, text, outcome)
        clock.advance(300)
    rows = db.read_sync(lambda c: c.execute("SELECT provider FROM attempts ORDER BY number"))
    assert [row.text("provider") for row in rows] == ["A", "B", "A"]


async def test_an_unknown_outcome_is_looked_up_where_it_was_and_nowhere_else(db, clock):
    queue(db, clock, a_service(db, clock), people=4)
    asked = []

    class Asked:
        def __init__(self, name, lookup):
            self.name, self.lookup = name, lookup

        async def find(self, number, text, since, known=()):
            asked.append((self.name, number))
            return self.lookup

    texts = claim(db, clock)
    for text in texts:
        answer(db, clock, text, Unknown(code="timeout"))
    assert claim(db, clock) == ()
    limits = reconciling.Limits()
    only_b = {"B": Asked("B", NotThere())}
    assert await reconciling.reconcile(db, only_b, bytes.decode, clock, limits) == 4
    at_b = sorted(("B", number(index)) for index, text in enumerate(texts) if text.provider == "B")
    assert sorted(asked) == at_b and len(at_b) == 2
    # those of A stay uncertain as long as nobody can ask A
    assert Counter(_states(db).values()) == {"queued": 2, "uncertain": 2}
    clock.advance(3600)
    await reconciling.reconcile(db, {"A": Asked("A", Found(provider_id="a1"))}, bytes.decode, clock, limits)
    assert Counter(_states(db).values())["queued"] in (2, 3)  # one id cannot be of two texts


def _states(db):
    rows = db.read_sync(lambda c: c.execute("SELECT id, state FROM messages"))
    return {row.integer("id"): row.text("state") for row in rows}


def test_slow_and_failed_are_counted_by_provider(db, clock):
    queue(db, clock, a_service(db, clock), people=20)
    texts = iter(claim(db, clock))
    by = {"A": [], "B": []}
    for text in texts:
        by[text.provider].append(text)
    a, b = by["A"], by["B"]
    for text in [*a[:6], *b[:3]]:
        answer(db, clock, text, Accepted(provider_id=f"p{text.message_id}"))
    answer(db, clock, a[6], Retryable(code="busy"))
    answer(db, clock, a[7], Unknown(code="timeout"))
    answer(db, clock, a[8], BadNumber(code="21211"))
    answer(db, clock, b[3], Throttled(after=1))
    db.write_sync(outbox.give_back, [b[4]], clock())
    clock.advance(60)
    hear(db, clock, f"p{a[0].message_id}", "delivered")
    hear(db, clock, f"p{a[1].message_id}", "undelivered", "30007")
    hear(db, clock, f"p{a[2].message_id}", "undelivered", "30003")
    assert db.read_sync(measuring.counts, clock(), ("A", "B")) == {
        "A": Counts(handed=8, delivered=1, slow=0, failed=3),
        "B": Counts(handed=3),
    }
    clock.advance(240)
    hear(db, clock, f"p{a[3].message_id}", "delivered")
    found = db.read_sync(measuring.counts, clock(), ("A",))
    assert found == {"A": Counts(handed=8, delivered=2, slow=3, failed=3), "B": Counts(handed=3)}
    clock.advance(900)
    assert db.read_sync(measuring.counts, clock(), ("A",)) == {}


def test_a_look_moves_traffic_once_tells_and_writes_the_log(db, clock):
    bad = {"A": Counts(handed=100, slow=30), "B": Counts(handed=100, delivered=100)}
    assert db.write_sync(watching.step, PROVIDERS, bad, clock())
    assert db.read_sync(store.standing, HALVES) == Standing(
        shares={"A": 40, "B": 60}, changed_at=clock(), why=Why.WORSE, about="A"
    )
    assert db.read_sync(store.look).counts == bad
    assert db.read_sync(noticeboard.open_subjects, NoticeKind.TRAFFIC) == ["away from A"]
    (entry,) = db.read_sync(audit.chosen, "action = :action", {"action": "traffic moved"}, limit=5)
    assert (entry.details["before"], entry.details["after"]) == ("A=50 B=50", "A=40 B=60")
    clock.advance(60)
    assert not db.write_sync(watching.step, PROVIDERS, bad, clock())
    clock.advance(900)
    assert db.write_sync(watching.step, PROVIDERS, {}, clock())
    assert db.read_sync(store.standing, HALVES).shares == HALVES
    assert db.read_sync(noticeboard.open_subjects, NoticeKind.TRAFFIC) == []


def test_what_somebody_set_stays_until_somebody_gives_it_back(db, clock):
    bad = {"A": Counts(handed=100, failed=99)}
    db.write_sync(watching.set_by_hand, HALVES, {"A": 90, "B": 10}, clock(), BY)
    clock.advance(3600)
    assert not db.write_sync(watching.step, PROVIDERS, bad, clock())
    db.write_sync(watching.set_automatic, HALVES, clock(), BY)
    assert not db.write_sync(watching.step, PROVIDERS, bad, clock())
    clock.advance(300)
    assert db.write_sync(watching.step, PROVIDERS, bad, clock())
    assert db.read_sync(store.standing, HALVES).shares == {"A": 80, "B": 20}
    for wrong in ({"A": 50}, {"A": 150, "B": -50}, {"A": 50, "C": 50}):
        with pytest.raises(ValueError, match="expected"):
            db.write_sync(watching.set_by_hand, HALVES, wrong, clock(), BY)
    assert db.read_sync(store.standing, HALVES).shares == {"A": 80, "B": 20}
    # the settings have another set of providers now: theirs count
    assert db.read_sync(store.standing, {"A": 100}).shares == {"A": 100}


def test_the_trouble_of_one_is_not_over_because_the_other_takes_texts(db, clock):
    queue(db, clock, a_service(db, clock), people=4)
    texts = claim(db, clock)
    for text in texts:
        answer(db, clock, text, OurFault(code="20003") if text.provider == "B" else Accepted(provider_id=f"p{text}"))
    assert db.read_sync(noticeboard.open_subjects, NoticeKind.PROVIDER) == ["B: 20003"]
    clock.advance(60)
    for text in claim(db, clock, usual={"A": 0, "B": 100}, shut=("A",)):
        answer(db, clock, text, Accepted(provider_id=f"q{text}"))
    assert db.read_sync(noticeboard.open_subjects, NoticeKind.PROVIDER) == []


async def test_traffic_leaves_a_failing_provider_and_everybody_is_told_once(db, clock):
    bad = Profile(retryable=0.3, unknown=0.3)
    service, other = two(db, clock, first=bad)
    watch = Watch(db=db, providers=PROVIDERS, clock=clock)
    queue(db, clock, service, people=120)
    shares = []
    for _ in range(12):
        await service.sender.drain()
        await service.network.settle()
        await other.settle()
        await service.sender.reconcile()
        await watch.look()
        shares.append(db.read_sync(store.standing, HALVES).shares["A"])
        clock.advance(60)
    assert shares[0] == 40
    assert shares[1:5] == [40] * 4
    assert shares[5] == 30
    told = Counter({number(index): 0 for index in range(120)})
    for network in (service.network, other):
        assert network.totals().told_twice == 0
        for phone in network.phones():
            told[phone.number] += len(phone.texts)
    assert set(told.values()) == {1}
    assert service.network.totals().accepted + other.totals().accepted == 120
    assert other.totals().accepted > 60
    assert {"delivered"} == set(service.states())


class Gone:
    """A provider that nobody reaches."""

    def __init__(self, clock):
        self.asked, self._clock = 0, clock

    async def send(self, text):
        self.asked += 1
        return Retryable(code="no connection", after=5, unreachable=True)


async def test_one_that_is_gone_is_asked_little_and_the_other_takes_all_at_once(db, clock):
    service, other = two(db, clock)
    service.sender = replace(
        service.sender, transport=(gone := Gone(clock)), settings=replace(service.sender.settings, connections=4)
    )
    queue(db, clock, service, people=60)
    began = clock()
    while await service.sender.drain():
        await other.settle()
    clock.advance(5)
    while await service.sender.drain():
        await other.settle()
    assert other.totals().accepted == 60
    assert clock() - began < timedelta(seconds=30)
    assert gone.asked < 30


async def test_set_by_hand_to_nothing_a_provider_gets_nothing_even_so(db, clock):
    service, other = two(db, clock)
    service.sender = replace(service.sender, transport=Gone(clock))
    queue(db, clock, service, people=3)
    db.write_sync(watching.set_by_hand, HALVES, {"A": 100, "B": 0}, clock(), BY)
    await service.sender.drain()
    assert (other.totals().accepted, service.states()) == (0, ["queued"] * 3)
