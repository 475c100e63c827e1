"""An import file, checked: every row is accepted whole or refused with row, column and reason. Pure.

Knows nothing of who is registered already: that is `intake`, and the answer must not depend on it.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from alerts.places import PlaceTable
from subscribers import cells, columns, msisdn
from subscribers.columns import Field, Header
from subscribers.languages import LanguageNames
from subscribers.msisdn import Msisdn
from subscribers.refusal import Refused, quoted
from subscribers.registration import Entry
from subscribers.sheets import Sheet

T = TypeVar("T")
#: different texts of one column that are remembered
_REMEMBERED = 20_000
_SECOND_HEADER = Refused(
    reason="headings once more; only row 1 is read as the header: delete this row",
    ja="見出しがもう一度あります。見出しは1行目だけにして、この行を消してください",
)
#: stands for the number until it is read
_NOBODY = Msisdn("")
#: (column, why): what is wrong with a row
_Wrong: TypeAlias = tuple[str, Refused]
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
    #: the same in Japanese
    reason_ja: str


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
        return Refused(reason="the file has a header and no rows below it", ja="見出しの下に行がありません")
    tally, read = _Tally(), _Cells(header, reader)
    for number, row in filled:
        _take(tally, number, read.read(row))
    return Checked(
        rows=len(filled),
        entries=tuple(tally.entries.values()),
        repeated=tally.repeated,
        refused=tuple(tally.refused),
        ignored=header.ignored,
    )


def _residents_sheet(sheets: Sequence[Sheet]) -> Sheet | Refused:
    """The one visible sheet with a phone column; all others of a workbook may hold notes, but nothing forbidden."""
    for sheet in sheets:
        if sum(map(bool, sheet.rows[0])) > 1 and (refused := _why_forbidden(sheet.rows[0])):
            return refused
    visible = [sheet for sheet in sheets if not sheet.hidden]
    found = [sheet for sheet in visible if columns.names_phone(sheet.rows[0])]
    match found:
        case [sheet]:
            return sheet
        case []:
            return visible[0]
        case _:
            names = ", ".join(quoted(sheet.name) for sheet in found)
            return Refused(
                reason=f"several sheets hold residents: {names}; import one sheet per file",
                ja=f"住民の一覧が複数のシートにあります（{names}）。1ファイルに1シートで取り込んでください",
            )


def _why_forbidden(heading: Sequence[str]) -> Refused | None:
    return next((refused for cell in heading if (refused := columns.why_forbidden(cell))), None)


def _take(tally: _Tally, number: int, read: Entry | list[_Wrong]) -> None:
    if isinstance(read, list):
        (column, first), *others = read
        told = "; ".join([first.reason, *(f"{name}: {why.reason}" for name, why in others)])
        told_ja = "。".join([first.ja, *(f"{name}：{why.ja}" for name, why in others)])
        tally.refused.append(RowRefused(row=number, column=column, reason=told, reason_ja=told_ja))
        return
    before = tally.entries.get(read.number)
    if before is None:
        tally.entries[read.number] = read
        tally.first_row[read.number] = number
    elif before == read:
        tally.repeated += 1
    else:
        first_row = tally.first_row[read.number]
        tally.refused.append(
            RowRefused(
                row=number,
                column=Field.PHONE,
                reason=f"the number stands in row {first_row} with other values; keep one of the rows",
                reason_ja=f"同じ番号が {first_row} 行目に別の内容であります。どちらか一行にしてください",
            )
        )


class _Cells:
    """Reads the rows of one file; what many rows say, such as a language, a place or all of it, is understood once."""

    def __init__(self, header: Header, reader: Reader) -> None:
        table, near = reader.places, reader.municipality
        self._header = header
        self._phone = header.at[Field.PHONE]
        self._only_group = reader.only_group
        self._language = _once(reader.languages.read)
        self._place = _once(lambda text: cells.place(table, text, near=near))
        self._further = _once(lambda text: cells.further_places(table, text, near=near))
        self._postal = _once(lambda text: cells.one_place(table, text, reader.postal(text)))
        self._within = functools.lru_cache(maxsize=_REMEMBERED)(
            lambda named, postal: cells.place_within(table, named, reader.postal(postal), near=near)
        )
        self._groups = _once(cells.groups)
        self._rest = functools.lru_cache(maxsize=_REMEMBERED)(self._read_rest)

    def read(self, row: tuple[str, ...]) -> Entry | list[_Wrong]:
        """The entry, or everything that is wrong with the row."""
        width, phone = self._header.width, self._phone
        if any(row[width:]):
            return [
                (
                    "",
                    Refused(
                        reason=f"more cells than the header has ({width}); put cells with commas in quotes",
                        ja=f"見出しの列数（{width}）よりセルが多くあります。カンマを含むセルは引用符で囲んでください",
                    ),
                )
            ]
        number = msisdn.parse(row[phone] if phone < len(row) else "")
        rest = self._rest((*row[:phone], "", *row[phone + 1 :]))
        if isinstance(number, Refused):
            if columns.names_phone(row[phone : phone + 1]):
                return [(Field.PHONE, _SECOND_HEADER)]
            return [(Field.PHONE, number), *(rest if isinstance(rest, list) else ())]
        return rest if isinstance(rest, list) else rest._replace(number=number)

    def _read_rest(self, row: tuple[str, ...]) -> Entry | list[_Wrong]:
        """The entry without its number, or what is wrong with the rest of the row."""
        taken = _Row(self._header, row)
        language = taken.read(Field.LANGUAGE, self._language)
        home = self._home(taken)
        further = taken.read(Field.PLACES, self._further)
        groups = (self._only_group,) if self._only_group else taken.read(Field.GROUPS, self._groups)
        lessons = taken.read(Field.LESSONS, cells.lessons)
        min_level = taken.read(Field.MIN_LEVEL, cells.min_level)
        if taken.wrong or language is None or home is None:
            return taken.wrong
        return Entry(
            number=_NOBODY,
            language=language,
            home=home,
            further=further,
            groups=groups,
            lessons=lessons,
            min_level=min_level,
            supported_group=self._only_group or "",
        )

    def _home(self, taken: "_Row") -> str | None:
        """The municipality by code or name, else by postal code; refused where the two contradict each other."""
        named, postal = taken.cell(Field.MUNICIPALITY), taken.cell(Field.POSTAL_CODE)
        if named and postal:
            return taken.take(Field.MUNICIPALITY, self._within(named, postal))
        if taken.has(Field.POSTAL_CODE) and not named:
            return taken.take(Field.POSTAL_CODE, self._postal(postal))
        return taken.take(Field.MUNICIPALITY, self._place(named))


def _once(read: Callable[[str], T]) -> Callable[[str], T]:
    return functools.lru_cache(maxsize=_REMEMBERED)(read)


class _Row:
    """One row being read; gathers what is wrong with it."""

    def __init__(self, header: Header, cells: Sequence[str]) -> None:
        self._at = header.at
        self._cells = cells
        self.wrong: list[_Wrong] = []

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
            self.wrong.append((name, value))
            return None
        return value
