"""Times in the database: UTC text of fixed width, so text order is time order. Refuses naive datetimes."""

import re
from datetime import UTC, datetime
from functools import lru_cache

_SHAPE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)

_WITHOUT_ZONE = len("YYYY-MM-DDTHH:MM:SS.ffffff")


def to_text(moment: datetime) -> str:
    """An aware datetime as `YYYY-MM-DDTHH:MM:SS.ffffffZ`; ValueError when it is naive."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"a time without zone cannot be stored: {moment!r}; expected an aware datetime")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:_WITHOUT_ZONE] + "Z"


@lru_cache(maxsize=4096)
def from_text(text: str) -> datetime:
    """The aware UTC datetime of a stored time; ValueError for any other shape."""
    if not _SHAPE.fullmatch(text):
        raise ValueError(f"not a stored time: {text!r}; expected YYYY-MM-DDTHH:MM:SS.ffffffZ")
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=UTC)
