"""Passwords: hashed, never too short, never the name."""

import pytest

from web.accounts import passwords
from web.accounts.passwords import Weakness


def test_a_password_fits_its_hash_and_no_other_does() -> None:
    kept = passwords.hashed("snow on the pine")
    assert kept.startswith("$argon2id$")
    assert passwords.fits(kept, "snow on the pine")
    assert not passwords.fits(kept, "snow on the vine")
    assert not passwords.fits("no hash", "snow on the pine")


def test_looking_for_nobody_is_work_like_looking_for_somebody() -> None:
    """Another form would be refused at once, and tell that there is no such user."""
    kind, hashed = passwords.NOBODY.split("$"), passwords.hashed("a password").split("$")
    assert (kind[:-2], [len(part) for part in kind]) == (hashed[:-2], [len(part) for part in hashed])
    assert not passwords.fits(passwords.NOBODY, "a password")


def test_one_time_passwords_differ_and_are_long_enough() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    assert not [one for one in made if passwords.weakness(one, "chie")]


@pytest.mark.parametrize(
    ("password", "reason"),
    [("short", Weakness.SHORT), ("chie" * 5, Weakness.EASY), ("a" * 20, Weakness.EASY), ("x1y2z3" * 60, Weakness.LONG)],
)
def test_weak_ones_are_refused_with_the_reason(password: str, reason: Weakness) -> None:
    assert passwords.weakness(password, "chie") is reason
