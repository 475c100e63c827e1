"""What comes suddenly in a made-up night and ends by itself: tornado, rain bands, record rain."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from alerts import hazards
from alerts.vocabulary import Hazard
from feeds.jma import compose
from feeds.jma.compose import weather
from service.nights.issued import Issued, Word

_TAGS = {
    "線状降水帯直前": Hazard.LINEAR_RAINBAND,
    "線状降水帯発生": Hazard.LINEAR_RAINBAND,
    "記録雨": Hazard.RECORD_RAIN,
}
_GRADE = "warning"


def night(chance: random.Random, regions: Sequence[str], start: datetime, hours: float, count: int) -> list[Issued]:
    """About `count` telegrams in these regions; none of them is ever lifted."""
    found: list[Issued] = []
    while len(found) < count:
        region, at = chance.choice(regions), start + timedelta(hours=chance.uniform(1, hours))
        found += _tornado(region, at, chance) if chance.random() < 0.5 else [_flash(region, at, chance)]
    return found


def _tornado(region: str, at: datetime, chance: random.Random) -> Iterator[Issued]:
    """One or more in a row, each an hour long; sometimes the next one comes when the last is over."""
    code = chance.choice(["VPHW50", "VPHW51"])
    for _ in range(chance.choice([1, 1, 2, 3])):
        areas = chance.sample(_areas(region), 1)
        until = (at + timedelta(minutes=65)).replace(second=0, microsecond=0)
        raw = compose.tornado_report(region=region, areas=areas, at=at, valid_until=until, sighted=code == "VPHW51")
        word = Word(hazard=Hazard.TORNADO, about=(code, region), grades=_grades(region, areas), until=until)
        yield Issued(code=code, raw=raw, sent=at.replace(microsecond=0), published=at, words=(word,))
        at += timedelta(minutes=chance.choice([30, 55, 90]))


def _flash(region: str, at: datetime, chance: random.Random) -> Issued:
    tag = chance.choice(sorted(_TAGS))
    areas = chance.sample(_areas(region), 1)
    event = f"K{region}_{at:%Y%m%d%H%M%S}_{chance.randrange(10**6)}"
    raw = compose.flash_report(tag, region=region, areas=areas, at=at, event_id=event)
    sent = at.replace(microsecond=0)
    hazard = _TAGS[tag]
    until = sent + hazards.rule(hazard).in_force
    word = Word(hazard=hazard, about=(event,), grades=_grades(region, areas), until=until)
    return Issued(code="VPBS50", raw=raw, sent=sent, published=at, words=(word,))


def _areas(region: str) -> list[str]:
    """class10 areas of a region."""
    return sorted({class10 for _, class10, _, _ in weather.chains(region).values()})


def _grades(region: str, areas: Sequence[str]) -> dict[str, str]:
    """class20 of every municipality, or part of one, in some class10 areas."""
    return {code: _GRADE for code, (_, class10, _, _) in weather.chains(region).items() if class10 in areas}
