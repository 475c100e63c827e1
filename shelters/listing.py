"""A municipality's list of evacuation sites, checked: every row is taken whole or refused with its reason. Pure.

Knows nothing of which sites are kept already: that is `importing`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from alerts import distance
from alerts.places import Place, PlaceTable
from shelters import cells, columns, coordinates
from shelters.columns import Column, Field, Header
from shelters.site import Danger, Entry
from subscribers.refusal import Refused, quoted
from subscribers.sheets import Sheet

T = TypeVar("T")
#: sites farther from the municipal office than this are another municipality's, or a slip …
_FARTHEST_KM: Final = 120.0
#: … but the offices of 三島村, 十島村 and 竹富町 stand on islands of others
_OFFICE_ELSEWHERE: Final = {"46303": 400.0, "46304": 400.0, "47381": 200.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRefused:
    """One row that was not taken."""

    #: as the spreadsheet numbers it
    row: int
    #: the column at fault by its name in the interface; the first one where there are several
    column: str
    why: Refused
    #: the site it speaks of, as `Entry.key` has it, or '' where that cannot be told
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A list after checking."""

    #: rows that hold anything, below the header
    rows: int
    #: one for each site
    entries: tuple[Entry, ...]
    #: rows that say once more what a row above says
    repeated: int
    refused: tuple[RowRefused, ...]
    #: five-digit code -> rows of another municipality: lists of a whole prefecture are taken for one of it
    elsewhere: Mapping[str, int]
    #: headings that were not read
    ignored: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    entries: dict[str, Entry] = field(default_factory=dict)
    first_row: dict[str, int] = field(default_factory=dict)
    repeated: int = 0
    refused: list[RowRefused] = field(default_factory=list)
    elsewhere: Counter[str] = field(default_factory=Counter)


def check(sheets: Sequence[Sheet], places: PlaceTable, municipality: Place) -> Checked | Refused:
    """All rows of a file, or why it is refused whole."""
    sheet = _sheet(sheets)
    if isinstance(sheet, Refused):
        return sheet
    header = columns.read(sheet.rows)
    if isinstance(header, Refused):
        return header
    below = sheet.rows[header.row + 1 :]
    filled = [(number, row) for number, row in enumerate(below, start=header.row + 2) if any(row)]
    if not filled:
        return Refused(reason="the file has a header and no rows below it", ja="見出しの下に行がありません")
    tally = _Tally()
    reader = _Reader(header, places, municipality)
    for number, row in filled:
        _take(tally, number, reader.read(row))
    return Checked(
        rows=len(filled),
        entries=tuple(tally.entries.values()),
        repeated=tally.repeated,
        refused=tuple(tally.refused),
        elsewhere=dict(tally.elsewhere),
        ignored=header.ignored,
    )


