"""What the API takes and gives of alerts, of what waits for a second person, and of broadcasts."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from alerts.vocabulary import Topic
from delivery.byhand.drafts import MOST_AREAS, SPOT_LENGTH, WORDS_LENGTH
from web.api.residents_models import Told

_PLACE: dict[str, Any] = {"examples": ["17204"]}
_TEXT = r"^[^\x00-\x1f\x7f-\x9f]*$"

PlaceCode = Annotated[str, Field(pattern="^[0-9]{5}$", json_schema_extra=_PLACE)]
Name = Annotated[str, Field(min_length=1, max_length=SPOT_LENGTH, pattern=_TEXT)]
#: read by hand: the format date-time also allows seconds and years that no clock of ours has
Moment = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        json_schema_extra={"examples": ["2026-11-26T09:00:00Z"]},
    ),
]
OwnWords = Annotated[str, Field(min_length=1, max_length=WORDS_LENGTH, pattern=_TEXT)]
#: as `subscribers.languages.TAGS`, by test
Tag = Literal[
    "ja-Hira",
    "ja",
    "en",
    "zh-Hans",
    "zh-Hant",
    "ko",
    "vi",
    "fil",
    "pt",
    "es",
    "id",
    "ne",
    "my",
    "th",
    "km",
    "mn",
    "si",
    "bn",
]


def whole(value: object) -> object:
    """JSON knows one kind of number: 676.0 is a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# The limits stand before the validator: after it they would not be `minimum` and `maximum` in the document.
People = Annotated[int, Field(ge=1, le=200_000_000), BeforeValidator(whole)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SpotIn(_Strict):
    """A building, or the district that an evacuation is for, in three writings with the same numbers."""

    ja: Name
    latin: Name
    kana: Name


class AlertIn(_Strict):
    """An evacuation or a notice. It waits for a second person before anybody is told."""

    hazard: Literal["evacuation", "notice"]
    #: of an evacuation; `none` lifts it
    grade: Literal["elderly", "order", "emergency", "none"] | None = None
    #: of a notice, unless it has words of its own
    topic: Topic | None = None
    #: no area means nobody, so it is refused
    areas: list[PlaceCode] = Field(min_length=1, max_length=MOST_AREAS)
    spot: SpotIn | None = None
    #: of a notice: from when it holds; null for now
    start: Moment | None = None
    #: of a notice: until when it holds
    until: Moment | None = None
    #: of a notice without topic: language -> words; ja-Hira, ja and en are needed
    words: dict[Tag, OwnWords] = Field(default={}, max_length=18)
    #: how many people you expect to reach; more than twice as many need `explanation`
    expected_people: People
    explanation: str = Field(default="", max_length=300, pattern=_TEXT)


class TextOut(BaseModel):
    """One text, word for word."""

    language: str
    text: str
    encoding: str
    segments: int
    #: who reads it; "<5" or a step such as "5-19" where the exact count would tell too much
    people: int | str


class SubmissionOut(BaseModel):
    """What waits for a second person, or waited."""

    #: "s12"
    id: str
    state: str
    hazard: str
    grade: str
    areas: list[str]
    #: who would be told when it was submitted, or a step
    people: int | str
    expected_people: int
    submitted_by: str
    #: the user whose first signature it is; null: two people have to sign it yet
    owner: str | None
    submitted_at: datetime
    deadline: datetime
    decided_by: str | None
    decided_at: datetime | None
    #: ids of the broadcasts it led to
    broadcasts: list[str]
    texts: list[TextOut]
    #: the correction that lies ready
    correction: list[TextOut]


class AlertOut(BaseModel):
    """An alert that concerns the municipality."""

    id: str
    identifier: str
    hazard: str
    msg_type: str
    status: str
    sent: datetime
    expires: datetime | None
    decision: str
    reason: str
    #: grade in force in the municipality and its wards once this counted
    places: dict[str, str]


class AlertOrSubmission(RootModel[AlertOut | SubmissionOut]):
    """An alert, or what waits to become one."""


class AlertPage(BaseModel):
    """Alerts, the newest first."""

    alerts: list[AlertOut]
    #: own submissions that wait for a second person
    waiting: list[SubmissionOut]
    #: `before` of the next page; null on the last
    next: str | None


class BroadcastOut(BaseModel):
    """A broadcast that concerns the municipality; counts are of the people it registered."""

    id: str
    hazard: str
    state: str
    reason: str
    created_at: datetime
    expires_at: datetime
    #: grade told in the municipality and its wards
    places: dict[str, str]
    #: queued, accepted, delivered, … -> how many texts; fewer than five are "<5", and beside that the others in steps
    messages: dict[str, Told]


class BroadcastPage(BaseModel):
    """Broadcasts, the newest first."""

    broadcasts: list[BroadcastOut]
    #: `before` of the next page; null on the last
    next: str | None


class BeforeQuery(BaseModel):
    """Which page."""

    limit: int = Field(default=20, ge=1, le=100)
    before: str | None = Field(default=None, pattern="^[0-9]{1,15}$")
