"""What each text is made of, in every language alike: phrases, emoji, the neighbour line.

Owns `catalogue/composition.toml` as values; the words stand in the language files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from alerts.vocabulary import Hazard, Kind

#: stands for the phrase about the sea, which depends on what JMA says of a tsunami
SEA = "{tsunami}"
#: the phrases that can stand there
SEA_PHRASES = ("near_sea_go_up", "slight_sea", "no_tsunami")
DIRECTIONS = frozenset({"up", "away", "stay", "stay_away", "none"})

#: stands for what a municipality says in a notice
TOPIC = "{topic}"
#: the band of what is foreseen, of a grade that is told otherwise once it is there
EXPECTED = "expected"

_OTHER_TABLES = frozenset({"version", "directions", "neighbour", "heard", "emoji", "lifted", "cancelled"})
_TEXTS = frozenset({"alarm", "act", "lowered"})
_LISTS = frozenset({"actions", "short", "core", "emoji"})
#: intensities that share their words
_BANDS = {
    "4": "weak",
    "5-": "strong",
    "5-?": "strong",
    "5+": "strong",
    "6-": "violent",
    "6+": "violent",
    "7": "violent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Of what a text is made. Ids, in their order."""

    #: how the head names the danger
    alarm: str = ""
    #: the main action, in the head
    act: str = ""
    #: the main action after the grade came down
    lowered: str = ""
    #: phrases that texts of a kind leave out
    without: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    #: the head says that life is in danger
    deadly: bool = False
    #: phrases beside the head
    actions: tuple[str, ...] = ()
    #: those of the short form
    short: tuple[str, ...] = ()
    #: those of the core form, of what has ended or was wrong: its head holds no action
    core: tuple[str, ...] = ()
    #: shown behind the head where the text is UCS-2 anyway
    emoji: tuple[str, ...] = ()

    def act_of(self, kind: Kind) -> str:
        """The act of a kind; empty for what has ended."""
        match kind:
            case Kind.LIFTED | Kind.CANCELLED:
                return ""
            case Kind.LOWERED:
                return self.lowered
            case _:
                return self.act


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A Japanese word that loudspeakers say."""

    kana: str
    japanese: str
    latin: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Composition:
    """The whole file; like a language, equal to itself only."""

    version: str
    #: phrase id -> up, away, stay, stay_away, none
    directions: Mapping[str, str]
    neighbour: Mapping[Hazard, str]
    #: by grade of a municipality's call
    heard: Mapping[str, Heard]
    #: emoji id -> character
    emoji: Mapping[str, str]
    #: by hazard and band
    told: Mapping[tuple[Hazard, str], Plan]
    lifted: Mapping[Hazard, Plan]
    cancelled: Plan

    def told_of(self, hazard: Hazard, grade: str, *, expected: bool = False) -> Plan:
        """How a grade is told. KeyError where it is not."""
        return self.told[hazard, band(hazard, grade, expected=expected)]

    def plan(self, hazard: Hazard, grade: str, kind: Kind, *, expected: bool = False) -> Plan:
        """The phrases of one text. KeyError where the catalogue has no such text."""
        match kind:
            case Kind.CANCELLED:
                return self.cancelled
            case Kind.LIFTED:
                return self.lifted[hazard]
            case _:
                return self.told_of(hazard, grade, expected=expected)


def band(hazard: Hazard, grade: str, *, expected: bool = False) -> str:
    """The key under which a grade's words stand: of an earthquake its strength, else the grade itself."""
    if hazard is Hazard.EARTHQUAKE:
        return _BANDS.get(grade, grade)
    return EXPECTED if expected and hazard is Hazard.LINEAR_RAINBAND else grade


def banded(hazard: Hazard, key: str) -> tuple[str, ...]:
    """The grades that share the words of a band: itself, but for an earthquake."""
    return tuple(grade for grade, of in _BANDS.items() if of == key) if hazard is Hazard.EARTHQUAKE else (key,)


def found(words: Mapping[str, str], hazard: Hazard, grade: str, *, expected: bool = False) -> str | None:
    """The words of a grade, else those of its band, else those of its hazard, if there are any."""
    if not words:
        return None
    for key in (f"{hazard}.{grade}", f"{hazard}.{band(hazard, grade, expected=expected)}", hazard.value):
        if key in words:
            return words[key]
    return None


