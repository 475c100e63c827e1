"""Plays drills: queues what is due, asks the question, and stands back at once where a real warning comes.

Each look is one transaction over the rows of one drill; how often it is done, and by which process, changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import hazards
from alerts import store as state
from alerts.places import PlaceTable
from alerts.store import InForce
from campaigns.drills import results, script, store, wording
from campaigns.drills.store import Audience, Drill, State
from campaigns.drills.wording import Wording
from delivery.drilling import consent, outbox
from delivery.drilling.consent import Member
from delivery.drilling.outbox import Draft
from storage.connection import Connection
from templates_i18n.catalogue import Catalogue

#: a text of a drill that could not be handed over by then is not worth it
KEEP = timedelta(minutes=30)
#: time to answer the question, before it is said that all is over
TO_THE_END = timedelta(minutes=10)
CLOCK = "the clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What drills are played with."""

    catalogue: Callable[[], Catalogue]
    places: PlaceTable
    #: whether people can answer the question by SMS
    two_way: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """A person or a simulated phone."""

    language: str
    places: tuple[str, ...]
    subscriber_id: int | None = None
    phone: int | None = None


def is_due(db: Connection, identity: int, desk: Desk, now: datetime) -> bool:
    """Whether `tick` has anything to do; only reads, so that a drill that waits writes nothing."""
    drill = store.find(db, identity)
    return drill is not None and _is_due(db, drill, desk, now)


def _is_due(db: Connection, drill: Drill, desk: Desk, now: datetime) -> bool:
    if drill.closed_at is not None:
        return False
    match drill.state:
        case State.WAITING:
            return now >= drill.submitted_at + store.DECIDE
        case State.RUNNING:
            return _moves(db, drill, now) or real_warning(db, drill.municipality, desk.places, now) is not None
        case State.PAUSED:
            return False
        case State.DONE | State.STOPPED:
            return results.may_close(drill, now) or _owes_the_end(db, drill, desk, now)
        case State.REJECTED | State.EXPIRED:
            return results.may_close(drill, now)


def tick(db: Connection, identity: int, desk: Desk, now: datetime) -> bool:
    """Do what is due of one drill; whether anything was done."""
    drill = store.find(db, identity)
    if drill is None or not _is_due(db, drill, desk, now):
        return False
    match drill.state:
        case State.WAITING:
            return _move(db, drill, State.EXPIRED, now, "nobody signed it")
        case State.RUNNING:
            return _run(db, drill, desk, now)
        case State.PAUSED:
            return False
        case State.DONE | State.STOPPED | State.REJECTED | State.EXPIRED:
            if results.may_close(drill, now):
                results.close(db, drill, now)
            else:
                _tell_the_end(db, drill, desk, now)
            return True


def real_warning(db: Connection, municipality: str, places: PlaceTable, now: datetime) -> InForce | None:
    """A real warning that people are told of (level 3 and above and its likes), in the area of a drill."""
    area = places.cover(script.area_of(municipality, places))
    found = state.in_force_at(db, sorted(area), now)
    return next((one for one in found if hazards.rule(one.hazard).is_told(one.grade)), None)


def _run(db: Connection, drill: Drill, desk: Desk, now: datetime) -> bool:
    warning = real_warning(db, drill.municipality, desk.places, now)
    if warning is not None:
        why = f"a real warning is in force: {warning.hazard} {warning.grade} in {warning.place}"
        return _move(db, drill, State.PAUSED, now, why)
    if _all_told(drill):
        return _move(db, drill, State.DONE, now, "")
    if not store.advance(db, drill):
        return False
    outbox.queue(db, list(_drafts(db, drill, desk, now)), now)
    return True


def _moves(db: Connection, drill: Drill, now: datetime) -> bool:
    """Whether a running drill comes to its next moment, or to its end."""
    if _all_told(drill):
        return outbox.unfinished(db, drill.id) == 0
    due = drill.due_at()
    if due is None or now < due:
        return False
    return drill.pace > 0 or outbox.unfinished(db, drill.id) == 0


