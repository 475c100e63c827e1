"""What a reader asks of the state of Japan: filters of the address, checked. Pure."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from alerts.places import Level, PlaceTable
from alerts.vocabulary import Hazard

_NAMES = ("hazard", "place", "prefecture")
#: not ours to judge on the page
_OF_THE_PAGE = frozenset({"lang"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Filters; each empty one lets everything through."""

    hazards: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    prefectures: tuple[str, ...] = ()

    @property
    def of_places(self) -> bool:
        """Whether only some places are asked for."""
        return bool(self.places or self.prefectures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A filter that makes no sense, in the shape of an error of the API."""

    code: str
    message: str
    details: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The error document of the API."""
        return {"error": {"code": self.code, "message": self.message, "details": dict(self.details)}}


def parse(query: Sequence[tuple[str, str]], places: PlaceTable) -> Asked | Wrong:
    """Filters from an address' query; each may be given several times, or with commas."""
    values: dict[str, list[str]] = {name: [] for name in _NAMES}
    for name, text in query:
        if name in _OF_THE_PAGE:
            continue
        if name not in values:
            return _wrong("unknown_parameter", name, text, f"one of {', '.join(_NAMES)}")
        values[name] += [part.strip() for part in text.split(",")]
    expected: dict[str, tuple[AbstractSet[str], str]] = {
        "hazard": ({str(hazard) for hazard in Hazard}, "a hazard such as heavy_rain"),
        "place": ({place.code for place in places.all()}, "a municipality's code of five digits such as 17204"),
        "prefecture": ({r.code for r in places.regions(Level.PREFECTURE)}, "a prefecture's two digits such as 17"),
    }
    for name, (known, words) in expected.items():
        for value in values[name]:
            if value not in known:
                return _wrong(f"unknown_{name}", name, value, words)
    return Asked(
        hazards=tuple(values["hazard"]), places=tuple(values["place"]), prefectures=tuple(values["prefecture"])
    )


def _wrong(code: str, parameter: str, value: str, expected: str) -> Wrong:
    return Wrong(
        code=code,
        message=f"{parameter}={value}: expected {expected}",
        details={"parameter": parameter, "value": value, "expected": expected},
    )
