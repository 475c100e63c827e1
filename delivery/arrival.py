"""How long until the last person has the text, and so how much it may say (design §4). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.vocabulary import Hazard
from templates_i18n.render import Form

#: which target a grade outside the level scale is measured against
_TARGET_OF_GRADE = {
    "L5": "L5",
    "emergency": "L5",
    "V5": "L5",
    "eruption": "L5",
    "L4": "L4",
    "V4": "L4",
    "order": "L4",
}
_TARGET_OF_HAZARD = {Hazard.TSUNAMI: "tsunami", Hazard.EARTHQUAKE: "earthquake"}
_OTHERS = "L3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A form, and why."""

    form: Form
    #: seconds to the last person in this form
    seconds: float
    reason: str


def seconds_to_last(segments: float, rate: float) -> float:
    """Seconds until that many segments are handed over at `rate` segments per second."""
    return segments / rate


def target(hazard: Hazard, grade: str, targets: Mapping[str, int]) -> int | None:
    """Seconds within which the last person of this grade should have the text; None where none is set."""
    return targets.get(_TARGET_OF_HAZARD.get(hazard) or _TARGET_OF_GRADE.get(grade, _OTHERS))


def choose_form(people: int, segments: Mapping[Form, float], ahead: float, rate: float, seconds: int | None) -> Chosen:
    """The longest form that brings the last person their text in time, else the shortest of those that are weighed.

    `segments` are the mean segments per person of each such form, `ahead` those already waiting, in segments.
    """
    arrival = {form: seconds_to_last(ahead + people * count, rate) for form, count in segments.items()}
    for form, at in arrival.items():
        if seconds is None or at <= seconds:
            return Chosen(form=form, seconds=at, reason=f"{people} people within {seconds} s")
    shortest, late = list(arrival.items())[-1]
    return Chosen(form=shortest, seconds=late, reason=f"{people} people need {late:.0f} s, not {seconds} s")
