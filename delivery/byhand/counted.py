"""How many people a large broadcast told, by what was counted of it beside the sender.

A page before a correction shows that where reading each copy would take too long. Whoever signs is shown what is
read from the copies themselves.
"""

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from delivery.states import TOLD
from storage.connection import Connection

#: copies; up to so many are read one by one
LARGE: Final = 10_000
_CELLS: Final = """
SELECT n.place, n.language, n.state, n.messages, c.counted_at
FROM broadcast_counts n JOIN counted_broadcasts c ON c.broadcast_id = n.broadcast_id WHERE n.broadcast_id = :id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted, not knowing who has stopped since."""

    #: language -> people who were told, or may have been
    people: Mapping[str, int]
    at: datetime


def of(db: Connection, broadcast_id: int, places: Container[str] | None = None) -> Counted | None:
    """Of a broadcast whose copies tell each person once; None for one that is not large, or was never counted."""
    cells = [row for row in db.execute(_CELLS, {"id": broadcast_id}) if places is None or row.text("place") in places]
    people: Counter[str] = Counter()
    for cell in cells:
        if cell.text("state") in TOLD:
            people[cell.text("language")] += cell.integer("messages")
    if people.total() <= LARGE:
        return None
    return Counted(people=people, at=cells[0].time("counted_at"))
