"""Reads the tab-separated files of `alerts/data/places`; the only I/O of the place tables."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

#: Opens the comment lines above the header: `# version: 2026-11-23`.
_REMARK = "# "


class DamagedTable(ValueError):
    """A packaged place file does not have the shape it was written in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One file: its remarks (version, source), its columns and its rows."""

    name: str
    remarks: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def of(self, *columns: str) -> Iterator[tuple[str, ...]]:
        """The rows, after making sure that the columns are these, in this order."""
        if self.columns != columns:
            raise DamagedTable(
                f"{self.name}: expected the columns {', '.join(columns)}, "
                f"found {', '.join(self.columns)}; build it again with tools/build_places.py"
            )
        return iter(self.rows)


def read(name: str) -> Sheet:
    """Read one packaged file, for example "places.tsv"."""
    path = resources.files("alerts").joinpath("data").joinpath("places").joinpath(name)
    return parse(name, path.read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Sheet:
    """Turn the text of a file into a sheet; raises DamagedTable naming file and line."""
    lines = text.splitlines()
    above = list(itertools.takewhile(lambda line: line.startswith(_REMARK), lines))
    pairs = (line.removeprefix(_REMARK).partition(": ") for line in above)
    remarks = {key: value for key, _, value in pairs}
    head = len(above)
    if "version" not in remarks or len(lines) == head:
        raise DamagedTable(
            f"{name}: expected a line '# version: …' and a header line; build it again with tools/build_places.py"
        )
    columns = tuple(lines[head].split("\t"))
    rows = tuple(tuple(line.split("\t")) for line in lines[head + 1 :])
    for number, row in enumerate(rows, start=head + 2):
        if len(row) != len(columns):
            raise DamagedTable(f"{name}, line {number}: expected {len(columns)} columns, found {len(row)}")
    return Sheet(name=name, remarks=remarks, columns=columns, rows=rows)


def codes(text: str) -> tuple[str, ...]:
    """The codes of a comma-separated cell; an empty cell has none."""
    return tuple(text.split(",")) if text else ()
