"""The first signature under taking back what a broadcast told, or putting it right: a reason, one tap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from alerts import hazards, store
from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Hazard
from delivery import broadcasts
from delivery.broadcasts import Broadcast
from delivery.byhand import drafts, previews, signing, submissions
from delivery.byhand.drafts import Draft, Wrong
from delivery.byhand.previews import Desk, Preview
from delivery.byhand.signing import Person, Refused, Submitted
from delivery.byhand.submissions import Kind, New, State, Submission
from storage.connection import Connection

#: within which a second person signs that something told was wrong
CORRECT_WITHIN = timedelta(minutes=15)


class Reason(StrEnum):
    """Why something told is taken back: fixed, so that it is one tap."""

    FALSE_ALARM = "false_alarm"
    WRONG_PLACE = "wrong_place"
    WRONG_GRADE = "wrong_grade"
    WRONG_WORDS = "wrong_words"
    SENT_BY_MISTAKE = "sent_by_mistake"
    NOT_ANY_MORE = "not_any_more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a broadcast is corrected."""

    broadcast_id: int
    reason: Reason
    #: the right grade, or `none` to take it back
    grade: str = NONE
    #: of what was told by hand: what is right
    instead: Draft | None = None


def correctable(db: Connection, broadcast: Broadcast, who: Person, places: PlaceTable) -> list[str]:
    """The places of a broadcast where it is still the newest word, and which are this person's."""
    rows = store.in_force(db, broadcast.hazard, broadcast.event, list(broadcast.changes))
    rule = hazards.rule(broadcast.hazard)
    return sorted(
        place
        for place, change in broadcast.changes.items()
        if (row := rows.get(place)) is not None
        and row.broadcast_id == broadcast.id
        and rule.is_told(change.after)
        and who.covers(place, places)
    )


def submit_correction(db: Connection, wish: Wish, who: Person, desk: Desk, now: datetime) -> Submitted | Refused:
    """The first signature under taking back what a broadcast told, or putting it right."""
    try:
        broadcast = broadcasts.load(db, wish.broadcast_id)
    except LookupError:
        return signing.refused("broadcast", "no_alert", "only what told of an alert can be corrected")
    made = told_by_hand(db, wish.broadcast_id)
    wish = _whole(wish, made)
    areas = correctable(db, broadcast, who, desk.places)
    wrong = _wrong_wish(db, wish, broadcast, made, areas, who, desk, now)
    if wrong:
        return Refused(wrong=tuple(wrong))
    preview = _preview_correction(db, broadcast, areas, wish, desk, now)
    body = {
        "grade": wish.grade,
        "wrong": made.id if made else None,
        "withdraws": _told_by(made),
        "instead": drafts.to_json(wish.instead) if wish.instead else None,
    }
    new = New(
        kind=Kind.CORRECT,
        municipality=signing.home(who.may, areas, desk.places),
        areas=tuple(areas),
        hazard=broadcast.hazard,
        grade=wish.grade,
        body=body,
        texts=preview.texts,
        people=preview.people,
        expected=preview.people,
        explanation="",
        reason=wish.reason,
        broadcast_id=broadcast.id,
        submitted_by=who.name,
        owner=who.signs_as,
        deadline=now + CORRECT_WITHIN,
    )
    return Submitted(id=signing.submit(db, new, now), preview=preview)


def told_by_hand(db: Connection, broadcast_id: int) -> Submission | None:
    """The submission whose words a broadcast told; None where they came from a telegram."""
    made = submissions.that_made(db, broadcast_id)
    return made if made is not None and _told_by(made) is not None else None


def _told_by(made: Submission | None) -> Mapping[str, Any] | None:
    """The draft that told it; of a correction what it said instead."""
    if made is None:
        return None
    found: Mapping[str, Any] | None = made.body["draft"] if made.kind is Kind.ALERT else made.body["instead"]
    return found


def _whole(wish: Wish, made: Submission | None) -> Wish:
    """Another grade of an evacuation is the same draft with that grade; a draft brings its own."""
    told = _told_by(made)
    if told is None:
        return wish
    if wish.instead is not None:
        notice = wish.instead.hazard is Hazard.NOTICE
        areas = drafts.named(wish.instead.areas)
        return replace(wish, instead=replace(wish.instead, areas=areas), grade=NONE if notice else wish.instead.grade)
    if wish.grade != NONE:
        return replace(wish, instead=replace(drafts.from_json(told), grade=wish.grade))
    return wish


def _preview_correction(
    db: Connection, broadcast: Broadcast, areas: Sequence[str], wish: Wish, desk: Desk, now: datetime
) -> Preview:
    """What those who were told hear; of a notice that is told anew also the new one, second."""
    preview = previews.of_correction(db, broadcast, areas, wish.grade, desk, now)
    if wish.instead is None or wish.instead.hazard is not Hazard.NOTICE:
        return preview
    anew = previews.of_draft(db, wish.instead, desk, now)
    return replace(preview, texts=replace(preview.texts, correction=anew.texts.message))


def _wrong_wish(
    db: Connection,
    wish: Wish,
    broadcast: Broadcast,
    made: Submission | None,
    areas: Sequence[str],
    who: Person,
    desk: Desk,
    now: datetime,
) -> list[Wrong]:
    waiting = [one for one in submissions.of_broadcast(db, broadcast.id) if one.state is State.WAITING]
    if not areas:
        return [
            signing.wrong("broadcast", "overtaken", "nothing of it is still the newest word there, or nothing is yours")
        ]
    if any(one.kind is Kind.CORRECT for one in waiting):
        return [signing.wrong("broadcast", "waits_already", "a correction waits for a second person already")]
    if made is None and wish.grade != NONE and wish.grade not in lower_grades(broadcast, areas):
        return [signing.wrong("grade", "not_lower", "expected a grade below the one that was told: we add no warning")]
    if made is not None and any(not who.covers(area, desk.places) for area in made.areas):
        return [signing.wrong("areas", "not_yours", "some of its municipalities are not yours")]
    if wish.instead is None:
        return []
    if made is None or wish.instead.hazard is not broadcast.hazard:
        return [signing.wrong("instead", "not_by_hand", "only what was told by hand is told anew by hand")]
    return [*drafts.check(wish.instead, desk.places, now), *signing.not_theirs(who, wish.instead.areas, desk.places)]


def lower_grades(broadcast: Broadcast, areas: Iterable[str]) -> list[str]:
    """Grades that a broadcast can be put right to: those told that are below what it said."""
    rule = hazards.rule(broadcast.hazard)
    if broadcast.hazard is Hazard.NOTICE:
        return []
    told = rule.highest([broadcast.changes[area].after for area in areas])
    return [grade for grade in rule.grades if rule.is_told(grade) and rule.rank(grade) < rule.rank(told)]
