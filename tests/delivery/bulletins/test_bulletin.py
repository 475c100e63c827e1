"""Which bulletin follows from the state: an Alert, Updates, one end, each naming what it replaces."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.vocabulary import Hazard, Kind, MsgType
from delivery.bulletins import bulletin
from delivery.bulletins.bulletin import AGAIN, HOLDS, Bulletin, Chain, Now, Standing, Word

NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)
RAIN = Chain(hazard=Hazard.HEAVY_RAIN, event="", prefecture="17")
QUAKE = Chain(hazard=Hazard.EARTHQUAKE, event="e1", prefecture="17")


class History:
    """The bulletins of one chain, as a publisher makes them."""

    def __init__(self, chain: Chain = RAIN) -> None:
        self.chain = chain
        self.made: list[Bulletin] = []

    def look(self, state: Now, now: datetime) -> Bulletin | None:
        last = self.made[-1] if self.made else None
        earlier = [one for one in self.made if last and one.number >= last.first_number]
        one = bulletin.following(self.chain, last, state, earlier, now)
        if one is not None:
            self.made.append(one)
        return one


def state(now: datetime = NOON, ends_at: datetime | None = None, **grades: str) -> Now:
    return Now(
        words={
            place.removeprefix("p"): Word(kind=Kind.NEW, grade=grade, issued=now, ends_at=ends_at)
            for place, grade in grades.items()
        }
    )


def after(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def test_nothing_in_force_needs_no_bulletin() -> None:
    assert History().look(state(), NOON) is None


def test_the_same_again_needs_none() -> None:
    history = History()
    history.look(state(p17204="L3"), NOON)
    assert history.look(state(after(1), p17204="L3"), after(1)) is None


def test_each_names_the_first_and_all_that_still_hold() -> None:
    history = History()
    for hour, grade in enumerate(("L3", "L4", "L5", "L4")):
        history.look(state(p17204=grade), after(hour * 10))
    references = [[one.identifier for one in each.references] for each in history.made]
    first, second, third, _ = (one.identifier for one in history.made)
    assert [one.msg_type for one in history.made] == [MsgType.ALERT, *[MsgType.UPDATE] * 3]
    # 30 hours later the first has expired and is named all the same, the second one is still held for true
    assert references == [[], [first], [first, second], [first, second, third]]
    end = history.look(Now(words={}, ends={"17204": (Kind.LIFTED, after(60))}), after(60))
    assert end is not None
    assert [one.identifier for one in end.references] == [first]


def test_an_end_is_an_update_and_what_was_wrong_a_cancel() -> None:
    lifted, cancelled = History(), History()
    for history, kind in ((lifted, Kind.LIFTED), (cancelled, Kind.CANCELLED)):
        history.look(state(p17204="L4"), NOON)
        history.look(Now(words={}, ends={"17204": (kind, after(1))}), after(1))
    assert (lifted.made[-1].msg_type, cancelled.made[-1].msg_type) == (MsgType.UPDATE, MsgType.CANCEL)
    assert lifted.made[-1].standing is cancelled.made[-1].standing is Standing.ENDED
    assert [word.grade for word in lifted.made[-1].words.values()] == ["L4"]


def test_what_comes_after_an_end_is_a_new_alert() -> None:
    history = History()
    history.look(state(p17204="L4"), NOON)
    history.look(Now(words={}), after(1))
    again = history.look(state(p17204="L3"), after(2))
    assert again is not None
    assert (again.msg_type, again.references, again.first_number) == (MsgType.ALERT, (), again.number)


def test_what_ends_by_time_ends_in_silence() -> None:
    history = History(QUAKE)
    alert = history.look(state(ends_at=after(3), p17204="6+"), NOON)
    assert alert is not None
    assert alert.expires == after(3)
    assert history.look(Now(words={}), after(3)) is None
    assert history.look(state(after(5), ends_at=after(8), p17204="4"), after(5)) is not None
    assert history.made[-1].msg_type is MsgType.ALERT


def test_what_must_be_lifted_is_said_again_in_time() -> None:
    history = History()
    alert = history.look(state(p17204="L4"), NOON)
    assert alert is not None
    assert alert.expires == NOON + HOLDS
    assert history.look(state(p17204="L4"), NOON + HOLDS - AGAIN - timedelta(minutes=1)) is None
    again = history.look(state(p17204="L4"), NOON + HOLDS - AGAIN)
    assert again is not None
    assert (again.msg_type, again.expires) == (MsgType.UPDATE, NOON + HOLDS - AGAIN + HOLDS)


def test_what_waits_for_two_people_changes_nothing_yet() -> None:
    history = History()
    history.look(state(p17204="L2"), NOON)
    waiting = Now(words={}, held=frozenset({"17204"}))
    assert history.look(waiting, after(1)) is None
    assert History().look(waiting, after(1)) is None


_GRADES = st.dictionaries(
    st.sampled_from(["17201", "17204", "17205"]), st.sampled_from(["L2", "L3", "L4", "L5"]), max_size=3
)


@given(st.lists(st.tuples(_GRADES, st.integers(0, 30)), max_size=12))
def test_whoever_reads_them_knows_what_is_in_force(steps: list[tuple[dict[str, str], int]]) -> None:
    """A reader that drops what a message refers to, and what expires, holds the state and nothing beside it."""
    history, held, now = History(), {}, NOON
    for grades, hours in steps:
        now += timedelta(hours=hours, seconds=1)
        one = history.look(state(NOON, **{f"p{place}": grade for place, grade in grades.items()}), now)
        if one is not None:
            for reference in one.references:
                held.pop(reference.identifier, None)
            held[one.identifier] = one
            assert one.sent <= now
            assert one.sent < one.expires
            first = history.made[one.first_number - 1]
            assert first.msg_type is MsgType.ALERT
            assert (one.msg_type is MsgType.ALERT) == (first is one)
            assert [each.identifier for each in one.references][:1] == ([] if first is one else [first.identifier])
        valid = [each for each in held.values() if each.expires > now and each.standing is Standing.STANDING]
        told = {place: word.grade for each in valid for place, word in each.words.items()}
        assert told == grades
        assert len(valid) <= 1
    assert len({one.identifier for one in history.made}) == len(history.made)