def _owes_the_end(db: Connection, drill: Drill, desk: Desk, now: datetime) -> bool:
    """Whether people in a drill have yet to hear that it is over. Beside a real warning nothing is said of a drill."""
    if drill.ended_at is None or not outbox.told(db, drill.id):
        return False
    asked = drill.state is State.DONE and drill.pace > 0
    if not drill.ended_at + (TO_THE_END if asked else timedelta()) <= now < drill.ended_at + KEEP:
        return False
    return real_warning(db, drill.municipality, desk.places, now) is None


def _tell_the_end(db: Connection, drill: Drill, desk: Desk, now: datetime) -> None:
    texts: dict[str, int] = {}
    drafts: list[Draft] = []
    for one in outbox.told(db, drill.id):
        if one.language not in texts:
            made = wording.ending(desk.catalogue(), one.language)
            texts[one.language] = _add_text(db, drill, outbox.END, ("", one.language), made)
        drafts.append(
            Draft(
                drill_id=drill.id,
                moment=outbox.END,
                text_id=texts[one.language],
                language=one.language,
                expires_at=now + KEEP,
                subscriber_id=one.subscriber_id,
                phone=one.phone,
            )
        )
    outbox.queue(db, drafts, now)


def _all_told(drill: Drill) -> bool:
    return drill.next_moment > len(drill.script.moments)


def _move(db: Connection, drill: Drill, after: State, now: datetime, why: str) -> bool:
    moved = store.move(db, drill, after, now, reason=why)
    if moved:
        store.log(db, drill.id, drill.municipality, CLOCK, f"drill {after}", now, {"why": why} if why else {})
    return moved


def _drafts(db: Connection, drill: Drill, desk: Desk, now: datetime) -> Iterator[Draft]:
    """The copies of the moment that is due."""
    index, asks = drill.next_moment, drill.next_moment == len(drill.script.moments)
    if asks and drill.audience is Audience.GROUP and not desk.two_way:
        return
    texts: dict[tuple[str, str], int] = {}
    for reader in _readers(db, drill, desk):
        place = "" if asks else _place(drill, index, reader, desk.places)
        if place is None:
            continue
        key = (place, reader.language)
        if key not in texts:
            texts[key] = _add_text(db, drill, index, key, _word(drill, desk, index, place, reader.language, now))
        yield Draft(
            drill_id=drill.id,
            moment=index,
            text_id=texts[key],
            language=reader.language,
            expires_at=now + KEEP,
            subscriber_id=reader.subscriber_id,
            phone=reader.phone,
            asks=asks,
        )


def _readers(db: Connection, drill: Drill, desk: Desk) -> Iterable[_Reader]:
    if drill.audience is Audience.GROUP:
        return map(_person, consent.members(db, drill.municipality, drill.group))
    return phones(drill, desk.catalogue())


def _person(member: Member) -> _Reader:
    return _Reader(language=member.language, places=member.places, subscriber_id=member.subscriber_id)


def phones(drill: Drill, catalogue: Catalogue) -> Iterator[_Reader]:
    """Simulated phones: the languages in turn, each at one of the places of the script."""
    languages = list(catalogue.names)
    areas = sorted({area for moment in drill.script.moments for area in moment.areas})
    for phone in range(drill.phones):
        place = areas[(phone // len(languages)) % len(areas)]
        yield _Reader(language=languages[phone % len(languages)], places=(place,), phone=phone)


def _place(drill: Drill, index: int, reader: _Reader, places: PlaceTable) -> str | None:
    """The reader's place that a moment concerns, home first; a city's wards hear of the city."""
    areas = drill.script.moments[index].areas
    return next((one for one in reader.places if one in areas or places.city_of(one) in areas), None)


def _word(drill: Drill, desk: Desk, index: int, place: str, language: str, now: datetime) -> Wording:
    if not place:
        return wording.question(desk.catalogue(), language)
    return wording.moment(desk.catalogue(), desk.places, drill.script.moments[index], place, language, now)


def _add_text(db: Connection, drill: Drill, index: int, key: tuple[str, str], made: Wording) -> int:
    place, language = key
    rows = db.execute(
        "INSERT INTO drill_texts (drill_id, moment, place, language, voice, text, segments)"
        " VALUES (:drill, :moment, :place, :language, :voice, :text, :segments) RETURNING id",
        {
            "drill": drill.id,
            "moment": index,
            "place": place,
            "language": language,
            "voice": made.voice,
            "text": made.text,
            "segments": made.segments,
        },
    )
    return rows[0].integer("id")
