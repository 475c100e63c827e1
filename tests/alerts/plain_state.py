"""The state of Japan worked out the slow and obvious way, place by place, from what was said, not from reports.

It shares nothing with `alerts.folding` but the order of grades. Written from the outer contract.
"""

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts import hazards, places
from alerts.places import Place, packaged
from alerts.vocabulary import Hazard, InfoType, Status

TABLE = places.load()
_WITH_WARDS = {place.code: [place] for place in TABLE.all()}
for _place in TABLE.all():
    if _place.parent:
        _WITH_WARDS[_place.parent].append(_place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One telegram in plain values, beside its raw bytes."""

    type: str
    hazard: Hazard
    #: earthquakes, or the region of a weather telegram
    about: tuple[str, ...]
    sent: datetime
    info_type: InfoType
    status: Status
    raw: bytes = field(repr=False)
    #: area code -> grade; areas that are calm may be missing
    words: Mapping[str, str]
    #: when it ends by itself
    until: datetime | None = None
    #: a volcano's warning that lowers or lifts
    calm: bool = False

    def order(self) -> tuple[datetime, int, str]:
        rank = ["発表", "訂正", "取消"].index(self.info_type.value)
        return (self.sent, rank, hashlib.sha256(self.raw).hexdigest())


def state(
    said: Iterable[Said], hazard: Hazard, status: Status = Status.ACTUAL, now: datetime | None = None
) -> dict[str, str]:
    """Municipality -> grade in force (at a time), after all of this was said, in whatever order it came in."""
    once = {one.raw: one for one in said if one.hazard is hazard and one.status is status}
    standing = [[one for one in newest_of(group) if not over(one, now)] for group in groups(once.values())]
    found = {}
    for place in TABLE.all():
        grades = [grade for newest in standing for grade in grades_of(newest, place)]
        if grades:
            found[place.code] = max(grades, key=hazards.rule(hazard).grades.index)
    return found


def over(one: Said, now: datetime | None) -> bool:
    """Whether what was said has ended by itself."""
    return now is not None and one.until is not None and one.until <= now


def groups(said: Iterable[Said]) -> list[list[Said]]:
    """What belongs together, because it speaks of the same event or of events somebody links."""
    found: list[list[Said]] = []
    for one in said:
        together = [group for group in found if any(set(one.about) & set(other.about) for other in group)]
        for group in together:
            found.remove(group)
        found.append([one, *(other for group in together for other in group)])
    return found


def newest_of(group: Sequence[Said]) -> list[Said]:
    """A group's newest standing telegram; of earthquakes the areas too, while no later report names municipalities."""
    standing = [one for one in group if one.info_type is not InfoType.CANCEL and not taken_back(one, group)]
    if any(one.hazard is Hazard.VOLCANO for one in standing):
        return newest_of_volcano(standing)
    newest = {kind: max((o for o in standing if o.type == kind), key=Said.order) for kind in {o.type for o in standing}}
    wide, full = newest.get("VXSE51"), newest.get("VXSE53")
    if wide and full and wide.order() < full.order():
        del newest["VXSE51"]
    if "VFVO55" in newest:
        newest.pop("VFVO54", None)
    return list(newest.values())


def newest_of_volcano(standing: Sequence[Said]) -> list[Said]:
    """The newest warning, and of each eruption notice the newest form without what the warning has overtaken."""
    warnings = sorted((one for one in standing if one.type == "VFVO50"), key=Said.order)
    found = warnings[-1:]
    for unit in {one.about for one in standing if one.type == "VFVO56"}:
        forms = sorted((one for one in standing if one.about == unit), key=Said.order)
        words = dict(forms[-1].words)
        if warnings and warnings[-1].order() > forms[0].order():
            gone = words if warnings[-1].calm else warnings[-1].words
            words = {code: grade for code, grade in words.items() if code not in gone}
        found.append(replace(forms[-1], words=words))
    return found


def grades_of(newest: Sequence[Said], place: Place) -> list[str]:
    """The grades these telegrams give a place."""
    return [one.words[code] for one in newest for code in codes_of(one.type, place.code) if code in one.words]


def taken_back(one: Said, group: Sequence[Said]) -> bool:
    """Whether a later 取消 of the same type withdraws it."""
    return any(
        other.info_type is InfoType.CANCEL
        and other.type == one.type
        and other.order() > one.order()
        and set(one.about) <= set(other.about)
        for other in group
    )


@functools.cache
def codes_of(kind: str, code: str) -> frozenset[str]:
    """The codes that mean a place; a city is also meant by those of its wards."""
    everyone = _WITH_WARDS[code]
    match kind:
        case "VXSE51":
            return frozenset(code for one in everyone for code in one.seismic_areas)
        case "VTSE41":
            return frozenset(code for one in everyone for code in one.tsunami_areas)
        case "VXSE53":
            present = {code for one in everyone for code in one.seismic_cities}
        case _:
            present = {code for one in everyone for code in one.class20} | _in_words(code)
    used = _USED["seismic" if kind == "VXSE53" else "weather"]
    return frozenset(present | {old for old in _OLD.get(code, ()) if old not in used})


def _in_words(code: str) -> set[str]:
    """Names of a place, or of areas it lies in, that have no seven digits: `place:17204`, `class10:170020`."""
    everyone = _WITH_WARDS[code]
    named = {f"place:{one.code}" for one in everyone} | {f"place:{everyone[0].parent}"}
    return (
        named
        | {f"class10:{area}" for one in everyone for area in one.class10}
        | {f"office:{one.office}" for one in everyone}
    )


def _old_codes() -> dict[str, set[str]]:
    """Place -> codes of former times; one of a whole city also means its wards, one of a ward also its city."""
    found: dict[str, set[str]] = {}
    for old, now in packaged.read("superseded.tsv").of("code", "places"):
        named = set(packaged.codes(now))
        cities = {place.parent for place in TABLE.all() if place.code in named and place.parent}
        whole = {ward.code for city in named - cities for ward in _WITH_WARDS[city]}
        for place in named | cities | whole:
            found.setdefault(place, set()).add(old)
    return found


_OLD = _old_codes()
_USED = {
    "seismic": {code for place in TABLE.all() for code in place.seismic_cities},
    "weather": {code for place in TABLE.all() for code in place.class20},
}
