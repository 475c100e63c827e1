"""Heat alerts of a made-up night: the day before and again in the morning, one alert of one region and day."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from alerts.vocabulary import Hazard
from feeds.jma import compose
from feeds.jma.compose import weather
from service.nights.issued import Issued, Word

#: 17:00 and 05:00 in Japan, after a start at 15:00
_EVENING, _MORNING = timedelta(hours=2), timedelta(hours=14)


def night(chance: random.Random, regions: Sequence[str], start: datetime) -> list[Issued]:
    """Both issues for some of the regions; JMA lifts none of them."""
    chosen = chance.sample(regions, max(1, len(regions) // 8))
    return [issued for region in chosen for issued in _region(region, start)]


def _region(region: str, start: datetime) -> Iterator[Issued]:
    day = (start + timedelta(days=1)).date()
    until = datetime.combine(day, start.timetz().replace(hour=15, minute=0))  # midnight in Japan
    grades = dict.fromkeys(weather.chains(region), "alert")
    word = Word(hazard=Hazard.HEAT, about=(f"{day}:{region}",), grades=grades, until=until)
    for serial, wait in ((1, _EVENING), (2, _MORNING)):
        issued = start + wait
        at = issued - timedelta(minutes=15)  # as they come: before their own time of issue
        raw = compose.heat_report(
            region=region, day=day, at=at, issued=issued, serial=serial, event_id=f"JPTC26{int(region[:4]):04}"
        )
        yield Issued(code="VPFT50", raw=raw, sent=at, published=at, words=(word,))
