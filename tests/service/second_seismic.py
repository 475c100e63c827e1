"""The second reading of volcano, ashfall and great-earthquake telegrams: by plain paths, from the manual's codes."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one telegram says of one hazard."""

    hazard: str
    #: first what it is about, then what alone a 取消 withdraws
    about: tuple[str, ...]
    grades: dict[str, str] = field(default_factory=dict)
    until: datetime | None = None
    #: it lowers or lifts
    calm: bool = False


_VOLCANO = {"11": 1, "12": 2, "13": 3, "14": 4, "15": 5, "21": 1, "22": 2, "23": 3, "24": 4, "25": 5, "35": 1, "36": 3}
#: what a municipality is told to do: leave, keep away from the crater, nothing special
_AT_MOST = {"41": 5, "46": 5, "47": 5, "42": 3, "43": 3, "44": 3, "48": 3, "49": 3, "45": 1}
_ASH = {"73": "heavy", "72": "moderate", "71": "light", "70": "light"}
_SMALL_STONES = "75"


def _warning(root: ET.Element) -> Iterator[Row]:
    number = root.findtext("Head/EventID", "")
    block = "Body/VolcanoInfo[@type='噴火警報・予報（{}）']/Item"
    level, condition = 0, ""
    for item in root.findall(block.format("対象火山")):
        level, condition = _VOLCANO[item.findtext("Kind/Code", "")], item.findtext("Kind/Condition", "")
    grades = {}
    for item in root.findall(block.format("対象市町村の防災対応等")):
        for area in item.iter("Area"):
            grades[area.findtext("Code", "")] = f"V{min(level, _AT_MOST[item.findtext('Kind/Code', '')])}"
    yield Row(hazard="volcano", about=(number,), grades=grades, calm=condition == "引下げ")


def _eruption(root: ET.Element) -> Iterator[Row]:
    unit = root.findtext("Head/EventID", "")
    cities = root.findall("Body/VolcanoInfo[@type='噴火速報（対象市町村等）']/Item/Areas/Area")
    grades = {area.findtext("Code", ""): "eruption" for area in cities}
    yield Row(hazard="volcano", about=(unit.split("_")[1], unit), grades=grades)


def _ash(kind: str) -> Callable[[ET.Element], Iterator[Row]]:
    def read(root: ET.Element) -> Iterator[Row]:
        started = root.findtext("Head/TargetDateTime") if kind != "VFVO53" else "schedule"
        grades: dict[str, str] = {}
        for item in root.findall("Body/VolcanoInfo[@type='降灰予報（対象市町村等）']/Item"):
            if item.findtext("Kind/Code", "") == _SMALL_STONES:
                continue
            for area in item.iter("Area"):
                code, grade = area.findtext("Code", ""), _ASH[item.findtext("Kind/Code", "")]
                grades[code] = max(grade, grades.get(code, "light"), key=["light", "moderate", "heavy"].index)
        until = root.findtext("Head/ValidDateTime")
        about = (f"{root.findtext('Head/EventID')} {started}",)
        yield Row(hazard="ashfall", about=about, grades=grades, until=datetime.fromisoformat(until) if until else None)

    return read


def _trough(root: ET.Element) -> Iterator[Row]:
    yield Row(hazard="nankai_trough", about=("trough", root.findtext("Head/EventID", "")))


def _sanriku(root: ET.Element) -> Iterator[Row]:
    yield Row(hazard="hokkaido_sanriku", about=("sanriku", root.findtext("Head/EventID", "")))


def _nothing(root: ET.Element) -> Iterator[Row]:
    yield from ()


READINGS: Mapping[str, Callable[[ET.Element], Iterator[Row]]] = {
    **dict.fromkeys(["VXSE61", "VXSE62", "VTSE51", "VTSE52", "VFVO52", "VYSE51", "VYSE52"], _nothing),
    "VFVO50": _warning,
    "VFVO56": _eruption,
    **{kind: _ash(kind) for kind in ("VFVO53", "VFVO54", "VFVO55")},
    "VYSE50": _trough,
    "VYSE60": _sanriku,
}
#: hazards whose telegrams name no area, so that an alert of theirs has no places
AT_LARGE = frozenset({"nankai_trough", "hokkaido_sanriku"})
