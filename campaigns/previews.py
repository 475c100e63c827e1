"""A lesson before it is sent: word for word in every language, how many people and segments, minutes. Reads only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from campaigns import calendar, fitting, own, reaching
from campaigns.plan import Plan
from campaigns.telling import Teller
from delivery import arrival, forms, priority
from delivery.byhand.submissions import Shown
from storage.connection import Connection
from subscribers import disclosure
from subscribers.languages import TAGS
from templates_i18n.service_texts import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One lesson of a campaign for everybody whom it is for."""

    lesson: str
    texts: tuple[Shown, ...]
    people: int
    segments: int
    #: until the last person has it, behind what waits now
    seconds: float
    #: told in steps: exact numbers of one lesson would tell how few get another one
    in_steps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Previews:
    """A whole plan before it is sent."""

    lessons: tuple[Preview, ...]
    #: for whom it is; somebody whom none of its lessons fits stands in no lesson
    people: int


def of(db: Connection, plan: Plan, home: str, teller: Teller, rate: float) -> Previews:
    """Every lesson of a plan, each once; of what fits each person, what they would get first.

    `rate`: segments per second of all senders together.
    """
    readers = reaching.readers(db, plan.audience, home)
    ahead = forms.ahead(db, priority.LESSON)
    teller = own.speaking(db, teller, plan.lessons)
    day = next(calendar.days(plan.timing), plan.timing.start)
    found: dict[str, Counter[str]] = {}
    for wanted in dict.fromkeys(plan.lessons):
        if wanted != fitting.FITTING:
            found[wanted] = Counter()
        for one, people in readers.items():
            lesson = fitting.lesson(wanted, one, day, (), teller.ids())
            if lesson is not None:
                found.setdefault(lesson, Counter())[one.language] += people
    shown = tuple(_of(lesson, people, teller, ahead, rate) for lesson, people in found.items())
    few = any(disclosure.is_small(counted.values()) for counted in found.values())
    in_steps = few and fitting.FITTING in plan.lessons
    return Previews(lessons=tuple(replace(one, in_steps=in_steps) for one in shown), people=readers.total())


def _of(lesson: str, people: Mapping[str, int], teller: Teller, ahead: int, rate: float) -> Preview:
    texts = in_languages({tag: teller.write(lesson, tag) for tag in TAGS}, people)
    segments = sum(one.segments * one.people for one in texts)
    return Preview(
        lesson=lesson,
        texts=texts,
        people=sum(people.values()),
        segments=segments,
        seconds=arrival.seconds_to_last(ahead + segments, rate) if segments else 0,
    )


def in_languages(texts: Mapping[str, Wording], people: Mapping[str, int]) -> tuple[Shown, ...]:
    """Texts by language, with how many people would get each."""
    return tuple(
        Shown(
            language=tag,
            text=one.text,
            encoding=one.segmentation.encoding,
            segments=one.segmentation.segments,
            people=people.get(tag, 0),
        )
        for tag, one in texts.items()
    )
