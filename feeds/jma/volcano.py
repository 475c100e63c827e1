"""VFVO50 and VFVO56: the warning that is in force around a volcano, and the notice that it has erupted.

A volcano has one level, its municipalities have not: at level 5 one has to evacuate, another only closes its paths
to the crater, a third has nothing to fear (対象市町村の防災対応等). Each gets the grade of what it is told to do,
never the telegram's maximum. VFVO56 names its municipalities in the body alone.
Source: 地震火山関連XML電文解説資料 (噴火警報・予報, 噴火速報) with the code list 警報等情報要素／噴火警報・予報等.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alerts import hazards
from alerts.notices import Notice, NoticeKind
from alerts.places import load_volcanoes
from alerts.report import UNKNOWN, AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import Hazard, InfoType
from feeds.jma import envelope
from feeds.jma.envelope import Envelope, NotReadable

#: level of the volcano: 11-15 with alert levels, 21-25 without, 35 and 36 under the sea
_LEVELS: Mapping[str, str] = {
    **{"11": "V1", "12": "V2", "13": "V3", "14": "V4", "15": "V5"},
    **{"21": "V1", "22": "V2", "23": "V3", "24": "V4", "25": "V5"},
    **{"35": "V1", "36": "V3"},
}
_UNDER_THE_SEA = frozenset({"35", "36"})
#: the blocks that name municipalities, the finest first; code -> the highest grade a municipality has by it
_BLOCKS: tuple[tuple[str, Mapping[str, str]], ...] = (
    (
        "(対象市町村の防災対応等)",
        {
            **dict.fromkeys(("41", "46", "47"), "V5"),  # people leave: as high as the volcano itself
            **dict.fromkeys(("42", "43", "44", "48", "49"), "V3"),  # only the surroundings of the crater are closed
            "45": "V1",
        },
    ),
    ("(対象市町村等)", {"01": "V5", "02": "V3", "03": "V3", "04": "V1", "05": "V1"}),
)
#: it has become less there
_EASED = frozenset({"引下げ", "解除"})
#: 爆発, 噴火 …, and the same with したもよう; not 55 and 65, which say that it has stopped
_ERUPTIONS = frozenset({"51", "52", "53", "54", "56", "61", "62", "63", "64"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One item of a block: a municipality, and what holds there."""

    place: str
    code: str
    eased: bool


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report on one volcano. A 取消 has no areas and withdraws what bears its EventID."""
    notices: list[Notice] = []
    number = volcano_of(telegram)
    areas: tuple[AreaReport, ...] = ()
    if telegram.info_type is not InfoType.CANCEL:
        facts = Facts(volcano=named(number, notices))
        areas = tuple(_warning(telegram, facts, notices) if code == "VFVO50" else _notice(telegram, facts, notices))
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=Hazard.VOLCANO,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(f"volcano:{number}",),
            unit=telegram.event_id,
            areas=areas,
            origin=telegram.target if code == "VFVO56" else None,
        )
    ], notices


def volcano_of(telegram: Envelope) -> str:
    """The volcano's three digits, from EventID: 306, or 20140927120000_312."""
    number = telegram.event_id.rpartition("_")[2]
    if not (len(number) == 3 and number.isascii() and number.isdigit()):
        raise NotReadable(f"Head/EventID: expected the three digits of a volcano, found {telegram.event_id!r}")
    return number


def named(number: str, notices: list[Notice]) -> str | None:
    """The volcano's code where we know its name; else it is told without a name."""
    if load_volcanoes().volcano(number) is not None:
        return number
    notices.append(
        Notice(
            kind=NoticeKind.UNKNOWN_CODE,
            subject=f"volcano {number}",
            text=f"Volcano {number} stands in no table: it is told of without its name. Renew the table of volcanoes.",
            urgent=True,
        )
    )
    return None


def blocks(telegram: Envelope, name: str) -> list[ET.Element]:
    """The blocks of this name (by the end of their @type): of the body, then of the headline."""
    headline = envelope.child(telegram.head, "Headline")
    infos = envelope.children(telegram.body, "VolcanoInfo")
    infos += envelope.children(headline, "Information") if headline is not None else []
    return [info for info in infos if envelope.attribute(info, "type").endswith(name)]


