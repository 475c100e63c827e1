"""Sealed numbers, fingerprints, and the key file."""

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import sealing
from subscribers.msisdn import Msisdn
from subscribers.sealing import SealingError
from tests.subscribers.builders import a_sealer

NUMBER = Msisdn("+819000001234")


@given(st.text(max_size=40))
def test_what_is_sealed_opens_again(text: str) -> None:
    sealer = a_sealer()
    assert sealer.open(sealer.seal(Msisdn(text))) == text


def test_sealing_twice_gives_two_results_without_the_number_in_them() -> None:
    sealer = a_sealer()
    first, second = sealer.seal(NUMBER), sealer.seal(NUMBER)
    assert first != second
    assert b"9000001234" not in first


def test_a_fingerprint_is_the_one_that_databases_hold() -> None:
    stored = "43bd89da951505b56cc1802a0b80b8d10e8c334574c607da9a09b657f6a77917"
    sealer = a_sealer()
    assert [sealer.fingerprint(Msisdn("+819000001234")) for _ in range(2)] == [stored, stored]


def test_a_fingerprint_is_the_same_for_one_key_and_another_for_another_key() -> None:
    assert a_sealer().fingerprint(NUMBER) == a_sealer().fingerprint(NUMBER)
    assert a_sealer().fingerprint(NUMBER) != a_sealer(8).fingerprint(NUMBER)
    assert a_sealer().fingerprint(NUMBER) != a_sealer().fingerprint(Msisdn("+819000001235"))


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealingError, match="secret key is not the one"):
        a_sealer(8).open(a_sealer().seal(NUMBER))


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x02" + b"x" * 40, b"\x01" + b"x" * 40])
def test_damaged_bytes_do_not_open(damage: bytes) -> None:
    with pytest.raises(SealingError):
        a_sealer().open(damage)


def test_a_changed_byte_is_noticed() -> None:
    sealed = bytearray(a_sealer().seal(NUMBER))
    sealed[-1] ^= 1
    with pytest.raises(SealingError):
        a_sealer().open(bytes(sealed))


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(SealingError, match="expected 32"):
        sealing.Sealer(b"k" * length)


@pytest.mark.parametrize("text", ["07" * 32, "07" * 32 + "\n", " BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc= "])
def test_a_key_is_read_from_hexadecimal_digits_or_base64(text: str) -> None:
    assert sealing.parse_key(text) == b"\x07" * 32


@pytest.mark.parametrize("text", ["", "secret", "07" * 31, "zz" * 32, "07" * 33])
def test_any_other_key_text_is_refused(text: str) -> None:
    with pytest.raises(SealingError, match="expected 64 hexadecimal digits"):
        sealing.parse_key(text)


def test_the_first_start_makes_a_key_for_its_owner_only_and_the_next_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "tomoshibi.key"
    key = sealing.load_or_make_key(path)
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sealing.load_or_make_key(path) == key
    assert [found.name for found in path.parent.iterdir()] == ["tomoshibi.key"]


def test_two_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "tomoshibi.key"
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(sealing.load_or_make_key(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tomoshibi.key"
    sealing.load_or_make_key(path)
    path.chmod(0o644)
    with pytest.raises(SealingError, match="chmod 600"):
        sealing.load_or_make_key(path)


@pytest.mark.parametrize("content", [b"", b"half a key", b"\xff\xfe"])
def test_a_damaged_key_file_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tomoshibi.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SealingError, match="put the right key file back"):
        sealing.load_or_make_key(path)
    assert path.read_bytes() == content
