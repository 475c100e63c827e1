"""The state is a function of the set of messages."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.cap import folding
from feeds.cap.message import Key
from feeds.cap.understanding import Does, Word
from tests.feeds.cap.messages import AT, SUZU, WAJIMA


def word(name: str, minutes: int, *refers: str, does: Does = Does.SAYS, **places: str) -> Word:
    return Word(
        key=Key("s", name),
        sent=AT + timedelta(minutes=minutes),
        does=does,
        references=tuple(Key("s", other) for other in refers),
        places={place.removeprefix("p"): grade for place, grade in places.items()},
        valid_until=AT + timedelta(days=1),
    )


def grades(*words: Word) -> dict[str, str]:
    return {place: held.grade for place, held in folding.fold(words).items()}


def test_the_newest_of_a_chain() -> None:
    first, second = word("a", 0, p17204="elderly"), word("b", 5, "a", p17204="order")
    assert grades(second, first) == {WAJIMA: "order"}


def test_what_an_update_does_not_name_stays() -> None:
    assert grades(word("a", 0, p17204="order", p17205="elderly"), word("b", 5, "a", p17204="emergency")) == {
        WAJIMA: "emergency",
        SUZU: "elderly",
    }


def test_chains_stand_beside_each_other() -> None:
    river, slope = word("a", 0, p17204="order"), word("b", 5, p17204="elderly")
    assert grades(river, slope) == {WAJIMA: "order"}
    assert grades(river, slope, word("c", 9, "b", p17204="none")) == {WAJIMA: "order"}
    assert grades(river, slope, word("c", 9, "a", p17204="none")) == {WAJIMA: "elderly"}


def test_a_cancel_that_names_the_first_only_ends_the_chain() -> None:
    chain = (word("a", 0, p17204="elderly"), word("b", 5, "a", p17204="order"))
    held = folding.fold([*chain, word("c", 9, "a", does=Does.CANCELS)])[WAJIMA]
    assert (held.grade, held.withdrawn) == ("none", True)
    held = folding.fold([*chain, word("c", 9, "a", does=Does.LIFTS)])[WAJIMA]
    assert (held.grade, held.withdrawn) == ("none", False)


def test_what_was_sent_after_a_cancel_counts() -> None:
    assert grades(
        word("a", 0, p17204="order"), word("c", 5, "a", does=Does.CANCELS), word("d", 9, "a", p17204="elderly")
    ) == {WAJIMA: "elderly"}


def test_a_cancel_of_something_unknown_says_nothing() -> None:
    assert grades(word("c", 5, "a", does=Does.CANCELS)) == {}


_PLACES = st.dictionaries(
    st.sampled_from([WAJIMA, SUZU]), st.sampled_from(["elderly", "order", "emergency", "none"]), min_size=1
)
_WORDS = st.lists(
    st.tuples(st.integers(0, 20), st.lists(st.integers(0, 7), max_size=2), st.sampled_from(Does), _PLACES), max_size=8
)


@given(_WORDS, st.randoms())
def test_order_and_repetition_do_not_matter(rows, random) -> None:
    words = [
        Word(
            key=Key("s", str(number)),
            sent=AT + timedelta(minutes=minutes),
            does=does,
            references=tuple(Key("s", str(other)) for other in refers),
            places=places if does is Does.SAYS else {},
            valid_until=AT + timedelta(days=1),
        )
        for number, (minutes, refers, does, places) in enumerate(rows)
    ]
    shuffled = [*words, *words[:3]]
    random.shuffle(shuffled)
    assert folding.fold(shuffled) == folding.fold(words)


@given(_WORDS)
def test_nothing_is_in_force_that_no_message_says(rows) -> None:
    words = [
        word(str(number), minutes, does=does, **({f"p{p}": g for p, g in places.items()} if does is Does.SAYS else {}))
        for number, (minutes, _, does, places) in enumerate(rows)
    ]
    for place, held in folding.fold(words).items():
        assert held.grade == "none" or any(each.places.get(place) == held.grade for each in words)
