"""`GET /api/v1/state` as the API's document describes it. Needs no key: public facts."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.places import Level, PlaceTable
from alerts.vocabulary import Hazard
from web.api.openapi import Public

_CODE = Field(pattern="^[0-9]{5}$", examples=["17204"])
_TIME = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Telegram(_Closed):
    """The one since which a grade is in force."""

    type: str
    #: SHA-256 of its bytes
    digest: str
    #: Control/DateTime
    sent: str = _TIME


class HeldGrade(_Closed):
    """One hazard in one municipality, of one earthquake, volcano or day of heat."""

    hazard: Hazard
    event: str | None
    place: str = _CODE
    grade: str
    since: str = _TIME
    ends_at: str | None
    telegram: Telegram | None
    facts: dict[str, Any]


class StateOfJapan(_Closed):
    """All that is in force at a moment."""

    at: str = _TIME
    in_force: list[HeldGrade]


class FilterDetails(_Closed):
    """The filter, what it said, and what was expected."""

    parameter: str
    value: str
    expected: str


class FilterError(_Closed):
    """Which filter makes no sense."""

    code: Literal["unknown_parameter", "unknown_hazard", "unknown_place", "unknown_prefecture"]
    message: str
    details: FilterDetails


class FilterErrorDocument(_Closed):
    """A filter that makes no sense."""

    error: FilterError


def state(places: PlaceTable) -> Public:
    """The route, with every value that its filters know."""
    known: dict[str, dict[str, Any]] = {
        "hazard": {"enum": [hazard.value for hazard in Hazard]},
        "place": {"type": "string", "pattern": _one_of(place.code for place in places.all())},
        "prefecture": {"enum": [region.code for region in places.regions(Level.PREFECTURE)]},
    }
    return Public(
        route="/state",
        summary="What is in force in all of Japan, since when and by which telegram",
        description="By hazard, event and place. Each filter may stand several times, or hold values with commas.",
        query={name: {"type": "array", "items": values} for name, values in known.items()},
        answers={200: StateOfJapan, 400: FilterErrorDocument},
    )


def _one_of(codes: Iterable[str]) -> str:
    """A pattern of exactly these municipalities, by prefecture: shorter than a list of them all."""
    of_prefecture: dict[str, list[str]] = {}
    for code in codes:
        of_prefecture.setdefault(code[:2], []).append(code[2:])
    parts = [f"{prefecture}(?:{'|'.join(rest)})" for prefecture, rest in of_prefecture.items()]
    return f"^(?:{'|'.join(parts)})$"