def _sheet(sheets: Sequence[Sheet]) -> Sheet | Refused:
    """The one sheet with such a header; the others of a workbook may hold notes."""
    found = [sheet for sheet in sheets if not isinstance(columns.read(sheet.rows), Refused)]
    match found:
        case [sheet]:
            return sheet
        case []:
            return sheets[0]
        case _:
            names = ", ".join(quoted(sheet.name) for sheet in found)
            return Refused(
                reason=f"several sheets hold sites: {names}; import one sheet per file",
                ja=f"複数のシートに一覧があります：{names}。1つのシートだけにしてください",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    """What is wrong with a row: (column, reason) each, and the site it speaks of."""

    reasons: tuple[tuple[str, Refused], ...]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Elsewhere:
    """The row is another municipality's."""

    code: str


def _take(tally: _Tally, number: int, read: Entry | _Wrong | _Elsewhere) -> None:
    match read:
        case _Elsewhere():
            tally.elsewhere[read.code] += 1
        case _Wrong():
            (column, first), *others = read.reasons
            why = Refused(
                reason="; ".join([first.reason, *(f"{name}: {other.reason}" for name, other in others)]),
                ja="；".join([first.ja, *(f"{name}：{other.ja}" for name, other in others)]),
            )
            tally.refused.append(RowRefused(row=number, column=column, why=why, key=read.key))
        case Entry():
            _take_entry(tally, number, read)


def _take_entry(tally: _Tally, number: int, entry: Entry) -> None:
    before = tally.entries.get(entry.key)
    if before is None:
        tally.entries[entry.key] = entry
        tally.first_row[entry.key] = number
    elif before == entry:
        tally.repeated += 1
    else:
        first = tally.first_row[entry.key]
        why = Refused(
            reason=f"the same name and address stand in row {first} with other values; keep one of the rows",
            ja=f"{first} 行目に同じ名称と住所で異なる内容があります。一方だけを残してください",
        )
        tally.refused.append(RowRefused(row=number, column=Field.NAME, why=why, key=entry.key))


class _Reader:
    """Reads rows under one header."""

    def __init__(self, header: Header, places: PlaceTable, municipality: Place) -> None:
        self._header = header
        self._places = places
        self._municipality = municipality
        self._wards = tuple(
            (place.names.ja.removeprefix(municipality.names.ja), ward)
            for ward in places.wards_of(municipality.code)
            if (place := places.place(ward))
        )

    def read(self, row: Sequence[str]) -> Entry | _Wrong | _Elsewhere:
        """One row: a site, what is wrong with it, or whose it is."""
        taken = _Row(self._header.at, row)
        code = cells.municipality(
            self._places, taken.cell(Field.CODE), taken.cell(Field.MUNICIPALITY), near=self._municipality.code
        )
        if isinstance(code, str) and code not in self._own(code):
            return _Elsewhere(code=code)
        if any(row[self._header.width :]):
            many = Refused(
                reason=f"more cells than the header has ({self._header.width}); put cells with commas in quotes",
                ja=f"見出し（{self._header.width} 列）より多くのセルがあります。"
                "コンマを含むセルは引用符で囲んでください",
            )
            return _Wrong(reasons=(("", many),), key="")
        ward = code if code and isinstance(code, str) and self._places.city_of(code) else ""
        taken.take(Field.CODE, code)
        return self._entry(taken, ward)

    def _own(self, code: str) -> tuple[str, ...]:
        """The codes that mean this municipality; of a ward also its city's, whose list it may stand on."""
        own = self._municipality.code
        return ("", own, *self._places.wards_of(own), self._places.city_of(own) or own)

    def _entry(self, taken: "_Row", ward: str) -> Entry | _Wrong:
        name = taken.take(Field.NAME, cells.name(taken.cell(Field.NAME)))
        kana = taken.take(Field.KANA, cells.kana(taken.cell(Field.KANA)))
        address = cells.line(taken.address())
        point = taken.take(Field.LATITUDE, self._point(taken))
        dangers = taken.dangers()
        capacity = taken.take(Field.CAPACITY, cells.capacity(taken.cell(Field.CAPACITY)))
        stays = taken.take(Field.STAYS, cells.flag(taken.cell(Field.STAYS)))
        entry = Entry(
            name=name or "",
            kana=kana or "",
            english=cells.line(taken.cell(Field.ENGLISH)),
            address=address,
            place=ward or self._ward(address) or self._municipality.code,
            latitude=point[0] if point else None,
            longitude=point[1] if point else None,
            dangers=dangers,
            capacity=capacity,
            neighbourhood=cells.line(taken.cell(Field.NEIGHBOURHOOD)),
            remark=cells.line(taken.cell(Field.REMARK)),
            stays=bool(stays),
        )
        return _Wrong(reasons=tuple(taken.wrong), key=entry.key if name else "") if taken.wrong else entry

    def _point(self, taken: "_Row") -> tuple[float, float] | Refused | None:
        found = coordinates.point(taken.cell(Field.LATITUDE), taken.cell(Field.LONGITUDE))
        if found is None or isinstance(found, Refused):
            return found
        place = self._municipality
        away = distance.kilometres(found, (place.lat, place.lng))
        if away <= _OFFICE_ELSEWHERE.get(place.code, _FARTHEST_KM):
            return found
        return Refused(
            reason=f"lies {away:.0f} km from the office of {place.names.en};"
            " correct the coordinates or the municipality",
            ja=f"{place.names.ja}の役所から {away:.0f} km 離れています。緯度・経度または市区町村を直してください",
        )

    def _ward(self, address: str) -> str:
        """The ward whose name stands in the address right behind the city's, or at its beginning."""
        city = self._municipality.names.ja
        rest = address.partition(city)[2] or address
        return next((code for name, code in self._wards if rest.startswith(name)), "")


class _Row:
    """One row being read; gathers what is wrong with it."""

    def __init__(self, at: Mapping[Column, int], row: Sequence[str]) -> None:
        self._at = at
        self._row = row
        self.wrong: list[tuple[str, Refused]] = []

    def cell(self, column: Column) -> str:
        """The text of a column, '' where the file or the row has none."""
        position = self._at.get(column, len(self._row))
        return self._row[position] if position < len(self._row) else ""

    def address(self) -> str:
        """In one piece, or put together from its parts."""
        parts = (Field.PREFECTURE, Field.CITY, Field.TOWN, Field.NUMBER)
        return self.cell(Field.ADDRESS) or "".join(self.cell(part) for part in parts)

    def dangers(self) -> frozenset[Danger]:
        """What the site is designated for; a row with nothing is refused."""
        before = len(self.wrong)
        marked = (danger for danger in Danger if self.take(danger, cells.flag(self.cell(danger))))
        found = frozenset(marked)
        if not found and len(self.wrong) == before:
            reason = Refused(
                reason="no kind of disaster is marked; write 1 where the site is designated, or delete the row",
                ja="災害の種別が1つも指定されていません。指定がある列に 1 を書くか、行を削除してください",
            )
            self.wrong.append(("dangers", reason))
        return found

    def take(self, column: Column, value: T | Refused) -> T | None:
        """The value, or None and a line about what is wrong with it."""
        if isinstance(value, Refused):
            self.wrong.append((column, value))
            return None
        return value
