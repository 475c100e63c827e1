"""Rows of notices that delivery raises: the provider's trouble, a text that could not be made."""

from datetime import datetime

from alerts.notices import Notice
from storage import times
from storage.connection import Connection


def add(db: Connection, notice: Notice, now: datetime) -> None:
    """Raise a notice; one that is open for the same kind and subject is counted up instead."""
    db.execute(
        "INSERT INTO notices (kind, subject, text, urgent, first_at, last_at)"
        " VALUES (:kind, :subject, :text, :urgent, :now, :now)"
        " ON CONFLICT (kind, subject) WHERE resolved_at IS NULL DO UPDATE SET"
        " last_at = excluded.last_at, times = notices.times + 1, text = excluded.text",
        {
            "kind": notice.kind,
            "subject": notice.subject,
            "text": notice.text,
            "urgent": int(notice.urgent),
            "now": times.to_text(now),
        },
    )
