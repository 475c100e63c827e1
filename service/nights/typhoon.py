"""A typhoon that crosses the whole country in one night: every region warns, corrects itself, goes down and lifts."""

import functools
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alerts import places
from alerts.places import Place
from alerts.vocabulary import NONE, InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Item
from service.nights import flashes, floods, heat, volcanoes
from service.nights.disorder import disorder
from service.nights.issued import Issued, Word
from service.nights.scales import SCALES, Scale

#: 15:00 in Japan; landfall after dark
START = datetime(2026, 9, 18, 6, tzinfo=UTC)
HOURS = 24.0
#: how far its wind and rain reach, in degrees
_REACH = 2.6
#: hours by which a danger follows the centre
_LAG = {"VPWW55": 0.0, "VPWW56": 1.5, "VPWW57": 0.5, "VPWW58": 0.0, "VPWW59": -0.5, "VPWW60": 1.0, "VPWW61": -1.0}
_CORRECTED, _TRAINING = 0.02, 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """One telegram to come."""

    at: datetime
    region: str
    scale: Scale


def night(seed: int, count: int = 2_000) -> list[Issued]:
    """`count` telegrams in the order in which they are published; all is lifted at the end.

    A smaller night is one of fewer regions, each from its first warning to its last word.
    """
    chance = random.Random(seed)
    regions = chance.sample(sorted(_regions()), min(len(_regions()), max(4, count // 35)))
    others = floods.night(chance, START, HOURS, count // 10)
    others += flashes.night(chance, regions, START, HOURS, count // 25)
    others += [*heat.night(chance, regions, START), *volcanoes.night(chance, START, HOURS)]
    told = list(_warnings(chance, regions, count - len(others)))
    return disorder([*told, *others], chance, count)


def _warnings(chance: random.Random, regions: Sequence[str], count: int) -> Iterator[Issued]:
    """The warnings of these regions."""
    share = {(scale.type, place.code): chance.uniform(0.5, 1.15) for scale in SCALES for place in _regions_places()}
    before: dict[tuple[str, str], dict[str, str]] = {}
    # duplicates, corrections and training telegrams come on top
    for moment in _moments(chance, regions, share, round(count * 0.9)):
        key = (moment.region, moment.scale.type)
        grades = _grades(moment, share)
        yield from _telegrams(moment, before.get(key, {}), grades, chance)
        before[key] = grades


@functools.cache
def _regions() -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place in places.load().all():
        if not place.parent:
            found.setdefault(place.office, []).append(place)
    return found


def _regions_places() -> list[Place]:
    return [place for place in places.load().all() if not place.parent]


def _moments(
    chance: random.Random, regions: Sequence[str], share: Mapping[tuple[str, str], float], count: int
) -> list[_Moment]:
    """When which region says something: at changes, and at last that all is over; `count` in all."""
    must, may = [], []
    for region in sorted(regions):
        for scale in SCALES:
            turns = [_Moment(at=START + timedelta(hours=hours), region=region, scale=scale) for hours in _times(chance)]
            said = [(moment, _grades(moment, share)) for moment in turns]
            changes = [now[0] for was, now in zip(said, said[1:], strict=False) if was[1] != now[1]]
            must += changes[-1:]
            may += changes[:-1]
    chosen = chance.sample(may, min(len(may), max(0, count - len(must))))
    return sorted([*must, *chosen], key=lambda moment: (moment.at, moment.region, moment.scale.type))


def _times(chance: random.Random) -> list[float]:
    """Hours after the start; the last ones when the typhoon is far away."""
    hours, found = chance.uniform(0, 0.5), []
    while hours < HOURS + 10:
        found.append(hours)
        hours += chance.uniform(0.3, 0.9)
    return [-1.0, *found, HOURS + 12 + chance.random()]


def _grades(moment: _Moment, share: Mapping[tuple[str, str], float]) -> dict[str, str]:
    """class20 -> grade, of every municipality where something is in force."""
    scale = moment.scale
    hours = (moment.at - START) / timedelta(hours=1) - _LAG[scale.type]
    found: dict[str, str] = {}
    for place in _regions()[moment.region]:
        if scale.coastal and not place.coastal:
            continue
        grade = scale.grade(_strength(place, hours) * share[scale.type, place.code])
        if grade != NONE:
            found |= dict.fromkeys(place.class20, grade)
    return found


def _strength(place: Place, hours: float) -> float:
    """0 far away, 1 under the eye. The centre runs from the south-west to the north-east."""
    way = hours / HOURS
    lat, lng = 24.0 + 21.0 * way, 124.0 + 20.5 * way**1.2 if way > 0 else 124.0
    away = math.hypot(place.lat - lat, (place.lng - lng) * 0.82)
    return math.exp(-((away / _REACH) ** 2))


def _telegrams(
    moment: _Moment, before: Mapping[str, str], grades: Mapping[str, str], chance: random.Random
) -> Iterator[Issued]:
    """One telegram; now and then with a mistake that a correction mends, or with a training telegram beside it."""
    if chance.random() < _TRAINING:
        at = moment.at - timedelta(seconds=40)
        worst = dict.fromkeys(_areas(moment), list(moment.scale.codes)[-1])
        yield _issued(replace(moment, at=at), {}, worst, status=chance.choice([Status.EXERCISE, Status.TEST]))
    if grades and chance.random() < _CORRECTED:
        wrong = dict(grades)
        wrong[chance.choice(sorted(grades))] = chance.choice(list(moment.scale.codes))
        yield _issued(moment, before, wrong)
        later = replace(moment, at=moment.at + timedelta(seconds=chance.randrange(60, 600)))
        yield _issued(later, wrong, grades, info_type=InfoType.CORRECTION)
    else:
        yield _issued(moment, before, grades)


def _areas(moment: _Moment) -> Iterable[str]:
    return [code for place in _regions()[moment.region] for code in place.class20]


def _issued(
    moment: _Moment,
    before: Mapping[str, str],
    grades: Mapping[str, str],
    info_type: InfoType = InfoType.ISSUE,
    status: Status = Status.ACTUAL,
) -> Issued:
    scale = moment.scale
    spoken = [(scale, before, grades)] + [(other, _with(before), _with(grades)) for other in scale.beside]
    items: dict[str, list[Item]] = {}
    for one, then, now in spoken:
        for area in _areas(moment):
            item = one.item(then.get(area, NONE), now.get(area, NONE))
            if item is not None:
                items.setdefault(area, []).append(item)
    raw = compose.warning_report(
        scale.type, region=moment.region, kinds=items, at=moment.at, info_type=info_type, status=status
    )
    words = tuple(Word(hazard=one.hazard, about=(moment.region,), grades=now) for one, _, now in spoken)
    return Issued(
        code=scale.type,
        raw=raw,
        sent=moment.at.replace(microsecond=0),
        published=moment.at,
        words=words,
        info_type=info_type,
        status=status,
    )


def _with(grades: Mapping[str, str]) -> dict[str, str]:
    """Where another advisory of the same telegram is in force too."""
    return {area: "advisory" for area in grades if int(area[:5]) % 3 == 0}
