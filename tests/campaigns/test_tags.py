"""A campaign for a tag reaches those who ticked it, and those of a group of the municipality that is called so."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaigns import deciding, fitting, previews, reaching
from campaigns.calendar import Every, Rhythm
from campaigns.lessons import choosing, facts
from campaigns.plan import Audience
from delivery.byhand.signing import Person
from storage.database import Database
from subscribers import intake, own
from subscribers.intake import Declaration
from subscribers.own import Consent
from subscribers.registration import Registration
from subscribers.tags import Tag
from tests.campaigns.planning import OFFICE, a_plan, desk, japan, look
from tests.conftest import FakeClock
from tests.delivery.builders import SUZU, WAJIMA, a_service
from tests.subscribers.builders import a_csv, a_reader, a_sealer

FIRST, INLAND = date(2027, 5, 11), "20202"


def _ticked(db: Database, clock: FakeClock, index: int, *tags: Tag, place: str = WAJIMA) -> None:
    """Somebody who registered themself."""
    wanted = Registration(language="en", places=(place,), tags=tags)
    consent = Consent(wording="test", language="en", way="page")
    db.write_sync(own.register, (f"hash{index}", b"sealed"), wanted, consent, clock())


def test_who_ticked_it_and_whose_group_it_is_are_reached(db: Database, clock: FakeClock) -> None:
    _ticked(db, clock, 1, Tag.NEAR_SLOPE, Tag.STUDENT)
    _ticked(db, clock, 2, Tag.STUDENT)
    _ticked(db, clock, 3, Tag.NEAR_SLOPE, place=SUZU)
    _ticked(db, clock, 4)
    rows = [("+819000000005", "vi", WAJIMA, "near_slope"), ("+819000000006", "my", WAJIMA, "near_slope_side")]
    data = a_csv(*rows, header=("phone", "language", "municipality", "groups"))
    result = intake.import_residents(
        db, data, a_reader(WAJIMA), a_sealer(), declaration=Declaration(wording="test"), clock=clock
    )
    assert result.clean, result
    near = Audience(places=(WAJIMA,), tags=("near_slope",))
    assert _by_language(db, near, WAJIMA) == {"en": 1, "vi": 1}
    assert len(db.read_sync(reaching.page, WAJIMA, WAJIMA, 0, 100, clock())) == 5
    students = Audience(places=(WAJIMA,), tags=("student",))
    assert _by_language(db, students, WAJIMA) == {"en": 2}
    # other words stand for groups of the municipality alone
    other = Audience(places=(WAJIMA,), groups=("near_slope_side",))
    assert _by_language(db, other, WAJIMA) == {"my": 1}
    assert _by_language(db, other, SUZU) == {}
    # as people read them: wide or narrow, large or small
    wide = Audience(places=(WAJIMA,), groups=(" ＮＥＡＲ_Slope_side",))
    assert _by_language(db, wide, WAJIMA) == {"my": 1}


def _by_language(db: Database, audience: Audience, home: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one, people in db.read_sync(reaching.readers, audience, home).items():
        found[one.language] += people
    assert found.total() == db.read_sync(reaching.people, audience, home)
    return dict(found)


async def test_each_gets_what_fits_them_once_and_nobody_the_same_twice(db: Database, clock: FakeClock) -> None:
    clock.now = japan(FIRST, 8)
    service = a_service(db, clock)
    _ticked(db, clock, 1)
    _ticked(db, clock, 2, Tag.FAMILY_WITH_BABY)
    _ticked(db, clock, 3, Tag.NEAR_SLOPE, place=INLAND)
    who = Person(name="user:aoi", may=frozenset({WAJIMA, INLAND}))
    plan = replace(
        a_plan(WAJIMA, INLAND, start=FIRST, rhythm=Rhythm(every=Every.WEEKS), times=40), lessons=(fitting.FITTING,)
    )
    shown = db.read_sync(previews.of, plan, WAJIMA, desk().teller, 100)
    assert sum(one.people for one in shown.lessons) == shown.people == 3
    assert all(one.in_steps for one in shown.lessons), "what a few get does not follow from what others get"
    made = db.write_sync(deciding.submit, plan, who, OFFICE, clock())
    assert isinstance(made, deciding.Planned)
    for week in range(16):
        clock.now = japan(FIRST + timedelta(weeks=week), 10)
        await look(service, per_month=9)
    rows = db.read_sync(
        lambda c: c.execute("SELECT subscriber_id, grade FROM messages WHERE kind = 'lesson' ORDER BY subscriber_id")
    )
    told: dict[int, list[str]] = {}
    for row in rows:
        told.setdefault(row.integer("subscriber_id"), []).append(row.text("grade"))
    baby, slope = (one for one in map(set, told.values()) if one & {"baby_kit", "slope_room"})
    assert all(len(one) == len(set(one)) == 16 for one in told.values())
    assert ("tsunami_run" in baby, "baby_kit" in baby, "slope_room" in baby) == (True, True, False)
    assert ("tsunami_run" in slope, "baby_kit" in slope, "slope_room" in slope) == (False, False, True)


@given(
    ticked=st.frozensets(st.sampled_from(list(Tag))),
    code=st.sampled_from([WAJIMA, INLAND, "46201", "99999"]),
    day=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    told=st.frozensets(st.sampled_from(sorted(facts.load()))),
)
def test_what_fits_is_needed_there_and_new(ticked: frozenset[Tag], code: str, day: date, told: frozenset[str]) -> None:
    one = fitting.reader("en", [code], ",".join(ticked), "")
    found = fitting.lesson(fitting.FITTING, one, day, told, sorted(facts.load()))
    if found is None:
        return
    lesson = facts.load()[found]
    assert found not in told
    assert not lesson.needs or lesson.needs & (ticked | choosing.load().of_place(code))
    assert not lesson.months or day.month in lesson.months
    assert fitting.lesson("water", one, day, told, ()) == "water"