def build(table: Mapping[str, object]) -> Composition:
    """The value of the parsed file. ValueError, naming the table, where something is missing or unknown."""
    told: dict[tuple[Hazard, str], Plan] = {}
    for name in table.keys() - _OTHER_TABLES:
        for grade, row in _tables(table, name).items():
            told[_hazard(name), grade] = _plan(f"{name}.{grade}", row)
    composition = Composition(
        version=str(table.get("version", "")),
        directions=_texts(table, "directions"),
        neighbour={_hazard(name): text for name, text in _texts(table, "neighbour").items()},
        heard={grade: _heard(grade, row) for grade, row in _tables(table, "heard").items()},
        emoji=_texts(table, "emoji"),
        told=told,
        lifted={_hazard(name): _plan(f"lifted.{name}", row) for name, row in _tables(table, "lifted").items()},
        cancelled=_plan("cancelled", table.get("cancelled")),
    )
    problems = [*_unknown(composition), *([] if composition.version else ["version: expected a text"])]
    if problems:
        raise ValueError("; ".join(problems))
    return composition


def _unknown(composition: Composition) -> Iterator[str]:
    plans = [*composition.told.values(), *composition.lifted.values(), composition.cancelled]
    for plan in plans:
        for phrase in {*plan.actions, *plan.short, *plan.core} - {SEA} - composition.directions.keys():
            yield f"phrase {phrase!r} has no direction: add it to [directions]"
        for phrase in {phrase for left in plan.without.values() for phrase in left} - {*plan.actions, *plan.short}:
            yield f"without: {phrase!r} is not among the actions"
        for act in {plan.act, plan.lowered} - {"", TOPIC} - composition.directions.keys():
            yield f"act {act!r} has no direction: add it to [directions]"
        for emoji in set(plan.emoji) - composition.emoji.keys():
            yield f"emoji {emoji!r} is not in [emoji]"
    for phrase, direction in composition.directions.items():
        if direction not in DIRECTIONS:
            yield f"directions.{phrase}: expected one of {', '.join(sorted(DIRECTIONS))}, not {direction!r}"


def _hazard(name: str) -> Hazard:
    try:
        return Hazard(name)
    except ValueError:
        raise ValueError(f"[{name}] is no hazard of alerts.vocabulary") from None


def _tables(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = table.get(key)
    if not isinstance(value, Mapping):
        raise ValueError(f"[{key}]: expected a table")
    return value


def _texts(table: Mapping[str, object], key: str) -> dict[str, str]:
    return {name: str(value) for name, value in _tables(table, key).items()}


def _heard(grade: str, row: object) -> Heard:
    if not isinstance(row, Mapping) or row.keys() != {"kana", "japanese", "latin"}:
        raise ValueError(f"[heard.{grade}]: expected kana, japanese and latin")
    return Heard(**row)


def _plan(name: str, row: object) -> Plan:
    if not isinstance(row, Mapping) or not row.keys() <= _TEXTS | _LISTS | {"deadly", "without"}:
        raise ValueError(
            f"[{name}]: expected a table with the texts alarm, act and lowered, deadly = true and the lists actions, "
            "short, core and emoji, and the table without"
        )
    for key in sorted(row.keys() & _LISTS):
        if not isinstance(row[key], list):
            raise ValueError(f"[{name}] {key}: expected a list of phrase ids")
    return Plan(
        alarm=str(row.get("alarm", "")),
        act=str(row.get("act", "")),
        lowered=str(row.get("lowered", "")),
        without=_without(name, row.get("without", {})),
        deadly=bool(row.get("deadly", False)),
        actions=tuple(map(str, row.get("actions", ()))),
        short=tuple(map(str, row.get("short", ()))),
        core=tuple(map(str, row.get("core", ()))),
        emoji=tuple(map(str, row.get("emoji", ()))),
    )


def _without(name: str, table: object) -> dict[Kind, tuple[str, ...]]:
    kinds = {kind.value: kind for kind in Kind}
    if not isinstance(table, Mapping) or not table.keys() <= kinds.keys():
        raise ValueError(f"[{name}] without: expected kinds ({', '.join(sorted(kinds))}) with lists of phrase ids")
    for kind, phrases in table.items():
        if not isinstance(phrases, list):
            raise ValueError(f"[{name}] without.{kind}: expected a list of phrase ids")
    return {kinds[kind]: tuple(map(str, phrases)) for kind, phrases in table.items()}
