"""Drills on both engines: played to phones, paused by a real warning, stopped at once, and never a live message."""

import pytest

from alerts import places
from alerts.vocabulary import Hazard, Kind
from campaigns.drills import deciding, playing, results, script, store, wording
from campaigns.drills.deciding import Outcome
from campaigns.drills.playing import Desk
from campaigns.drills.script import Moment
from campaigns.drills.store import Audience, Host, New, State
from delivery.drilling import guards, outbox
from service.drills import Stage
from storage.database import Database
from templates_i18n import catalogue
from tests.delivery.builders import WAJIMA, a_person

PLACES = places.load()
DESK = Desk(catalogue=catalogue.load, places=PLACES)
NIGHT = script.read(
    'name = "Night"\n'
    + "".join(
        f'[[step]]\nminute = {10 * number}\nhazard = "heavy_rain"\ngrade = "{grade}"\n'
        for number, grade in enumerate(("L3", "L4", "none"))
    ),
    "night.toml",
    WAJIMA,
    PLACES,
)
#: every table of the live path that holds or leads to a message
LIVE = (
    "telegrams",
    "reports",
    "alerts",
    "in_force",
    "broadcasts",
    "texts",
    "messages",
    "attempts",
    "receipts",
    "newcomers",
)


def simulated(phones=18, pace=0, host=Host.COMMAND):
    return New(
        municipality=WAJIMA, script=NIGHT, audience=Audience.SIMULATED, phones=phones, pace=pace, host=host, by="test"
    )


def rows(db, table):
    return db.read_sync(lambda c: [tuple(row.values()) for row in c.execute(f"SELECT * FROM {table}")])


def ended(db):
    """Drill and state of every text that says that it has ended."""
    found = f"SELECT drill_id, state FROM drill_messages WHERE moment = {outbox.END} ORDER BY id"
    return db.read_sync(lambda c: [(row.integer("drill_id"), row.text("state")) for row in c.execute(found)])


def in_force(db, clock, grade, place=WAJIMA, hazard=Hazard.FLOOD):
    db.write_sync(
        lambda c: c.execute(
            "INSERT INTO in_force (hazard, event, place, grade, since, revision, digest)"
            " VALUES (:hazard, '', :place, :grade, :now, 1, 'd')",
            {"hazard": hazard, "place": place, "grade": grade, "now": "2026-11-22T00:00:00.000000Z"},
        )
    )


@pytest.fixture
def stage(db, clock):
    return Stage(db=db, desk=DESK, clock=clock, host=Host.COMMAND)


class Watched(Database):
    """The same database; counts its transactions that write."""

    def __init__(self, db):
        super().__init__(db._engine)
        self.written = 0

    async def write(self, fn, *args, **kwargs):
        self.written += 1
        return await super().write(fn, *args, **kwargs)


async def play(stage, identity, most=50):
    for _ in range(most):
        if not await stage.play(identity):
            return


async def test_a_whole_drill_to_simulated_phones_touches_nothing_live(db, clock, stage):
    a_person(db, 1, WAJIMA)
    before = {table: rows(db, table) for table in LIVE}
    identity = db.write_sync(store.add, simulated(), clock())
    await play(stage, identity)
    drill = db.read_sync(store.find, identity)
    assert drill.state is State.DONE
    assert {table: rows(db, table) for table in LIVE} == before
    shown = [text for phone in stage.network.phones() for text in stage.network.texts_of(phone.number)]
    assert len(shown) == 18 * 5
    assert all(guards.is_marked(text) for text in shown)
    assert all(phone.number.startswith("+81900") for phone in stage.network.phones())


async def test_each_language_gets_its_own_words_the_question_and_the_end(db, clock, stage):
    identity = db.write_sync(store.add, simulated(), clock())
    await play(stage, identity)
    words = catalogue.load()
    for index, tag in enumerate(words.names):
        last, end = stage.network.texts_of(f"+8190{index:08d}")[-2:]
        assert end == wording.ending(words, tag).text
        assert last == wording.question(words, tag).text
        assert wording.questions()[tag].split("1 =")[0].strip()[:6] in last or words.by_tag[tag].fold


