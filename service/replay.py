"""`replay`: reads telegram files as one history from an empty state and says what each would do.

Sends nothing and touches no database.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alerts import history
from alerts.places import PlaceTable
from alerts.report import Report
from alerts.vocabulary import Hazard, Status
from feeds.jma import reading

_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramFile:
    """One file as found on disk, with what was read in it."""

    path: Path
    digest: str
    reading: reading.Reading


def find(paths: Iterable[Path]) -> list[Path]:
    """The files named, and all *.xml files below the folders named, in a stable order. FileNotFoundError."""
    return [file for path in paths for file in _files(path)]


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() == ".xml")
    elif path.is_file():
        yield path
    else:
        raise FileNotFoundError(f"{path}: no such file or folder")


def load(files: Iterable[Path]) -> list[TelegramFile]:
    """Every file read, in the order in which they apply: time of the telegram, 発表, 訂正, 取消, digest."""
    loaded = []
    for path in files:
        raw = path.read_bytes()
        loaded.append(TelegramFile(path=path, digest=reading.digest_of(raw), reading=reading.read(raw, path.name)))
    return sorted(loaded, key=_order)


def _order(file: TelegramFile) -> tuple[datetime, int, str]:
    match file.reading:
        case reading.Unreadable():
            return (_FIRST, 0, file.digest)
        case read:
            return (read.sent, read.info_type.rank, file.digest)


def replay(files: Sequence[TelegramFile], places: PlaceTable) -> dict[str, Any]:
    """The document of `replay --json`."""
    known: dict[tuple[Hazard, Status], list[Report]] = defaultdict(list)
    return {"telegrams": [_row(file, known, places) for file in files]}


def _row(file: TelegramFile, known: dict[tuple[Hazard, Status], list[Report]], places: PlaceTable) -> dict[str, Any]:
    row: dict[str, Any] = {"file": str(file.path), "type": file.reading.type}
    match file.reading:
        case reading.Unreadable(reason=reason):
            return row | {"status": None, "outcome": "unreadable", "reason": reason, "alerts": []}
        case reading.Ignored(status=status, reason=reason):
            return row | {"status": status, "outcome": "ignored", "reason": reason, "alerts": []}
        case reading.Read(status=status, reason=reason, reports=reports, notices=notices):
            alerts = [_apply(report, known[report.hazard, report.status], places) for report in reports]
            told = [alert for alert in alerts if alert.places or alert.msg_type == "Cancel"]
            said = reason or "; ".join(alert.reason for alert in alerts)
            noticed = {notice.text for alert in alerts for notice in alert.notices} | {n.text for n in notices}
            return row | {
                "status": status,
                "outcome": "alerts" if told else "nothing",
                "reason": said,
                "notices": sorted(noticed),
                "alerts": [_alert(alert) for alert in told],
            }


def _apply(report: Report, known: list[Report], places: PlaceTable) -> history.Alert:
    alert = history.apply(report, known, places)
    if all(other.digest != report.digest for other in known):
        known.append(report)
    return alert


def _alert(alert: history.Alert) -> dict[str, Any]:
    return {
        "identifier": alert.identifier,
        "msg_type": alert.msg_type,
        "hazard": alert.hazard,
        "sent": _rfc3339(alert.sent),
        "expires": _rfc3339(alert.expires) if alert.expires else None,
        "decision": alert.action,
        "places": dict(alert.places),
    }


def _rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
