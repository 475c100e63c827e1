"""Who was reached, by place and language, out of the counted rows; a small count is only said to be small."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.places import PlaceTable
from delivery import states
from storage.connection import Connection
from storage.lists import listed
from subscribers import disclosure
from subscribers.disclosure import Told
from web.console.visitor import Visitor

#: after so long whoever was not reached is listed
UNREACHED_AFTER = timedelta(minutes=15)
#: and no longer: it is in the records then
UNREACHED_UNTIL = timedelta(hours=12)
#: not reached for certain, or nobody knows
_NOT_REACHED = ("unknown", "failed", "handed", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """So many messages of a broadcast."""

    broadcast_id: int
    place: str
    language: str
    state: str
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One place or language, with its messages by part (`states.PARTS`)."""

    key: str
    parts: Mapping[str, int]
    #: the parts as they may be shown in the table of all lines
    told: Mapping[str, Told]
    #: those not reached, as they may be shown in the list of all lines
    told_unreached: Told

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.parts.values())

    @property
    def unreached(self) -> int:
        """Those of whom nobody knows that they have it."""
        return _unreached_of(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One broadcast, as far as the reader may see it."""

    parts: Mapping[str, int]
    by_place: tuple[Line, ...]
    by_language: tuple[Line, ...]
    #: place -> languages of those not reached, most first
    unreached: tuple[tuple[str, tuple[Line, ...]], ...]
    counted_at: datetime | None

    @property
    def total(self) -> int:
        """All messages."""
        return sum(self.parts.values())

    @property
    def missing(self) -> int:
        """Those of whom nobody knows that they have it."""
        return _unreached_of(self.parts)

    @property
    def told_total(self) -> Told:
        """All messages, as it may be shown beside the tables."""
        return disclosure.total(self.total, *({line.key: line.total for line in lines} for lines in self._tables))

    @property
    def told_missing(self) -> Told:
        """`missing`, as it may be shown beside the tables."""
        return disclosure.total(self.missing, *({line.key: line.unreached for line in lines} for lines in self._tables))

    @property
    def told_parts(self) -> Mapping[str, Told]:
        """The parts, as they may be shown beside the tables."""
        return {
            part: disclosure.total(
                count, *({line.key: line.parts.get(part, 0) for line in lines} for lines in self._tables)
            )
            for part, count in self.parts.items()
        }

    @property
    def _tables(self) -> tuple[tuple[Line, ...], ...]:
        return (self.by_language, self.by_place)


def few(count: int | str) -> str:
    """A count as it may be shown by itself; one that is told already stays."""
    told = disclosure.total(count) if isinstance(count, int) else count
    return f"{told:,}" if isinstance(told, int) else told


def scope(visitor: Visitor, places: PlaceTable) -> frozenset[str] | None:
    """The places whose counts a visitor may see: their municipalities with their wards; None for all."""
    if not visitor.signed_in:
        return None
    return frozenset(visitor.municipalities).union(*(places.wards_of(code) for code in visitor.municipalities))


def cells(db: Connection, broadcasts: Iterable[int], within: frozenset[str] | None) -> dict[int, list[Cell]]:
    """The counted rows of some broadcasts."""
    names, values = listed(broadcasts)
    if not names:
        return {}
    condition, more = _within(within)
    rows = db.execute(
        "SELECT broadcast_id, place, language, state, messages FROM broadcast_counts c"  # noqa: S608 -- names of parameters
        f" WHERE broadcast_id IN ({names}){condition} ORDER BY broadcast_id, place, language, state",
        values | more,
    )
    found: dict[int, list[Cell]] = {}
    for row in rows:
        cell = Cell(
            broadcast_id=row.integer("broadcast_id"),
            place=row.text("place"),
            language=row.text("language"),
            state=row.text("state"),
            messages=row.integer("messages"),
        )
        found.setdefault(cell.broadcast_id, []).append(cell)
    return found


def counted_at(db: Connection, broadcasts: Iterable[int]) -> dict[int, datetime]:
    """When each was counted."""
    names, values = listed(broadcasts)
    if not names:
        return {}
    rows = db.execute(
        f"SELECT broadcast_id, counted_at FROM counted_broadcasts WHERE broadcast_id IN ({names})",  # noqa: S608
        values,
    )
    return {row.integer("broadcast_id"): row.time("counted_at") for row in rows}


def _within(within: frozenset[str] | None) -> tuple[str, dict[str, object]]:
    if within is None:
        return "", {}
    names, values = listed(sorted(within), "p")
    return f" AND c.place IN ({names})" if names else " AND 1 = 0", values


def seen_condition(within: frozenset[str] | None) -> tuple[str, dict[str, object]]:
    """A condition on `broadcasts b`: it told somebody in these places."""
    if within is None:
        return "1 = 1", {}
    condition, values = _within(within)
    exists = "EXISTS (SELECT 1 FROM broadcast_counts c WHERE c.broadcast_id = b.id"
    return f"{exists}{condition})", values


def message_condition(within: frozenset[str] | None) -> tuple[str, dict[str, object]]:
    """A further condition on `messages m`: they are about these places."""
    condition, values = _within(within)
    return condition.replace("c.place", "m.place"), values


def of(rows: Sequence[Cell], counted: datetime | None = None) -> Reach:
    """The reach of one broadcast."""
    parts: Counter[str] = Counter()
    places: dict[str, Counter[str]] = {}
    languages: dict[str, Counter[str]] = {}
    both: dict[str, dict[str, Counter[str]]] = {}
    for cell in rows:
        part = states.part(cell.state)
        parts[part] += cell.messages
        places.setdefault(cell.place, Counter())[part] += cell.messages
        languages.setdefault(cell.language, Counter())[part] += cell.messages
        both.setdefault(cell.place, {}).setdefault(cell.language, Counter())[part] += cell.messages
    small = _small(both)
    return Reach(
        parts=parts,
        by_place=_lines(places, small),
        by_language=_lines(languages, small),
        unreached=_unreached(both),
        counted_at=counted,
    )


def _small(both: Mapping[str, Mapping[str, Counter[str]]]) -> frozenset[tuple[str, str]]:
    """(place or language, part) with a small count of one place in one language under it."""
    return frozenset(
        (key, part)
        for place, languages in both.items()
        for language, parts in languages.items()
        for part, count in parts.items()
        if 0 < count < disclosure.FEW
        for key in (place, language)
    )


def _lines(counts: Mapping[str, Counter[str]], small: frozenset[tuple[str, str]]) -> tuple[Line, ...]:
    """The lines of one table. One small count in it, or below it, and all its counts come in steps."""
    told = disclosure.table({(key, part): count for key, parts in counts.items() for part, count in parts.items()})
    unreached = disclosure.table({key: _unreached_of(parts) for key, parts in counts.items()})
    stepped = (
        disclosure.stepped if any((key, part) in small for key, parts in counts.items() for part in parts) else None
    )
    return _sorted(
        Line(
            key=key,
            parts=parts,
            told={part: stepped(count) if stepped else told[key, part] for part, count in parts.items()},
            told_unreached=stepped(_unreached_of(parts)) if stepped else unreached[key],
        )
        for key, parts in counts.items()
    )


def _unreached_of(parts: Mapping[str, int]) -> int:
    return sum(parts.get(part, 0) for part in _NOT_REACHED)


def _unreached(both: Mapping[str, Mapping[str, Counter[str]]]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """All places are one table: whoever subtracts one place from another finds no small count."""
    cells = {(place, language): parts for place, languages in both.items() for language, parts in languages.items()}
    told = disclosure.table({key: _unreached_of(parts) for key, parts in cells.items()})
    found: dict[str, list[Line]] = {}
    for (place, language), parts in cells.items():
        if _unreached_of(parts):
            line = Line(key=language, parts=parts, told={}, told_unreached=told[place, language])
            found.setdefault(place, []).append(line)
    wanted = [(place, _sorted(lines)) for place, lines in found.items()]
    return tuple(sorted(wanted, key=lambda item: (-sum(line.unreached for line in item[1]), item[0])))


def _sorted(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.unreached, -line.total, line.key)))