async def test_results_of_phones_are_exact_and_called_made_up(db, clock, stage):
    identity = db.write_sync(store.add, simulated(phones=36), clock())
    await play(stage, identity)
    found = db.read_sync(results.read, db.read_sync(store.find, identity))
    assert found.made_up
    assert all(row["texts"] == row["arrived"] == 10 and row["asked"] == 2 for row in found.by_language.values())
    assert all(row["yes"] + row["no"] <= 2 for row in found.by_language.values())


async def test_moments_come_at_their_minute(db, clock, stage):
    identity = db.write_sync(store.add, simulated(phones=1, pace=60), clock())
    told = []
    for _ in range(26):
        await play(stage, identity)
        told.append(sum(len(phone.texts) for phone in stage.network.phones()))
        clock.advance(60)
    assert [told.index(count) for count in (1, 2, 3, 4)] == [0, 10, 20, 25]


def due(db, clock, identity):
    """Whether a tick would do something, and whether it does."""
    said = db.read_sync(playing.is_due, identity, DESK, clock())
    assert db.write_sync(playing.tick, identity, DESK, clock()) is said
    return said


async def test_a_drill_that_waits_paused_or_has_ended_writes_nothing(db, clock, stage):
    identity = db.write_sync(store.add, simulated(phones=1, pace=60), clock())
    assert [due(db, clock, identity), due(db, clock, identity)] == [True, False]  # its first moment
    clock.advance(600)
    assert due(db, clock, identity)
    await play(stage, identity)
    in_force(db, clock, "L4")
    assert [due(db, clock, identity), due(db, clock, identity)] == [True, False]  # paused
    clock.advance(3600)
    assert not due(db, clock, identity)
    db.write_sync(deciding.stop, identity, "user:aoi", clock())
    assert not due(db, clock, identity)
    clock.advance(24 * 3600)
    assert [due(db, clock, identity), due(db, clock, identity)] == [True, False]  # closed


async def test_between_two_moments_a_stage_leaves_the_database_as_it_is(db, clock, stage):
    identity = db.write_sync(store.add, simulated(phones=1, pace=60), clock())
    await play(stage, identity)
    stage.db = stage.phones.db = watched = Watched(db)
    assert (await stage.play(identity), watched.written) == (False, 0)
    clock.advance(600)
    assert (await stage.play(identity), watched.written > 0) == (True, True)


@pytest.mark.parametrize(("grade", "pauses"), [("L2", False), ("L3", True), ("L5", True)])
async def test_a_real_warning_pauses_it(db, clock, stage, grade, pauses):
    identity = db.write_sync(store.add, simulated(phones=1, pace=60), clock())
    await play(stage, identity)
    in_force(db, clock, grade)
    clock.advance(600)
    await play(stage, identity)
    drill = db.read_sync(store.find, identity)
    assert (drill.state is State.PAUSED) is pauses
    assert len(stage.network.texts_of("+819000000000")) == (1 if pauses else 2)
    if pauses:
        assert drill.reason == f"a real warning is in force: flood {grade} in 17204"
        assert db.write_sync(deciding.resume, identity, "user:aoi", PLACES, clock()) is Outcome.WARNED


async def test_what_waits_when_a_warning_comes_is_withdrawn_and_the_rest_comes_later(db, clock, stage):
    identity = db.write_sync(store.add, simulated(phones=3, pace=60), clock())
    db.write_sync(playing.tick, identity, DESK, clock())
    in_force(db, clock, "L4")
    await play(stage, identity)
    assert stage.network.phones() == []
    assert {state for (state,) in db.read_sync(_states)} == {"withdrawn"}
    db.write_sync(lambda c: c.execute("UPDATE in_force SET grade = 'none'"))
    clock.advance(3600)
    assert db.write_sync(deciding.resume, identity, "user:aoi", PLACES, clock()) is Outcome.DONE
    await play(stage, identity)
    assert stage.network.phones() == [], "the next moment comes ten minutes after the first"
    clock.advance(600)
    await play(stage, identity)
    assert len(stage.network.phones()) == 3


