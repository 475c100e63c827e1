"""The first signature under taking back a lesson or a welcome, or putting it right with another lesson."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from alerts.places import PlaceTable
from alerts.vocabulary import NONE, Kind
from campaigns import own, previews
from campaigns.corrections import told
from campaigns.corrections.told import Says, Subject
from campaigns.daylight import day_of
from campaigns.telling import Teller
from delivery import arrival, forms, priority
from delivery.byhand import signing, submissions
from delivery.byhand.correcting import Reason
from delivery.byhand.drafts import Wrong
from delivery.byhand.previews import Preview
from delivery.byhand.signing import Person, Refused, Submitted
from delivery.byhand.submissions import New, State, Texts
from storage.connection import Connection
from subscribers.languages import TAGS
from templates_i18n import service_texts
from templates_i18n.request import Form
from templates_i18n.service_texts import Wording

#: within which a second person signs: a lesson is no warning, and its correction leaves by day
DECIDE: Final = timedelta(hours=2)
#: what can be wrong with a lesson or a welcome
REASONS: Final = (Reason.WRONG_WORDS, Reason.WRONG_PLACE, Reason.SENT_BY_MISTAKE, Reason.NOT_ANY_MORE)
_UNSETTLED: Final = (State.WAITING, State.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a broadcast is taken back."""

    broadcast_id: int
    reason: Reason
    #: the right lesson, as plans call it; '' to take back only
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What corrections are written and weighed with."""

    teller: Teller
    places: PlaceTable
    #: segments per second of all senders together
    rate: float


def words(teller: Teller, says: Says, day: date, language: str) -> Wording:
    """That what was told on that day was wrong."""
    return service_texts.service_text(
        teller.catalogue, f"{says}_wrong", language, month=str(day.month), day=str(day.day)
    )


def preview(
    db: Connection, subject: Subject, instead: str, desk: Desk, counted: Mapping[str, int] | None = None
) -> Preview:
    """What those who were told would hear: that it was wrong, and then the right lesson.

    `counted`: language -> people, where each copy need not be read.
    """
    people = told.count(db, subject.id) if counted is None else counted
    day = day_of(subject.at)
    teller = own.speaking(db, desk.teller, [instead]) if instead else desk.teller
    message = previews.in_languages({tag: words(teller, subject.says, day, tag) for tag in TAGS}, people)
    then = previews.in_languages({tag: teller.write(instead, tag) for tag in TAGS}, people) if instead else ()
    segments = sum(one.segments * one.people for one in (*message, *then))
    return Preview(
        kind=Kind.CORRECTED if instead else Kind.CANCELLED,
        texts=Texts(message=message, correction=then),
        form=Form.FULL,
        people=sum(people.values()),
        registered=sum(people.values()),
        segments=segments,
        seconds=arrival.seconds_to_last(forms.ahead(db, priority.SERVICE) + segments, desk.rate),
        queued=told.queued(db, subject.id),
    )


def offered(db: Connection, subject: Subject, who: Person, desk: Desk, language: str) -> dict[str, str]:
    """Lessons that may be told instead, with their titles: all but those that were wrong; own ones are signed."""
    mine = own.of(db, [area for area in subject.areas if who.covers(area, desk.places)])
    all_of_them = mine | {key: desk.teller.title(key, language) for key in desk.teller.ids()}
    return {key: title for key, title in all_of_them.items() if key not in subject.lessons}


def titles(subject: Subject, desk: Desk, language: str) -> tuple[str, ...]:
    """Of the lessons that were told; a text of one's own has none."""
    known = desk.teller.ids()
    return tuple(desk.teller.title(key, language) for key in subject.lessons if key in known)


def submit(db: Connection, wish: Wish, who: Person, desk: Desk, now: datetime) -> Submitted | Refused:
    """The first signature."""
    subject = told.find(db, wish.broadcast_id)
    if subject is None:
        return signing.refused("broadcast", "no_alert", "only warnings, notices, lessons and welcomes are taken back")
    wrong = tuple(_wrong(db, wish, subject, who, desk))
    if wrong:
        return Refused(wrong=wrong)
    made = preview(db, subject, wish.instead, desk)
    new = New(
        kind=submissions.Kind.RETRACT,
        municipality=signing.home(who.may, subject.areas, desk.places),
        areas=subject.areas,
        hazard=None,
        grade=NONE,
        body={"says": subject.says, "instead": wish.instead},
        texts=made.texts,
        people=made.people,
        expected=made.people,
        explanation="",
        reason=wish.reason,
        broadcast_id=subject.id,
        submitted_by=who.name,
        owner=who.signs_as,
        deadline=now + DECIDE,
    )
    return Submitted(id=signing.submit(db, new, now), preview=made)


def _wrong(db: Connection, wish: Wish, subject: Subject, who: Person, desk: Desk) -> Iterator[Wrong]:
    yield from signing.not_theirs(who, subject.areas, desk.places)
    if any(one.state in _UNSETTLED for one in submissions.of_broadcast(db, subject.id)):
        yield signing.wrong("broadcast", "waits_already", "a correction waits for a second person already")
    if wish.reason not in REASONS:
        yield signing.wrong("reason", "no_reason", f"expected one of {', '.join(REASONS)}")
    if not told.is_anybody(db, subject.id) and not told.queued(db, subject.id):
        yield signing.wrong("broadcast", "nobody_left", "nobody was told, or all have heard that it was wrong")
    if wish.instead:
        if wish.instead not in offered(db, subject, who, desk, "en"):
            yield signing.wrong("instead", "no_lesson", "expected a lesson other than the wrong one, or a signed text")
        yield from own.stopped(db, [wish.instead], desk.places)
