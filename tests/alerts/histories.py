"""Random histories of telegrams, as real ones go: chains, corrections, withdrawals, links, drills in between."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from alerts.report import Report
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose, reading
from feeds.jma.compose import Danger, Item, Sea
from tests.alerts.plain_state import Said
from tests.feeds.jma.telegrams import AT

#: Noto, Kaga, east Kanagawa with wards of Yokohama and Kawasaki, and a place with parts of Hiroshima
SEISMIC_AREAS = ("390", "391", "360", "592")
SEISMIC_CITIES = ("1720400", "1720500", "1720100", "1410100", "1410200", "1413100", "3410100")
TSUNAMI_AREAS = ("360", "361", "350", "312", "570")
#: region -> municipalities and parts of some: Ishikawa, Kanagawa, Hiroshima, and Abashiri with Kitami
CLASS20 = {
    "170000": ("1720400", "1720500", "1720100"),
    "140000": ("1410011", "1410012", "1413000"),
    "340000": ("3410000", "3420200"),
    "013000": ("0120801", "0120802", "0154300"),
}
#: 浅間山 and 草津白根山 share 嬬恋村
VOLCANOES = {"306": ("1042500", "2020800", "2032100"), "350": ("1042500", "1042600")}
INTENSITIES = ("1", "3", "4", "5-", "5-?", "5+", "6-", "6+", "7")
KINDS = {
    "53": "major_warning",
    "52": "major_warning",
    "51": "warning",
    "62": "advisory",
    "71": "forecast",
    "60": "none",
}
LEVELS = {
    "VPWW55": {"33": "L5", "43": "L4", "03": "L3", "10": "L2"},
    "VPWW56": {"39": "L5", "49": "L4", "09": "L3", "29": "L2"},
}
#: forecasts end long after every history here
END = AT + timedelta(days=2)

steps = st.integers(0, 9)  # few, so that telegrams share their time now and then
issued = st.sampled_from([InfoType.ISSUE, InfoType.ISSUE, InfoType.CORRECTION])
events = st.sampled_from(["20260901120000", "20260901120100", "20260901120200"])


def reports(said: Sequence[Said]) -> list[Report]:
    """What our readers make of it."""
    return [report_of(one) for one in said]


def report_of(one: Said) -> Report:
    """The one report of a telegram."""
    found = reading.read(one.raw, f"{one.type}.xml")
    assert isinstance(found, reading.Read), found
    (report,) = found.reports
    return report


@st.composite
def first_reports(draw: Callable[..., object], status: Status = Status.ACTUAL) -> Said:
    """VXSE51, or its withdrawal."""
    return _quake(draw, "VXSE51", status, compose.first_intensity_report, "areas", SEISMIC_AREAS)


@st.composite
def full_reports(draw: Callable[..., object], status: Status = Status.ACTUAL) -> Said:
    """VXSE53, or its withdrawal."""
    return _quake(draw, "VXSE53", status, compose.full_earthquake_report, "cities", SEISMIC_CITIES)


def _quake(draw, kind, status, build, key, codes) -> Said:  # type: ignore[no-untyped-def]  # hypothesis' draw has no type
    event, at = draw(events), AT + timedelta(seconds=20 * draw(steps))
    if draw(st.integers(0, 4)) == 0:
        raw = compose.withdrawal(kind, event, at=at, status=status)
        return _said(kind, Hazard.EARTHQUAKE, (event,), at, InfoType.CANCEL, status, raw, {})
    info, grades = draw(issued), draw(st.dictionaries(st.sampled_from(codes), st.sampled_from(INTENSITIES), min_size=1))
    grades = {code: grade for code, grade in grades.items() if kind == "VXSE53" or grade != "5-?"} or {codes[0]: "4"}
    raw = build(event_id=event, at=at, info_type=info, status=status, **{key: grades})
    return _said(kind, Hazard.EARTHQUAKE, (event,), at, info, status, raw, grades)


@st.composite
def tsunami_reports(draw, status: Status = Status.ACTUAL) -> Said:  # type: ignore[no-untyped-def]  # as above
    """VTSE41 of one earthquake or of several linked ones, or a withdrawal."""
    about = tuple(sorted(draw(st.sets(events, min_size=1, max_size=2))))
    at = AT + timedelta(seconds=20 * draw(steps))
    if draw(st.integers(0, 5)) == 0:
        raw = compose.withdrawal("VTSE41", " ".join(about), at=at, status=status)
        return _said("VTSE41", Hazard.TSUNAMI, about, at, InfoType.CANCEL, status, raw, {})
    info, kinds = (
        draw(issued),
        draw(st.dictionaries(st.sampled_from(TSUNAMI_AREAS), st.sampled_from(sorted(KINDS)), min_size=1)),
    )
    areas = {code: Sea(grade=kind) for code, kind in kinds.items()}
    raw = compose.tsunami_report(event_ids=about, at=at, areas=areas, info_type=info, status=status, valid_until=END)
    words = {code: KINDS[kind] for code, kind in kinds.items() if KINDS[kind] != "none"}
    return _said("VTSE41", Hazard.TSUNAMI, about, at, info, status, raw, words)


@st.composite
def weather_reports(draw, status: Status = Status.ACTUAL) -> Said:  # type: ignore[no-untyped-def]  # as above
    """VPWW55 or VPWW56 of one region; some of it lifted."""
    kind, region = draw(st.sampled_from(sorted(LEVELS))), draw(st.sampled_from(sorted(CLASS20)))
    at, info, levels = AT + timedelta(seconds=20 * draw(steps)), draw(issued), LEVELS[kind]
    status_of = st.sampled_from(["発表", "継続", "警報から注意報", "解除"])
    items = st.builds(Item, code=st.sampled_from(sorted(levels)), status=status_of, last=st.just(""))
    kinds = draw(st.dictionaries(st.sampled_from(CLASS20[region]), items))
    build = compose.rain_report if kind == "VPWW55" else compose.landslide_report
    raw = build(region=region, kinds=kinds, at=at, info_type=info, status=status)
    words = {code: levels[item.code] for code, item in kinds.items() if item.status != "解除"}
    hazard = Hazard.HEAVY_RAIN if kind == "VPWW55" else Hazard.LANDSLIDE
    return _said(kind, hazard, (region,), at, info, status, raw, words)


@st.composite
def volcano_reports(draw, status: Status = Status.ACTUAL) -> Said:  # type: ignore[no-untyped-def]  # as above
    """VFVO50 or VFVO56 of one of two volcanoes that share a municipality, or a withdrawal."""
    volcano, at = draw(st.sampled_from(sorted(VOLCANOES))), AT + timedelta(seconds=20 * draw(steps))
    cities, kind, info = VOLCANOES[volcano], draw(st.sampled_from(["VFVO50", "VFVO56"])), draw(issued)
    first = AT + timedelta(minutes=draw(st.integers(0, 1)))
    unit = f"{'202609011200' if first == AT else '202609011201'}00_{volcano}"
    about = (volcano,) if kind == "VFVO50" else (volcano, unit)
    if draw(st.integers(0, 5)) == 0:
        raw = compose.withdrawal(kind, about[-1], at=at, status=status)
        return _said(kind, Hazard.VOLCANO, about, at, InfoType.CANCEL, status, raw, {})
    named = sorted(draw(st.sets(st.sampled_from(cities), min_size=1)))
    if kind == "VFVO56":
        raw = compose.eruption_notice(
            volcano=volcano, municipalities=named, at=at, first=first, info_type=info, status=status
        )
        return _said(kind, Hazard.VOLCANO, about, at, info, status, raw, dict.fromkeys(named, "eruption"))
    level, last = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    actions = {city: draw(st.sampled_from(["41", "42", "43", "45"])) for city in named}
    raw = compose.volcanic_warning(
        volcano=volcano,
        level=f"1{level}",
        last=f"1{last}",
        municipalities={city: Danger(action=action, last=action) for city, action in actions.items()},
        at=at,
        info_type=info,
        status=status,
    )
    at_most = {"41": 5, "42": 3, "43": 3, "45": 1}
    words = {city: f"V{min(level, at_most[action])}" for city, action in actions.items()}
    return replace(_said(kind, Hazard.VOLCANO, about, at, info, status, raw, words), calm=level < last)


def _said(kind, hazard, about, at, info, status, raw, words) -> Said:  # type: ignore[no-untyped-def]  # private
    return Said(type=kind, hazard=hazard, about=about, sent=at, info_type=info, status=status, raw=raw, words=words)


def telegrams(status: Status = Status.ACTUAL) -> st.SearchStrategy[Said]:
    """One telegram of any kind with a warning in it."""
    return st.one_of(
        first_reports(status),
        full_reports(status),
        tsunami_reports(status),
        weather_reports(status),
        volcano_reports(status),
    )


def histories(*, most: int = 8) -> st.SearchStrategy[list[Said]]:
    """Several real telegrams of one kind of danger, or of all."""
    kinds = [st.one_of(first_reports(), full_reports()), tsunami_reports(), weather_reports()]
    kinds += [volcano_reports(), telegrams()]
    return st.one_of(*(st.lists(kind, min_size=1, max_size=most) for kind in kinds))


#: telegrams that must change nothing
drills = st.lists(st.one_of(telegrams(Status.EXERCISE), telegrams(Status.TEST)), max_size=4)
