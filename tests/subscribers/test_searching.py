"""The number behind a keyed hash is found among those tried, by one process as by several."""

from hypothesis import given
from hypothesis import strategies as st

from subscribers import searching
from subscribers.msisdn import Msisdn
from subscribers.sealing import Sealer
from subscribers.searching import Block, Wanted

SEALER = Sealer(b"o" * 32)
KEY = SEALER._hash_key
NEAR = [Block(prefix=prefix, first=first, last=first + 50) for first in (0, 50) for prefix in ("90", "80")]


@given(st.sampled_from(["90", "80", "70", "60"]), st.integers(0, 99_999_999))
def test_what_is_written_out_hashes_as_the_sealer_does(prefix: str, rest: int) -> None:
    number = Msisdn(f"+81{prefix}{rest:08d}")
    wanted = Wanted(key=KEY, hashes=frozenset({bytes.fromhex(SEALER.fingerprint(number))}))
    assert wanted.among(Block(prefix=prefix, first=rest, last=rest + 1)) == [number]
    assert wanted.among(Block(prefix=prefix, first=rest + 1, last=rest + 2)) == []


def test_all_are_found_and_then_no_more_are_tried() -> None:
    numbers = [Msisdn("+819000000003"), Msisdn("+818000000049")]
    tried: list[tuple[int, int]] = []
    for workers in (1, 2):
        found = searching.find(
            KEY, frozenset(map(SEALER.fingerprint, numbers)), NEAR, lambda *done: tried.append(done), workers=workers
        )
        assert {SEALER.fingerprint(one): one for one in found} == {SEALER.fingerprint(one): one for one in numbers}
    assert tried == [(50, 200), (100, 200)] * 2
    nobody = frozenset({"0" * 64})
    assert searching.find(KEY, nobody, NEAR, workers=1) == []


def test_every_number_is_tried_once() -> None:
    blocks = list(searching.every_number())
    assert sum(map(len, blocks)) == 400_000_000
    assert len({(block.prefix, block.first) for block in blocks}) == len(blocks)


def test_where_nobody_stopped_nothing_is_tried() -> None:
    assert SEALER.find(frozenset()) == {}
