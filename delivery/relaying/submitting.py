"""From what a source says to what people sign: the changes between what it wants and what is told by its word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts import hazards, strand_store
from alerts.vocabulary import NONE, Hazard
from delivery.byhand import drafts, previews, reports, signing, submissions
from delivery.byhand.drafts import Draft
from delivery.byhand.previews import Desk
from delivery.byhand.submissions import BY_SOURCE, Kind, New, State, Submission
from delivery.relaying import changes as changing
from delivery.relaying.approvals import Approval
from delivery.relaying.changes import Changes, Decided
from feeds.cap import folding
from feeds.cap import store as inbox
from feeds.cap.folding import Held
from feeds.cap.source import WITHDRAWN, Source
from storage.connection import Connection

_HAZARD = Hazard.EVACUATION
#: before the place, of what came too late: said once
_LATE = "late:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of a look at a source."""

    #: submissions that wait for people, or are signed by the approval of the source
    submitted: tuple[int, ...] = ()
    #: something is signed and can be told
    signed: bool = False
    #: what the source says now is too old to be told; its municipalities
    too_late: tuple[str, ...] = ()


def settle(db: Connection, source: Source, approval: Approval | None, desk: Desk, now: datetime) -> Settled:
    """Ask people to sign what the source wants changed, or let it go where two people approved of the source.

    Nothing is asked twice: what was rejected, or told and taken back, is asked again when the source says more of that
    place; what nobody signed in time, when it says more at all.
    """
    words = inbox.words(db, source.name)
    told = _told(db, source, folding.fold(words))
    found = changing.of(words, told, _decided(db, source), now)
    changes = found.asks
    before = inbox.asked(db, source.name)
    late = _rows(found.late, _LATE)
    fresh = tuple(place for place in found.late if (before or {}).get(f"{_LATE}{place}") != late[f"{_LATE}{place}"])
    open_ones = submissions.of_source(db, source.name)
    if before is not None and _same(before, changes, waiting=bool(open_ones)):
        inbox.set_asked(db, source.name, {**before, **late})
        return Settled(too_late=fresh)
    for one in open_ones:
        _overtake(db, one, now)
    made, signed = [], False
    for draft, until, again in _drafts(db, source, found, told):
        own = None if again else approval
        made.append(_submit(db, source, own, draft, until, desk, now))
        if own is not None:
            _sign(db, source, made[-1], own, now)
            signed = True
    inbox.set_asked(db, source.name, {**_rows(changes), **late})
    return Settled(submitted=tuple(made), signed=signed, too_late=fresh)


def _told(db: Connection, source: Source, wanted: Mapping[str, Held]) -> dict[str, str]:
    """Municipality -> the grade in force by the word of this source."""
    found = {}
    for place in wanted:
        strand = reports.lineage(place, "", source.name)
        state = strand_store.of(db, _HAZARD, "", strand).get(place)
        found[place] = state.grade if state is not None else NONE
    return found


def _decided(db: Connection, source: Source) -> dict[str, list[Decided]]:
    """Municipality -> what people, or the approval of the source, decided of its words; the newest first."""
    found: dict[str, list[Decided]] = {}
    for one in submissions.decided_of(db, f"{BY_SOURCE}{source.name}"):
        issued = drafts.from_json(one.body["draft"]).issued or one.submitted_at
        row = Decided(grade=one.grade, issued=issued, rejected=one.state is State.REJECTED)
        for area in one.areas:
            found.setdefault(area, []).append(row)
    return found


def _rows(held: Mapping[str, Held], prefix: str = "") -> dict[str, Sequence[str]]:
    """As it is kept of what was asked, or was too late."""
    return {f"{prefix}{place}": [one.grade, one.issued.isoformat()] for place, one in held.items()}


def _same(before: Mapping[str, Sequence[str]], changes: Mapping[str, Held], *, waiting: bool) -> bool:
    """Whether people were asked just that; a repetition does not take from them what they are signing."""
    asked = {place: row[0] for place, row in before.items() if not place.startswith(_LATE)}
    if asked != {place: held.grade for place, held in changes.items()}:
        return False
    return waiting or all(before[place][1] == held.issued.isoformat() for place, held in changes.items())


def _overtake(db: Connection, one: Submission, now: datetime) -> None:
    why = "its source says something else now"
    submissions.decide(db, one.id, State.OVERTAKEN, by=one.submitted_by, why=why, now=now, other_than_submitter=False)


def _drafts(
    db: Connection, source: Source, found: Changes, told: Mapping[str, str]
) -> list[tuple[Draft, datetime | None, bool]]:
    """One for all municipalities of which the same is said, with the time until which it is news (an end always is),
    and whether people have ended it before.
    """
    groups: dict[tuple[str, bool, datetime, datetime | None, bool], list[str]] = {}
    for place, held in found.asks.items():
        wrong = held.grade == NONE and held.withdrawn and source.cancel == WITHDRAWN
        until = held.valid_until if changing.rises(held, told[place]) else None
        key = (held.grade, wrong, held.issued, until, place in found.repeats)
        groups.setdefault(key, []).append(place)
    return [
        (
            Draft(
                hazard=_HAZARD,
                grade=grade,
                areas=tuple(areas),
                source=source.name,
                takes_back=_taken_back(db, source, areas) if wrong else (),
                issued=issued,
            ),
            until,
            again,
        )
        for (grade, wrong, issued, until, again), areas in groups.items()
    ]


def _taken_back(db: Connection, source: Source, areas: Sequence[str]) -> tuple[str, ...]:
    """What the source has said of some municipalities since nothing was in force there by its word."""
    found: dict[str, None] = {}
    said = submissions.done_by(db, f"{BY_SOURCE}{source.name}")
    for area in areas:
        for one in said:
            if area in one.areas:
                if one.grade == NONE:
                    break
                found[one.name] = None
    return tuple(found)


def _submit(
    db: Connection,
    source: Source,
    approval: Approval | None,
    draft: Draft,
    until: datetime | None,
    desk: Desk,
    now: datetime,
) -> int:
    """A program submits it. Nobody has signed it yet but the two who approved of the source, if there are."""
    preview = previews.of_draft(db, draft, desk, now)
    deadline = now + hazards.rule(_HAZARD).decide
    new = New(
        kind=Kind.ALERT,
        municipality=signing.home(source.municipalities, draft.areas, desk.places),
        areas=draft.areas,
        hazard=_HAZARD,
        grade=draft.grade,
        body={"draft": drafts.to_json(replace(draft, areas=drafts.named(draft.areas)))},
        texts=preview.texts,
        people=preview.people,
        expected=preview.people,
        explanation="",
        reason="",
        broadcast_id=None,
        submitted_by=f"{BY_SOURCE}{source.name}",
        owner=approval.first_by if approval is not None else "",
        deadline=min(deadline, until) if until is not None else deadline,
    )
    return signing.submit(db, new, now)


def _sign(db: Connection, source: Source, identity: int, approval: Approval, now: datetime) -> None:
    """By the approval that two people gave the source once."""
    submissions.decide(
        db,
        identity,
        State.APPROVED,
        by=approval.second_by,
        why=f"the source {source.name} was approved by {approval.names}",
        now=now,
        other_than_submitter=True,
    )
