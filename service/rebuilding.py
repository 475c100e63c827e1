"""Works out what is in force from the stored raw telegrams, read with today's readers, beside the state that is kept.

The work is done in a throw-away database; the real one is only read, until `replace` writes what differs, if nothing
was decided meanwhile. Nobody is told anything: what people were told stays written, and the next telegram that speaks
of a place is compared with that.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts import folding, kin, report_store, store, strand_store, strands
from alerts.places import PlaceTable
from alerts.report import Report
from alerts.store import InForce
from alerts.strands import PlaceState
from alerts.vocabulary import NONE, Hazard
from delivery import deciding
from delivery.byhand import applying, submissions
from delivery.deciding import PendingTelegram, Verdict
from feeds import store as telegrams
from feeds.jma import reading
from feeds.jma.reading import Read
from feeds.telegrams import RawTelegram
from service import opening
from storage import leases
from storage.connection import Connection
from storage.database import Database

_TELEGRAMS_AT_ONCE = 200
#: newest reports of a strand that are looked at before all of them are
_FIRST_LOOK = 40

#: hazard, event, place
Key = tuple[Hazard, str, str]


class Overtaken(Exception):
    """Telegrams were decided while the rebuild was at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place that is not in force as it should be."""

    key: Key
    kept: PlaceState | None
    rebuilt: PlaceState | None


@dataclass(slots=True, kw_only=True)
class Rebuilt:
    """What the telegrams give."""

    telegrams: int = 0
    #: what tells whether telegrams were decided since
    mark: tuple[int, int, int] = (0, 0, 0)
    states: dict[Key, PlaceState] = field(default_factory=dict)
    strands: dict[tuple[Hazard, str, str], dict[str, PlaceState]] = field(default_factory=dict)
    #: telegrams whose outcome is another one now, with what it was
    verdicts: list[tuple[Verdict, str]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def rebuild(db: Database, scratch: Database, places: PlaceTable, now: datetime) -> Rebuilt:
    """Read every decided telegram again into `scratch` (empty), fold, and compare with what `db` keeps. Blocks."""
    made = Rebuilt(mark=db.read_sync(_mark))
    for page in _pages(db):
        made.telegrams += len(page)
        readings = [(raw, state, reading.placed(reading.read(raw.body, raw.file_name), places)) for raw, state in page]
        made.verdicts += [found for one in readings if (found := _other_verdict(*one)) is not None]
        reports = [report for _, _, read in readings if isinstance(read, Read) for report in read.reports]
        events = db.read_sync(_events, reports)
        scratch.write_sync(_keep, reports, events)
    signed = [report for one in db.read_sync(submissions.signed_alerts) for report in applying.reports_of(one)]
    scratch.write_sync(_keep, signed, {})
    made.strands = scratch.read_sync(_fold_all, places)
    made.states = _combined(made.strands, db.read_sync(strand_store.struck), now)
    made.differences = _differences(db.read_sync(store.everything_in_force, now), made.states)
    return made


def _mark(db: Connection) -> tuple[int, int, int]:
    """Differs as soon as a further telegram, or something by hand, has been decided."""
    return (*telegrams.decided_mark(db), submissions.count_done(db))


def _pages(db: Database) -> Iterator[list[tuple[RawTelegram, str]]]:
    """Decided telegrams in the order in which they came."""
    after = 0
    while page := db.read_sync(telegrams.decided_after, after, _TELEGRAMS_AT_ONCE):
        yield page
        after = page[-1][0].id


def _other_verdict(raw: RawTelegram, kept: str, read: reading.Reading) -> tuple[Verdict, str] | None:
    pending = PendingTelegram(id=raw.id, digest=raw.digest, seen_at=raw.received_at, reading=read)
    verdict = deciding.verdict(pending)
    return (verdict, kept) if verdict.state != kept else None


def _events(db: Connection, reports: Iterable[Report]) -> dict[tuple[str, Hazard], str]:
    """The events that reports already belong to: people were told by these names."""
    found = {(one.digest, one.hazard): store.known_event(db, one) for one in reports}
    return {key: event for key, event in found.items() if event is not None}


def _keep(scratch: Connection, reports: Iterable[Report], events: Mapping[tuple[str, Hazard], str]) -> None:
    for report in reports:
        event = events.get((report.digest, report.hazard))
        store.add_report(scratch, report, store.event_of(scratch, report) if event is None else event)


def _fold_all(scratch: Connection, places: PlaceTable) -> dict[tuple[Hazard, str, str], dict[str, PlaceState]]:
    found = {}
    for newest, event in report_store.newest_of_strands(scratch):
        held = _fold(scratch, newest, event, places)
        if held:
            found[newest.hazard, event, strands.strand_of(newest)] = held
    return found


def _fold(scratch: Connection, newest: Report, event: str, places: PlaceTable) -> dict[str, PlaceState]:
    """One strand, from its newest reports where these say it all."""
    if kin.family(newest):
        return _stand(kin.voices(store.of_kin(scratch, newest))[strands.strand_of(newest)], places)
    if not strands.strand_of(newest):  # several lineages, each with its own newest report
        return _stand(store.reports_beside(scratch, newest, event), places)
    beside = store.all_beside(scratch, newest, event, _FIRST_LOOK)
    held = _stand(beside, places)
    oldest = min(beside, key=Report.order).digest
    enough = len(beside) < _FIRST_LOOK or not (
        folding.leans_on_older(newest, places) or any(one.digest == oldest for one in held.values())
    )
    return held if enough else _stand(store.all_beside(scratch, newest, event), places)


def _stand(reports: Iterable[Report], places: PlaceTable) -> dict[str, PlaceState]:
    ordered = sorted(reports, key=Report.order)
    return strands.place_states(strands.whole(ordered, places), ordered, places, strands.NOTHING, 0)


def _combined(
    held: Mapping[tuple[Hazard, str, str], Mapping[str, PlaceState]],
    struck: Mapping[tuple[Hazard, str, str, str], str],
    now: datetime,
) -> dict[Key, PlaceState]:
    together: dict[Key, list[PlaceState]] = {}
    for (hazard, event, _), places in held.items():
        for place, one in places.items():
            right = strand_store.put_right(one, struck.get((hazard, event, place, one.digest)))
            if right is not None:
                together.setdefault((hazard, event, place), []).append(right)
    combined = {key: strands.combine(key[0], states, now) for key, states in together.items()}
    return {key: one for key, one in combined.items() if one is not None}


def _differences(kept: Iterable[InForce], rebuilt: Mapping[Key, PlaceState]) -> list[Difference]:
    there = {(row.hazard, row.event, row.place): _state(row) for row in kept}
    keys = sorted(there.keys() | rebuilt.keys())
    return [
        Difference(key=key, kept=there.get(key), rebuilt=rebuilt.get(key))
        for key in keys
        if there.get(key) != rebuilt.get(key)
    ]


def _state(row: InForce) -> PlaceState:
    return PlaceState(grade=row.grade, since=row.since, digest=row.digest, ends_at=row.ends_at, facts=row.facts)


def replace(db: Database, scratch: Database, made: Rebuilt, now: datetime) -> None:
    """Write what was rebuilt in one transaction. Overtaken where telegrams were decided since it was read."""
    db.write_sync(_replace, scratch, made, now)


def _replace(db: Connection, scratch: Database, made: Rebuilt, now: datetime) -> None:
    leases.hold_still(db, opening.LEAD)  # or what is being decided now is not in the mark, and goes
    if _mark(db) != made.mark:
        raise Overtaken
    _replace_reports(db, scratch)
    strand_store.replace_all(db, made.strands)
    rows = [_row(db, one, now) for one in made.differences]
    store.set_in_force(db, rows)
    for verdict, _ in made.verdicts:
        telegrams.mark(db, verdict.id, verdict.state, verdict.reason, verdict.type, now)


def _replace_reports(db: Connection, scratch: Database) -> None:
    reports, after = scratch.read_sync(report_store.reports_after, 0)
    while reports:
        for report in reports:
            if not report_store.is_kept(db, report):
                event = store.known_event(db, report)
                store.add_report(db, report, store.event_of(db, report) if event is None else event)
        reports, after = scratch.read_sync(report_store.reports_after, after)
    report_store.forget_reports(db, report_store.keys(db) - scratch.read_sync(report_store.keys))


def _row(db: Connection, difference: Difference, now: datetime) -> InForce:
    """The row as rebuilt; the grade that was decided last stays beside it where it is another one."""
    hazard, event, place = difference.key
    present = store.in_force(db, hazard, event, [place]).get(place)
    if present is None:
        present = InForce(
            hazard=hazard,
            event=event,
            place=place,
            grade=NONE,
            since=now,
            revision=0,
            ends_at=None,
            facts=strands.NO_FACTS,
            broadcast_id=None,
            digest="",
        )
    decided = present.decided
    row = store.with_state(present, difference.rebuilt) if difference.rebuilt else _ended(present)
    return dataclasses.replace(row, rebuilt_from=decided if decided != row.grade else None)


def _ended(row: InForce) -> InForce:
    return dataclasses.replace(row, grade=NONE, ends_at=None, facts=strands.NO_FACTS)
