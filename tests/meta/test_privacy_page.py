"""docs/privacy.md cannot lie about what is stored: its tables and columns are those of the database."""

import re
from pathlib import Path

from storage import database
from storage.database import Connection
from tests.meta.project import ROOT

_PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(\w+)` \| (`[^|]*`) \|", re.MULTILINE)
_NOTHING = re.compile(r"Nothing about people stands in: ([^.]*)\.")


def _schema(db: Connection) -> dict[str, set[str]]:
    tables = [
        row.text("name")
        for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not row.text("name").startswith(("_", "sqlite_"))
    ]
    return {
        table: {row.text("name") for row in db.execute("SELECT name FROM pragma_table_info(:t)", {"t": table})}
        for table in tables
    }


def _written() -> dict[str, set[str]]:
    return {table: set(re.findall(r"`(\w+)`", columns)) for table, columns in _ROW.findall(_PAGE)}


def _about_nobody() -> set[str]:
    found = _NOTHING.search(_PAGE)
    assert found
    return set(re.findall(r"`(\w+)`", found[1]))


def test_every_table_and_every_column_about_people_is_on_the_page(tmp_path: Path) -> None:
    db = database.open(tmp_path / "empty.db")
    try:
        schema = db.read_sync(_schema)
    finally:
        db.close_sync()
    written, nobody = _written(), _about_nobody()
    assert not set(written) & nobody
    assert set(schema) == set(written) | nobody, "say in docs/privacy.md what a new table holds of people"
    for table, columns in written.items():
        assert schema[table] == columns, f"docs/privacy.md, table {table}: list its columns as they are"


def test_no_table_about_nobody_has_a_column_that_leads_to_somebody(tmp_path: Path) -> None:
    db = database.open(tmp_path / "empty.db")
    try:
        schema = db.read_sync(_schema)
    finally:
        db.close_sync()
    personal = {"subscriber_id", "number_hash", "number_sealed", "message_id", "user_id", "language", "addressee"}
    for table in _about_nobody():
        assert not schema[table] & personal, table
