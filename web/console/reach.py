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


#: place -> language -> part -> messages, or the other way round
_Table = dict[str, dict[str, Counter[str]]]


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
    #: (place, language, part) -> messages: what all the others are added up from
    cells: Mapping[tuple[str, str, str], int]

    @property
    def exact(self) -> bool:
        """No count is small: nothing has to be hidden."""
        return not disclosure.is_small(self.cells.values())

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
        by_line = ({(line.key, part): n for line in lines for part, n in line.parts.items()} for lines in self._tables)
        return disclosure.total(self.total, self.parts, self.cells, *by_line)

    def told_planned(self, planned: int) -> Told:
        """How many were planned, as it may be shown beside the tables."""
        return disclosure.total(planned) if self.exact else disclosure.partial(planned, self.cells)

    @property
    def told_missing(self) -> Told:
        """`missing`, as it may be shown beside the tables."""
        if self.exact:
            return self.missing
        lines = ({line.key: line.unreached for line in lines} for lines in self._tables)
        missing = {key: count for key, count in self.cells.items() if key[2] in _NOT_REACHED}
        return disclosure.partial(self.missing, missing, _not_reached(self.parts), *lines)

    @property
    def told_parts(self) -> Mapping[str, Told]:
        """The parts, as they may be shown beside the tables."""
        if self.exact:
            return self.parts
        return {
            part: disclosure.partial(
                count, *({line.key: line.parts.get(part, 0) for line in lines} for lines in self._tables)
            )
            for part, count in self.parts.items()
        }

    @property
    def drawn(self) -> Mapping[str, int]:
        """The parts as a bar may show them."""
        return {part: disclosure.about(told) for part, told in self.told_parts.items()}

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


def text_condition(within: frozenset[str] | None) -> tuple[str, dict[str, object]]:
    """A condition on `texts x` of `broadcasts b`: somebody in these places was told it.

    Texts of an alert are about a place of theirs; others are looked up where the broadcast went elsewhere too.
    """
    if within is None:
        return "1 = 1", {}
    names, values = listed(sorted(within), "p")
    if not names:
        return "1 = 0", {}
    _, about = listed((f"%{place}=%" for place in sorted(within)), "about")
    of_alert = " OR ".join(f"x.text_key LIKE :{name}" for name in about)
    elsewhere = f"SELECT 1 FROM broadcast_counts o WHERE o.broadcast_id = b.id AND o.place NOT IN ({names})"  # noqa: S608 -- names of parameters
    theirs = f"SELECT 1 FROM messages m WHERE m.broadcast_id = b.id AND m.text_id = x.id AND m.place IN ({names})"  # noqa: S608 -- as above
    return (
        f"((b.origin = 'alert' AND ({of_alert}))"
        f" OR (b.origin <> 'alert' AND (NOT EXISTS ({elsewhere}) OR EXISTS ({theirs}))))",
        values | about,
    )


def message_condition(within: frozenset[str] | None) -> tuple[str, dict[str, object]]:
    """A further condition on `messages m`: they are about these places."""
    condition, values = _within(within)
    return condition.replace("c.place", "m.place"), values


def of(rows: Sequence[Cell], counted: datetime | None = None) -> Reach:
    """The reach of one broadcast."""
    parts: Counter[str] = Counter()
    by_place: _Table = {}
    by_language: _Table = {}
    cells: Counter[tuple[str, str, str]] = Counter()
    for cell in rows:
        part = states.part(cell.state)
        parts[part] += cell.messages
        _add(by_place.setdefault(cell.place, {}), cell.language, part, cell.messages)
        _add(by_language.setdefault(cell.language, {}), cell.place, part, cell.messages)
        cells[cell.place, cell.language, part] += cell.messages
    exact = not disclosure.is_small(cells.values())
    return Reach(
        parts=parts,
        by_place=_lines(by_place, exact=exact),
        by_language=_lines(by_language, exact=exact),
        unreached=_unreached(by_place, exact=exact),
        counted_at=counted,
        cells=cells,
    )


def _add(line: dict[str, Counter[str]], key: str, part: str, messages: int) -> None:
    """Without a new counter for each cell: a page has thousands of them."""
    if (counts := line.get(key)) is None:
        counts = line[key] = Counter()
    counts[part] += messages


def _lines(table: _Table, *, exact: bool) -> tuple[Line, ...]:
    """The lines of one table. One small count anywhere below, and all counts come in steps that keep it open."""
    return _sorted(_line(key, tuple(inside.values()), exact=exact) for key, inside in table.items())


def _line(key: str, inside: Sequence[Counter[str]], *, exact: bool) -> Line:
    """Of what stands in it: a place's languages, or a language's places."""
    parts: Counter[str] = Counter()
    for one in inside:
        for part, count in one.items():
            parts[part] += count
    told: Mapping[str, Told] = parts
    unreached: Told = _unreached_of(parts)
    if not exact:
        told = {
            part: disclosure.partial(count, dict(enumerate(one[part] for one in inside)))
            for part, count in parts.items()
        }
        each = dict(enumerate(map(_unreached_of, inside)))
        unreached = disclosure.partial(_unreached_of(parts), each, _not_reached(parts))
    return Line(key=key, parts=parts, told=told, told_unreached=unreached)


def _not_reached(parts: Mapping[str, int]) -> dict[str, int]:
    return {part: count for part, count in parts.items() if part in _NOT_REACHED}


def _unreached_of(parts: Mapping[str, int]) -> int:
    return sum(count for part, count in parts.items() if part in _NOT_REACHED)


def _unreached(by_place: _Table, *, exact: bool) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """All places are one table: whoever subtracts one place from another finds no small count."""
    found: dict[str, list[Line]] = {}
    for place, languages in by_place.items():
        for language, parts in languages.items():
            if _unreached_of(parts):
                found.setdefault(place, []).append(_line(language, (parts,), exact=exact))
    wanted = [(place, _sorted(lines)) for place, lines in found.items()]
    return tuple(sorted(wanted, key=lambda item: (-sum(line.unreached for line in item[1]), item[0])))


def _sorted(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (-line.unreached, -line.total, line.key)))
