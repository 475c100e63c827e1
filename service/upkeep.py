"""What the service does beside warning: forget what is over, finish broken-off imports, note the log's newest entry,
write drafts of cases, publish bulletins."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from alerts.places import PlaceTable
from cases.drafting import Drafter
from delivery import forgetting, releasing
from delivery.bulletins.publishing import Publisher
from service import anchors
from service.clock import Clock
from service.settings import Settings
from storage import audit
from storage.connection import Connection
from storage.database import Database
from subscribers import accepted
from web.console.cases import labels

_SETTINGS_CHANGED = "settings changed"
#: of these the log says only whether they are set
_SECRET = frozenset(
    {"twilio_auth_token", "secret_key", "operator_numbers", "probe_number", "database", "twilio_account_sid"}
    | {"second_twilio_auth_token", "second_twilio_account_sid"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """The upkeep of one service."""

    db: Database
    places: PlaceTable
    clock: Callable[[], datetime]
    #: how long messages to one person are kept
    keep: timedelta
    heads: Path | None
    #: look-up hashes of the numbers of the settings
    in_charge: frozenset[str] = frozenset()

    def schedule(self, clock: Clock) -> None:
        """Each is a look at rows, so a missed call loses nothing."""
        clock.every(timedelta(hours=1), "forget messages", self.forget, at_once=True)
        clock.every(timedelta(seconds=10), "finish imports", self.finish_imports, at_once=True)
        clock.every(timedelta(minutes=1), "note the log's newest entry", self.note_head, at_once=True)
        publisher = Publisher(db=self.db, places=self.places, clock=self.clock)
        clock.every(timedelta(seconds=1), "publish bulletins", publisher.step, at_once=True)
        clock.every(timedelta(hours=1), "forget bulletins", publisher.forget, at_once=False)
        drafter = Drafter(db=self.db, places=self.places, labels=labels.load(self.places), clock=self.clock)
        clock.every(timedelta(seconds=15), "drafts of cases", drafter.step, at_once=False)

    async def forget(self) -> None:
        """Messages of the erased, numbers in charge no more, and whatever is older than it is kept, in small steps."""
        if await self.db.read(releasing.due, self.in_charge, self.clock()):
            await self.db.write(releasing.release, self.in_charge, self.clock())
        while await self.db.read(forgetting.due, self.clock(), self.keep):
            if not (await self.db.write(forgetting.step, self.clock(), self.keep)).messages:
                return

    async def finish_imports(self) -> None:
        """A file whose import was broken off: everybody in it is registered."""
        await asyncio.to_thread(accepted.finish_left, self.db, "", self.clock)

    async def note_head(self) -> None:
        """The newest entry of the log of changes, outside the database."""
        await asyncio.to_thread(anchors.note, self.db, self.heads)


def note_settings(db: Connection, settings: Settings, now: datetime) -> bool:
    """An entry in the log of changes where the settings are others than at the start before; no secret in it."""
    seen = _told(settings)
    found = audit.chosen(db, "action = :action", {"action": _SETTINGS_CHANGED}, limit=1)
    before = found[0].details.get("settings", {}) if found else {}
    changed = sorted(name for name in seen if not isinstance(before, dict) or before.get(name) != seen[name])
    if not changed:
        return False
    details = {"changed": changed, "settings": seen}
    audit.append(db, now=now, actor="command line", action=_SETTINGS_CHANGED, subject="settings", details=details)
    return True


def _told(settings: Settings) -> dict[str, object]:
    values = settings.model_dump(mode="json")
    return {name: ("set" if value else "") if name in _SECRET else value for name, value in sorted(values.items())}
