"""Locks of rows, as the end of a SELECT. On SQLite there is one writer at a time, and nothing to lock."""

from storage.connection import Connection


def for_change(db: Connection) -> str:
    """Nobody else changes the rows until this transaction ends; whoever wants to, waits."""
    return "" if db.engine == "sqlite" else " FOR UPDATE"


def of_keys(db: Connection) -> str:
    """Nobody removes the rows or changes their keys until this transaction ends; any number may hold them together."""
    return "" if db.engine == "sqlite" else " FOR KEY SHARE"


def skip_taken(db: Connection, table: str) -> str:
    """Rows of this table (its name in the statement) that somebody else holds are left out."""
    return "" if db.engine == "sqlite" else f" FOR UPDATE OF {table} SKIP LOCKED"
