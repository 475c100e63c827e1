"""Signs and checks requests between programs: HMAC-SHA256 over id, time and body. Pure.

The scheme of Standard Webhooks (version 1): headers `webhook-id`, `webhook-timestamp` (seconds since 1970) and
`webhook-signature` (`v1,` and base64, several separated by spaces); a secret is `whsec_` and base64.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: clocks differ, and networks are slow; what is older may be a replay
TOLERANCE = timedelta(minutes=5)
PREFIX = "whsec_"
#: bytes of a key
SHORTEST_KEY = 24


def key_of(secret: str) -> bytes:
    """The bytes of a secret. ValueError where it is no secret of this scheme, or a short one."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"expected {PREFIX} and base64") from None
    if not secret.startswith(PREFIX) or len(key) < SHORTEST_KEY:
        raise ValueError(f"expected {PREFIX} and base64 of at least {SHORTEST_KEY} random bytes")
    return key


def secret_of(key: bytes) -> str:
    """The opposite of `key_of`."""
    return PREFIX + base64.b64encode(key).decode("ascii")


def sign(secret: str, identity: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a request."""
    seconds = str(int(at.timestamp()))
    return {ID: identity, TIMESTAMP: seconds, SIGNATURE: f"v1,{_digest(secret, identity, seconds, body)}"}


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether a request was signed with this secret, not long ago."""
    identity, seconds = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not identity or not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        return False
    if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        return False
    right = f"v1,{_digest(secret, identity, seconds, body)}".encode()
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace").split()
    return any([hmac.compare_digest(right, one) for one in given[:10]])


def _digest(secret: str, identity: str, seconds: str, body: bytes) -> str:
    signed = f"{identity}.{seconds}.".encode("utf-8", "replace") + body
    return base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode("ascii")