def items(telegram: Envelope, name: str) -> list[ET.Element]:
    """The items of all blocks of this name."""
    return [item for info in blocks(telegram, name) for item in envelope.children(info, "Item")]


def area_codes(item: ET.Element) -> Iterator[str]:
    """The codes of an item's areas. NotReadable for one without code."""
    areas = envelope.child(item, "Areas")
    for area in envelope.children(areas, "Area") if areas is not None else ():
        code = envelope.text(area, "Code")
        if not code:
            raise NotReadable(f"VolcanoInfo/Item: an Area without Code ({envelope.text(area, 'Name')})")
        yield code


def _warning(telegram: Envelope, facts: Facts, notices: list[Notice]) -> Iterator[AreaReport]:
    """VFVO50: what holds in each municipality."""
    volcano = items(telegram, "(対象火山)")
    if not volcano:
        raise NotReadable("Body/VolcanoInfo（対象火山）: expected the volcano and its level")
    value = envelope.text(volcano[0], "Kind", "Code")
    level = _LEVELS.get(value, UNKNOWN)
    if level == UNKNOWN:
        notices.append(unknown(f"VFVO50 Kind/Code {value or '(none)'} of a volcano"))
    eased = _condition(volcano[0]) in _EASED
    places = _municipalities(telegram, notices)
    if not places and value not in _UNDER_THE_SEA:  # it replaces all that was said: an empty one would lift it
        raise NotReadable("Body/VolcanoInfo: expected municipalities")
    for place, (limit, easier) in places.items():
        yield AreaReport(
            scheme=AreaScheme.CLASS20,
            code=place,
            grade=_lower(level, limit),
            facts=Facts(volcano=facts.volcano, eased=eased or easier),
        )


def _municipalities(telegram: Envelope, notices: list[Notice]) -> dict[str, tuple[str, bool]]:
    """Municipality -> (the highest grade it can have, eased), by the finest block that says something known of it."""
    found: dict[str, tuple[str, bool]] = {}
    for name, limits in _BLOCKS:
        here: dict[str, tuple[str, bool]] = {}
        for said in _said(items(telegram, name)):
            limit = limits.get(said.code, UNKNOWN)
            if limit == UNKNOWN:
                notices.append(unknown(f"VFVO50 Kind/Code {said.code or '(none)'} of a municipality"))
            elif said.place not in here or _lower(limit, here[said.place][0]) != limit:
                here[said.place] = (limit, said.eased)
            found.setdefault(said.place, (UNKNOWN, False))
        found |= {place: known for place, known in here.items() if found[place][0] == UNKNOWN}
    return found


def _said(of: list[ET.Element]) -> Iterator[_Said]:
    for item in of:
        code, eased = envelope.text(item, "Kind", "Code"), _condition(item) in _EASED
        yield from (_Said(place=place, code=code, eased=eased) for place in area_codes(item))


def _condition(item: ET.Element) -> str:
    return envelope.text(item, "Kind", "Condition")


def _lower(one: str, other: str) -> str:
    """The lower of two grades; unknown where one is."""
    return UNKNOWN if UNKNOWN in (one, other) else min(one, other, key=hazards.rule(Hazard.VOLCANO).rank)


def _notice(telegram: Envelope, facts: Facts, notices: list[Notice]) -> Iterator[AreaReport]:
    """VFVO56: it has erupted, for each municipality that the body names."""
    named_places = items(telegram, "噴火速報(対象市町村等)")
    if not any(True for item in named_places for _ in area_codes(item)):
        raise NotReadable("Body/VolcanoInfo（対象市町村等）: expected municipalities")
    for item in named_places:
        value = envelope.text(item, "Kind", "Code")
        grade = "eruption" if value in _ERUPTIONS else UNKNOWN
        if grade == UNKNOWN:
            notices.append(unknown(f"VFVO56 Kind/Code {value or '(none)'}"))
        for place in area_codes(item):
            yield AreaReport(scheme=AreaScheme.CLASS20, code=place, grade=grade, facts=facts)


def unknown(subject: str) -> Notice:
    """A code that no table knows."""
    return Notice(
        kind=NoticeKind.UNKNOWN_CODE,
        subject=subject,
        text=f"{subject} stands in no table. What was in force there before still stands. Look at the telegram and at "
        "the manual of JMA.",
        urgent=True,
    )
