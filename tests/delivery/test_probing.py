"""The probe, from its telegram to the test number, on both engines."""

from datetime import timedelta

import pytest

from alerts import noticeboard, places
from delivery import decider, outbox, outcomes, probing
from delivery.decider import read_all
from delivery.operators import Operator
from delivery.outcomes import Answered
from delivery.transport import Accepted, BadNumber
from feeds.store import telegrams
from templates_i18n import catalogue
from tests.delivery.builders import WAJIMA, a_person

PROBE = probing.Probe(
    every=timedelta(minutes=10),
    phone=Operator(number_hash="probe", number_sealed=b"+819000000099"),
    catalogue=catalogue.load,
    places=places.load(),
)


@pytest.fixture
def run(db, clock):
    class Run:
        def step(self):
            return db.write_sync(probing.step, PROBE, clock())

        def decide(self):
            batch = read_all(db.read_sync(telegrams.pending, 10), PROBE.places)
            return db.write_sync(decider.commit, batch, PROBE.places, clock())

        def hand_over(self, outcome):
            (text,) = db.write_sync(outbox.claim, clock(), 10).texts
            answer = Answered(message_id=text.message_id, broadcast_id=text.broadcast_id, outcome=outcome, at=clock())
            db.write_sync(outcomes.record, [answer])
            return text

        def rows(self, sql):
            return db.read_sync(lambda c: [tuple(row.values()) for row in c.execute(sql)])

        def alarms(self):
            return [one.notice.kind for one in db.read_sync(noticeboard.open_notices)]

    return Run()


def test_it_runs_through_all_steps_to_the_test_number_alone(db, run, clock):
    a_person(db, 1, WAJIMA)
    assert run.step()
    decided = run.decide()
    assert run.rows("SELECT status, decision FROM alerts") == [("Exercise", "record")]
    assert decided.broadcast_ids == ()
    assert run.step()
    text = run.hand_over(Accepted(provider_id="SM1"))
    assert text.number_sealed == b"+819000000099"
    assert text.text.startswith("DRILL KUNREN") and text.text.endswith("DRILL KUNREN")
    run.step()
    assert run.rows("SELECT state FROM probes") == [("arrived",)]
    assert not db.read_sync(probing.is_due, PROBE, clock())
    assert run.rows("SELECT count(*) AS n FROM messages") == [(1,)]
    assert run.rows("SELECT count(*) AS n FROM in_force") == [(0,)]
    assert run.alarms() == []


def test_the_next_one_comes_in_its_time_and_nothing_piles_up(run, clock):
    for _ in range(3):
        run.step()
        run.decide()
        run.step()
        run.hand_over(Accepted(provider_id=f"SM{clock():%H%M}"))
        run.step()
        assert not run.step()
        clock.advance(600)
    assert run.rows("SELECT count(*) AS n FROM telegrams") == [(1,)]
    assert run.rows("SELECT count(*) AS n FROM alerts") == [(1,)]


def test_silence_of_the_reading_is_an_alarm_that_ends(run, clock):
    run.step()
    clock.advance(299)
    run.step()
    assert run.alarms() == []
    clock.advance(2)
    run.step()
    assert run.alarms() == ["probe"]
    clock.advance(600)
    run.step()
    run.decide()
    run.step()
    run.hand_over(Accepted(provider_id="SM1"))
    run.step()
    assert run.alarms() == []


def test_a_text_that_is_not_taken_is_an_alarm(run):
    run.step()
    run.decide()
    run.step()
    run.hand_over(BadNumber(code="21211"))
    run.step()
    assert "probe" in run.alarms()


def test_what_is_not_recorded_as_training_is_never_followed(db, run, clock):
    """Should a fault of ours ever read it as real, no text is written from it."""
    run.step()
    run.decide()
    db.write_sync(lambda c: c.execute("UPDATE alerts SET status = 'Actual'"))
    assert not run.step()
    assert run.rows("SELECT count(*) AS n FROM messages") == [(0,)]
    clock.advance(301)
    run.step()
    assert run.alarms() == ["probe"]
