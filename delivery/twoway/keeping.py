"""Other texts, kept sealed where a municipality wants that. Owns the switch; they are purged with all replies."""

from datetime import datetime

from storage import audit, times
from storage.connection import Connection


def switch(db: Connection, municipality: str, on: bool, actor: str, now: datetime) -> bool:
    """Keep texts from now on, or delete those that are kept; False if it was so."""
    params = {"m": municipality, "now": times.to_text(now)}
    if on:
        sql = "INSERT INTO keeping (municipality, since) VALUES (:m, :now) ON CONFLICT (municipality) DO NOTHING"
        done = db.execute_count(sql, params) > 0
    else:
        done = db.execute_count("DELETE FROM keeping WHERE municipality = :m", {"m": municipality}) > 0
        db.execute("DELETE FROM kept_texts WHERE municipality = :m", {"m": municipality})
    if done:
        action = "other texts are kept" if on else "other texts are not kept"
        audit.append(
            db, now=now, actor=actor, action=action, subject=f"replies:{municipality}", municipality=municipality
        )
    return done


def read(db: Connection, municipality: str, actor: str, now: datetime) -> list[tuple[datetime, bytes]]:
    """Times and sealed texts, oldest first; reading them stands in the log."""
    rows = db.execute(
        "SELECT received_at, sealed FROM kept_texts WHERE municipality = :m ORDER BY received_at, id",
        {"m": municipality},
    )
    audit.append(
        db,
        now=now,
        actor=actor,
        action="other texts were read",
        subject=f"replies:{municipality}",
        municipality=municipality,
        details={"texts": len(rows)},
    )
    return [(row.time("received_at"), row.blob("sealed")) for row in rows]
