"""Whatever happens in some places: nobody is told the same twice, and whoever was told hears of the end."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import hazards
from alerts.changes import Cause, PlaceChange
from alerts.report import Facts
from alerts.vocabulary import NONE, Hazard, Kind
from delivery import ledger, outbox
from delivery.ledger import Standing, Text
from delivery.states import MessageState
from delivery.telling import Excluded, Person, tell, wants
from storage import database
from tests.conftest import FakeClock
from tests.delivery.builders import NOTO, SUZU, WAJIMA, a_person, a_service, move, set_state

START = datetime(2026, 11, 23, tzinfo=UTC)
PLACES = (WAJIMA, SUZU, NOTO)
LIFTED = st.sampled_from([Hazard.LANDSLIDE, Hazard.STORM, Hazard.TSUNAMI])


def grades_of(hazard):
    return st.sampled_from([NONE, *hazards.rule(hazard).grades])


def steps_of(hazard):
    return st.lists(
        st.tuples(st.dictionaries(st.sampled_from(PLACES), grades_of(hazard), min_size=1), st.sampled_from(Cause)),
        max_size=12,
    )


class Told:
    """One person told by `tell` alone, every text arriving at once."""

    def __init__(self, rule, person):
        self.rule, self.person = rule, person
        self.standings = {}
        self.texts = []
        self.shown = {}

    def change(self, grades, cause, revision, now):
        changes = {}
        for place, grade in grades.items():
            before = self.standings[place].grade if place in self.standings else NONE
            if before != grade:
                changes[place] = PlaceChange(
                    place=place, before=before, after=grade, cause=cause, facts=Facts(), higher=False, issued=now
                )
                self.standings[place] = Standing(grade=grade, revision=revision)
        known = ledger.fold(self.rule, self.texts, self.standings)
        answer = tell(self.rule, changes, self.person, known.told, None, now)
        if not isinstance(answer, Excluded):
            for telling in answer:
                self.receive(telling, revision, now)
            assert answer[-1].told == {place: grade for place, grade in self.shown.items() if grade != NONE}

    def receive(self, telling, revision, now):
        over = telling.kind in (Kind.LIFTED, Kind.CANCELLED)
        state = {place: NONE if over else grade for place, grade in telling.places}
        for place, grade in state.items():
            assert self.shown.get(place, NONE) != grade, f"told twice of {place} {grade}"
            assert grade == NONE or grade == self.standings[place].grade
        self.shown |= state
        first = telling.places[0]
        self.texts.append(
            Text(
                state=MessageState.DELIVERED,
                kind=telling.kind,
                place=first[0],
                grade=first[1],
                told="" if len(telling.places) == 1 else str(dict(telling.places)).replace("'", '"'),
                revision=revision,
                language=telling.language,
                at=now,
            )
        )


@given(
    st.data(),
    LIFTED,
    st.lists(st.sampled_from(PLACES), min_size=1, unique=True),
    st.sampled_from(["L2", "L3", "L4"]),
)
def test_nobody_hears_the_same_twice_and_everybody_hears_the_end(data, hazard, places, min_level):
    rule = hazards.rule(hazard)
    person = Person(places=tuple(places), languages=dict.fromkeys(places, "en"), min_level=min_level)
    told = Told(rule, person)
    for revision, (grades, cause) in enumerate(data.draw(steps_of(hazard))):
        told.change(grades, cause, revision, START + timedelta(hours=revision))
        for place in places:
            grade = told.standings[place].grade if place in told.standings else NONE
            if wants(rule, grade, min_level):
                assert told.shown.get(place, NONE) == grade, "somebody was not told"
    told.change(dict.fromkeys(PLACES, NONE), Cause.ISSUED, 99, START + timedelta(days=1))
    assert set(told.shown.values()) <= {NONE}


@given(st.data(), st.lists(st.sampled_from(PLACES), min_size=1, unique=True))
def test_an_earthquake_is_told_once_and_more_only_for_a_full_step_or_its_withdrawal(data, places):
    rule = hazards.rule(Hazard.EARTHQUAKE)
    person = Person(places=tuple(places), languages=dict.fromkeys(places, "en"), min_level="L3")
    steps = data.draw(st.lists(st.dictionaries(st.sampled_from(PLACES), grades_of(Hazard.EARTHQUAKE), min_size=1)))
    before, known, texts = {}, None, []
    for grades in steps:
        changes = {
            place: PlaceChange(
                place=place,
                before=before.get(place, NONE),
                after=grade,
                cause=Cause.ISSUED,
                facts=Facts(),
                higher=False,
                issued=START,
            )
            for place, grade in grades.items()
            if before.get(place, NONE) != grade
        }
        before |= grades
        answer = tell(rule, changes, person, known, None, START)
        for telling in () if isinstance(answer, Excluded) else answer:
            texts.append(telling)
            known = ledger.Told(grades=telling.told, language="en", at=START)
    assert all(telling.kind in (Kind.NEW, Kind.RAISED) for telling in texts)
    for place in PLACES:
        heard = [rule.step(grade) for telling in texts for where, grade in telling.places if where == place]
        assert heard == sorted(set(heard)), "each text about a place is a full step above the one before"


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(
            st.just("state"),
            st.dictionaries(st.sampled_from(PLACES), st.sampled_from([NONE, "L2", "L3", "L4", "L5"]), min_size=1),
            st.sampled_from(Cause),
        ),
        st.tuples(st.just("plan")),
        st.tuples(st.just("claim"), st.integers(1, 3)),
        st.tuples(st.just("send")),
        st.tuples(st.just("join"), st.lists(st.sampled_from(PLACES), min_size=1, unique=True)),
        st.tuples(st.just("move"), st.integers(0, 3), st.sampled_from(PLACES)),
        st.tuples(st.just("wait"), st.sampled_from([60, 3 * 3600])),
    ),
    min_size=3,
    max_size=25,
)


@pytest.fixture
def fresh_database(tmp_path_factory):
    def make():
        return database.open(tmp_path_factory.mktemp("property") / "tomoshibi.db")

    return make


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(OPERATIONS)
def test_the_same_holds_however_planning_sending_and_changes_interleave(fresh_database, operations):
    asyncio.run(play(fresh_database(), operations))


async def play(db, operations):
    game = Game(db)
    for name, *arguments in operations:
        game.clock.advance(1)
        await getattr(game, name)(*arguments)
    await finish(db, game.clock, game.service, game.landslides)
    db.close_sync()


class Game:
    """What can happen, each as one move."""

    def __init__(self, db):
        self.db, self.clock = db, FakeClock(START)
        self.service = a_service(db, self.clock)
        self.landslides = {}
        self.people = [a_person(db, 0, WAJIMA), a_person(db, 1, WAJIMA, SUZU), a_person(db, 2, NOTO, SUZU, WAJIMA)]
        self.people.append(a_person(db, 3, SUZU, min_level="L4"))

    async def state(self, grades, cause):
        fresh = {place: grade for place, grade in grades.items() if self.landslides.get(place, NONE) != grade}
        self.landslides |= fresh
        if fresh:
            set_state(self.db, fresh, self.clock(), cause=cause)

    async def plan(self):
        self.service.plan()

    async def claim(self, limit):
        """A few texts leave while others stay queued."""
        sender = self.service.sender
        claimed = await self.db.write(outbox.claim, self.clock(), limit)
        await sender._hand_over_all(claimed.texts)
        await sender._land()
        await sender._recorder.flush()

    async def send(self):
        await self.service.send()

    async def join(self, places):
        self.people.append(a_person(self.db, len(self.people), *places, newcomer=True, now=self.clock()))

    async def move(self, index, place):
        move(self.db, self.people[index], place, now=self.clock())

    async def wait(self, seconds):
        self.clock.advance(seconds)


async def finish(db, clock, service, state):
    """Everybody hears what is in force now; then all is lifted, and every phone shows that nothing is left."""
    await service.run()
    assert service.network.totals().told_twice == 0
    check_everybody_knows(db, service, state)
    over = {place: NONE for place, grade in state.items() if grade != NONE}
    clock.advance(1)
    if over:
        set_state(db, over, clock())
    await service.run()
    assert service.network.totals().told_twice == 0
    assert set(service.network._shown.values()) <= {NONE}


def check_everybody_knows(db, service, state):
    rule = hazards.rule(Hazard.LANDSLIDE)
    rows = db.read_sync(
        lambda c: c.execute(
            "SELECT s.number_sealed, r.places, r.min_level FROM registrations r"
            " JOIN subscribers s ON s.id = r.subscriber_id"
        )
    )
    for row in rows:
        number = row.blob("number_sealed").decode()
        for place in row.text("places").split(","):
            grade = state.get(place, NONE)
            if wants(rule, grade, row.text("min_level")):
                assert service.network._shown.get((number, f"landslide//{place}")) == grade
