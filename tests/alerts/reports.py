"""Reports and withdrawals with defaults, and a few places, for tests of the core."""

from collections.abc import Mapping
from datetime import datetime

from alerts.report import AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import Hazard, InfoType, Status
from tests.feeds.jma.telegrams import AT

WAJIMA, SUZU, KANAZAWA = "17204", "17205", "17201"
SCHEMES = {
    "VXSE51": (Hazard.EARTHQUAKE, AreaScheme.SEISMIC_AREA),
    "VXSE53": (Hazard.EARTHQUAKE, AreaScheme.SEISMIC_CITY),
    "VTSE41": (Hazard.TSUNAMI, AreaScheme.TSUNAMI_AREA),
    "VPWW55": (Hazard.HEAVY_RAIN, AreaScheme.CLASS20),
}


def report(
    kind: str,
    grades: Mapping[str, str],
    at: datetime = AT,
    *,
    about: tuple[str, ...] = ("1",),
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
    valid_until: datetime | None = None,
    lifted: frozenset[str] = frozenset(),
    facts: Mapping[str, Facts] | None = None,
    digest: str = "",
) -> Report:
    """A report with a digest of its own unless one is given."""
    hazard, scheme = SCHEMES[kind]
    said = facts or {}
    return Report(
        digest=digest or f"{kind} {sorted(grades.items())} {at} {about} {info_type} {status}",
        type=kind,
        status=status,
        info_type=info_type,
        hazard=hazard,
        sent=at,
        issued=at,
        lineage=about,
        areas=tuple(
            AreaReport(scheme=scheme, code=code, grade=grade, lifted=code in lifted, facts=said.get(code, Facts()))
            for code, grade in grades.items()
        ),
        valid_until=valid_until,
    )


def cancel(kind: str, at: datetime, *, about: tuple[str, ...] = ("1",)) -> Report:
    return report(kind, {}, at, about=about, info_type=InfoType.CANCEL)
