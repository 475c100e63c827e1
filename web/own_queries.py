"""What the first page shows of municipalities: each sees its own. Reads alone, in the transaction of `queries`."""

from collections.abc import Sequence

from alerts import noticeboard
from alerts.vocabulary import NONE
from campaigns import calling
from delivery import broadcasts as sent
from delivery.byhand import holds, submissions
from storage.connection import Connection
from storage.lists import listed
from web.console import reach
from web.snapshot import BroadcastRow, LessonRow, Nearby, NoticeRow, TextRow, WaitingRow, Words

_LISTED = 20


def waiting(db: Connection, within: frozenset[str] | None) -> tuple[WaitingRow, ...]:
    """What waits for people, the nearest deadline first."""
    held = [
        WaitingRow(
            path=f"/console/waiting/holds/{one.broadcast_id}", hazard=one.hazard, grade="", deadline=one.deadline, by=""
        )
        for one in holds.open_holds(db)
        if within is None or within.intersection(sent.load(db, one.broadcast_id).changes)
    ]
    submitted = [
        WaitingRow(
            path=f"/console/waiting/{one.id}",
            hazard=one.hazard or "lesson",
            grade=one.grade if one.hazard is not None else "",
            takes_back=one.kind is submissions.Kind.CORRECT and one.grade == NONE and not one.body.get("instead"),
            deadline=one.deadline,
            by=one.author,
            topic=str((one.body.get("draft") or {}).get("topic") or ""),
        )
        for one in submissions.open_ones(db)
        if within is None or one.municipality in within or within.intersection(one.areas)
    ]
    planned = [
        WaitingRow(
            path=f"/console/campaigns/{one.campaign.id}",
            hazard="lesson",
            grade="",
            name=one.campaign.plan.name,
            deadline=one.deadline,
            by=one.campaign.planned_by.removeprefix("user:"),
        )
        for one in calling.open_ones(db)
        if within is None or one.campaign.municipality in within
    ]
    return tuple(sorted([*held, *submitted, *planned], key=lambda one: one.deadline))


def nearby(db: Connection, within: frozenset[str] | None) -> tuple[Nearby, ...]:
    """Supporters, who know their people, and registrars of the city hall."""
    if within is None:
        return ()
    names, values = listed(sorted(within))
    if not names:
        return ()
    rows = db.execute(
        "SELECT u.name, g.municipality, g.supported_group FROM user_grants g JOIN users u ON u.id = g.user_id"  # noqa: S608
        f" WHERE g.role = 'supporter' AND u.disabled_at IS NULL AND g.municipality IN ({names})"
        " ORDER BY g.municipality, g.supported_group, u.name LIMIT 100",
        values,
    )
    return tuple(
        Nearby(name=row.text("name"), municipality=row.text("municipality"), group=row.text("supported_group"))
        for row in rows
    )


def words(
    db: Connection, within: frozenset[str] | None, broadcasts: Sequence[BroadcastRow], seen: Words | None
) -> Words:
    """Of the newest broadcast that told anybody there: the first written of each language, of its worst place."""
    (newest,) = db.execute("SELECT max(id) AS id FROM texts")
    told = tuple((one.id, tuple(sorted({cell.place for cell in one.cells}))) for one in broadcasts)
    mark = (newest["id"], told)
    if seen is not None and seen.mark == mark:
        return seen
    found = (_texts(db, one.id, within) for one in broadcasts if one.origin in sent.SHOWN)
    return Words(mark=mark, texts=next((texts for texts in found if texts), ()))


def _texts(db: Connection, broadcast_id: int, within: frozenset[str] | None) -> tuple[TextRow, ...]:
    condition, values = reach.text_condition(within)
    rows = db.execute(
        "SELECT broadcast_id, language, form, text, encoding, units, segments FROM texts WHERE id IN (SELECT min(x.id)"  # noqa: S608 -- our own words
        " FROM texts x JOIN broadcasts b ON b.id = x.broadcast_id"
        f" WHERE x.broadcast_id = :id AND {condition} GROUP BY x.language) ORDER BY id",
        values | {"id": broadcast_id},
    )
    return tuple(
        TextRow(
            broadcast_id=row.integer("broadcast_id"),
            language=row.text("language"),
            form=row.text("form"),
            text=row.text("text"),
            encoding=row.text("encoding"),
            units=row.integer("units"),
            segments=row.integer("segments"),
        )
        for row in rows
    )


def open_notices(db: Connection, within: frozenset[str] | None) -> int:
    """How many are open."""
    condition, values = noticeboard.seen_by(within)
    rows = db.execute(f"SELECT count(*) AS n FROM notices WHERE resolved_at IS NULL AND {condition}", values)  # noqa: S608 -- our own words
    return rows[0].integer("n")


def notices(db: Connection, within: frozenset[str] | None) -> tuple[NoticeRow, ...]:
    """The first of those that are open."""
    condition, values = noticeboard.seen_by(within)
    rows = db.execute(
        "SELECT kind, subject, text, urgent, first_at, last_at, times FROM notices"  # noqa: S608 -- our own words
        f" WHERE resolved_at IS NULL AND {condition} ORDER BY urgent DESC, last_at DESC, id DESC LIMIT :limit",
        values | {"limit": _LISTED},
    )
    return tuple(
        NoticeRow(
            kind=row.text("kind"),
            subject=row.text("subject"),
            text=row.text("text"),
            urgent=row.flag("urgent"),
            first_at=row.time("first_at"),
            last_at=row.time("last_at"),
            times=row.integer("times"),
        )
        for row in rows
    )


def lessons(db: Connection, within: frozenset[str] | None) -> tuple[LessonRow, ...]:
    """Those that come next."""
    names, values = listed(sorted(within or ()))
    condition = "" if within is None else f" AND l.place IN ({names})" if names else " AND 1 = 0"
    rows = db.execute(
        "SELECT l.lesson, l.place, l.due_at, l.state, l.reason FROM campaign_lessons l"  # noqa: S608 -- names of parameters
        " JOIN campaigns c ON c.id = l.campaign_id AND c.state = 'running'"
        f" WHERE l.state IN ('waiting', 'held', 'sending'){condition} ORDER BY l.due_at, l.id LIMIT :limit",
        values | {"limit": _LISTED},
    )
    return tuple(
        LessonRow(
            lesson=row.text("lesson"),
            municipality=row.text("place"),
            due_at=row.time("due_at"),
            state=row.text("state"),
            reason=row.text("reason"),
        )
        for row in rows
    )
