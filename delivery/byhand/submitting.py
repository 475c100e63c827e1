"""The first signature under an evacuation or a notice, and under letting go what is held."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from alerts import hazards, store, strand_store
from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Hazard
from delivery.byhand import drafts, previews, reports, signing, submissions
from delivery.byhand.drafts import Draft, Origin, Wrong
from delivery.byhand.previews import Desk, Preview
from delivery.byhand.signing import Person, Refused, Submitted
from delivery.byhand.submissions import Kind, New, State
from delivery.owntexts import texts
from delivery.writing import Unwritable
from storage.connection import Connection
from templates_i18n.render import Form


def preview_alert(db: Connection, draft: Draft, who: Person, desk: Desk, now: datetime) -> Preview | Refused:
    """What would be told, or all that is wrong."""
    draft = replace(draft, areas=drafts.named(draft.areas))
    wrong = [*drafts.check(draft, desk.places, now), *signing.not_theirs(who, draft.areas, desk.places)]
    wrong = wrong or [*_nothing_new(db, draft), *_unsigned(db, draft, who, desk.places)]
    if wrong:
        return Refused(wrong=tuple(wrong))
    try:
        preview = previews.of_draft(db, draft, desk, now)
    except Unwritable as error:
        return signing.refused("words", "unwritable", f"no text can be made: {error}")
    long = [one.language for one in preview.texts.message if one.segments > Form.FULL.budget] if draft.words else []
    if long:
        return signing.refused(
            "words", "words_long", f"too long in {', '.join(long)}: {Form.FULL.budget} SMS parts at most"
        )
    return preview


def submit_alert(
    db: Connection, draft: Draft, who: Person, desk: Desk, now: datetime, *, expected: int, explanation: str = ""
) -> Submitted | Refused:
    """The first signature under an evacuation or a notice."""
    draft = replace(draft, areas=drafts.named(draft.areas))
    preview = preview_alert(db, draft, who, desk, now)
    if isinstance(preview, Refused):
        return preview
    if drafts.too_many(preview.people, expected) and not explanation.strip():
        why = f"more than twice the {expected} people expected: explain it, or choose other areas"
        return signing.refused("explanation", "too_many", why)
    body: dict[str, object] = {"draft": drafts.to_json(replace(draft, origins=_origins(db, draft)))}
    if ends := _ends(db, draft, desk.places):
        body["ends"] = ends
    if any(one.kind is Kind.ALERT and one.body == body for one in submissions.open_ones(db)):
        return signing.refused("areas", "waits_already", "the same waits for a second person already")
    new = New(
        kind=Kind.ALERT,
        municipality=signing.home(who.may, draft.areas, desk.places),
        areas=draft.areas,
        hazard=draft.hazard,
        grade=draft.grade,
        body=body,
        texts=preview.texts,
        people=preview.people,
        expected=expected,
        explanation=explanation.strip()[: signing.LONGEST_REASON],
        reason="",
        broadcast_id=None,
        submitted_by=who.name,
        owner=who.signs_as,
        deadline=now + hazards.rule(draft.hazard).decide,
    )
    return Submitted(id=signing.submit(db, new, now), preview=preview)


def releasable(db: Connection, broadcast_id: int, who: Person, places: PlaceTable) -> list[str]:
    """The places of a held broadcast that are this person's and that nobody has signed for yet."""
    found = signing.held(db, broadcast_id)
    if found is None:
        return []
    waiting = [
        one for one in submissions.of_broadcast(db, broadcast_id) if one.state in (State.WAITING, State.APPROVED)
    ]
    taken = {place for one in waiting for place in one.areas}
    return sorted(place for place in found.changes if who.covers(place, places) and place not in taken)


def submit_release(db: Connection, broadcast_id: int, who: Person, desk: Desk, now: datetime) -> Submitted | Refused:
    """The first signature under letting a held broadcast go, in the person's own municipalities."""
    found = signing.held(db, broadcast_id)
    if found is None:
        return signing.refused("broadcast", "not_held", "it is not held, or not any more")
    areas = releasable(db, broadcast_id, who, desk.places)
    if not areas:
        return signing.refused("areas", "not_yours", "nothing of it is yours, or somebody has signed for it already")
    preview = previews.of_release(db, found, areas, desk)
    worst = hazards.rule(found.hazard).highest([found.changes[place].after for place in areas])
    new = New(
        kind=Kind.RELEASE,
        municipality=signing.home(who.may, areas, desk.places),
        areas=tuple(areas),
        hazard=found.hazard,
        grade=worst,
        body={},
        texts=preview.texts,
        people=preview.people,
        expected=preview.people,
        explanation="",
        reason="",
        broadcast_id=broadcast_id,
        submitted_by=who.name,
        owner=who.signs_as,
        deadline=now + hazards.rule(found.hazard).decide,
    )
    return Submitted(id=signing.submit(db, new, now), preview=preview)


def _nothing_new(db: Connection, draft: Draft) -> list[Wrong]:
    """An evacuation that is so already, or a lifting where nothing is in force."""
    if draft.hazard is not Hazard.EVACUATION:
        return []
    present = store.in_force(db, draft.hazard, reports.event_of(draft, ""), draft.areas)
    grades = {present[area].grade if area in present else NONE for area in draft.areas}
    if grades != {draft.grade}:
        return []
    if draft.grade == NONE:
        return [
            signing.wrong("grade", "nothing_to_lift", "nothing of it is in force there, so there is nothing to lift")
        ]
    return [signing.wrong("grade", "in_force_already", "the same is in force there already")]


def _ends(db: Connection, draft: Draft, places: PlaceTable) -> list[list[str]]:
    """(strand, place) of what sources hold in force above the grade that is told: two people outrank a source."""
    if draft.hazard is not Hazard.EVACUATION:
        return []
    rank = hazards.rule(draft.hazard).rank
    held = strand_store.at(db, draft.hazard, reports.event_of(draft, ""), sorted(places.cover(draft.areas)))
    return sorted(
        [strand, place]
        for place, strands in held.items()
        for strand, state in strands.items()
        if reports.is_of_source(strand) and rank(state.grade) > rank(draft.grade)
    )


def _unsigned(db: Connection, draft: Draft, who: Person, places: PlaceTable) -> Iterator[Wrong]:
    """Words of an own text go as somebody signed them, or not at all."""
    if draft.text_id is None:
        return
    text = texts.find(db, draft.text_id)
    if text is None or not who.covers(text.municipality, places):
        yield signing.wrong("words", "text_gone", "the own text was thrown away, or is not yours")
        return
    signed = text.signed()
    for tag, words in draft.words.items():
        if tag not in signed or signed[tag].words != words:
            yield signing.wrong(f"words.{tag}", "words_unsigned", "nobody has signed these words: sign them first")


def _origins(db: Connection, draft: Draft) -> dict[str, Origin]:
    text = texts.find(db, draft.text_id) if draft.text_id is not None else None
    return {
        tag: Origin(signed_by=one.signed_by, signed_at=one.signed_at, drafted_by=one.drafted_by)
        for tag, one in (text.signed() if text is not None else {}).items()
        if tag in draft.words and one.signed_at is not None
    }
