"""Who goes first: the order of handing over, as numbers; smaller goes first (design §4)."""

from alerts import hazards
from alerts.vocabulary import Hazard, Kind

#: people in charge: a few texts, with a limit in `delivery.alarms`, so that they delay nobody
OPERATOR = -10
FALSE_ALARM = 0
LIFE = 10
LEAVE = 20
WARNING = 30
SERVICE = 40
LESSON = 50

_LIFE_GRADES = frozenset({"L5", "emergency", "6-", "6+", "7", "V5", "eruption"})
_LEAVE_GRADES = frozenset({"L4", "5-", "5-?", "5+", "V4", "order"})


def of(hazard: Hazard, grade: str, kind: Kind) -> int:
    """The priority of one text: a withdrawn false alarm before all, then by what it asks people to do."""
    if kind is Kind.CANCELLED:
        return FALSE_ALARM
    if hazard is Hazard.NOTICE:
        return SERVICE
    if kind is Kind.LIFTED:
        return WARNING
    if hazard is Hazard.TSUNAMI and hazards.rule(hazard).is_told(grade):
        return LIFE
    if grade in _LIFE_GRADES:
        return LIFE
    return LEAVE if grade in _LEAVE_GRADES else WARNING
