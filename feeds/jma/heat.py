"""VPFT50: 熱中症警戒アラート of one prefecture for one day, until the end of that day in Japan.

It holds no area code and no headline: the prefecture, or its part, stands in Head/Title, or the office tells it; the
day stands in the text. It is issued at about 17:00 the day before and again at about 05:00: both are one alert, of one
prefecture and one day.
Source: 熱中症警戒アラート電文解説資料, and the official sample.
"""

import functools
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from alerts import kin, places
from alerts.japan import JST
from alerts.notices import Notice, NoticeKind
from alerts.places import Level
from alerts.report import AreaReport, AreaScheme, Facts, Report
from alerts.vocabulary import Hazard, InfoType
from feeds.jma import envelope, offices, types
from feeds.jma.envelope import Envelope, NotReadable

#: 今日（１１日）, 明日（１２日), as the text begins
_DAY = re.compile(r"(?:今日|本日|明日)\s*\(\s*([0-9]{1,2})日\s*\)")
#: what is issued from noon on without a day in its text speaks of the next day
_NOON = 12
#: a name may stand in brackets: 熱中症警戒アラート（埼玉県）
_BRACKETS = re.compile(r"\(([^()]+)\)")
#: how a title goes on behind the name: 石川県熱中症警戒アラート
_AFTER_NAME = ("熱中症", "の熱中症", "に")


#: names JMA gives to several 一次細分区域 together
_TOGETHER = {
    "伊豆諸島": ("130020", "130030"),
    "小笠原諸島": ("130040",),
    "伊豆諸島・小笠原諸島": ("130020", "130030", "130040"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """What a title can name."""

    name: str
    scheme: AreaScheme
    codes: tuple[str, ...]


def read(code: str, telegram: Envelope, digest: str) -> tuple[list[Report], list[Notice]]:
    """One report. NotReadable where neither title nor office names a prefecture, or part of one, that we know."""
    notices: list[Notice] = []
    region = _region(telegram, notices)
    day = _day(telegram)
    end = datetime.combine(day + timedelta(days=1), time(), JST).astimezone(telegram.sent.tzinfo)
    facts = Facts(day=day)
    areas = [AreaReport(scheme=region.scheme, code=area, grade="alert", facts=facts) for area in region.codes]
    return [
        Report(
            digest=digest,
            type=code,
            status=telegram.status,
            info_type=telegram.info_type,
            hazard=Hazard.HEAT,
            sent=telegram.sent,
            issued=telegram.issued,
            lineage=(kin.heat(day, "+".join(region.codes)),),
            unit=telegram.event_id,
            areas=() if telegram.info_type is InfoType.CANCEL else tuple(areas),
            valid_until=end,
        )
    ], notices


def _region(telegram: Envelope, notices: list[Notice]) -> _Region:
    """What a title begins with, or names in brackets: the longest name wins, else a part hides in its prefecture.

    Hokkaido, Kagoshima and Okinawa come by their forecast regions. A part that no table knows counts as all of its
    prefecture, a title without any name as all of the office's, and operators are told.
    """
    title = telegram.head_title
    if (found := _named(_plain(title))) is not None:
        rest = _plain(title).removeprefix(found.name)
        if rest and not rest.startswith(_AFTER_NAME):
            notices.append(_unknown_part(title, found.name))
        return found
    for within in _BRACKETS.findall(types.plain(title)):
        if (found := _named(_plain(within))) is not None:
            return found
    if (by_office := offices.region(telegram.office)) is not None:
        notices.append(_by_office(title, telegram.office))
        return _Region(name=telegram.office, scheme=by_office[0], codes=(by_office[1],))
    raise NotReadable(f"Head/Title {title!r}: expected the name of a prefecture or of a forecast region")


def _named(text: str) -> _Region | None:
    return next((region for region in _regions() if text.startswith(region.name)), None)


@functools.cache
def _regions() -> list[_Region]:
    """The longest names first; forecast regions before prefectures, and these before their parts.

    A region or a part may stand behind its prefecture (東京都小笠原諸島); alone only where its name is the only one.
    """
    table = places.load()
    prefectures = {region.code: region.ja for region in table.regions(Level.PREFECTURE)}
    found = [_Region(name=r.ja, scheme=AreaScheme.OFFICE, codes=(r.code,)) for r in table.regions(Level.OFFICE)]
    found += [_Region(name=ja, scheme=AreaScheme.PREFECTURE, codes=(code,)) for code, ja in prefectures.items()]
    parts = [_Region(name=r.ja, scheme=AreaScheme.CLASS10, codes=(r.code,)) for r in table.regions(Level.CLASS10)]
    parts += [_Region(name=name, scheme=AreaScheme.CLASS10, codes=codes) for name, codes in _TOGETHER.items()]
    times = Counter(part.name for part in parts)
    below = [region for region in [*found, *parts] if region.scheme is not AreaScheme.PREFECTURE]
    found += [part for part in parts if times[part.name] == 1 or part.name in _TOGETHER]
    found += [replace(region, name=prefectures[region.codes[0][:2]] + region.name) for region in below]
    return sorted((replace(r, name=_plain(r.name)) for r in found), key=lambda region: -len(region.name))


def _unknown_part(title: str, name: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_PLACE,
        subject=f"VPFT50 {title}",
        text=f"VPFT50 {title!r} names a part of {name} that stands in no table: taken as all of {name}. "
        "Bring the place tables up to date.",
        urgent=True,
    )


def _by_office(title: str, office: str) -> Notice:
    return Notice(
        kind=NoticeKind.UNKNOWN_PLACE,
        subject=f"VPFT50 {title}",
        text=f"VPFT50 {title!r} names no prefecture: taken as that of {office}. Look at the telegram.",
        urgent=True,
    )


def _plain(name: str) -> str:
    """A name without brackets and 'を': 鹿児島県（奄美地方除く） is also written （奄美地方を除く）."""
    return re.sub(r"[()を・、]", "", types.plain(name))


def _day(telegram: Envelope) -> date:
    """The day the text speaks of: the one nearest to the issue that has the day of the month it names."""
    issued = telegram.issued.astimezone(JST)
    expected = issued.date() + timedelta(days=1 if issued.hour >= _NOON else 0)
    said = _DAY.search(" ".join(envelope.text(text) for text in telegram.body.iter("Text")))
    if said is None:
        return expected
    near = [issued.date() + timedelta(days=days) for days in (0, 1, 2)]
    return next((day for day in near if day.day == int(said[1])), expected)
