"""What two people have signed becomes state and broadcasts, by the very same path as a telegram, in one transaction."""

from datetime import datetime

from alerts.places import PlaceTable
from alerts.report import Report
from alerts.vocabulary import InfoType
from delivery import broadcasts, deciding, scopes
from delivery.byhand import drafts, holds, reports, retracting, striking, submissions
from delivery.byhand.submissions import Kind, State, Submission
from storage import audit
from storage.connection import Connection

_OVERTAKEN = "nothing of it is so any more"


def apply(db: Connection, found: Submission, places: PlaceTable, now: datetime) -> list[int]:
    """Tell what was signed; the broadcasts it led to. The submission is settled with it."""
    made = _made(db, found, places, now)
    state = State.DONE if made or found.kind is Kind.ALERT else State.OVERTAKEN
    submissions.finish(db, found.id, state, made, "" if state is State.DONE else _OVERTAKEN, now)
    _log(db, found, state, made, now)
    return made


def _made(db: Connection, found: Submission, places: PlaceTable, now: datetime) -> list[int]:
    match found.kind:
        case Kind.ALERT:
            return _tell(db, reports_of(found), found, places, now)
        case Kind.CORRECT:
            return _correct(db, found, places, now)
        case Kind.RETRACT:
            return retracting.retract(db, found, _why(found), now)
        case Kind.RELEASE:
            return _release(db, found, now)


def fail(db: Connection, found: Submission, why: str, now: datetime) -> None:
    """It could not be told, by a fault of ours: nobody takes it for sent."""
    submissions.finish(db, found.id, State.FAILED, [], why, now)
    _log(db, found, State.FAILED, [], now)


def reports_of(found: Submission) -> list[Report]:
    """What the state is folded from: of a released hold, a struck telegram and what was no warning nothing."""
    if found.decided_at is None or found.kind in (Kind.RELEASE, Kind.RETRACT):
        return []
    signed, issued = found.decided_at, found.submitted_at
    if found.kind is Kind.ALERT:
        draft = drafts.from_json(found.body["draft"])
        if draft.takes_back:
            said = draft.issued or issued
            each = (reports.withdrawal(draft, one, found.name, issued=said, signed=signed) for one in draft.takes_back)
            return [report for made in each for report in made]
        ends = found.body.get("ends", ())
        return [
            *reports.of_draft(draft, found.name, issued=issued, signed=signed),
            *reports.ends_of_sources(draft, ends, found.name, issued=issued, signed=signed),
        ]
    made: list[Report] = []
    if found.body.get("withdraws"):
        wrong = drafts.from_json(found.body["withdraws"])
        made += reports.withdrawal(wrong, f"s{found.body['wrong']}", found.name, issued=issued, signed=signed)
    if found.body["instead"]:
        draft = drafts.from_json(found.body["instead"])
        made += reports.of_draft(draft, found.name, issued=issued, signed=signed, info=InfoType.CORRECTION)
    return made


def _tell(db: Connection, made: list[Report], found: Submission, places: PlaceTable, now: datetime) -> list[int]:
    touched: scopes.Scopes = {}
    for report in made:
        scopes.take_in(db, report, found.decided_at or now, places, touched, now)
    for scope in touched.values():
        scope.reason = _why(found)
    return [broadcast for scope in touched.values() for broadcast in deciding.settle(db, scope, now)]


def _correct(db: Connection, found: Submission, places: PlaceTable, now: datetime) -> list[int]:
    if found.body["wrong"] is not None:
        return _tell(db, reports_of(found), found, places, now)
    assert found.broadcast_id is not None
    told = broadcasts.load(db, found.broadcast_id)
    return striking.strike(db, told, found.areas, found.body["grade"], found, _why(found), now)


def _release(db: Connection, found: Submission, now: datetime) -> list[int]:
    assert found.broadcast_id is not None
    made = holds.release(db, found.broadcast_id, found.areas, found.decided_by, _why(found), now)
    return [made] if made is not None else []


def _why(found: Submission) -> str:
    """Kept with the broadcast and shown wherever its reason is."""
    signed = f"signed by {found.signers}"
    return f"{found.reason}: {signed}" if found.reason else signed


def _log(db: Connection, found: Submission, state: State, made: list[int], now: datetime) -> None:
    audit.append(
        db,
        now=now,
        actor="service",
        action=f"submission {state}",
        subject=f"submission:{found.id}",
        municipality=found.municipality,
        details={"broadcasts": made},
    )
