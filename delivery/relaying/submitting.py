"""From what a source says to what people sign: the changes between what it wants and what is told by its word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts import hazards, strand_store
from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Hazard
from delivery.byhand import drafts, previews, reports, signing, submissions
from delivery.byhand.drafts import Draft
from delivery.byhand.previews import Desk
from delivery.byhand.submissions import BY_SOURCE, Kind, New, State, Submission
from delivery.relaying.approvals import Approval
from feeds.cap import folding
from feeds.cap import store as inbox
from feeds.cap.folding import Held
from feeds.cap.source import WITHDRAWN, Source
from storage.connection import Connection

_HAZARD = Hazard.EVACUATION


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

    Nothing is asked twice: what was rejected, or what nobody signed in time, is asked again when the source says more.
    """
    wanted = folding.fold(inbox.words(db, source.name))
    told = _told(db, source, wanted)
    changes = {place: held for place, held in sorted(wanted.items()) if held.grade != told[place]}
    late = tuple(place for place, held in changes.items() if held.valid_until <= now)
    changes = {place: held for place, held in changes.items() if place not in late}
    before = inbox.asked(db, source.name)
    open_ones = submissions.of_source(db, source.name)
    same = before is not None and _same(before, changes, waiting=bool(open_ones))
    if same:
        return Settled()
    for one in open_ones:
        _overtake(db, one, now)
    made = [_submit(db, source, approval, draft, until, desk, now) for draft, until in _drafts(db, source, changes)]
    inbox.set_asked(db, source.name, {place: [held.grade, held.issued.isoformat()] for place, held in changes.items()})
    if approval is not None:
        for identity in made:
            _sign(db, source, identity, approval, now)
    return Settled(submitted=tuple(made), signed=approval is not None and bool(made), too_late=late)


def _told(db: Connection, source: Source, wanted: Mapping[str, Held]) -> dict[str, str]:
    """Municipality -> the grade in force by the word of this source."""
    found = {}
    for place in wanted:
        strand = reports.lineage(place, "", source.name)
        state = strand_store.of(db, _HAZARD, "", strand).get(place)
        found[place] = state.grade if state is not None else NONE
    return found


def _same(before: Mapping[str, Sequence[str]], changes: Mapping[str, Held], *, waiting: bool) -> bool:
    """Whether people were asked just that; a repetition does not take from them what they are signing."""
    if {place: row[0] for place, row in before.items()} != {place: held.grade for place, held in changes.items()}:
        return False
    return waiting or all(before[place][1] == held.issued.isoformat() for place, held in changes.items())


def _overtake(db: Connection, one: Submission, now: datetime) -> None:
    why = "its source says something else now"
    submissions.decide(db, one.id, State.OVERTAKEN, by=one.submitted_by, why=why, now=now, other_than_submitter=False)


def _drafts(db: Connection, source: Source, changes: Mapping[str, Held]) -> list[tuple[Draft, datetime]]:
    """One for all municipalities of which the same is said, with the time until which it is news."""
    groups: dict[tuple[str, bool, datetime, datetime], list[str]] = {}
    for place, held in changes.items():
        wrong = held.grade == NONE and held.withdrawn and source.cancel == WITHDRAWN
        groups.setdefault((held.grade, wrong, held.issued, held.valid_until), []).append(place)
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
        )
        for (grade, wrong, issued, until), areas in groups.items()
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
    until: datetime,
    desk: Desk,
    now: datetime,
) -> int:
    """A program submits it. Nobody has signed it yet but the two who approved of the source, if there are."""
    preview = previews.of_draft(db, draft, desk, now)
    new = New(
        kind=Kind.ALERT,
        municipality=_home(draft.areas[0], source, desk.places),
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
        deadline=min(now + hazards.rule(_HAZARD).decide, until),
    )
    return signing.submit(db, new, now)


def _home(area: str, source: Source, places: PlaceTable) -> str:
    return area if area in source.municipalities else places.city_of(area) or area


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
