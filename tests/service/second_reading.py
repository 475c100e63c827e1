"""A second reading of official telegrams that shares nothing with the readers: by plain paths, from the outer contract.

What a sample says stands in `plain_state.Said`; one telegram may speak of several hazards.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.vocabulary import Hazard, InfoType, Status
from tests.alerts import plain_state
from tests.alerts.plain_state import TABLE, Said
from tests.service import second_seismic, second_weather

_STATUS = {"通常": Status.ACTUAL, "訓練": Status.EXERCISE, "試験": Status.TEST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a telegram says of one hazard."""

    hazard: str
    #: earthquakes, a region, a river
    about: tuple[str, ...]
    #: area -> grade, see `plain_state.codes_of`
    grades: Mapping[str, str]
    #: areas lifted in words
    lifted: set[str] = field(default_factory=set)
    until: datetime | None = None
    #: it lowers or lifts
    calm: bool = False


Second = tuple[Said, set[str]]


def of(path: Path) -> list[Second]:
    """(what a sample says, the areas it lifts in words) per hazard; nothing where it holds no warning."""
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", path.read_text(encoding="utf-8")).replace("jmx_eb:", "")
    root, kind = ET.fromstring(text.encode()), path.parent.name
    info = InfoType(root.findtext("Head/InfoType"))
    sent = datetime.fromisoformat(root.findtext("Control/DateTime") or "").astimezone(UTC)
    return [
        (
            Said(
                type=kind,
                hazard=Hazard(words.hazard),
                about=words.about,
                sent=sent,
                info_type=info,
                status=_STATUS[root.findtext("Control/Status") or ""],
                raw=path.read_bytes(),
                words=words.grades,
                until=words.until,
                calm=words.calm,
            ),
            words.lifted,
        )
        for words in _READINGS[kind](root, info)
    ]


def expected_places(done: Sequence[Said], said: Said, lifted: set[str]) -> dict[str, str]:
    """What `places` must hold, by the slow way: in force now, or ended by this telegram."""
    mine = [one for one in done if one.hazard == said.hazard]
    lineage = [one for one in mine if set(one.about) & set(said.about)]
    before = plain_state.state(lineage, said.hazard, said.status, said.sent)
    after = plain_state.state([*lineage, said], said.hazard, said.status, said.sent)
    in_words = {place.code for place in TABLE.all() if plain_state.codes_of(said.type, place.code) & lifted}
    together = [*lineage, *_others_in_force(mine, said)] if said.hazard == "earthquake" else mine
    in_force = plain_state.state([*together, said], said.hazard, said.status, said.sent)
    return {place: in_force.get(place, "none") for place in before.keys() | after.keys() | in_words}


def _others_in_force(mine: Sequence[Said], said: Said) -> list[Said]:
    """Other earthquakes whose newest report is less than three hours old."""
    others = plain_state.groups(one for one in mine if not set(one.about) & set(said.about))
    return [one for group in others if _newest(group) + timedelta(hours=3) > said.sent for one in group]


def _newest(group: Sequence[Said]) -> datetime:
    sent = [one.sent for one in group if one.info_type is not InfoType.CANCEL]
    return max(sent, default=datetime.min.replace(tzinfo=UTC))


def _events(root: ET.Element) -> tuple[str, ...]:
    return tuple((root.findtext("Head/EventID") or "").split())


def _first_intensity(root: ET.Element, _: InfoType) -> list[Words]:
    measured = [(a.findtext("Code", ""), a.findtext("MaxInt", "")) for a in root.iterfind("Body//Area[MaxInt]")]
    return [Words(hazard="earthquake", about=_events(root), grades=_highest(measured))]


def _intensity(root: ET.Element, info: InfoType) -> list[Words]:
    grades = _highest((c.findtext("Code", ""), _of_city(c)) for c in root.iter("City"))
    if not grades and info is not InfoType.CANCEL:
        return []
    return [Words(hazard="earthquake", about=_events(root), grades=grades)]


def _of_city(city: ET.Element) -> str:
    return "5-?" if city.find("Condition") is not None else city.findtext("MaxInt", "")


def _highest(measured: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of a code that stands in a telegram twice (a provisional one of 2009 stands for two cities), the highest."""
    order = ["1", "2", "3", "4", "5-", "5-?", "5+", "6-", "6+", "7"]
    found: dict[str, str] = {}
    for code, grade in measured:
        found[code] = max(grade.strip(), found.get(code, "1"), key=order.index)
    return found


_TSUNAMI = {"52": "major_warning", "53": "major_warning", "51": "warning", "62": "advisory"}
_TSUNAMI |= dict.fromkeys(["71", "72", "73"], "forecast")


def _tsunami(root: ET.Element, _: InfoType) -> list[Words]:
    items = root.findall("Body/Tsunami/Forecast/Item")
    kinds = {i.findtext("Area/Code", ""): i.findtext("Category/Kind/Code", "") for i in items}
    lifted = {area for area, code in kinds.items() if code in ("50", "60")}
    grades = {area: _TSUNAMI[code] for area, code in kinds.items() if code in _TSUNAMI}
    valid = root.findtext("Head/ValidDateTime")  # the end of forecasts; warnings are lifted
    by_time = datetime.fromisoformat(valid).astimezone(UTC) if valid and set(grades.values()) == {"forecast"} else None
    return [Words(hazard="tsunami", about=_events(root), grades=grades, lifted=lifted, until=by_time)]


def _from(read: Callable[[ET.Element], Iterable[second_weather.Row]]) -> Callable[[ET.Element, InfoType], list[Words]]:
    return lambda root, _: [
        Words(hazard=hazard, about=about, grades=grades, lifted=lifted, until=until)
        for hazard, about, grades, lifted, until in read(root)
    ]


def _from_rows(
    read: Callable[[ET.Element], Iterable[second_seismic.Row]],
) -> Callable[[ET.Element, InfoType], list[Words]]:
    return lambda root, _: [
        Words(hazard=row.hazard, about=row.about, grades=row.grades, until=row.until, calm=row.calm)
        for row in read(root)
    ]


_READINGS: Mapping[str, Callable[[ET.Element, InfoType], list[Words]]] = {
    "VXSE51": _first_intensity,
    "VXSE52": lambda root, info: [],
    "VXSE53": _intensity,
    "VTSE41": _tsunami,
    **{kind: _from(read) for kind, read in second_weather.READINGS.items()},
    **{kind: _from_rows(read) for kind, read in second_seismic.READINGS.items()},
}
