"""Who looks at a page of the console, as the page's code needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage import audit
from storage.connection import Connection
from web.accounts.roles import Permission, Principal
from web.words import Words

#: whoever looks before the first account exists: sees, changes nothing
NOBODY = Principal(name="console", grants=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who may see this page."""

    principal: Principal
    #: where they have what the page asks for, in the order of codes; empty for whoever is not signed in
    municipalities: tuple[str, ...]
    words: Words
    #: the service's time; in a simulation that of the made-up day
    now: datetime
    #: the time of people before the screen, of sessions and of the log of changes
    wall: datetime
    #: of the page, without what stands behind "?"
    path: str
    #: a word of [said] to show on top, "" for none
    said: str = ""
    #: the one-time password has not been replaced yet
    must_change: bool = False

    @property
    def signed_in(self) -> bool:
        """False on this machine before the first account exists: everything is seen, nothing can be changed."""
        return self.principal is not NOBODY

    @property
    def name(self) -> str:
        """As they sign in; "" for nobody."""
        return self.principal.name.removeprefix("user:") if self.signed_in else ""

    def may(self, permission: Permission, municipality: str | None = None) -> bool:
        """Whether they may do this, there or anywhere."""
        if municipality is not None:
            return self.principal.may(permission, municipality)
        return bool(self.principal.places(permission))

    def sees(self, municipality: str) -> bool:
        """Whether what belongs to this municipality may be shown to them."""
        return not self.signed_in or municipality in self.municipalities

    def log(
        self,
        db: Connection,
        action: str,
        subject: str,
        municipality: str = "",
        details: Mapping[str, object] | None = None,
    ) -> None:
        """An entry of the log of changes, in the transaction of the change. No phone number."""
        audit.append(
            db,
            now=self.wall,
            actor=self.principal.name,
            action=action,
            subject=subject,
            municipality=municipality,
            details=details,
        )
