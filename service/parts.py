"""What a process is made of, before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from delivery.deciding import Decided
from delivery.transport import Transport
from service.settings import Settings
from storage.database import Database
from subscribers.sealing import Sealer
from templates_i18n.catalogue import Catalogue

if TYPE_CHECKING:
    from service.machines import Machines  # loads what only PostgreSQL needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the service is made of; a simulation brings its own."""

    settings: Settings
    db: Database
    sealer: Sealer
    catalogue: Catalogue
    transport: Transport
    clock: Callable[[], datetime]
    #: the second provider, where the settings have one
    second: Transport | None = None
    #: a made-up day is being played
    simulation: bool = False
    #: other processes on the same database; None where this is the only one
    machines: Machines | None = None
    #: called with everything that is decided
    on_decided: Callable[[Decided], None] = lambda decided: None
