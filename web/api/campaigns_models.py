"""What the API takes and gives of campaigns."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from campaigns.calendar import MOST
from campaigns.checking import LONGEST, MOST_LESSONS
from web.api.alerts_models import PlaceCode, Tag, whole

_TEXT = r"^[^\x00-\x1f\x7f-\x9f{}<>]*$"
_DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_HOUR = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

Day = Annotated[str, Field(pattern=_DAY, json_schema_extra={"examples": ["2026-12-01"]})]
Hour = Annotated[str, Field(pattern=_HOUR, json_schema_extra={"examples": ["10:00"]})]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=_TEXT)]
#: one of ours, `fitting` for what fits each person, or a signed one of the municipality's own
LessonName = Annotated[
    str,
    Field(
        pattern="^([a-z0-9_]{1,40}|own:[0-9]{1,15}:[0-9a-f]{12})$",
        json_schema_extra={"examples": ["water", "own:12:5f3a9c01be77"]},
    ),
]


#: as `subscribers.tags.Tag`, by test
TagName = Literal[
    "new_arrival",
    "family_with_baby",
    "elderly",
    "student",
    "dormitory",
    "near_sea",
    "near_river",
    "near_slope",
    "near_volcano",
    "snow_country",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PlanIn(_Strict):
    """Lessons for people and times; times are days and hours of Japan."""

    name: Words
    #: told in turn
    lessons: list[LessonName] = Field(min_length=1, max_length=MOST_LESSONS)
    places: list[PlaceCode] = Field(min_length=1, max_length=2000)
    #: only readers of these; of all if empty
    languages: list[Tag] = Field(default=[], max_length=18)
    #: only people of these groups of the municipality
    groups: list[Words] = Field(default=[], max_length=50)
    #: only people who told us one of these, and everybody in places that have one
    tags: list[TagName] = Field(default=[], max_length=10)
    start: Day
    every: Literal["once", "days", "weeks", "months", "years"] = "once"
    step: Annotated[int, Field(ge=1, le=52), BeforeValidator(whole)] = 1
    #: of `days`: how many days after the first
    after: list[Annotated[int, Field(ge=0, le=9999), BeforeValidator(whole)]] = Field(default=[], max_length=20)
    opens: Hour = "10:00"
    closes: Hour = "17:00"
    on_holiday: Literal["move", "skip", "send"] = "move"
    times: Annotated[int, Field(ge=1, le=MOST), BeforeValidator(whole)] | None = None
    end: Day | None = None


class StepIn(_Strict):
    """What becomes of a campaign. No key approves."""

    step: Literal["pause", "resume", "stop", "change"]
    #: of `change`: what has not been sent goes by it
    plan: PlanIn | None = None


class TryIn(_Strict):
    """Lessons to one's own number."""

    plan: PlanIn
    language: Tag
    #: of the one who asks; nobody else's
    number: str = Field(min_length=1, max_length=20)


class TryOut(BaseModel):
    """So many texts are on their way."""

    queued: int


class TextOut(BaseModel):
    """A lesson as the readers of a language get it."""

    language: str
    text: str
    segments: int


class LessonPreview(BaseModel):
    """One lesson for everybody whom a plan is for."""

    lesson: str
    people: int | str
    #: SMS parts of all together
    segments: int | str
    #: until the last person has it
    minutes: float
    #: null where no price is known, or the people are too few to tell
    cost: float | None
    texts: list[TextOut]


class PreviewOut(BaseModel):
    """What a plan would send."""

    days: list[str]
    needs_two: bool
    lessons: list[LessonPreview]


class DueOut(BaseModel):
    """One lesson for one place."""

    place: str
    number: int
    lesson: str
    #: by the calendar
    planned_for: datetime
    #: when it is looked at (again), or was
    due_at: datetime
    #: waiting, held, sending, sent, missed, cancelled
    state: str
    reason: str
    broadcast: str | None


class PlanOut(BaseModel):
    """The plan of a campaign."""

    name: str
    lessons: list[str]
    places: list[str]
    languages: list[str]
    groups: list[str]
    tags: list[str]
    start: str
    every: str
    step: int
    after: list[int]
    opens: str
    closes: str
    on_holiday: str
    times: int | None
    end: str | None


class CampaignOut(BaseModel):
    """A campaign of the municipality."""

    id: str
    #: waiting (for a second person), running, paused, stopped, rejected
    state: str
    reason: str
    #: who would have got it when it was planned, or a step
    people: int | str
    #: the rule that set it off
    rule: str | None
    planned_by: str
    planned_at: datetime
    decided_by: str | None
    plan: PlanOut
    #: days on which lessons are due, by the calendar
    days: list[str]
    lessons: list[DueOut]


class CampaignPage(BaseModel):
    """Campaigns, the newest first."""

    campaigns: list[CampaignOut]
    #: `before` of the next page; null on the last
    next: str | None
