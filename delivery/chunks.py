"""A chunk of rows in one statement: `{chunk}` in SQL stands for the ids of at most `SIZE` rows.

The statement is the same text for every chunk, so that both engines prepare it once.
"""

from collections.abc import Sequence

#: people planned, or messages claimed, in one transaction
SIZE = 400

_NAMES = tuple(f"i{number}" for number in range(SIZE))
_PLACEHOLDERS = ", ".join(f":{name}" for name in _NAMES)
#: no row has it
_NOBODY = -1


def statement(sql: str) -> str:
    """SQL with `{chunk}` replaced by as many parameters as a chunk has at most."""
    return sql.replace("{chunk}", _PLACEHOLDERS)


def parameters(ids: Sequence[int]) -> dict[str, object]:
    """The parameters of one chunk; ValueError for more than `SIZE` ids."""
    if len(ids) > SIZE:
        raise ValueError(f"a chunk of {len(ids)} ids; expected at most {SIZE}")
    return dict(zip(_NAMES, [*ids, *[_NOBODY] * (len(_NAMES) - len(ids))], strict=True))
