"""What the pages call each lesson: people know "Water for 3 days", not `water`."""

from campaigns import fitting, own
from storage.connection import Connection
from web.accounts.roles import Permission
from web.console.visitor import Visitor
from web.state import WebState


def of(db: Connection, state: WebState, visitor: Visitor) -> dict[str, str]:
    """Key -> title in the page's language: what fits, the lessons that there are, and those of the visitor's places."""
    teller = state.teller
    titles = {fitting.FITTING: visitor.words("campaigns.fitting")}
    titles |= {key: teller.title(key, visitor.words.language) for key in teller.ids()}
    return titles | own.of(db, visitor.principal.places(Permission.SUBMIT))
