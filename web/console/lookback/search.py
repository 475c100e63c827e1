"""What a reader looks for among the broadcasts, from the address of the page; what cannot be read is left out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from alerts.japan import JST
from alerts.vocabulary import Hazard
from delivery.broadcasts import BroadcastState, Origin
from web.console import forms
from web.console.lookback.rows import Search

_FIELDS = ("words", "hazard", "origin", "state", "since", "until")


def read(query: Mapping[str, str]) -> Search:
    """The search of an address."""
    until = _day(query.get("until", ""))
    return Search(
        hazard=_one_of(query.get("hazard", ""), Hazard),
        origin=_one_of(query.get("origin", ""), Origin),
        state=_one_of(query.get("state", ""), BroadcastState),
        words=query.get("words", "").strip()[:100].replace("\x00", ""),
        since=_day(query.get("since", "")),
        until=until + timedelta(days=1) if until else None,
        before=forms.number(query.get("before", "")),
    )


def address(path: str, query: Mapping[str, str], before: int | None) -> str:
    """The same search, further back."""
    kept = {name: value for name in _FIELDS if (value := query.get(name, ""))}
    return f"{path}?{urlencode(kept | ({'before': str(before)} if before else {}))}"


def _one_of(value: str, known: type[Hazard] | type[Origin] | type[BroadcastState]) -> str:
    return value if value in set(known) else ""


def _day(text: str) -> datetime | None:
    """Midnight in Japan of a day like 2026-11-23."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=JST)
    except ValueError:
        return None
