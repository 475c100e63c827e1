"""What must come of a night, worked out the slow and obvious way from what its telegrams were made to say.

Shares no code with `alerts` or `delivery`: place tables and hazards are read as the files they are, all else is plain
dicts. Written from the outer contract and the rules for telling people: whoever lives in a place hears of a grade that
is worse than the one their phone shows, and of its end; nothing else.
"""

import csv
import functools
import hashlib
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from service.nights.issued import Issued, Word

_DATA = Path(__file__).resolve().parents[2] / "alerts" / "data"
RULES = tomllib.loads((_DATA / "hazards.toml").read_text(encoding="utf-8"))
NONE = "none"
#: what is not told by its grade in the place alone
_OWN_WAY = {"earthquake", "volcano"}


def _places() -> list[dict[str, str]]:
    lines = (_DATA / "places" / "places.tsv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


PLACES = _places()


def _of_code(column: str) -> dict[str, set[str]]:
    """Area code -> places; a city's weather stands under its wards too, a ward's shaking under its city."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in PLACES:
        for code in row[column].split(","):
            found[code].add(row["code"])
            if row["parent"]:
                found[code].add(row["parent"])
    return found


_BY_TYPE = {
    "VXSE51": _of_code("seismic_areas"),
    "VXSE53": _of_code("seismic_cities"),
    "VTSE41": _of_code("tsunami_areas"),
}
_BY_WEATHER = _of_code("class20")


def places_of(code: str, word: Word) -> set[str]:
    """The places that a word names."""
    codes = _BY_TYPE.get(code, _BY_WEATHER)
    return {place for area in word.grades for place in codes[area]}


def rank(hazard: str, grade: str) -> int:
    """0 for nothing, then up the hazard's own scale."""
    return 0 if grade == NONE else RULES[hazard]["grades"].index(grade) + 1


def is_told(hazard: str, grade: str) -> bool:
    """Whether the table of hazards sends this grade to people."""
    return grade in RULES[hazard].get("send", [])


@dataclass
class Person:
    """Somebody with a phone, and what it shows."""

    index: int
    places: tuple[str, ...]
    min_level: str
    #: hazard -> place -> grade it shows
    shown: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    #: every text: kind, hazard, "place=grade" of all it speaks of
    texts: list[str] = field(default_factory=list)

    def wants(self, hazard: str, grade: str) -> bool:
        """Told of at all, and not below what this person chose, where that can be chosen."""
        rule = RULES[hazard]
        if not is_told(hazard, grade):
            return False
        if grade in rule.get("always", []) or self.min_level not in rule["grades"]:
            return True
        return rank(hazard, grade) >= rank(hazard, self.min_level)


@functools.lru_cache(maxsize=4096)
def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _order(one: Issued) -> tuple[datetime, int, str]:
    return (one.sent, ["発表", "訂正", "取消"].index(one.info_type.value), _digest(one.raw))


class Shaking:
    """Earthquakes: each is told once, again when a place turns out a full step stronger, or was a mistake."""

    def __init__(self) -> None:
        #: what people feel as one -> event id -> telegrams
        self.events: dict[str, dict[str, list[tuple[Issued, Word]]]] = {}
        self.last_text: dict[int, datetime] = {}

    def take(self, real: Iterable[Issued], people: Iterable[Person], now: datetime) -> None:
        """New reports; whoever felt something else than they know of is told."""
        said = [(one, word) for one in real for word in one.words if word.hazard.value == "earthquake"]
        said.sort(key=lambda pair: _order(pair[0]))
        touched = list(dict.fromkeys(word.event for _, word in said))
        before = {event: self.state(event, now) for event in touched}
        for one, word in said:
            known = self.events.setdefault(word.event, {}).setdefault(word.about[0], [])
            if all(one.raw != other.raw for other, _ in known):
                known.append((one, word))
        cancelled = {event: self._cancelled(event, {word.about[0] for _, word in said}) for event in touched}
        after = {event: self.state(event, now) for event in touched}
        changed = {
            event: {p for p in before[event] | after[event] if before[event].get(p) != after[event].get(p)}
            for event in touched
        }
        for event in sorted(touched, key=lambda event: self._urgency(after[event], changed[event], cancelled[event])):
            for person in people:
                self._tell(person, event, after[event], changed[event], cancelled[event], now)

    @staticmethod
    def _urgency(state: Mapping[str, str], changed: set[str], cancelled: set[str]) -> int:
        grades = {state.get(place, NONE) for place in changed}
        if cancelled:
            return 0
        return 1 if grades & {"6-", "6+", "7"} else 2 if grades & {"5-", "5+"} else 3

    @staticmethod
    def _live(said: list[tuple[Issued, Word]]) -> list[tuple[Issued, Word]]:
        """What no later withdrawal of its type takes back."""
        ends = {
            one.code: _order(one)
            for one, _ in sorted(said, key=lambda p: _order(p[0]))
            if one.info_type.value == "取消"
        }
        return [
            pair
            for pair in said
            if pair[0].info_type.value != "取消" and not (pair[0].code in ends and _order(pair[0]) < ends[pair[0].code])
        ]

    def state(self, event: str, now: datetime) -> dict[str, str]:
        """Place -> intensity of one event, while it is in force."""
        found: dict[str, str] = {}
        for said in self.events.get(event, {}).values():
            live = self._live(said)
            newest = {
                one.code: max((p for p in live if p[0].code == one.code), key=lambda p: _order(p[0])) for one, _ in live
            }
            wide, full = newest.get("VXSE51"), newest.get("VXSE53")
            if wide and full and _order(wide[0]) < _order(full[0]):
                del newest["VXSE51"]
            last = max((one.sent for one, _ in live), default=None)
            if last is None or last + timedelta(minutes=RULES["earthquake"]["in_force_minutes"]) <= now:
                continue
            for one, word in newest.values():
                for code, grade in word.grades.items():
                    for place in _BY_TYPE[one.code][code]:
                        if rank("earthquake", grade) > rank("earthquake", found.get(place, NONE)):
                            found[place] = grade
        return found

    def _cancelled(self, event: str, touched: set[str]) -> set[str]:
        """Places that only withdrawn reports name, where the newest word of the earthquake is the withdrawal."""
        named: set[str] = set()
        standing: set[str] = set()
        for identity, said in self.events[event].items():
            live = self._live(said)
            newest = max(said, key=lambda pair: _order(pair[0]))
            for one, word in said:
                places = {place for code in word.grades for place in _BY_TYPE[one.code][code]}
                if any(one is other for other, _ in live):
                    standing |= places
                elif identity in touched and newest[0].info_type.value == "取消":
                    named |= places
        return named - standing

    def everything(self, now: datetime) -> dict[str, str]:
        """`earthquake event place` -> intensity."""
        return {
            f"earthquake {event} {place}": grade
            for event in self.events
            for place, grade in self.state(event, now).items()
        }

    def _tell(
        self,
        person: Person,
        event: str,
        state: Mapping[str, str],
        changed: set[str],
        cancelled: set[str],
        now: datetime,
    ) -> None:
        shown = person.shown[f"earthquake {event}"]
        worse = [
            place
            for place in person.places
            if place in changed
            and person.wants("earthquake", state.get(place, NONE))
            and rank("earthquake", state[place]) > rank("earthquake", shown.get(place, NONE))
        ]
        ends = [place for place in shown if place in cancelled and place not in state]
        last = self.last_text.get(person.index)
        weak = all(rank("earthquake", state[place]) < rank("earthquake", "5-") for place in worse)
        if worse and not ends and weak and last is not None and now - last < timedelta(hours=1):
            return
        if worse:
            kind = "raised" if any(place in shown for place in worse) else "new"
            person.texts.append(_text(kind, "earthquake", {place: state[place] for place in worse}))
            shown.update({place: state[place] for place in worse})
            self.last_text[person.index] = now
        if ends:
            person.texts.append(_text("cancelled", "earthquake", {place: shown.pop(place) for place in ends}))


class Volcanoes:
    """Each volcano is told for itself: a notice of its eruption until a level follows, then its level by place."""

    def __init__(self) -> None:
        #: volcano -> telegrams
        self.said: dict[str, list[tuple[Issued, Word]]] = {}

    def take(self, real: Iterable[Issued], people: Iterable[Person]) -> None:
        """New telegrams; each volcano's people hear of what it asks of them now."""
        said = [(one, word) for one in real for word in one.words if word.hazard.value == "volcano"]
        for volcano in sorted({word.event for _, word in said}):
            before = self.state(volcano)
            fresh = [pair for pair in said if pair[1].event == volcano]
            known = self.said.setdefault(volcano, [])
            known += [(one, word) for one, word in fresh if all(one.raw != other.raw for other, _ in known)]
            places = {place: _BY_WEATHER[place] for _, word in fresh for place in word.grades}
            eased = {p for _, word in fresh for code in word.eased for p in places[code]}
            erupted = {p for one, word in fresh if one.code == "VFVO56" for code in word.grades for p in places[code]}
            for person in people:
                self._tell(person, volcano, before, self.state(volcano), eased, erupted)

    def state(self, volcano: str) -> dict[str, str]:
        """Place -> grade: the newest level, and notices in places that no later level has named or calmed."""
        levels: dict[str, str] = {}
        notices: set[str] = set()
        for one, word in sorted(self.said.get(volcano, ()), key=lambda pair: _order(pair[0])):
            grades = {place: grade for code, grade in word.grades.items() for place in _BY_WEATHER[code]}
            if one.code == "VFVO56":
                notices |= set(grades)
            else:
                levels = grades
                notices = set() if set(word.eased) >= set(word.grades) else notices - set(grades)
        return levels | dict.fromkeys(notices, "eruption")

    def everything(self) -> dict[str, str]:
        """`volcano event place` -> grade."""
        return {
            f"volcano {volcano} {place}": grade for volcano in self.said for place, grade in self.state(volcano).items()
        }

    @staticmethod
    def _tell(
        person: Person,
        volcano: str,
        before: Mapping[str, str],
        now: Mapping[str, str],
        eased: set[str],
        erupted: set[str],
    ) -> None:
        shown = person.shown[f"volcano {volcano}"]
        news: dict[str, dict[str, str]] = {"worse": {}, "lowered": {}, "lifted": {}, "": {}}
        for place in dict.fromkeys([*person.places, *shown]):
            was, grade, known = before.get(place, NONE), now.get(place, NONE), shown.get(place, NONE)
            kind = _volcano_news(was, grade, known, eased=place in eased, reported=place in erupted)
            if kind != "worse" or place in person.places:
                news[kind][place] = known if kind == "lifted" else grade
        if news["worse"]:
            kind = "raised" if any(place in shown for place in news["worse"]) else "new"
            person.texts.append(_text(kind, "volcano", news["worse"]))
        person.texts += [_text(kind, "volcano", news[kind]) for kind in ("lowered", "lifted") if news[kind]]
        shown.update(news["worse"] | news["lowered"])
        for place in news["lifted"]:
            del shown[place]


def _volcano_news(was: str, grade: str, known: str, *, eased: bool, reported: bool) -> str:
    """What a place's change is to who knows of `known`: worse, lowered, lifted, or nothing to tell.

    A level after an eruption is no better for standing lower on the scale, unless the telegram says so. V3 waits for
    two people, unless it is a fall, or an eruption came in with it.
    """
    if was == grade:
        return ""
    step = rank("volcano", grade) - rank("volcano", was)
    level = grade not in (NONE, "eruption")
    if grade == "V3" and ((step >= 0 and not reported) or (step < 0 and was == "eruption" and not eased)):
        return ""
    follows = known == "eruption" and level and not eased
    told = rank("volcano", grade) >= rank("volcano", "V3")
    if told and (follows or rank("volcano", grade) > rank("volcano", known)):
        return "" if grade == "V3" and step < 0 and was != "eruption" and known == NONE else "worse"
    if known == NONE or follows or rank("volcano", grade) >= rank("volcano", known):
        return ""
    return "lowered" if told else "lifted"


class Reference:
    """Everything that has come in, and what follows."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = list(people)
        #: hazard -> what it replaces -> telegrams with their words
        self.said: dict[str, dict[tuple[str, ...], list[tuple[Issued, Word]]]] = {}
        self.now: datetime | None = None
        self.shaking = Shaking()
        self.volcanoes = Volcanoes()
        self.seen: set[bytes] = set()
        #: what this poll brought for the first time
        self.fresh: set[bytes] = set()

    def take(self, batch: Iterable[Issued], now: datetime) -> None:
        """A poll finds these; everybody is told what has changed for them, before the next poll."""
        self.now = now
        real = [one for one in batch if one.status.value == "Actual"]
        self.fresh = {one.raw for one in real} - self.seen
        self.seen |= self.fresh
        touched = {word.hazard.value for one in real for word in one.words}
        before = {hazard: self.state(hazard) for hazard in touched}
        for one in real:
            for word in (w for w in one.words if w.hazard.value not in _OWN_WAY):
                self.said.setdefault(word.hazard.value, {}).setdefault(self._about(word), []).append((one, word))
        for hazard in sorted(touched - _OWN_WAY):
            state = self.state(hazard)
            changed = {place for place in before[hazard] | state if before[hazard].get(place) != state.get(place)}
            for person in self.people:
                if RULES[hazard]["ends"] == "time":  # what ended silently begins anew
                    anew = [p for p in changed if not is_told(hazard, before[hazard].get(p, NONE))]
                    for place in [p for p in anew if p in person.shown[hazard] and is_told(hazard, state.get(p, NONE))]:
                        del person.shown[hazard][place]
                self._tell(person, hazard, state, changed)
        if "earthquake" in touched:
            self.shaking.take(real, self.people, now)
        self.volcanoes.take(real, self.people)

    @staticmethod
    def _about(word: Word) -> tuple[str, ...]:
        """One night has one tsunami: later telegrams name further earthquakes beside the first."""
        return ("tsunami",) if word.hazard.value == "tsunami" else word.about

    def newest(self, hazard: str) -> list[tuple[Issued, Word]]:
        """The last word on each region, river and so on: a telegram replaces what was said before."""
        return [max(said, key=lambda pair: _order(pair[0])) for said in self.said.get(hazard, {}).values()]

    def state(self, hazard: str) -> dict[str, str]:
        """Place -> grade in force."""
        found: dict[str, str] = {}
        for one, word in self.newest(hazard):
            if word.until is not None and self.now is not None and word.until <= self.now:
                continue
            codes = _BY_TYPE.get(one.code, _BY_WEATHER)
            for code, grade in word.grades.items():
                for place in codes[code]:
                    if rank(hazard, grade) > rank(hazard, found.get(place, NONE)):
                        found[place] = grade
        return found

    def everything(self) -> dict[str, str]:
        """`hazard event place` -> grade."""
        found = {f"{hazard}  {place}": grade for hazard in self.said for place, grade in self.state(hazard).items()}
        return found | self.volcanoes.everything() | (self.shaking.everything(self.now) if self.now else {})

    def _tell(self, person: Person, hazard: str, state: Mapping[str, str], changed: set[str]) -> None:
        shown = person.shown[hazard]
        worse = [
            place
            for place in person.places
            if place in changed
            and person.wants(hazard, state.get(place, NONE))
            and rank(hazard, state.get(place, NONE)) > rank(hazard, shown.get(place, NONE))
        ]
        better = [p for p in shown if p in changed and rank(hazard, state.get(p, NONE)) < rank(hazard, shown[p])]
        texts = []
        if worse:
            kind = "raised" if any(place in shown for place in worse) else "new"
            texts.append(_text(kind, hazard, {place: state[place] for place in worse}))
        for over in (False, True):
            for wrong in (False, True):
                ends = [
                    p for p in better if is_told(hazard, state.get(p, NONE)) != over and self._wrong(hazard, p) == wrong
                ]
                silent = RULES[hazard]["ends"] == "time" and not wrong  # JMA never lifts it, and we tell no end of it
                if ends and not silent:
                    kind = {(0, 0): "lowered", (0, 1): "corrected", (1, 0): "lifted", (1, 1): "cancelled"}[over, wrong]
                    texts.append(_text(kind, hazard, {p: shown[p] if over else state[p] for p in ends}))
        person.texts += sorted(texts)
        if RULES[hazard]["ends"] == "time":
            better = [place for place in better if self._wrong(hazard, place)]
        for place in [*worse, *better]:
            if is_told(hazard, state.get(place, NONE)):
                shown[place] = state[place]
            else:
                shown.pop(place, None)

    def _wrong(self, hazard: str, place: str) -> bool:
        """Whether a telegram of this poll that changed the place's grade corrects what was said; the last that did."""
        causes: list[tuple[tuple[datetime, int, str], bool]] = []
        for said in self.said[hazard].values():
            before = NONE
            for one, word in sorted(said, key=lambda pair: _order(pair[0])):
                grade = _grade_of(one, word, hazard, place)
                if one.raw in self.fresh and grade != before:
                    causes.append((_order(one), one.info_type.value != "発表"))
                before = grade
        return max(causes)[1] if causes else False


def _grade_of(one: Issued, word: Word, hazard: str, place: str) -> str:
    codes = _BY_TYPE.get(one.code, _BY_WEATHER)
    grades = [grade for code, grade in word.grades.items() if place in codes[code]]
    return max(grades, key=lambda grade: rank(hazard, grade), default=NONE)


def _text(kind: str, hazard: str, grades: Mapping[str, str]) -> str:
    return f"{kind} {hazard} {'+'.join(sorted(f'{place}={grade}' for place, grade in grades.items()))}"
