"""What a telegram sees days ahead, and where: a typhoon whose forecast comes near (VPTW60), unusual heat or snow in a
region (VPAW51). Pure.

Sources: 台風解析・予報情報電文解説資料 (Coordinate and BasePoint of 中心位置（度）), 早期天候情報 (Head/Title,
TargetArea), and the official samples.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from alerts import distance
from alerts.places import Place
from alerts.vocabulary import InfoType, Status
from campaigns.triggers import rules
from campaigns.triggers.rules import Sight
from feeds.jma import envelope
from feeds.jma.envelope import Envelope

#: a typhoon whose centre may come so near (km) is in sight: the wind reaches far ahead of it
NEAR = 500.0
_DEGREES = "中心位置(度)"
_POINT = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)/")
_KINDS = {"高温": Sight.HEAT, "大雪": Sight.SNOW, "雪": Sight.SNOW}
_OVER = "台風消滅"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Something that comes."""

    sights: frozenset[Sight]
    #: one storm, or one report of a region: told once
    event: str
    places: tuple[Place, ...]


def read(code: str, raw: bytes, places: Iterable[Place]) -> Seen | None:
    """What a telegram of these two types sees; None for drills, cancellations, and what is over or not known.

    NotReadable for what is no telegram.
    """
    telegram = envelope.parse(raw)
    if telegram.status is not Status.ACTUAL or telegram.info_type is InfoType.CANCEL:
        return None
    found = _typhoon(telegram, places) if code == "VPTW60" else _outlook(telegram, places)
    return found if found is not None and found.places else None


def _typhoon(telegram: Envelope, places: Iterable[Place]) -> Seen | None:
    remarks = [envelope.text(part, "Remark") for part in telegram.body.iter("TyphoonNamePart")]
    if not telegram.event_id or any(_OVER in remark for remark in remarks):
        return None
    centres = list(_centres(telegram))
    near = tuple(
        place
        for place in places
        if any(distance.kilometres((place.lat, place.lng), centre) <= NEAR for centre in centres)
    )
    return Seen(sights=frozenset({Sight.TYPHOON}), event=telegram.event_id, places=near)


def _centres(telegram: Envelope) -> Iterable[tuple[float, float]]:
    """Now and on every day of the forecast, in degrees."""
    for name in ("Coordinate", "BasePoint"):
        for element in telegram.body.iter(name):
            if envelope.attribute(element, "type") != _DEGREES:
                continue
            if found := _POINT.match(envelope.text(element)):
                yield float(found[1]), float(found[2])


def _outlook(telegram: Envelope, places: Iterable[Place]) -> Seen | None:
    about, _, where = telegram.head_title.partition("に関する早期天候情報")
    sights = frozenset(_KINDS[kind] for kind in about.split("と") if kind in _KINDS)
    region = where.strip("()（）")
    codes = [found for name, found in rules.regions().items() if region.startswith(name)]
    if not sights or not codes:
        return None
    there = tuple(place for place in places if place.prefecture in codes[0])
    return Seen(sights=sights, event=f"{region} {telegram.issued:%Y-%m-%d}", places=there)
