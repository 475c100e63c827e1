"""Passwords: Argon2id hashes. The only door to argon2. Slow on purpose: call it in a thread, never on the loop."""

import base64
import secrets
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
MAX_LENGTH = 256
#: letters and digits that nobody confuses when reading them out
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()


def _random(length: int) -> str:
    """Random bytes as an Argon2 hash writes them."""
    return base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")


#: Verified where there is no such user, so that the time of an answer does not tell who exists: a hash of no password
#: anybody knows, put together and not reckoned, since that takes most of a second of every start.
NOBODY = (
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${_random(_hasher.salt_len)}${_random(_hasher.hash_len)}"
)


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _hasher.hash(password)


def fits(password_hash: str, password: str) -> bool:
    """Whether this is the password."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def one_time() -> str:
    """A password to be shown once and replaced at the first sign-in: 80 bits in four groups."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


class Weakness(StrEnum):
    """Why a password is not taken; a key of [password] in the console's words."""

    SHORT = "short"
    LONG = "long"
    EASY = "easy"


def weakness(password: str, name: str) -> Weakness | None:
    """What is wrong with it as a new password; None for nothing (NIST SP 800-63B: length, nothing about signs)."""
    if len(password) < MIN_LENGTH:
        return Weakness.SHORT
    if len(password) > MAX_LENGTH:
        return Weakness.LONG
    if name.casefold() in password.casefold() or len(set(password)) < 5:
        return Weakness.EASY
    return None
