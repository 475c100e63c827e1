"""VPFT50: 熱中症警戒アラート of one prefecture for one day, until the end of that day in Japan.

It holds no area code and no headline: the prefecture, or its part, stands in Head/Title; the day in the text. It is
issued at about 17:00 the day before and again at about 05:00: both are one alert, of one prefecture and one day.
Source: 熱中症警戒アラート電文解説資料, and the official sample.
"""

import functools
import re
from datetime import date, datetime, time, timedelta, timezone

from alerts import places
from alerts.notices import Notice
from alerts.places import Level
from alerts.report import AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import Hazard, InfoType
from feeds.jma import envelope, types
from feeds.jma.envelope import Envelope, NotReadable

_JST = timezone(timedelta(hours=9))
#: 今日（１１日）, 明日（１２日), as the text begins
_DAY = re.compile(r"(?:今日|本日|明日)\s*\(\s*([0-9]{1,2})日\s*\)")
#: what is issued from noon on without a day in its text speaks of the next day
_NOON = 12


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report. NotReadable where the title names no prefecture, or part of one, that we know."""
    area = _area(telegram.head_title)
    day = _day(telegram)
    end = datetime.combine(day + timedelta(days=1), time(), _JST).astimezone(telegram.sent.tzinfo)
    facts = Facts(day=day)
    cancel = telegram.info_type is InfoType.CANCEL
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=Hazard.HEAT,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(f"{day.isoformat()}:{area[1]}",),
            areas=() if cancel else (AreaReport(scheme=area[0], code=area[1], grade="alert", facts=facts),),
            valid_until=end,
        )
    ], []


def _area(title: str) -> tuple[AreaScheme, str]:
    """The forecast region or the prefecture a title begins with; the longest name wins, else a part hides in it.

    Hokkaido, Kagoshima and Okinawa come by their forecast regions.
    """
    plain = _plain(title)
    found = next(((scheme, code) for name, scheme, code in _names() if plain.startswith(name)), None)
    if found is None:
        raise NotReadable(f"Head/Title {title!r}: expected the name of a prefecture or of a forecast region")
    return found


@functools.cache
def _names() -> list[tuple[str, AreaScheme, str]]:
    """(name, table, code) of forecast regions and prefectures, the longest names first, regions before prefectures."""
    levels = ((AreaScheme.OFFICE, Level.OFFICE), (AreaScheme.PREFECTURE, Level.PREFECTURE))
    found = [
        (_plain(region.ja), scheme, region.code) for scheme, level in levels for region in places.load().regions(level)
    ]
    return sorted(found, key=lambda one: -len(one[0]))


def _plain(name: str) -> str:
    """A name without brackets and 'を': 鹿児島県（奄美地方除く） is also written （奄美地方を除く）."""
    return re.sub(r"[()を・、]", "", types.plain(name))


def _day(telegram: Envelope) -> date:
    """The day the text speaks of: the one nearest to the issue that has the day of the month it names."""
    issued = telegram.issued.astimezone(_JST)
    expected = issued.date() + timedelta(days=1 if issued.hour >= _NOON else 0)
    said = _DAY.search(" ".join(envelope.text(text) for text in telegram.body.iter("Text")))
    if said is None:
        return expected
    near = [issued.date() + timedelta(days=days) for days in (0, 1, 2)]
    return next((day for day in near if day.day == int(said[1])), expected)
