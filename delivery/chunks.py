"""A chunk of rows in one statement: `IN :chunk` in SQL stands for their ids, `{rows}` for at most `SIZE` rows of three
columns (`column1` an id, `column2` and `column3` texts).

The statement is the same text for every chunk, so that both engines prepare it once.
"""

from collections.abc import Sequence

#: messages claimed in one transaction, and people planned in the first one of a broadcast, so that texts leave at once
SIZE = 400
#: so many times more people are planned in each later transaction: what a transaction costs is shared by more
GROWTH = 3

_CELLS = tuple((f"i{number}", f"j{number}", f"k{number}") for number in range(SIZE))
_ROWS = "VALUES " + ", ".join(f"(:{first}, :{second}, :{third})" for first, second, third in _CELLS)
#: no row has them
_NOBODY = -1
_NO_KEY = ""
_NO_ROW = (_NOBODY, _NO_KEY, _NO_KEY)


def statement(sql: str) -> str:
    """SQL with `{rows}` replaced by as many parameters as a chunk has at most."""
    return sql.replace("{rows}", _ROWS)


def parameters(values: Sequence[object]) -> dict[str, object]:
    """The list of one chunk, ids or texts, for `IN :chunk`; ValueError for more than are planned at once."""
    if len(values) > SIZE * GROWTH:
        raise ValueError(f"a chunk of {len(values)}; expected at most {SIZE * GROWTH}")
    return {"chunk": list(values)}


def rows(values: Sequence[tuple[int, str, str]]) -> dict[str, object]:
    """The parameters of `{rows}`; ValueError for more than `SIZE`."""
    if len(values) > SIZE:
        raise ValueError(f"a chunk of {len(values)}; expected at most {SIZE}")
    filled = [*values, *[_NO_ROW] * (SIZE - len(values))]
    return {
        name: value for names, row in zip(_CELLS, filled, strict=True) for name, value in zip(names, row, strict=True)
    }
