"""Rows of all reports, for working out the whole state again. Decides nothing; shares the table with `alerts.store`."""

from collections.abc import Iterable

from alerts import codec
from alerts.report import Report
from alerts.strands import strand_of
from alerts.vocabulary import Status
from storage.connection import Connection

_AT_ONCE = 200


def newest_of_strands(db: Connection) -> list[tuple[Report, str]]:
    """The newest real report of each strand, with its event."""
    rows = db.execute(
        "SELECT hazard, event, lineage, max(sent) AS sent FROM reports WHERE status = :actual"
        " GROUP BY hazard, event, lineage ORDER BY hazard, event, lineage",
        {"actual": Status.ACTUAL},
    )
    found: dict[tuple[str, str, str], tuple[Report, str]] = {}
    for row in rows:
        newest = db.execute(
            "SELECT body FROM reports WHERE hazard = :hazard AND event = :event AND lineage = :lineage"
            " AND sent = :sent AND status = :actual ORDER BY digest DESC LIMIT 1",
            {name: row[name] for name in ("hazard", "event", "lineage", "sent")} | {"actual": Status.ACTUAL},
        )
        report = codec.report_from_text(newest[0].text("body"))
        key = (row.text("hazard"), row.text("event"), strand_of(report))
        if key not in found or found[key][0].order() < report.order():
            found[key] = (report, row.text("event"))
    return list(found.values())


def reports_after(db: Connection, after: int) -> tuple[list[Report], int]:
    """The next stored reports above a row id, and the id to go on from."""
    rows = db.execute(
        "SELECT id, body FROM reports WHERE id > :after ORDER BY id LIMIT :limit", {"after": after, "limit": _AT_ONCE}
    )
    return [codec.report_from_text(row.text("body")) for row in rows], rows[-1].integer("id") if rows else after


def is_kept(db: Connection, report: Report) -> bool:
    """Whether this very report is stored, word for word."""
    rows = db.execute(
        "SELECT body FROM reports WHERE digest = :digest AND hazard = :hazard",
        {"digest": report.digest, "hazard": report.hazard},
    )
    return bool(rows) and rows[0].text("body") == codec.report_to_text(report)


def keys(db: Connection) -> set[tuple[str, str]]:
    """(digest, hazard) of every report."""
    return {(row.text("digest"), row.text("hazard")) for row in db.execute("SELECT digest, hazard FROM reports")}


def forget_reports(db: Connection, keys: Iterable[tuple[str, str]]) -> None:
    """Forget reports (digest, hazard) that are not read in their telegrams any more."""
    db.executemany(
        "DELETE FROM reports WHERE digest = :digest AND hazard = :hazard",
        [{"digest": digest, "hazard": hazard} for digest, hazard in keys],
    )
