"""Wrong passwords, counted by who tries: somebody who guesses shuts out themself, not the person whose name they use.

Owns the limits of a known browser and of a network address, in memory for as long as they last, and the mark of a
known browser: signed, for one account and its present password, stored nowhere.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from subscribers.sealing import Sealer
from web.accounts.store import LOCKED_FOR, User

#: wrong passwords for one account in a row until its owner's browser, or an address, has to rest
MOST: Final = 5
#: wrong passwords of one address for whatever accounts
MOST_OF_ADDRESS: Final = 30
#: a browser is known for so long after a sign-in
KNOWN_FOR: Final = timedelta(days=180)
#: whoever is counted at most: a flood of addresses must not fill the memory
_REMEMBERED: Final = 20_000
_ALL: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who tries to sign in."""

    #: a browser from which this account has signed in
    known: bool
    #: its mark, or the network address
    key: str


@dataclass(slots=True)
class Tries:
    """What one process remembers; a right password clears it."""

    _failed: dict[tuple[Origin, str], tuple[int, datetime]] = field(default_factory=dict)

    def rest(self, origin: Origin, name: str, now: datetime) -> bool:
        """Whether they have to rest, so that not even the right password is looked at."""
        return self._count(origin, name, now) >= MOST or self._count(origin, _ALL, now) >= MOST_OF_ADDRESS

    def failed(self, origin: Origin, name: str, now: datetime) -> bool:
        """Count a wrong password; whether they rest from now on."""
        if len(self._failed) >= _REMEMBERED:
            self._failed = {key: kept for key, kept in self._failed.items() if now < kept[1] + LOCKED_FOR}
            if len(self._failed) >= _REMEMBERED // 2:  # the newest half, so that this is done seldom
                self._failed = dict(list(self._failed.items())[-_REMEMBERED // 2 :])
        for key in (name, _ALL):
            self._failed[origin, key] = (self._count(origin, key, now) + 1, now)
        return self.rest(origin, name, now)

    def right(self, origin: Origin, name: str) -> None:
        """The password was right."""
        self._failed.pop((origin, name), None)

    def _count(self, origin: Origin, name: str, now: datetime) -> int:
        count, at = self._failed.get((origin, name), (0, now))
        return count if now < at + LOCKED_FOR else 0


def mark(sealer: Sealer, user: User, now: datetime) -> str:
    """What a browser keeps to be known as this user's."""
    said = f"{int(now.timestamp())}.{secrets.token_hex(8)}"
    return f"{said}.{sealer.sign(_of(user, said))}"


def origin(sealer: Sealer, user: User | None, marked: str, address: str, now: datetime) -> Origin:
    """Who tries to sign in as a user: their own browser, or somebody at an address ('' for this machine)."""
    said, _, signature = marked.rpartition(".")
    made, _, _ = said.partition(".")
    if user is not None and sealer.is_signed(_of(user, said), signature):
        if datetime.fromtimestamp(int(made), tz=now.tzinfo) + KNOWN_FOR > now:
            return Origin(known=True, key=said)
    return Origin(known=False, key=address)


def _of(user: User, said: str) -> str:
    password = hashlib.sha256(user.password_hash.encode()).hexdigest()
    return f"browser {user.id} {password} {said}"
