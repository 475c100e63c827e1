"""Phone numbers at rest: sealed to be read back, fingerprinted to be looked up. Owns the key and its file.

The key never stands in the database. Two keys are derived from it, so that neither use weakens the other.
"""

import base64
import binascii
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from subscribers import searching
from subscribers.msisdn import Msisdn

KEY_BYTES = 32
_NONCE_BYTES = 12
#: First byte of what is sealed: a later scheme can be told from this one.
_SCHEME = b"\x01"
_PURPOSE = b"tomoshibi msisdn"
_TEXT_PURPOSE = b"tomoshibi text"


class SealingError(Exception):
    """A sealed number cannot be opened, or the key cannot be used."""


class Sealer:
    """Seals, opens and fingerprints numbers with one key; safe to share between threads."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes, else SealingError."""
        if len(key) != KEY_BYTES:
            raise SealingError(f"the secret key has {len(key)} bytes; expected {KEY_BYTES}")
        self._cipher = AESGCM(_derived(key, b"seal"))
        #: prepared: a copy of it takes a third of the time of a new one
        self._hash_key = _derived(key, b"look up")
        self._hash = HMAC(self._hash_key, hashes.SHA256())
        self._code_key = _derived(key, b"code")
        self._address_key = _derived(key, b"address")
        self._sign_key = _derived(key, b"sign")

    def seal(self, number: Msisdn) -> bytes:
        """The number as it is stored; another result every time."""
        nonce = os.urandom(_NONCE_BYTES)
        return _SCHEME + nonce + self._cipher.encrypt(nonce, number.encode(), _PURPOSE)

    def open(self, sealed: bytes) -> Msisdn:
        """The number again; SealingError if the key is another one, or the bytes are damaged or erased."""
        if sealed[:1] != _SCHEME:
            raise SealingError("no sealed number: it was erased, or sealed by a newer version")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return Msisdn(self._cipher.decrypt(nonce, body, _PURPOSE).decode())
        except (InvalidTag, ValueError) as error:
            raise SealingError(
                "a sealed number does not open: the secret key is not the one it was sealed with"
            ) from error

    def seal_text(self, text: str) -> bytes:
        """What somebody wrote, as it is stored; it does not open as a number."""
        nonce = os.urandom(_NONCE_BYTES)
        return _SCHEME + nonce + self._cipher.encrypt(nonce, text.encode("utf-8", "replace"), _TEXT_PURPOSE)

    def open_text(self, sealed: bytes) -> str:
        """The text again; SealingError if the key is another one or the bytes are damaged."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, _TEXT_PURPOSE).decode()
        except (InvalidTag, ValueError) as error:
            raise SealingError(
                "a sealed text does not open: the secret key is not the one it was sealed with"
            ) from error

    def fingerprint(self, number: Msisdn) -> str:
        """Keyed hash for look-up, 64 hexadecimal digits; always the same for one number."""
        keyed = self._hash.copy()
        keyed.update(number.encode())
        return keyed.finalize().hex()

    def find(
        self, fingerprints: frozenset[str], progress: Callable[[int, int], None] | None = None
    ) -> Mapping[str, Msisdn]:
        """The numbers of fingerprints, by trying all numbers there can be: minutes. For another key alone."""
        found = searching.find(self._hash_key, fingerprints, None, progress)
        return {self.fingerprint(number): number for number in found}

    def code(self, number: Msisdn, salt: str) -> str:
        """The six digits that prove a number; only this key makes them, and another salt makes others."""
        made = hmac.digest(self._code_key, f"{salt} {number}".encode(), "sha256")
        return f"{int.from_bytes(made[:8], 'big') % 1_000_000:06d}"

    def fingerprint_address(self, address: str) -> str:
        """Keyed hash of a network address, for limits."""
        return hmac.digest(self._address_key, address.encode(), "sha256").hex()[:32]

    def sign(self, text: str) -> str:
        """A signature that only this key makes, 64 hexadecimal digits."""
        return hmac.digest(self._sign_key, text.encode("utf-8", "replace"), "sha256").hex()

    def is_signed(self, text: str, signature: str) -> bool:
        """Whether this key made the signature of exactly this text."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode("utf-8", "replace"))

    def fits(self, fingerprint: str, sealed: bytes) -> bool:
        """Whether this key made both of them out of the same number."""
        try:
            return self.fingerprint(self.open(sealed)) == fingerprint
        except SealingError:
            return False


def parse_key(text: str) -> bytes:
    """A key as settings hold it: 64 hexadecimal digits, or 32 bytes in base64. SealingError otherwise."""
    written = text.strip()
    with suppress(ValueError):
        key = bytes.fromhex(written)
        if len(key) == KEY_BYTES:
            return key
    with suppress(binascii.Error, ValueError):
        key = base64.b64decode(written, validate=True)
        if len(key) == KEY_BYTES:
            return key
    raise SealingError("the secret key is unreadable; expected 64 hexadecimal digits or 32 bytes in base64")


def load_or_make_key(path: Path) -> bytes:
    """The key in this file; at the first start a new one, readable by its owner only (mode 600)."""
    with suppress(FileExistsError):
        _make_key(path)
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise SealingError(f"{path}: others may read the key (mode {mode:o}); run: chmod 600 {path}")
    try:
        return parse_key(path.read_text(encoding="ascii"))
    except (SealingError, UnicodeDecodeError) as error:
        raise SealingError(f"{path}: {error}; put the right key file back") from error


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all: nobody can ever meet half a key. FileExistsError if one is there."""
    if path.exists():
        raise FileExistsError(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
        _sync_folder(path.parent)
    finally:
        draft.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _derived(key: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=_PURPOSE + b": " + use).derive(key)
