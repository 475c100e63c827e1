"""The table of counters is where these tests play: it holds the first counter only, whatever the rest of us counts."""

import pytest

from storage import database


@pytest.fixture
def sqlite_url(sqlite_url: str) -> str:
    """As elsewhere, with one counter."""
    return _with_one_counter(sqlite_url)


@pytest.fixture
def postgresql_url(postgresql_url: str) -> str:
    """As elsewhere, with one counter."""
    return _with_one_counter(postgresql_url)


def _with_one_counter(url: str) -> str:
    db = database.open(url)
    db.write_sync(lambda connection: connection.execute("DELETE FROM counters WHERE name <> 'revision'"))
    db.close_sync()
    return url
