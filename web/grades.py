"""How a grade looks: official colour, the sign that always stands beside it, and how grave it is. Pure."""

from dataclasses import dataclass

from alerts import hazards
from alerts.vocabulary import NONE, Hazard

#: hazards on the level scale of five, and volcanoes
_LEVEL_COLOUR = {f"{letter}{number}": f"l{number}" for letter in "LV" for number in range(1, 6)}
_COLOUR = _LEVEL_COLOUR | {
    "emergency": "l5",
    "eruption": "l5",
    "major_warning": "l4",
    "order": "l4",
    "warning": "l3",
    "heavy": "l3",
    "alert": "l3",
    "elderly": "l3",
    "advisory": "l2",
    "caution": "l2",
    "moderate": "l2",
}
_INTENSITY_COLOUR = {
    "1": "i1",
    "2": "i2",
    "3": "i3",
    "4": "i4",
    "5-": "i5l",
    "5-?": "i5l",
    "5+": "i5u",
    "6-": "i6l",
    "6+": "i6u",
    "7": "i7",
}
_GRAVITY = {
    **dict.fromkeys(("L5", "V5", "emergency", "eruption", "major_warning", "6-", "6+", "7"), 5),
    **dict.fromkeys(("L4", "V4", "order", "5-", "5-?", "5+"), 4),
    **dict.fromkeys(("L3", "V3", "warning", "alert", "heavy", "elderly", "4"), 3),
    **dict.fromkeys(("L2", "V2", "advisory", "caution", "moderate", "3"), 2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A grade on a page."""

    #: the end of the CSS class that colours it
    colour: str
    #: key of the sign in words.toml
    sign: str
    #: 5 life in danger, 4 leave, 3 warning, 2 advisory, 1 the rest; then the place on the hazard's own scale
    gravity: tuple[int, int]


def mark(hazard: Hazard, grade: str) -> Mark:
    """How a grade of a hazard looks. ValueError for a grade that is not on its scale."""
    rank = hazards.rule(hazard).rank(grade)
    if grade == NONE:
        return Mark(colour="l0", sign=NONE, gravity=(0, 0))
    gravity = _GRAVITY.get(grade, 1)
    if hazard is Hazard.TSUNAMI and grade in ("warning", "advisory"):
        gravity += 1
    colours = _INTENSITY_COLOUR if hazard is Hazard.EARTHQUAKE else _COLOUR
    return Mark(colour=colours.get(grade, "l1"), sign=grade, gravity=(gravity, rank))
