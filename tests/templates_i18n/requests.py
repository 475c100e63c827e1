"""Requests for texts, with defaults."""

from datetime import UTC, datetime, timedelta

from alerts.report import Facts
from alerts.vocabulary import Hazard, Kind
from templates_i18n.render import TextRequest

WAJIMA = "17204"
SUZU = "17205"
NAGANO = "20201"  # no coast
TSURUMI = "14101"  # a ward
ASAHI = "14112"  # a ward
#: 14:07 on 23 November in Japan
ISSUED = datetime(2026, 11, 23, 5, 7, tzinfo=UTC)
IN_25_MINUTES = ISSUED + timedelta(minutes=25)


def a_request(
    hazard: Hazard = Hazard.TSUNAMI,
    grade: str = "warning",
    kind: Kind = Kind.NEW,
    *places: str,
    facts: Facts | None = None,
    issued: datetime = ISSUED,
    drill: bool = False,
) -> TextRequest:
    """A tsunami warning for Wajima, unless told otherwise."""
    return TextRequest(
        hazard=hazard,
        grade=grade,
        kind=kind,
        places=places or (WAJIMA,),
        issued=issued,
        facts=facts or Facts(),
        drill=drill,
    )
