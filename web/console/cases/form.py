"""What somebody wrote into the form of a case, as values; what cannot be read is said with its field. Pure.

Owns that nothing typed is lost: what is wrong is shown in the form again as it was typed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from multidict import MultiDict

from alerts.places import PlaceTable
from alerts.vocabulary import Hazard
from cases import case
from cases.case import Case, Content, LifeStage, Section, Wrong

_BETWEEN: Final = re.compile(r"[,、，;；\s\u3000]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form as it stands."""

    hazard: str
    happened_on: str
    places: str
    languages: frozenset[str]
    stages: frozenset[str]
    texts: Mapping[Section, str]


def of(content: Content, places: PlaceTable) -> Typed:
    """The form of a case as it is kept."""
    return Typed(
        hazard=content.hazard.value,
        happened_on=content.happened_on.isoformat(),
        places="、".join(_written(code, places) for code in content.places),
        languages=frozenset(content.languages),
        stages=frozenset(content.stages),
        texts={section: content.text(section) for section in Section},
    )


def typed(fields: MultiDict[str]) -> Typed:
    """The form as it was sent."""
    return Typed(
        hazard=fields.get("hazard", ""),
        happened_on=fields.get("happened_on", ""),
        places=fields.get("places", ""),
        languages=frozenset(fields.getall("languages", [])),
        stages=frozenset(fields.getall("stages", [])),
        texts={section: case.cleaned(fields.get(section.value, "")) for section in Section},
    )


def content(form: Typed, before: Case, places: PlaceTable) -> tuple[Content, list[Wrong]]:
    """What it says; where a field cannot be read, what was there before, and what is wrong."""
    wrong: list[Wrong] = []
    return (
        Content(
            hazard=_hazard(form, before, wrong),
            happened_on=_day(form, before, wrong),
            places=_places(form.places, places, wrong),
            languages=tuple(sorted(form.languages)),
            stages=_stages(form, wrong),
            texts={section: text for section, text in form.texts.items() if text},
        ),
        wrong,
    )


def _hazard(form: Typed, before: Case, wrong: list[Wrong]) -> Hazard:
    try:
        return Hazard(form.hazard)
    except ValueError:
        wrong.append(Wrong(field="hazard", key="hazard", text="expected one of the list"))
        return before.content.hazard


def _day(form: Typed, before: Case, wrong: list[Wrong]) -> date:
    try:
        return date.fromisoformat(form.happened_on)
    except ValueError:
        wrong.append(Wrong(field="happened_on", key="bad_day", text="expected a day such as 2026-11-23"))
        return before.content.happened_on


def _stages(form: Typed, wrong: list[Wrong]) -> tuple[LifeStage, ...]:
    if form.stages - set(LifeStage):
        wrong.append(Wrong(field="stages", key="stage", text="expected some of the list"))
    return tuple(stage for stage in LifeStage if stage in form.stages)


def _places(text: str, places: PlaceTable, wrong: list[Wrong]) -> tuple[str, ...]:
    """Codes or names of municipalities, with a comma or a space between."""
    codes: dict[str, None] = {}
    for name in filter(None, _BETWEEN.split(text)):
        code = places.normalise_code(name)
        if code is not None:
            codes[code] = None
            continue
        found = places.by_name(name)
        if len(found) == 1:
            codes[found[0].code] = None
            continue
        key = "ambiguous_place" if found else "unknown_place"
        named = ", ".join(place.code for place in found[:5])
        why = f"can mean {named}; write the code" if found else "no municipality has this name"
        wrong.append(Wrong(field="places", key=key, text=f"{case.shown(name)}: {why}"))
    return tuple(codes)


def _written(code: str, places: PlaceTable) -> str:
    place = places.place(code)
    if place is None or len(places.by_name(place.names.ja)) != 1:
        return code
    return place.names.ja
