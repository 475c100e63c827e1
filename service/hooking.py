"""Webhooks of a service: who tells, and the secret of each, which stands nowhere."""

from datetime import timedelta

from alerts.places import PlaceTable
from delivery.hooks import signature
from delivery.hooks.store import Hook
from delivery.hooks.telling import HookTeller
from service import opening
from service.clock import Clock
from service.parts import Parts
from storage.database import Database
from subscribers.sealing import Sealer


def secret(sealer: Sealer, hook: Hook) -> str:
    """Made of the service's key: another key is another secret."""
    return signature.secret_of(bytes.fromhex(sealer.sign(f"webhook {hook.name} {hook.salt}")))


def teller(parts: Parts, db: Database, places: PlaceTable) -> HookTeller:
    """`db` as it is given to what one process does at a time."""
    return HookTeller(
        db=db,
        places=places,
        clock=parts.clock,
        secret=lambda hook: secret(parts.sealer, hook),
        public_url=parts.settings.public_url,
        private=parts.settings.hooks_private,
        user_agent=opening.USER_AGENT,
    )


def schedule(clock: Clock, found: HookTeller) -> None:
    """Each is a look at rows, so a missed one loses nothing."""
    clock.every(timedelta(seconds=1), "tell webhooks", found.look, at_once=True)
    clock.every(timedelta(hours=1), "forget what webhooks were told", found.forget, at_once=False)
