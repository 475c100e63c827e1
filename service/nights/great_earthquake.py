"""The day of a great earthquake: first and full reports from two offices, tsunami, aftershocks, swarms, mistakes."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts import places
from alerts.places import Place
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Sea
from service.nights.disorder import disorder
from service.nights.issued import Issued, Word

#: 14:46 in Japan
START = datetime(2026, 10, 5, 5, 46, tzinfo=UTC)
HOURS = 20.0
OFFICES = ("気象庁本庁", "大阪管区気象台")
#: intensities, the weakest first
_SCALE = ("1", "2", "3", "4", "5-", "5+", "6-", "6+", "7")
_SHOCKS = (28, 0.35)  # how many seismic areas a great shock reaches, and how much of that an aftershock does
#: 52 major warning, 51 warning, 62 advisory, 71 forecast, 60 lifted
_GRADES = {"52": "major_warning", "51": "warning", "62": "advisory", "71": "forecast"}
_LOWER = {"52": "51", "51": "62", "62": "71"}


def day(seed: int, count: int = 150) -> list[Issued]:
    """About `count` reports in the order in which they are published."""
    chance = random.Random(seed)
    told = [*_shock(START, 8, chance, full=6), *_tsunami(START, chance), *_false(chance), *_training(chance)]
    told += [*_foreign(chance), *_further(chance)]
    minutes = 15.0
    while len(told) < count * 0.97:
        minutes += chance.uniform(9, 14)
        at = START + timedelta(minutes=round(minutes))
        told += _shock(at, chance.randrange(2, 7), chance, full=chance.choice([1, 1, 2]))
        if chance.random() < 0.2:  # two shocks so close that people feel one
            told += _shock(at + timedelta(minutes=1), chance.randrange(2, 7), chance, full=1, event=_id(at))
    return disorder(told, chance, count)


def _id(at: datetime, offset: int = 0) -> str:
    """An event id as the telegrams have it: the time in Japan."""
    return f"{at + timedelta(hours=9, seconds=offset):%Y%m%d%H%M%S}"


def _shock(at: datetime, strength: int, chance: random.Random, *, full: int, event: str = "") -> Iterator[Issued]:
    """All reports of one earthquake. `event` names the one that people feel it as, where that is another one."""
    identity = _id(at)
    reach = round(_SHOCKS[0] * (1 if strength > 6 else _SHOCKS[1]))
    cities = _felt(chance, strength, reach)
    about = ((identity,), event or identity)
    sent = at + timedelta(seconds=95)
    if strength >= 2:
        yield _first(about, sent, at, cities, chance)
    for _ in range(full):
        sent += timedelta(seconds=chance.randrange(100, 400))
        yield _full(about, sent, at, cities, chance, InfoType.ISSUE)
        cities = _grown(cities, chance)
    if chance.random() < 0.1 or full > 5:
        yield _silent("VXSE52", compose.epicentre_report(event_id=identity, at=at + timedelta(minutes=2)), at, 2)
    if strength >= 5:
        motions = {area: ("2", "5-") for area in sorted(_areas(cities))[:3]}
        raw = compose.long_period_report(event_id=identity, at=at + timedelta(minutes=10), areas=motions)
        yield _silent("VXSE62", raw, at, 10)
    if chance.random() < 0.15 or full > 5:
        yield _full(about, sent + timedelta(minutes=6), at, _mended(cities, chance), chance, InfoType.CORRECTION)


About = tuple[tuple[str, ...], str]


def _felt(chance: random.Random, strength: int, reach: int) -> dict[str, str]:
    """Seismic municipality -> intensity: strong in the middle, weaker outwards."""
    middle = chance.choice([place for place in places.load().all() if place.seismic_cities and not place.parent])
    near = sorted(_cities(), key=lambda place: abs(place.lat - middle.lat) + abs(place.lng - middle.lng))[: reach * 4]
    found: dict[str, str] = {}
    for away, place in enumerate(near):
        step = strength - round(away / len(near) * strength) - chance.choice([0, 0, 1])
        if step >= 0:
            found |= dict.fromkeys(place.seismic_cities, _SCALE[step])
    return found


def _cities() -> list[Place]:
    """What full reports name: municipalities, of designated cities the wards."""
    table = places.load()
    return [place for place in table.all() if place.seismic_cities and not table.wards_of(place.code)]


def _grown(cities: Mapping[str, str], chance: random.Random) -> dict[str, str]:
    """Later reports know a little more."""
    found = dict(cities)
    for code in chance.sample(sorted(found), max(1, len(found) // 12)):
        found[code] = _SCALE[min(_SCALE.index(found[code]) + 1, 8)]
    return found


def _mended(cities: Mapping[str, str], chance: random.Random) -> dict[str, str]:
    """A correction takes one municipality down or up."""
    found = dict(cities)
    code = chance.choice(sorted(found))
    found[code] = _SCALE[max(0, min(8, _SCALE.index(found[code]) + chance.choice([-1, 1, 2])))]
    return found


def _first(about: About, sent: datetime, at: datetime, cities: Mapping[str, str], chance: random.Random) -> Issued:
    """VXSE51: the strongest of each area, from 3."""
    areas: dict[str, str] = {}
    for place in _cities():
        for code in place.seismic_cities:
            if code in cities and cities[code] not in ("1", "2"):
                area = place.seismic_areas[0]
                areas[area] = max(areas.get(area, "1"), cities[code], key=_SCALE.index)
    areas = areas or {_cities()[0].seismic_areas[0]: "3"}
    raw = compose.first_intensity_report(
        event_id=about[0][0], at=sent, origin=at, areas=areas, office=chance.choice(OFFICES)
    )
    return _issued("VXSE51", raw, sent, Word(hazard=Hazard.EARTHQUAKE, about=about[0], event=about[1], grades=areas))


def _full(
    about: About, sent: datetime, at: datetime, cities: Mapping[str, str], chance: random.Random, info_type: InfoType
) -> Issued:
    raw = compose.full_earthquake_report(
        event_id=about[0][0], at=sent, origin=at, cities=cities, office=chance.choice(OFFICES), info_type=info_type
    )
    word = Word(hazard=Hazard.EARTHQUAKE, about=about[0], event=about[1], grades=cities)
    return replace(_issued("VXSE53", raw, sent, word), info_type=info_type)


def _false(chance: random.Random) -> Iterator[Issued]:
    """Two reports of earthquakes that never were, withdrawn some minutes later: one by first, one by full report."""
    for hour, kind in ((2.41, "VXSE51"), (5.13, "VXSE53")):
        at = START + timedelta(hours=hour)
        identity = _id(at, offset=1)
        about = ((identity,), identity)
        cities = _felt(chance, 5, 6)
        sent = at + timedelta(seconds=90)
        origin = at - timedelta(days=1)  # no other shock is at that minute, so that it stands for itself
        if kind == "VXSE51":
            yield _first(about, sent, origin, cities, chance)
        else:
            yield _full(about, sent, origin, cities, chance, InfoType.ISSUE)
        cancelled = sent + timedelta(minutes=chance.uniform(2, 9))
        raw = compose.withdrawal(kind, identity, at=cancelled)
        word = Word(hazard=Hazard.EARTHQUAKE, about=about[0], event=about[1], grades={})
        yield replace(_issued(kind, raw, cancelled, word), info_type=InfoType.CANCEL)


def _tsunami(at: datetime, chance: random.Random) -> Iterator[Issued]:
    """Up in the first minutes, down over the day; an aftershock joins the same telegrams."""
    events: tuple[str, ...] = (_id(at),)
    coast = sorted({code for place in places.load().all() for code in place.tsunami_areas})
    seas = {area: chance.choice(["52", "51", "51", "62", "62", "71"]) for area in chance.sample(coast, 24)}
    last: dict[str, str] = {}
    sent = at + timedelta(minutes=3)
    while True:
        calm = set(seas.values()) <= {"71"}
        until = sent + timedelta(hours=6) if "71" in seas.values() else None
        yield _sea(events, sent, seas, last, until)
        if calm:
            return
        last, sent = seas, sent + timedelta(minutes=chance.uniform(20, 150))
        seas = {area: _LOWER.get(code, code) if chance.random() < 0.5 else code for area, code in seas.items()}
        if sent - at > timedelta(hours=2) and len(events) == 1:
            events = (*events, _id(at, offset=60 * 40))


def _sea(
    events: tuple[str, ...],
    sent: datetime,
    seas: Mapping[str, str],
    last: Mapping[str, str],
    until: datetime | None,
) -> Issued:
    areas = {area: Sea(grade=code, last=last.get(area, "00")) for area, code in seas.items()}
    raw = compose.tsunami_report(event_ids=events, at=sent, areas=areas, valid_until=until)
    end = until.replace(second=0, microsecond=0) if until else None
    word = Word(
        hazard=Hazard.TSUNAMI,
        about=events,
        grades={area: _GRADES[code] for area, code in seas.items()},
        until=end,
    )
    return _issued("VTSE41", raw, sent, word)


def _training(chance: random.Random) -> Iterator[Issued]:
    """A drill in the middle of it all."""
    for hour in (1.3, 9.7):
        sent = START + timedelta(hours=hour)
        cities = dict.fromkeys(_felt(chance, 8, 20), "7")
        raw = compose.full_earthquake_report(event_id=_id(sent), at=sent, cities=cities, status=Status.EXERCISE)
        word = Word(hazard=Hazard.EARTHQUAKE, about=(_id(sent),), event=_id(sent), grades=cities)
        yield replace(_issued("VXSE53", raw, sent, word), status=Status.EXERCISE)


def _foreign(chance: random.Random) -> list[Issued]:
    """An earthquake abroad: it holds no intensity in Japan, so nothing follows."""
    sent = START + timedelta(hours=chance.uniform(3, 12))
    raw = compose.foreign_earthquake_report(
        event_id=_id(sent),
        at=sent,
        epicentre=compose.Epicentre(code="945", name="南太平洋", latitude=-20.0, longitude=-175.0),
    )
    return [Issued(code="VXSE53", raw=raw, sent=sent.replace(microsecond=0), published=sent, words=())]


def _further(chance: random.Random) -> Iterator[Issued]:
    """What adds to what is told: a better epicentre, waves seen. None of it raises, lowers or lifts anything."""
    event, coast = _id(START), ["210", "220", "250"]
    hours = chance.uniform(2, 5)
    raw = compose.epicentre_update(event_id=event, at=START + timedelta(hours=hours))
    yield _silent("VXSE61", raw, START, hours * 60)
    for number in range(6):
        minutes = 25.0 + 40 * number
        at = START + timedelta(minutes=minutes)
        repeated = {area: Sea(grade=chance.choice(["52", "51", "62", "60"])) for area in coast}
        raw = compose.tsunami_observation(event_ids=[event], at=at, areas=repeated, arrived={"210": "3.2"})
        yield _silent("VTSE51", raw, START, minutes)
        raw = compose.offshore_observation(event_ids=[event], at=at, metres="6.7", coasts={"210": "10"})
        yield _silent("VTSE52", raw, START, minutes)
    at = START + timedelta(minutes=300)
    yield replace(_silent("VTSE51", compose.withdrawal("VTSE51", event, at=at), START, 300), info_type=InfoType.CANCEL)


def _silent(code: str, raw: bytes, at: datetime, minutes: float) -> Issued:
    """A telegram that is read and is no alert, so many minutes after something."""
    sent = at + timedelta(minutes=minutes)
    return Issued(code=code, raw=raw, sent=sent.replace(microsecond=0), published=sent, words=())


def _areas(cities: Mapping[str, str]) -> set[str]:
    return {place.seismic_areas[0] for place in _cities() for code in place.seismic_cities if code in cities}


def _issued(code: str, raw: bytes, sent: datetime, word: Word) -> Issued:
    return Issued(code=code, raw=raw, sent=sent.replace(microsecond=0), published=sent, words=(word,))
