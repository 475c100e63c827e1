"""From a municipality's CAP message to the phones, on both engines: held for two people, or by an approved source."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import noticeboard, store
from alerts.vocabulary import Hazard
from delivery.byhand import signing, submissions
from delivery.byhand.correcting import Reason, Wish
from delivery.byhand.signing import Person
from delivery.relaying import approvals, limits
from delivery.relaying.approvals import Outcome
from delivery.relaying.taking import Taker
from delivery.writing import Unwritable
from feeds.cap import store as inbox
from feeds.cap.source import Source
from service import rebuilding
from storage import database
from tests.conftest import FakeClock
from tests.delivery.builders import SUZU, WAJIMA, a_person
from tests.delivery.byhand.people import AOI, BRUNO, DESK, TABLE, Office, evacuation
from tests.feeds.cap.messages import AT, EVENTS, KANAZAWA, a_source, info, message, reference, says, written

NOTO = frozenset({WAJIMA, SUZU})
HANA, TARO = Person(name="user:hana", may=NOTO), Person(name="user:taro", may=NOTO)


class Town(Office):
    """An office whose town has a system of its own."""

    def __init__(self, db, clock, source: Source | None = None):
        super().__init__(db, clock)
        self.source = source or a_source()
        self.taker = Taker(db=db, places=TABLE, sources={self.source.name: self.source}, desk=lambda: DESK, clock=clock)

    def send(self, raw: bytes) -> bool:
        return self.db.write_sync(inbox.add, self.source.name, raw, self.now)

    async def take(self, *raw: bytes) -> None:
        """Each arrives, a second apart, and is taken."""
        for each in raw:
            self.clock.advance(1)
            self.send(each)
            await self.look()

    async def look(self) -> None:
        while await self.taker.step():
            pass
        self.apply()
        await self.service.run()
        await self.taker.step()

    def waiting(self):
        return self.db.read_sync(submissions.open_ones)

    def approve_source(self) -> None:
        for who, outcome in ((HANA, Outcome.FIRST), (TARO, Outcome.DONE)):
            assert self.db.write_sync(approvals.approve, self.source, who, TABLE, self.now) is outcome

    def in_force(self) -> dict[str, str]:
        rows = self.db.read_sync(store.in_force, Hazard.EVACUATION, "")
        return {place: row.grade for place, row in rows.items() if row.grade != "none"}

    def notices(self) -> list[tuple[str, str]]:
        return [(one.notice.kind, one.notice.text) for one in self.db.read_sync(noticeboard.open_notices)]

    def states(self) -> list[str]:
        rows = self.db.read_sync(lambda c: c.execute("SELECT state FROM source_messages ORDER BY id"))
        return [row.text("state") for row in rows]


@pytest.fixture
def town(db, clock):
    clock.advance(60)
    return Town(db, clock)


async def test_it_waits_for_two_people(db, clock, town):
    a_person(db, 1, WAJIMA)
    a_person(db, 2, SUZU)
    await town.take(says("a", {WAJIMA: "order"}))
    [waits] = town.waiting()
    assert (waits.submitted_by, waits.grade, waits.areas) == ("cap:noto", "order", (WAJIMA,))
    assert (town.in_force(), town.service.texts(1)) == ({}, [])
    assert any("City office 11/23 09:00" in one.text for one in waits.texts.message if one.language == "en")
    assert town.approve(waits.id, HANA) == "first"
    await town.look()
    assert town.service.texts(1) == []
    assert town.approve(waits.id, HANA) == "own"
    assert town.approve(waits.id, TARO) == "done"
    await town.look()
    assert town.service.texts(1) == [f"new {WAJIMA}=order"]
    assert town.service.texts(2) == []
    assert town.in_force() == {WAJIMA: "order"}
    actors = town.audited()
    assert [one for one in actors if one[1] in ("submitted", "signed first", "approved")] == [
        ("cap:noto", "submitted"),
        ("user:hana", "signed first"),
        ("user:taro", "approved"),
    ]


async def test_nobody_in_time_means_that_nobody_is_told_and_somebody_is_called(db, clock, town):
    a_person(db, 1, WAJIMA)
    await town.take(says("a", {WAJIMA: "order"}))
    town.watch()
    clock.advance(16 * 60)
    town.watch()
    await town.look()
    assert (town.waiting(), town.service.texts(1)) == ([], [])
    assert "undecided" in [kind for kind, _ in town.notices()]
    await town.take(says("b", {WAJIMA: "order"}, kind="Update", refers=[reference("a")], at=AT + timedelta(minutes=10)))
    assert [one.grade for one in town.waiting()] == ["order"]


async def test_a_repetition_does_not_take_from_people_what_they_sign(db, clock, town):
    await town.take(says("a", {WAJIMA: "order"}))
    [waits] = town.waiting()
    assert town.approve(waits.id, HANA) == "first"
    await town.take(says("b", {WAJIMA: "order"}, kind="Update", refers=[reference("a")], at=AT + timedelta(minutes=1)))
    assert [one.id for one in town.waiting()] == [waits.id]
    assert town.approve(waits.id, TARO) == "done"


async def test_what_the_source_says_later_overtakes_what_waits(db, clock, town):
    a_person(db, 1, WAJIMA)
    await town.take(says("a", {WAJIMA: "elderly"}))
    [first] = town.waiting()
    await town.take(says("b", {WAJIMA: "order"}, kind="Update", refers=[reference("a")], at=AT + timedelta(minutes=1)))
    assert [one.grade for one in town.waiting()] == ["order"]
    assert town.found(first.id).state == "overtaken"
    assert town.approve(first.id, HANA) == "too_late"
    await town.take(message("c", kind="Cancel", refers=[reference("a")], at=AT + timedelta(minutes=1, seconds=1)))
    assert (town.waiting(), town.service.texts(1)) == ([], [])


async def test_a_rejection_stands_until_the_source_says_more(db, clock, town):
    await town.take(says("a", {WAJIMA: "order"}))
    [waits] = town.waiting()
    assert town.approve(waits.id, HANA) == "first"
    town.db.write_sync(
        lambda c: submissions.decide(
            c,
            waits.id,
            submissions.State.REJECTED,
            by="user:taro",
            why="wrong",
            now=town.now,
            other_than_submitter=True,
        )
    )
    await town.look()
    await town.look()
    assert town.waiting() == []


async def test_an_approved_source_is_told_at_once_and_its_end_too(db, clock, town):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    await town.take(
        says("a", {WAJIMA: "elderly"}),
        says("b", {WAJIMA: "order"}, kind="Update", refers=[reference("a")], at=AT + timedelta(seconds=10)),
        says("c", {WAJIMA: "none"}, kind="Update", refers=[reference("a")], at=AT + timedelta(seconds=20)),
    )
    assert town.service.texts(1) == [
        f"new {WAJIMA}=elderly",
        f"raised {WAJIMA}=order",
        f"lifted {WAJIMA}=order",
    ]
    assert town.waiting() == []
    assert ("user:taro", "source approved") in town.audited()
    logs = db.read_sync(lambda c: c.execute("SELECT municipality FROM audit_entries WHERE action = 'source approved'"))
    assert sorted(row.text("municipality") for row in logs) == sorted(NOTO)


async def test_a_cancellation_reaches_exactly_those_who_were_told(db, clock, town):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    await town.take(
        says("a", {WAJIMA: "elderly"}),
        says("b", {WAJIMA: "order"}, kind="Update", refers=[reference("a")], at=AT + timedelta(seconds=10)),
    )
    a_person(db, 2, WAJIMA)
    await town.take(message("c", kind="Cancel", refers=[reference("a")], at=AT + timedelta(seconds=20)))
    assert town.service.texts(1)[-1] == f"cancelled {WAJIMA}=order"
    assert town.service.texts(2) == []
    assert town.in_force() == {}


async def test_approval_is_revoked_by_one_and_falls_with_the_settings(db, clock, town):
    town.approve_source()
    assert db.write_sync(approvals.approve, town.source, HANA, TABLE, town.now) is Outcome.ALREADY
    wider = a_source("noto", WAJIMA, SUZU, KANAZAWA)
    assert db.read_sync(approvals.of, wider) is None
    assert db.read_sync(approvals.of, town.source) is not None
    assert db.write_sync(approvals.revoke, town.source, AOI, TABLE, town.now) is Outcome.NOT_ALLOWED
    assert db.write_sync(approvals.revoke, town.source, HANA, TABLE, town.now) is Outcome.DONE
    assert db.write_sync(approvals.revoke, town.source, HANA, TABLE, town.now) is Outcome.NOTHING
    await town.take(says("a", {WAJIMA: "order"}))
    assert [one.grade for one in town.waiting()] == ["order"]


async def test_one_person_cannot_approve_a_source(db, clock, town):
    assert db.write_sync(approvals.approve, town.source, BRUNO, TABLE, town.now) is Outcome.NOT_ALLOWED
    assert db.write_sync(approvals.approve, town.source, HANA, TABLE, town.now) is Outcome.FIRST
    assert db.write_sync(approvals.approve, town.source, HANA, TABLE, town.now) is Outcome.OWN
    assert db.read_sync(approvals.of, town.source) is None


async def test_approval_lets_go_what_waits(db, clock, town):
    a_person(db, 1, WAJIMA)
    await town.take(says("a", {WAJIMA: "order"}))
    assert len(town.waiting()) == 1
    town.approve_source()
    await town.look()
    assert (town.waiting(), town.service.texts(1)) == ([], [f"new {WAJIMA}=order"])


async def test_exercise_expired_foreign_and_strange_tell_nobody(db, clock, town):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    old = message("old", [], at=AT)
    await town.take(
        says("x", {WAJIMA: "order"}, status="Exercise"),
        says("t", {WAJIMA: "order"}, status="Test"),
        says("f", {KANAZAWA: "order"}),
        b"<html>",
        old,
        says("e", {WAJIMA: "order"}, at=AT - timedelta(days=2)),
    )
    assert town.states() == ["recorded", "recorded", "recorded", "quarantined", "quarantined", "counts"]
    assert (town.service.texts(1), town.waiting(), town.in_force()) == ([], [], {})
    told = " ".join(text for _, text in town.notices())
    assert "not this source's" in told
    assert "cannot be understood" in told
    assert "expired before it could be told" in told
    assert "Exercise" not in told


async def test_replays_change_nothing(db, clock, town):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    raw = says("a", {WAJIMA: "order"})
    end = says("b", {WAJIMA: "none"}, kind="Update", refers=[reference("a")], at=AT + timedelta(seconds=5))
    await town.take(raw, end)
    assert town.send(raw) is False
    await town.take(raw, raw.replace(b"?>", b"?>\n"))
    assert town.service.texts(1) == [f"new {WAJIMA}=order", f"lifted {WAJIMA}=order"]
    assert "came before with other content" in town.notices()[0][1]


async def test_what_takes_effect_later_waits(db, clock, town):
    town.approve_source()
    later = says("a", {WAJIMA: "order"}).replace(
        b"<area>", f"<effective>{written(AT + timedelta(hours=1))}</effective><area>".encode(), 1
    )
    await town.take(later)
    assert (town.in_force(), town.states()) == ({}, ["pending"])
    clock.advance(3600)
    await town.look()
    assert town.in_force() == {WAJIMA: "order"}


async def test_nobody_signs_what_has_expired(db, clock, town):
    until = AT + timedelta(minutes=5)
    raw = says("a", {WAJIMA: "order"}).replace(b"<area>", f"<expires>{written(until)}</expires><area>".encode(), 1)
    await town.take(raw)
    [waits] = town.waiting()
    assert waits.deadline == until
    assert town.approve(waits.id, HANA) == "first"
    clock.advance(300)
    assert town.approve(waits.id, TARO) == "too_late"


async def test_what_people_wrote_by_hand_is_not_lifted_by_a_source(db, clock, town):
    town.approve_source()
    await town.tell(evacuation("order"))
    await town.take(
        says("a", {WAJIMA: "elderly"}, at=AT + timedelta(minutes=1)),
        says("b", {WAJIMA: "none"}, kind="Update", refers=[reference("a")], at=AT + timedelta(minutes=1, seconds=5)),
    )
    assert town.in_force() == {WAJIMA: "order"}


async def test_people_take_back_what_a_source_told(db, clock, town):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    await town.take(says("a", {WAJIMA: "order"}))
    [broadcast] = [made for one in db.read_sync(submissions.done_by, "cap:noto") for made in one.made]
    clock.advance(1)
    asked = town.correct(Wish(broadcast_id=broadcast, reason=Reason.FALSE_ALARM))
    assert town.approve(asked.id) == "done"
    town.apply()
    await town.service.run()
    assert town.service.texts(1)[-1] == f"cancelled {WAJIMA}=order"
    assert town.in_force() == {}


async def test_what_people_took_back_does_not_come_again_by_the_same_word(db, clock, town):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    await town.take(
        says("a", {WAJIMA: "order"}), says("b", {SUZU: "elderly"}, at=AT + timedelta(seconds=10)), b"<html>"
    )
    broadcast = min(made for one in db.read_sync(submissions.done_by, "cap:noto") for made in one.made)
    clock.advance(1)
    assert town.approve(town.correct(Wish(broadcast_id=broadcast, reason=Reason.FALSE_ALARM)).id) == "done"
    await town.look()
    told = town.service.texts(1)
    await town.take(says("t", {WAJIMA: "order"}, status="Test"), b"<html><p>")
    await town.take(says("c", {SUZU: "order"}, kind="Update", refers=[reference("b")], at=AT + timedelta(seconds=70)))
    assert town.service.texts(1) == told
    assert town.in_force() == {SUZU: "order"}
    later = AT + timedelta(seconds=75)
    await town.take(says("d", {WAJIMA: "elderly"}, at=later))
    assert town.in_force() == {SUZU: "order", WAJIMA: "elderly"}
    await town.take(
        says("e", {WAJIMA: "none"}, kind="Update", refers=[reference("d", later)], at=later + timedelta(seconds=5))
    )
    assert town.in_force() == {SUZU: "order"}
    await town.take(says("f", {WAJIMA: "order"}, at=later + timedelta(seconds=9)))
    assert town.in_force() == {SUZU: "order", WAJIMA: "order"}


async def test_what_people_rejected_does_not_go_when_its_source_is_approved(db, clock, town):
    await town.take(says("a", {WAJIMA: "order"}))
    [waits] = town.waiting()
    reject = submissions.State.REJECTED
    clock.advance(1)
    db.write_sync(
        lambda c: submissions.decide(
            c, waits.id, reject, by="user:taro", why="wrong", now=town.now, other_than_submitter=True
        )
    )
    town.approve_source()
    await town.look()
    assert (town.in_force(), town.waiting()) == ({}, [])


@pytest.mark.parametrize("approved", [True, False])
async def test_an_end_that_comes_late_ends_it_all_the_same(db, clock, town, approved):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    await town.take(says("a", {WAJIMA: "order"}), says("k", {SUZU: "order"}))
    if not approved:
        assert db.write_sync(approvals.revoke, town.source, HANA, TABLE, town.now) is Outcome.DONE
    clock.advance(30 * 3600)
    end = says("b", {WAJIMA: "none"}, kind="Update", refers=[reference("a")], at=AT + timedelta(seconds=5))
    await town.take(end, message("c", kind="Cancel", refers=[reference("k")], at=AT + timedelta(seconds=5)))
    for waits in town.waiting():
        assert town.approve(waits.id, HANA) == "first"
        assert town.approve(waits.id, TARO) == "done"
        await town.look()
    assert town.service.texts(1)[-1] == f"lifted {WAJIMA}=order"
    assert town.in_force() == {}


async def test_a_rise_that_has_expired_hides_no_other(db, clock, town):
    town.approve_source()
    clock.advance(25 * 3600)
    await town.take(says("old", {WAJIMA: "emergency"}))
    assert town.in_force() == {}
    await town.take(says("a", {WAJIMA: "order"}, at=town.now))
    assert town.in_force() == {WAJIMA: "order"}
    await town.take(says("b", {WAJIMA: "none"}, kind="Update", refers=[reference("a")], at=town.now))
    assert town.in_force() == {}


async def test_two_people_lift_by_hand_what_a_source_ordered(db, clock, town, tmp_path):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    await town.take(says("a", {WAJIMA: "order", SUZU: "order"}))
    clock.advance(1)
    await town.tell(evacuation("none"))
    assert town.service.texts(1)[-1] == f"lifted {WAJIMA}=order"
    assert town.in_force() == {SUZU: "order"}
    await town.take(b"<html>", says("t", {WAJIMA: "order"}, status="Test"))
    assert town.in_force() == {SUZU: "order"}
    scratch = database.open(tmp_path / "scratch.db")
    try:
        assert rebuilding.rebuild(db, scratch, TABLE, town.now).differences == []
    finally:
        scratch.close_sync()
    await town.take(says("b", {WAJIMA: "order"}, at=AT + timedelta(seconds=70)))
    assert town.in_force() == {SUZU: "order", WAJIMA: "order"}


async def test_what_a_source_only_says_again_after_people_ended_it_waits_for_two_people_once(db, clock, town):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    await town.take(says("a", {WAJIMA: "order"}))
    clock.advance(1)
    await town.tell(evacuation("none"))
    told = town.service.texts(1)
    again = {"kind": "Update", "refers": [reference("a")]}
    await town.take(says("b", {WAJIMA: "order"}, at=AT + timedelta(seconds=70), **again))
    assert (town.in_force(), town.service.texts(1)) == ({}, told)
    [waits] = town.waiting()
    assert (waits.grade, waits.owner) == ("order", "")
    db.write_sync(lambda c: signing.reject(c, waits.id, Person(name="user:taro", may=NOTO), "no", TABLE, town.now))
    await town.take(says("c", {WAJIMA: "order"}, at=AT + timedelta(seconds=80), **again))
    assert (town.waiting(), town.in_force()) == ([], {})
    await town.take(says("d", {WAJIMA: "emergency"}, at=AT + timedelta(seconds=90), **again))
    assert town.in_force() == {WAJIMA: "emergency"}


async def test_two_people_lower_by_hand_what_a_source_ordered(db, clock, town):
    a_person(db, 1, WAJIMA)
    town.approve_source()
    await town.take(says("a", {WAJIMA: "order", SUZU: "order"}))
    clock.advance(1)
    await town.tell(evacuation("elderly"))
    assert town.service.texts(1)[-1] == f"lowered {WAJIMA}=elderly"
    assert town.in_force() == {SUZU: "order", WAJIMA: "elderly"}


@pytest.mark.parametrize("by_hand", [False, True])
async def test_an_end_in_a_message_of_its_own_ends_nothing_and_is_seen(db, clock, town, by_hand):
    town.approve_source()
    if by_hand:
        await town.tell(evacuation("order"))
    else:
        await town.take(says("a", {WAJIMA: "order"}))
    later = AT + timedelta(minutes=1, seconds=5)
    clock.advance(10)
    await town.take(
        message("b", [info(EVENTS["order"], [WAJIMA, SUZU], response="AllClear", urgency="Past")], at=later)
    )
    assert town.in_force() == {WAJIMA: "order"}
    [told] = [text for _, text in town.notices()]
    assert f"it is over in {WAJIMA}" in told and "lift it by hand" in told


async def test_an_order_with_urgency_past_orders_nothing_and_is_seen(db, clock, town):
    town.approve_source()
    await town.take(message("a", [info(EVENTS["order"], [WAJIMA], urgency="Past")]))
    assert (town.in_force(), town.states()) == ({}, ["quarantined"])
    assert "urgency Past, and no word that lifts" in town.notices()[0][1]


async def test_what_is_long_over_is_read_no_more_and_too_much_is_told_of(db, clock, town, monkeypatch):
    monkeypatch.setattr(limits, "_FEW", 2)
    monkeypatch.setattr(inbox, "MOST_WORDS", 2)
    town.approve_source()
    again = {"kind": "Update", "refers": [reference("a")]}
    await town.take(says("a", {WAJIMA: "order"}), says("b", {WAJIMA: "none"}, at=AT + timedelta(seconds=5), **again))
    clock.advance(31 * 24 * 3600)
    await town.take(*(says(f"n{number}", {SUZU: "order"}, at=town.now) for number in range(3)))
    assert town.states() == ["settled", "settled", "counts", "counts", "counts"]
    assert "the oldest are not read any more" in town.notices()[0][1]
    assert town.in_force() == {SUZU: "order"}


async def test_one_message_at_which_we_fail_stops_no_other(db, clock, town):
    """The desk cannot write anything of an emergency."""
    whole = DESK.writer()

    class Lame:
        def write(self, hazard, changes, telling, *rest):
            if telling.grade == "emergency":
                raise Unwritable("no words")
            return whole.write(hazard, changes, telling, *rest)

    town.taker.desk = lambda: replace(DESK, writer=Lame)
    town.approve_source()
    town.send(says("a", {WAJIMA: "emergency"}))
    town.send(says("b", {SUZU: "order"}))
    await town.look()
    await town.look()
    assert (town.in_force(), town.states()) == ({SUZU: "order"}, ["quarantined", "counts"])
    assert any("our program failed at it (Unwritable)" in text for _, text in town.notices())


async def test_a_source_at_which_we_fail_is_heard_of(db, clock, town):
    def broken():
        raise LookupError("no desk")

    town.taker.desk = broken
    town.send(says("a", {WAJIMA: "order"}))
    await town.look()
    assert town.states() == ["pending"]
    assert any("is not read: our program fails" in text for _, text in town.notices())
    town.taker.desk = lambda: DESK
    await town.look()
    assert (town.states(), town.notices()) == (["counts"], [])


async def test_a_rebuild_keeps_what_a_source_said(db, clock, town, tmp_path):
    town.approve_source()
    await town.take(says("a", {WAJIMA: "order", SUZU: "elderly"}))
    scratch = database.open(tmp_path / "scratch.db")
    try:
        made = rebuilding.rebuild(db, scratch, TABLE, town.now)
    finally:
        scratch.close_sync()
    assert made.differences == []


_GRADES = st.dictionaries(st.sampled_from([WAJIMA, SUZU]), st.sampled_from(["elderly", "order", "none"]), min_size=1)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(_GRADES, min_size=2, max_size=4), st.booleans(), st.randoms())
async def test_any_order_of_messages_ends_in_the_same_state(tmp_path_factory, said, cancelled, random):
    """The messages of a chain, perhaps with a Cancel in their midst, in two orders of arrival."""
    chain = [
        says(
            str(number),
            grades,
            at=AT + timedelta(seconds=number),
            kind="Update" if number else "Alert",
            refers=[reference(str(other)) for other in range(number)],
        )
        for number, grades in enumerate(said)
    ]
    if cancelled:
        chain.append(message("c", kind="Cancel", refers=[reference("0")], at=AT + timedelta(seconds=len(said) - 1.5)))
    shuffled = list(chain)
    random.shuffle(shuffled)
    ends = []
    for number, raw in enumerate((chain, shuffled)):
        path = tmp_path_factory.mktemp("order") / f"{number}.db"
        db = database.open(path)
        try:
            town = Town(db, FakeClock(AT + timedelta(minutes=1)))
            town.approve_source()
            await town.take(*raw)
            ends.append(town.in_force())
        finally:
            db.close_sync()
    assert ends[0] == ends[1]
