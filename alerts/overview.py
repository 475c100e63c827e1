"""Somebody else's word on the whole state (VPWS50), compared with ours. Changes nothing; finds what differs. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import folding, hazards
from alerts.notices import Notice, NoticeKind
from alerts.places import PlaceTable
from alerts.report import AreaReport, AreaScheme
from alerts.vocabulary import NONE, Hazard, Status

SUBJECT = "VPWS50"
#: a telegram may come so much later than the overview that already counts it, or the other way round
TIMING = timedelta(minutes=20)
#: what an overview sums up: the weather warnings and advisories, not floods
HAZARDS = (
    *(Hazard.HEAVY_RAIN, Hazard.LANDSLIDE, Hazard.STORM_SURGE, Hazard.STORM, Hazard.SNOW_STORM, Hazard.WAVE),
    *(Hazard.HEAVY_SNOW, Hazard.THUNDER, Hazard.FOG, Hazard.DRY, Hazard.AVALANCHE, Hazard.LOW_TEMPERATURE),
    *(Hazard.FROST, Hazard.ICING, Hazard.SNOW_ACCRETION, Hazard.SNOW_MELT, Hazard.OTHER),
)
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The word on one hazard in one municipality."""

    hazard: Hazard
    #: class20, 7 digits
    code: str
    grade: str
    #: when this grade was issued, UTC, where the telegram says so
    issued: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All municipalities it names, and what is in force there; a hazard it does not name there is not."""

    sent: datetime
    status: Status
    named: frozenset[str]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What we have in force in one place, and since when."""

    grade: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place and hazard where the two do not agree."""

    hazard: Hazard
    place: str
    theirs: str
    ours: str


def differences(overview: Overview, ours: Mapping[tuple[Hazard, str], Held], places: PlaceTable) -> list[Difference]:
    """Where they do not agree, beyond what timing explains: a grade as new as the overview on either side.

    `ours`: (hazard, municipality) -> what is in force there, places at `none` included where it ended of late.
    """
    named = _places(overview.named, places)
    theirs: dict[tuple[Hazard, str], tuple[str, datetime | None]] = {}
    for one in overview.said:
        rule = hazards.rule(one.hazard)
        for place in _places([one.code], places):
            before = theirs.get((one.hazard, place), (NONE, None))
            if rule.rank(one.grade) >= rule.rank(before[0]):
                theirs[one.hazard, place] = (one.grade, one.issued)
    found = []
    for hazard, place in sorted(theirs.keys() | {key for key in ours if key[1] in named and key[0] in HAZARDS}):
        grade, issued = theirs.get((hazard, place), (NONE, None))
        held = ours.get((hazard, place))
        if grade != (held.grade if held else NONE) and not _young(overview, issued, held):
            found.append(Difference(hazard=hazard, place=place, theirs=grade, ours=held.grade if held else NONE))
    return found


def _young(overview: Overview, issued: datetime | None, held: Held | None) -> bool:
    """Whether one of the two may only not have reached the other yet."""
    newest = max((time for time in (issued, held.since if held else None) if time is not None), default=None)
    return newest is not None and newest > overview.sent - TIMING


def _places(codes: Iterable[str], places: PlaceTable) -> set[str]:
    areas = (AreaReport(scheme=AreaScheme.CLASS20, code=code, grade=NONE) for code in codes)
    return {place for area in areas for place in folding.resolve(area, places).places}


def notice(found: list[Difference], overview: Overview) -> Notice:
    """One notice for all that differs; shown, and not told by SMS: no real body has confirmed how it is read."""
    shown = "; ".join(f"{d.hazard} in {d.place}: {d.theirs}, here {d.ours}" for d in found[:_SHOWN])
    return Notice(
        kind=NoticeKind.OVERVIEW,
        subject=SUBJECT,
        text=f"JMA's state of all Japan (VPWS50 of {overview.sent:%Y-%m-%d %H:%M} UTC) differs from ours in "
        f"{len(found)} cases: {shown}{' …' if len(found) > _SHOWN else ''}. Nothing was changed. "
        "A telegram may be missing: compare with the website of JMA.",
    )
