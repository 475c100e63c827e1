"""The state of Japan as a JSON document. Pure."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from web.national.query import Japan


def document(parts: Iterable[str], now: datetime) -> str:
    """The answer of `GET /api/v1/state`, of parts by `rows`; the same state always gives the same bytes after `at`."""
    rows = ",".join(part for part in parts if part)
    return f'{{"at":"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}","in_force":[{rows}]}}'


def rows(japan: Japan) -> str:
    """Objects with commas between them; empty where nothing is in force."""
    telegrams = {
        digest: {"type": one.type, "digest": digest, "sent": _time(one.sent)} for digest, one in japan.sources.items()
    }
    facts = {text: json.loads(text) for text in {held.facts for held in japan.held}}
    found = [
        {
            "hazard": held.hazard,
            "event": held.event or None,
            "place": held.place,
            "grade": held.grade,
            "since": _time(held.since),
            "ends_at": _time(held.ends_at) if held.ends_at else None,
            "telegram": telegrams.get(held.digest),
            "facts": facts[held.facts],
        }
        for held in japan.held
    ]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))[1:-1]


def _time(stored: str) -> str:
    """RFC 3339 to the second, of a stored time."""
    return stored[:19] + "Z"
