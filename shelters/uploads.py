"""Rows of lists between preview and import. Owns how long one waits, and that it is imported by whoever uploaded it.

They stand in the database since any process may be asked next.
"""

import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from storage import times
from storage.connection import Connection

KEPT: Final = timedelta(minutes=15)
#: one person may look at so many at once; the oldest go first
_MOST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came, and what it is for."""

    data: bytes
    municipality: str
    actor: str
    #: it may retire most of the list
    fewer: bool


def keep(db: Connection, upload: Upload, now: datetime) -> str:
    """Keep a file for its import; the token that `take` asks for. What nobody imported in time goes."""
    db.execute("DELETE FROM shelter_uploads WHERE uploaded_at < :oldest", {"oldest": times.to_text(now - KEPT)})
    db.execute(
        "DELETE FROM shelter_uploads WHERE actor = :actor AND token NOT IN (SELECT token FROM shelter_uploads"
        " WHERE actor = :actor ORDER BY uploaded_at DESC, token LIMIT :most)",
        {"actor": upload.actor, "most": _MOST - 1},
    )
    token = secrets.token_urlsafe(16)
    db.execute(
        "INSERT INTO shelter_uploads (token, municipality, actor, fewer, body, uploaded_at)"
        " VALUES (:token, :municipality, :actor, :fewer, :body, :now)",
        {
            "token": token,
            "municipality": upload.municipality,
            "actor": upload.actor,
            "fewer": int(upload.fewer),
            "body": zlib.compress(upload.data),
            "now": times.to_text(now),
        },
    )
    return token


def take(db: Connection, token: str, actor: str, now: datetime) -> Upload | None:
    """The file, once, for whoever uploaded it; None if it is not there, too old or somebody else's."""
    rows = db.execute(
        "DELETE FROM shelter_uploads WHERE token = :token AND actor = :actor AND uploaded_at >= :oldest"
        " RETURNING municipality, actor, fewer, body",
        {"token": token, "actor": actor, "oldest": times.to_text(now - KEPT)},
    )
    if not rows:
        return None
    (row,) = rows
    return Upload(
        data=zlib.decompress(row.blob("body")),
        municipality=row.text("municipality"),
        actor=row.text("actor"),
        fewer=row.flag("fewer"),
    )
