"""What became of each provider's texts of the last quarter of an hour, by attempts and receipts.

Attempts are found by their ids, which grow with time, so that the sending pays for no further index; where there are
very many, every so manieth is looked at.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from delivery import carriers
from delivery.providers.shares import SLOW, WINDOW, Counts
from delivery.states import MessageState
from delivery.transport import OutcomeName
from storage import times
from storage.connection import Connection
from storage.rows import Row

#: attempts looked at in one go, about
_MOST = 10_000
#: answers that say nothing of how well a provider works
_NO_MATTER = frozenset({OutcomeName.THROTTLED, OutcomeName.OPTED_OUT, OutcomeName.BAD_NUMBER})
_NOT_TAKEN = frozenset({OutcomeName.RETRYABLE, OutcomeName.OUR_FAULT, OutcomeName.UNKNOWN})
#: codes of attempts that ended by our doing
_OURS = frozenset({"stopped", "worker lost"})
_ENDS = "SELECT min(id) AS first, max(id) AS last FROM attempts"
_NEXT = "SELECT id, started_at FROM attempts WHERE id >= :id ORDER BY id LIMIT 1"
_ATTEMPTS = """
SELECT a.provider, a.outcome, a.error_code, a.finished_at, d.received_at AS delivered_at, d.status AS delivered,
       coalesce(f.status, u.status) AS given_up, coalesce(f.error_code, u.error_code) AS why
FROM attempts a
LEFT JOIN receipts d ON d.provider_id = a.provider_id AND d.status = 'delivered'
LEFT JOIN receipts u ON u.provider_id = a.provider_id AND u.status = 'undelivered'
LEFT JOIN receipts f ON f.provider_id = a.provider_id AND f.status = 'failed'
WHERE a.id >= :first AND a.id - (a.id / :step) * :step = 0 AND a.started_at >= :since AND a.finished_at IS NOT NULL
"""


class _Kind(NamedTuple):
    """What one attempt counts as."""

    delivered: bool = False
    slow: bool = False
    failed: bool = False


def counts(db: Connection, now: datetime, reporting: Collection[str]) -> dict[str, Counts]:
    """Provider -> what became of its texts. Only `reporting` ones tell what they delivered: others are never slow."""
    since = times.to_text(now - WINDOW)
    ends = db.execute(_ENDS)[0]
    last = ends.optional_integer("last")
    if last is None:
        return {}
    first = _first_since(db, since, ends.integer("first"), last)
    step = max(1, (last - first) // _MOST)
    found: dict[str, list[_Kind]] = defaultdict(list)
    for row in db.execute(_ATTEMPTS, {"first": first, "step": step, "since": since}):
        kind = _kind(row, now, reports=row.text("provider") in reporting)
        if kind is not None:
            found[row.text("provider")].append(kind)
    return {provider: _summed(kinds) for provider, kinds in found.items()}


def _first_since(db: Connection, since: str, low: int, high: int) -> int:
    """The first attempt that began since then, or `high` + 1; times grow with ids."""
    high += 1
    while low < high:
        middle = (low + high) // 2
        row = db.execute(_NEXT, {"id": middle})[0]
        if row.text("started_at") >= since:
            high = middle
        else:
            low = row.integer("id") + 1
    return low


def _kind(row: Row, now: datetime, *, reports: bool) -> _Kind | None:
    outcome = OutcomeName(row.text("outcome"))
    if outcome in _NO_MATTER or row.optional_text("error_code") in _OURS:
        return None
    if outcome in _NOT_TAKEN:
        return _Kind(failed=True)
    took = (row.optional_time("delivered_at") or now) - row.time("finished_at")
    if row.optional_text("delivered") == MessageState.DELIVERED:
        return _Kind(delivered=True, slow=took >= SLOW)
    if row.optional_text("given_up") is not None:
        return _Kind(failed=row.optional_text("why") not in carriers.ABOUT_THE_PHONE)
    return _Kind(slow=reports and took >= SLOW)


def _summed(kinds: Sequence[_Kind]) -> Counts:
    return Counts(
        handed=len(kinds),
        delivered=sum(kind.delivered for kind in kinds),
        slow=sum(kind.slow for kind in kinds),
        failed=sum(kind.failed for kind in kinds),
    )
