"""The bundled disaster: a night and a day on the Noto coast, invented, in the true format of the telegrams.

A strong earthquake with first report, full report and correction; a major tsunami warning, lowered and lifted;
a training telegram and a false report withdrawn in between; next day heavy rain and landslides up to level 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.vocabulary import InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Item, Sea

#: 21:10 in Japan, in a year when the telegrams have their present form
START = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)
_QUAKE = "20261120211000"
_FALSE = "20261120214000"
_TRAINING = "20261120211400"
ISHIKAWA = "170000"
WAJIMA, SUZU, NANAO, NOTO, ANAMIZU = "1720400", "1720500", "1720200", "1746300", "1746100"


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """A telegram that shows up together with another one."""

    code: str
    raw: bytes
    #: Control/DateTime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One telegram of the scenario with what comes beside it, or a pause without one."""

    at: datetime
    #: what a person watching would say has happened
    story: str
    #: telegram type; empty for a pause
    code: str = ""
    raw: bytes = b""
    further: tuple[Further, ...] = ()


def _at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def _minutes(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def disaster_day() -> list[Step]:
    """All steps, in the order in which they are published."""
    return [*_earthquake(), *_tsunami_goes_down(), *_rain()]


def _earthquake() -> list[Step]:
    return [*_shaking(), *_false_report()]


def _shaking() -> list[Step]:
    """What JMA issues in the first minutes, and the correction later."""
    first = {"390": "6-", "391": "5+", "380": "4", "381": "5-", "370": "5-", "371": "4", "400": "4", "401": "3"}
    areas = compose.first_intensity_report(event_id=_QUAKE, at=_minutes(2), origin=START, areas=first)
    training = compose.tsunami_report(
        event_ids=[_TRAINING],
        at=_minutes(4),
        areas={"380": Sea(grade="53", height="10", description="１０ｍ")},
        status=Status.EXERCISE,
    )
    corrected = _full_report(_minutes(21), _cities() | {NANAO: "6+"}, InfoType.CORRECTION, 2)
    return [
        Step(at=_minutes(2), story="A strong earthquake: the first report names wide areas", code="VXSE51", raw=areas),
        Step(
            at=_minutes(3),
            story="Major tsunami warning for Noto, warnings along the Sea of Japan",
            code="VTSE41",
            raw=_tsunami(_minutes(3), _MAJOR),
        ),
        Step(at=_minutes(4), story="A training telegram: recorded, never sent", code="VTSE41", raw=training),
        Step(
            at=_minutes(8),
            story="The full report: intensity per municipality",
            code="VXSE53",
            raw=_full_report(_minutes(8), _cities(), InfoType.ISSUE, 1),
        ),
        Step(at=_minutes(21), story="Corrected: Nanao shook harder than first reported", code="VXSE53", raw=corrected),
    ]


def _full_report(at: datetime, cities: Mapping[str, str], info_type: InfoType, serial: int) -> bytes:
    return compose.full_earthquake_report(
        event_id=_QUAKE,
        at=at,
        origin=START,
        cities=cities,
        comment_codes=("0211",),
        info_type=info_type,
        serial=serial,
    )


def _false_report() -> list[Step]:
    """A report of an earthquake that never was, taken back three minutes later."""
    areas = {"401": "5+"}
    false = compose.first_intensity_report(event_id=_FALSE, at=_minutes(31), origin=_minutes(30), areas=areas)
    withdrawn = compose.withdrawal("VXSE51", _FALSE, at=_minutes(34))
    return [
        Step(at=_minutes(31), story="A false first report for Tsuruga ...", code="VXSE51", raw=false),
        Step(at=_minutes(34), story="... is withdrawn three minutes later", code="VXSE51", raw=withdrawn),
    ]


def _cities() -> dict[str, str]:
    return {
        WAJIMA: "7",
        SUZU: "6+",
        NANAO: "6-",
        NOTO: "6+",
        ANAMIZU: "6+",
        "1738400": "6-",
        "1720700": "5+",
        "1720100": "5-",
        "1720300": "4",
        "1522200": "5-",
        "1620100": "4",
        "1620200": "5-",
        "1620500": "5+",
        "1820100": "4",
        "1820200": "3",
    }


_MAJOR = {"360": "53", "340": "51", "350": "51", "361": "51", "341": "62", "370": "62", "200": "71"}
_HEIGHTS: Mapping[str, tuple[str, str]] = {
    "53": ("5", "５ｍ"),
    "52": ("5", "５ｍ"),
    "51": ("3", "３ｍ"),
    "62": ("1", "１ｍ"),
    "71": ("0.2", "０．２ｍ未満"),
}


def _tsunami(
    at: datetime, grades: Mapping[str, str], before: Mapping[str, str] | None = None, valid: datetime | None = None
) -> bytes:
    """One tsunami telegram: area -> code, with the code each area had before."""
    last = before or {}
    areas = {
        area: Sea(
            grade=grade,
            last=last.get(area, "00").replace("53", "52"),
            height=_HEIGHTS[grade][0] if valid is None else None,
            description=_HEIGHTS[grade][1] if valid is None else None,
            arrival=START + timedelta(minutes=20 + 10 * place) if grade in ("53", "51", "62") and not last else None,
        )
        for place, (area, grade) in enumerate(grades.items())
    }
    return compose.tsunami_report(event_ids=[_QUAKE], at=at, areas=areas, valid_until=valid, origin=START)


def _tsunami_goes_down() -> list[Step]:
    lower = {"360": "51", "340": "62", "350": "62", "361": "62", "341": "62", "370": "62", "200": "71"}
    advisory = dict.fromkeys(lower, "62") | {"200": "71", "370": "71"}
    calm = dict.fromkeys(lower, "71")
    return [
        Step(
            at=_at(2.5),
            story="The major tsunami warning is lowered to a warning, others to advisories",
            code="VTSE41",
            raw=_tsunami(_at(2.5), lower, _MAJOR),
        ),
        Step(
            at=_at(5),
            story="Only advisories are left",
            code="VTSE41",
            raw=_tsunami(_at(5), advisory, lower),
        ),
        Step(
            at=_at(8),
            story="All lifted: slight changes of the sea until noon",
            code="VTSE41",
            raw=_tsunami(_at(8), calm, advisory, valid=_at(15)),
        ),
    ]


def _rain() -> list[Step]:
    rain: list[tuple[float, str, dict[str, str], str]] = [
        (
            17,
            "Heavy rain, level 3: a lesson that is due waits",
            {WAJIMA: "03", SUZU: "03", NOTO: "03", NANAO: "10"},
            "rain",
        ),
        (18.2, "Landslides, level 3", {WAJIMA: "09", SUZU: "09", NOTO: "29"}, "slide"),
        (19, "Heavy rain, level 4 in Wajima", {WAJIMA: "43", SUZU: "03", NOTO: "03", NANAO: "10"}, "rain"),
        (19.5, "Landslides, level 4 in Wajima and Suzu", {WAJIMA: "49", SUZU: "49", NOTO: "09"}, "slide"),
        (20.3, "Heavy rain, level 5 in Wajima", {WAJIMA: "33", SUZU: "43", NOTO: "03", NANAO: "03"}, "rain"),
        (20.4, "Landslides, level 5 in Wajima", {WAJIMA: "39", SUZU: "49", NOTO: "49"}, "slide"),
        (23, "Heavy rain goes down", {WAJIMA: "03", SUZU: "03", NOTO: "10"}, "rain"),
        (24, "Landslides go down to level 4 and 3", {WAJIMA: "49", SUZU: "09", NOTO: "09"}, "slide"),
        (26, "The rain warning is lifted", {}, "rain"),
        (28, "The landslide warning is lifted", {}, "slide"),
    ]
    before: dict[str, dict[str, str]] = {"rain": {}, "slide": {}}
    steps: list[Step] = []
    for hours, story, kinds, hazard in rain:
        steps.append(_rain_step(_at(hours), story, kinds, before[hazard], hazard))
        before[hazard] = kinds
    morning = Step(at=_at(38), story="Next morning: the lesson that had waited is sent")
    return [*_disorder(steps), morning]


def _rain_step(at: datetime, story: str, kinds: Mapping[str, str], before: Mapping[str, str], hazard: str) -> Step:
    items = {place: _item(code, before.get(place, "")) for place, code in kinds.items()}
    items |= {place: Item(code=code, status="解除", last=code) for place, code in before.items() if place not in kinds}
    write = compose.rain_report if hazard == "rain" else compose.landslide_report
    code = "VPWW55" if hazard == "rain" else "VPWW56"
    return Step(at=at, story=story, code=code, raw=write(region=ISHIKAWA, kinds=items, at=at))


#: codes by level, so that a lower one gets the right words
_TIERS = {"33": "特別警報", "39": "特別警報", "43": "危険警報", "49": "危険警報", "03": "警報", "09": "警報"}


def _item(code: str, last: str) -> Item:
    order = ["10", "29", "03", "09", "43", "49", "33", "39"]
    if not last or order.index(code) > order.index(last):
        return Item(code=code, status="発表", last=last)
    if code == last:
        return Item(code=code, status="継続", last=last)
    return Item(code=code, status=f"{_TIERS[last]}から{_TIERS.get(code, '注意報')}", last=last)


def _disorder(steps: Sequence[Step]) -> list[Step]:
    """The second telegram comes once more after the fifth, as happens: nothing may come of it."""
    late = steps[1]
    again = Step(
        at=steps[4].at + timedelta(minutes=2), story="An old telegram comes again", code=late.code, raw=late.raw
    )
    return [*steps[:5], again, *steps[5:]]
