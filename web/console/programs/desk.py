"""What the page needs of the service beside the database."""

from collections.abc import Callable
from dataclasses import dataclass

from delivery.hooks.addresses import Private
from delivery.hooks.store import Hook
from feeds.cap.source import Source
from web.api.cap import CapDoor


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Webhooks and sources of one service."""

    #: the secret of a hook, shown to whoever enters it
    secret: Callable[[Hook], str]
    #: what webhooks may go to beside public addresses
    private: Private
    sources: tuple[Source, ...]
    #: where municipalities hand in CAP messages; None where no source posts
    door: CapDoor | None = None
