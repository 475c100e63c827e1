"""The table of states: receipts in any order, doubled and mixed, end the same and never go down."""

from hypothesis import given
from hypothesis import strategies as st

from delivery.states import FOLLOWS, RANK, TOLD, MessageState, after_receipt

REPORTED = st.sampled_from([MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED])
HANDED_OVER = st.sampled_from([MessageState.ACCEPTED, MessageState.SENT, MessageState.UNCERTAIN])


def applied(state, reported):
    for one in reported:
        state = after_receipt(state, one)
    return state


@given(st.sampled_from(MessageState), st.lists(REPORTED))
def test_receipts_never_go_down_in_rank(state, reported):
    ranks = [RANK[applied(state, reported[:count])] for count in range(len(reported) + 1)]
    assert ranks == sorted(ranks)


@given(HANDED_OVER, st.lists(REPORTED), st.randoms(use_true_random=False))
def test_the_order_and_number_of_receipts_do_not_matter(state, reported, random):
    shuffled = [*reported, *reported]
    random.shuffle(shuffled)
    assert applied(state, shuffled) == applied(state, reported)


@given(st.sampled_from([MessageState.QUEUED, MessageState.EXPIRED, MessageState.WITHDRAWN]), st.lists(REPORTED))
def test_no_receipt_revives_what_was_not_handed_over(state, reported):
    assert applied(state, reported) == state


def test_every_state_stands_in_the_tables():
    assert FOLLOWS.keys() == RANK.keys() == set(MessageState)
    assert all(RANK[after] > RANK[state] for state in FOLLOWS for after in FOLLOWS[state] if after != "queued")


def test_who_may_have_read_it_counts_as_told():
    assert TOLD == {"handing", "uncertain", "accepted", "sent", "delivered"}
