"""The places that somebody means by a text such as "AREA 920-8577" or "AREA Wajima"."""

from alerts.places import PlaceTable
from subscribers.importing import PostalReader
from subscribers.refusal import Refused

#: more namesakes than fit a text are asked for by their postal code
MOST_CHOICES = 5


def find(table: PlaceTable, postal: PostalReader, text: str) -> tuple[str, ...]:
    """Codes of municipalities, none where it is no place we know or could be too many."""
    found = postal(text)
    if isinstance(found, Refused):
        by_name = table.by_name(text)
        found = tuple(place.code for place in by_name) or table.code_readings(text)[:1]
    return found if len(found) <= MOST_CHOICES else ()
