"""A lesson before it is sent: word for word in every language, how many people and segments, minutes. Reads only."""

from dataclasses import dataclass

from campaigns import own, reaching
from campaigns.plan import Plan
from campaigns.telling import Teller
from delivery import arrival, forms, priority
from delivery.byhand.submissions import Shown
from storage.connection import Connection
from subscribers.languages import TAGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One lesson of a campaign for everybody whom it is for."""

    lesson: str
    texts: tuple[Shown, ...]
    people: int
    segments: int
    #: until the last person has it, behind what waits now
    seconds: float


def of(db: Connection, plan: Plan, home: str, teller: Teller, rate: float) -> tuple[Preview, ...]:
    """Every lesson of a plan, each once. `rate`: segments per second of all senders together."""
    people = reaching.count(db, plan.audience, home)
    ahead = forms.ahead(db, priority.LESSON)
    teller = own.speaking(db, teller, plan.lessons)
    return tuple(_of(lesson, people, teller, ahead, rate) for lesson in dict.fromkeys(plan.lessons))


def _of(lesson: str, people: dict[str, int], teller: Teller, ahead: int, rate: float) -> Preview:
    texts = tuple(_shown(lesson, tag, people.get(tag, 0), teller) for tag in TAGS)
    segments = sum(one.segments * one.people for one in texts)
    return Preview(
        lesson=lesson,
        texts=texts,
        people=sum(people.values()),
        segments=segments,
        seconds=arrival.seconds_to_last(ahead + segments, rate) if segments else 0,
    )


def _shown(lesson: str, tag: str, people: int, teller: Teller) -> Shown:
    wording = teller.write(lesson, tag)
    counted = wording.segmentation
    return Shown(language=tag, text=wording.text, encoding=counted.encoding, segments=counted.segments, people=people)
