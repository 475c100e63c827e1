"""`replay`: reads telegram files as one history from an empty state and says what each would do.

Sends nothing and touches no database.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alerts import folding, hazards, history, kin
from alerts.folding import State
from alerts.places import PlaceTable
from alerts.report import Report
from alerts.strands import strand_of
from alerts.vocabulary import NONE, Hazard, MsgType, Status
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
    known = _Known(places)
    return {"telegrams": [_row(file, known) for file in files]}


def alerts(files: Sequence[TelegramFile], places: PlaceTable) -> Iterator[history.Alert]:
    """What each report of a history says, in the order given; nothing for those that say nothing."""
    known = _Known(places)
    for file in files:
        read = reading.placed(file.reading, places)
        if isinstance(read, reading.Read):
            yield from _telling([known.apply(report) for report in read.reports], read.reports)


class _Known:
    """What the history holds so far, strand by strand; each earthquake stands for itself."""

    def __init__(self, places: PlaceTable) -> None:
        self.places = places
        self._reports: defaultdict[tuple[Hazard, Status], dict[str, list[Report]]] = defaultdict(dict)
        self._states: defaultdict[tuple[Hazard, Status], dict[str, dict[str, State]]] = defaultdict(dict)

    def apply(self, report: Report) -> history.Alert:
        """The alert that a report is; it is known from then on."""
        key, strand = (report.hazard, report.status), strand_of(report)
        family = kin.family(report)
        reports = self._reports[key].setdefault(family or strand, [])
        states = self._states[key].setdefault(family or strand, {})
        others = [state for held in self._states[key].values() if held is not states for state in held.values()]

        def beside(codes: Iterable[str]) -> Mapping[str, str]:
            return _highest(report, others, codes)

        alert = history.apply(report, reports, self.places, beside)
        said = kin.changed(report, reports) if family else {}
        states |= {name: folding.fold(voices.after, self.places) for name, voices in said.items()} or {
            strand: alert.after
        }
        if all(other.digest != report.digest for other in reports):
            reports.append(report)
        return alert


def _highest(report: Report, states: Iterable[State], codes: Iterable[str]) -> Mapping[str, str]:
    """What other strands hold in force in some places at the report's time."""
    rule, asked = hazards.rule(report.hazard), set(codes)
    concerned = (state for state in states if not asked.isdisjoint(state.grades))  # few of many earthquakes
    standing = [folding.in_force_at(state, report.sent) for state in concerned]
    return {code: rule.highest([state.grades.get(code, NONE) for state in standing]) for code in asked}


def _row(file: TelegramFile, known: _Known) -> dict[str, Any]:
    row: dict[str, Any] = {"file": str(file.path), "type": file.reading.type}
    match reading.placed(file.reading, known.places):
        case reading.Unreadable(status=status, reason=reason):
            return row | {"status": status, "outcome": "unreadable", "reason": reason, "alerts": []}
        case reading.Ignored(status=status, reason=reason):
            return row | {"status": status, "outcome": "ignored", "reason": reason, "alerts": []}
        case reading.Read(status=status, reason=reason, reports=reports, notices=notices):
            alerts = [known.apply(report) for report in reports]
            told = _telling(alerts, reports)
            said = reason or "; ".join(map(_reason, alerts, reports))
            noticed = {notice.text for alert in alerts for notice in alert.notices} | {n.text for n in notices}
            return row | {
                "status": status,
                "outcome": "alerts" if told else "nothing",
                "reason": said,
                "notices": sorted(noticed),
                "alerts": [_alert(alert) for alert in told],
            }


def _telling(alerts: Sequence[history.Alert], reports: Sequence[Report]) -> list[history.Alert]:
    """Those of them that say something."""
    return [alert for alert, report in zip(alerts, reports, strict=True) if _says_something(alert, report)]


def _says_something(alert: history.Alert, report: Report) -> bool:
    """Whether it is more than `nothing`; what we do not understand is never taken for calm."""
    if alert.places or alert.msg_type is MsgType.CANCEL or report.open_areas() or report.at_large != NONE:
        return True
    return bool(alert.notices) and any(area.grade != NONE for area in report.areas)


def _reason(alert: history.Alert, report: Report) -> str:
    if not (unknown := report.open_areas()):
        return alert.reason
    codes = ", ".join(area.code for area in unknown[:5])
    return f"{alert.reason}; unknown in {len(unknown)} areas ({codes}), where what was said before still stands"


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