def _states(connection):
    return [tuple(row.values()) for row in connection.execute("SELECT state FROM drill_messages")]


async def test_a_warning_elsewhere_pauses_nothing(db, clock, stage):
    in_force(db, clock, "L5", place="13104")
    identity = db.write_sync(store.add, simulated(phones=1), clock())
    await play(stage, identity)
    assert db.read_sync(store.find, identity).state is State.DONE


async def test_it_is_stopped_at_once(db, clock, stage):
    identity = db.write_sync(store.add, simulated(phones=30, pace=60), clock())
    db.write_sync(playing.tick, identity, DESK, clock())
    assert db.write_sync(deciding.stop, identity, "user:aoi", clock()) is Outcome.DONE
    clock.advance(3600)
    await play(stage, identity)
    assert stage.network.phones() == []
    assert db.read_sync(store.find, identity).state is State.STOPPED
    assert db.write_sync(deciding.stop, identity, "user:aoi", clock()) is Outcome.TOO_LATE


async def test_every_step_stands_in_the_log(db, clock, stage):
    identity = db.write_sync(store.add, simulated(phones=1), clock())
    await play(stage, identity)
    actions = db.read_sync(
        lambda c: [r.text("action") for r in c.execute("SELECT action FROM audit_entries ORDER BY number")]
    )
    assert actions == ["drill started", "drill done"]


async def test_a_day_later_only_totals_are_left(db, clock, stage):
    identity = db.write_sync(store.add, simulated(phones=18), clock())
    await play(stage, identity)
    before = db.read_sync(results.read, db.read_sync(store.find, identity))
    clock.advance(25 * 3600)
    await play(stage, identity)
    drill = db.read_sync(store.find, identity)
    assert drill.closed_at is not None
    assert rows(db, "drill_messages") == []
    assert db.read_sync(results.read, drill) == before


def test_what_was_wrong_is_said_between_drill_words_in_every_language(clock):
    words = catalogue.load()
    for kind in (Kind.CORRECTED, Kind.CANCELLED):
        told = Moment(minute=0, hazard=Hazard.HEAVY_RAIN, grade="L3", kind=kind, areas=(WAJIMA,))
        for tag in words.names:
            made = wording.moment(words, PLACES, told, WAJIMA, tag, clock())
            first, *_, last = made.text.split("\n")
            assert first == last
            assert made.segments <= 4


def test_that_it_has_ended_is_there_in_every_language():
    words = catalogue.load()
    assert set(wording.endings()) == set(words.names)
    for tag in words.names:
        made = wording.ending(words, tag)
        assert guards.is_marked(made.text)
        assert made.segments <= 3, tag


async def test_who_was_told_hears_that_a_stopped_drill_has_ended(db, clock, stage):
    told, untold = (db.write_sync(store.add, simulated(phones=1, pace=60), clock()) for _ in range(2))
    await stage.play(told)
    for one in (told, untold):
        assert db.write_sync(deciding.stop, one, "user:aoi", clock()) is Outcome.DONE
        await play(stage, one)
    assert ended(db) == [(told, "delivered")]
    assert not await stage.play(told)


async def test_nothing_is_said_of_a_drill_beside_a_real_warning(db, clock, stage):
    told = db.write_sync(store.add, simulated(phones=1, pace=60), clock())
    await stage.play(told)
    in_force(db, clock, "L4")
    db.write_sync(deciding.stop, told, "user:aoi", clock())
    await play(stage, told)
    assert ended(db) == []


def test_the_question_is_there_in_every_language_and_short():
    words = catalogue.load()
    assert set(wording.questions()) == set(words.names)
    for tag in words.names:
        made = wording.question(words, tag)
        assert guards.is_marked(made.text)
        assert made.segments <= 2, tag
        assert "1 =" in made.text and "2 =" in made.text
