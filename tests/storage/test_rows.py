"""Rows and their typed accessors."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from storage import rows
from storage.errors import StorageError

_ROW = rows.build(
    ["text", "count", "share", "blob", "at", "null"],
    [("a", 3, 0.5, b"x", "2026-11-23T00:00:00.000000Z", None)],
)[0]


def test_a_row_is_a_mapping() -> None:
    assert list(_ROW) == ["text", "count", "share", "blob", "at", "null"]
    assert dict(_ROW)["count"] == 3
    assert len(_ROW) == 6
    with pytest.raises(KeyError):
        _ROW["other"]


def test_accessors_give_their_type() -> None:
    assert (_ROW.text("text"), _ROW.integer("count"), _ROW.number("share")) == ("a", 3, 0.5)
    assert (_ROW.flag("count"), _ROW.blob("blob")) == (True, b"x")
    assert _ROW.time("at") == datetime(2026, 11, 23, tzinfo=UTC)


def test_optional_accessors_pass_values_and_nulls() -> None:
    optional: dict[str, Callable[[str], object]] = {
        "text": _ROW.optional_text,
        "count": _ROW.optional_integer,
        "share": _ROW.optional_number,
        "blob": _ROW.optional_blob,
        "at": _ROW.optional_time,
    }
    for name, accessor in optional.items():
        assert accessor("null") is None
        assert accessor(name) is not None


@pytest.mark.parametrize(
    ("accessor", "name"),
    [
        ("text", "count"),
        ("text", "null"),
        ("integer", "text"),
        ("number", "text"),
        ("blob", "text"),
        ("time", "null"),
    ],
)
def test_a_wrong_type_names_the_column(accessor: str, name: str) -> None:
    with pytest.raises(StorageError, match=f"column {name}"):
        getattr(_ROW, accessor)(name)


def test_a_printed_row_shows_no_values() -> None:
    assert repr(_ROW) == "Row(text, count, share, blob, at, null)"
