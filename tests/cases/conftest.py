"""A database for tests that need one engine only."""

from collections.abc import Iterator

import pytest

from storage import database
from storage.database import Database


@pytest.fixture
def sqlite_db(sqlite_url: str) -> Iterator[Database]:
    """A migrated, empty SQLite database."""
    opened = database.open(sqlite_url)
    yield opened
    opened.close_sync()
