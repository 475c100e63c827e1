"""An import file, checked: every row is accepted whole or refused with row, column and reason. Pure.

Knows nothing of who is registered already: that is `intake`, and the answer must not depend on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from alerts.places import PlaceTable
from subscribers import cells, columns, msisdn
from subscribers.columns import Field, Header
from subscribers.languages import LanguageNames
from subscribers.msisdn import Msisdn
from subscribers.refusal import Refused, quoted
from subscribers.registration import Entry
from subscribers.sheets import Sheet

T = TypeVar("T")
#: a cell with a postal code -> the five-digit codes of the municipalities it can mean, or why it means none
PostalReader = Callable[[str], tuple[str, ...] | Refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRefused:
    """One row that was not taken."""

    #: as the spreadsheet numbers it; the header is row 1
    row: int
    #: the field at fault, by its name in the interface; the first one where there are several
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file after checking."""

    #: rows that hold anything, below the header
    rows: int
    #: one for each number
    entries: tuple[Entry, ...]
    #: rows that say once more what a row above says
    repeated: int
    refused: tuple[RowRefused, ...]
    #: headings that were not read
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What the cells are read against."""

    places: PlaceTable
    languages: LanguageNames
    postal: PostalReader
    #: the registering municipality, five digits
    municipality: str
    #: whoever registers the people of one group only puts them into that group, whatever the file says
    only_group: str | None = None


@dataclass(slots=True)
class _Tally:
    """The rows read so far."""

    entries: dict[Msisdn, Entry] = field(default_factory=dict)
    first_row: dict[Msisdn, int] = field(default_factory=dict)
    repeated: int = 0
    refused: list[RowRefused] = field(default_factory=list)


def check(sheets: Sequence[Sheet], reader: Reader) -> Checked | Refused:
    """All rows of a file, or why it is refused whole."""
    sheet = _residents_sheet(sheets)
    if isinstance(sheet, Refused):
        return sheet
    header = columns.read(sheet.rows[0])
    if isinstance(header, Refused):
        return header
    filled = [(number, row) for number, row in enumerate(sheet.rows[1:], start=2) if any(row)]
    if not filled:
        return Refused(reason="the file has a header and no rows below it")
    tally = _Tally()
    for number, row in filled:
        _take(tally, number, _read_row(header, row, reader))
    return Checked(
        rows=len(filled),
        entries=tuple(tally.entries.values()),
        repeated=tally.repeated,
        refused=tuple(tally.refused),
        ignored=header.ignored,
    )


def _residents_sheet(sheets: Sequence[Sheet]) -> Sheet | Refused:
    """The one sheet with a phone column; the others of a workbook may hold notes, but nothing forbidden."""
    for sheet in sheets:
        if sum(map(bool, sheet.rows[0])) > 1 and (reason := _why_forbidden(sheet.rows[0])):
            return Refused(reason=reason)
    found = [sheet for sheet in sheets if columns.names_phone(sheet.rows[0])]
    match found:
        case [sheet]:
            return sheet
        case []:
            return sheets[0]
        case _:
            names = ", ".join(quoted(sheet.name) for sheet in found)
            return Refused(reason=f"several sheets hold residents: {names}; import one sheet per file")


def _why_forbidden(heading: Sequence[str]) -> str:
    return next((reason for cell in heading if (reason := columns.why_forbidden(cell))), "")


def _take(tally: _Tally, number: int, read: Entry | list[tuple[str, str]]) -> None:
    if isinstance(read, list):
        (column, reason), *others = read
        told = "; ".join([reason, *(f"{name}: {why}" for name, why in others)])
        tally.refused.append(RowRefused(row=number, column=column, reason=told))
        return
    before = tally.entries.get(read.number)
    if before is None:
        tally.entries[read.number] = read
        tally.first_row[read.number] = number
    elif before == read:
        tally.repeated += 1
    else:
        reason = f"the number stands in row {tally.first_row[read.number]} with other values; keep one of the rows"
        tally.refused.append(RowRefused(row=number, column=Field.PHONE, reason=reason))


def _read_row(header: Header, row: Sequence[str], reader: Reader) -> Entry | list[tuple[str, str]]:
    """The entry, or (column, reason) of everything that is wrong with the row."""
    if any(row[header.width :]):
        return [("", f"more cells than the header has ({header.width}); put cells with commas in quotes")]
    taken = _Row(header, row)
    table, near = reader.places, reader.municipality
    number = taken.read(Field.PHONE, msisdn.parse)
    language = taken.read(Field.LANGUAGE, reader.languages.read)
    home = _home(taken, reader)
    further = taken.read(Field.PLACES, lambda text: cells.further_places(table, text, near=near))
    groups = (reader.only_group,) if reader.only_group else taken.read(Field.GROUPS, cells.groups)
    lessons = taken.read(Field.LESSONS, cells.lessons)
    min_level = taken.read(Field.MIN_LEVEL, cells.min_level)
    if taken.wrong or number is None or language is None or home is None:
        return taken.wrong
    return Entry(
        number=number,
        language=language,
        home=home,
        further=further,
        groups=groups,
        lessons=lessons,
        min_level=min_level,
        supported_group=reader.only_group or "",
    )


def _home(taken: "_Row", reader: Reader) -> str | None:
    """The municipality by code or name, else by postal code; refused where the two contradict each other."""
    table, near = reader.places, reader.municipality
    named, postal = taken.cell(Field.MUNICIPALITY), taken.cell(Field.POSTAL_CODE)
    if named and postal:
        found = cells.place_within(table, named, reader.postal(postal), near=near)
        return taken.take(Field.MUNICIPALITY, found)
    if taken.has(Field.POSTAL_CODE) and not named:
        return taken.take(Field.POSTAL_CODE, cells.one_place(table, postal, reader.postal(postal)))
    return taken.take(Field.MUNICIPALITY, cells.place(table, named, near=near))


class _Row:
    """One row being read; gathers what is wrong with it."""

    def __init__(self, header: Header, cells: Sequence[str]) -> None:
        self._at = header.at
        self._cells = cells
        self.wrong: list[tuple[str, str]] = []

    def cell(self, name: Field) -> str:
        """The text of a field, empty where the row is shorter than the header."""
        position = self._at.get(name, len(self._cells))
        return self._cells[position] if position < len(self._cells) else ""

    def has(self, name: Field) -> bool:
        """Whether the file has such a column."""
        return name in self._at

    def read(self, name: Field, reader: Callable[[str], T | Refused]) -> T | None:
        """What the field says; None without such a column, or when it is refused."""
        return self.take(name, reader(self.cell(name))) if name in self._at else None

    def take(self, name: Field, value: T | Refused) -> T | None:
        """The value, or None and a line about what is wrong with it."""
        if isinstance(value, Refused):
            self.wrong.append((name, value.reason))
            return None
        return value
