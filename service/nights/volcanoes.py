"""Volcanoes of a made-up night, two of them over one village: notices, levels up and down, ash."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.vocabulary import Hazard
from feeds.jma import compose
from feeds.jma.compose import Danger
from service.nights.issued import Issued, Word

#: 浅間山 and 草津白根山 (嬬恋村 lies below both), 桜島
_TOWNS: Mapping[str, tuple[str, ...]] = {
    "306": ("1042500", "2020800", "2032100", "2032300"),
    "350": ("1042500", "1042600"),
    "506": ("4620100", "4621400"),
}
#: level of the volcano -> what a municipality can be told to do there, and the grade that this is
_GRADES: Mapping[str, Mapping[str, str]] = {
    "11": {"45": "V1"},
    "12": {"43": "V2"},
    "13": {"43": "V3"},
    "14": {"41": "V4", "42": "V3"},
    "15": {"41": "V5", "42": "V3"},
}
_WAYS = (("13", "15", "13", "11"), ("14", "15", "12", "11"), ("15", "15", "14", "13", "12", "11"), ("12", "13", "11"))


def night(chance: random.Random, start: datetime, hours: float) -> list[Issued]:
    """Each of the volcanoes erupts, rises and calms down; most rest at level 1 at the end."""
    found: list[Issued] = []
    for volcano in sorted(_TOWNS):
        found += _volcano(volcano, start + timedelta(hours=chance.uniform(1, hours / 2)), chance)
    return found


def _volcano(volcano: str, at: datetime, chance: random.Random) -> Iterator[Issued]:
    level, actions = "11", dict.fromkeys(_TOWNS[volcano], "45")
    for number, following in enumerate(chance.choice(_WAYS)):
        if number == 0 or chance.random() < 0.3:
            yield _observed(volcano, at)
            yield _erupted(volcano, at + timedelta(minutes=2), chance)
            yield from _ash(volcano, at + timedelta(minutes=4), chance)
            at += timedelta(minutes=chance.uniform(8, 40))
        told = {town: chance.choice(list(_GRADES[following])) for town in actions}
        yield _level(volcano, following, level, told, actions, at)
        level, actions = following, told
        at += timedelta(minutes=chance.uniform(30, 200))


def _observed(volcano: str, at: datetime) -> Issued:
    raw = compose.eruption_observation(volcano=volcano, at=at)
    return Issued(code="VFVO52", raw=raw, sent=at.replace(microsecond=0), published=at, words=())


def _erupted(volcano: str, at: datetime, chance: random.Random) -> Issued:
    towns = sorted(chance.sample(_TOWNS[volcano], chance.randrange(1, len(_TOWNS[volcano]) + 1)))
    raw = compose.eruption_notice(volcano=volcano, municipalities=towns, at=at, code=chance.choice(["52", "62"]))
    return _issued("VFVO56", raw, at, _word(volcano, dict.fromkeys(towns, "eruption")))


def _level(
    volcano: str, level: str, last: str, told: Mapping[str, str], before: Mapping[str, str], at: datetime
) -> Issued:
    dangers = {town: Danger(action=action, last=before[town]) for town, action in told.items()}
    raw = compose.volcanic_warning(volcano=volcano, level=level, last=last, municipalities=dangers, at=at)
    word = _word(volcano, {town: _GRADES[level][action] for town, action in told.items()})
    less = {town for town, action in told.items() if _is_less(action, before[town])}
    return _issued("VFVO50", raw, at, replace(word, eased=frozenset(told if level < last else less)))


def _is_less(action: str, before: str) -> bool:
    """引下げ or 解除: who had to leave need not any more, or nothing is to be done at all."""
    return (before == "41" and action != "41") or (action == "45" and before != "45")


def _ash(volcano: str, at: datetime, chance: random.Random) -> Iterator[Issued]:
    """The first forecast of an eruption's ash and, mostly, the detailed one, which never says less."""
    amounts = {town: chance.choice(["71", "72", "73"]) for town in _TOWNS[volcano]}
    grades = {"71": "light", "72": "moderate", "73": "heavy"}
    for code, wait, hours in (("VFVO54", 0, 1), ("VFVO55", 20, 6)):
        sent = at + timedelta(minutes=wait)
        until = (at + timedelta(hours=hours)).replace(second=0, microsecond=0)
        raw = compose.ashfall_forecast(
            code,
            volcano_code=volcano,
            municipalities={town: [amount] for town, amount in amounts.items()},
            at=sent,
            erupted=at,
            valid_until=until,
        )
        word = Word(
            hazard=Hazard.ASHFALL,
            about=(f"ash:{volcano}:{at:%H%M}",),
            grades={town: grades[amount] for town, amount in amounts.items()},
            until=until,
        )
        yield _issued(code, raw, sent, word)


def _word(volcano: str, grades: Mapping[str, str]) -> Word:
    return Word(hazard=Hazard.VOLCANO, about=(volcano,), event=f"volcano:{volcano}", grades=grades)


def _issued(code: str, raw: bytes, at: datetime, word: Word) -> Issued:
    return Issued(code=code, raw=raw, sent=at.replace(microsecond=0), published=at, words=(word,))
