"""What the console shows, as plain values of one moment; `queries` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.report import Facts
from alerts.vocabulary import Hazard
from feeds.health import FeedState
from web.console.reach import Cell
from web.headings import Heading


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRow:
    """One hazard in force in one place."""

    hazard: Hazard
    event: str
    place: str
    grade: str
    since: datetime
    ends_at: datetime | None
    facts: Facts
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The telegram that last spoke of a hazard."""

    type: str
    sent: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRow:
    """One alert of a telegram."""

    hazard: str
    msg_type: str
    status: str
    decision: str
    reason: str
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramRow:
    """One telegram and what was decided of it."""

    id: int
    type: str
    received_at: datetime
    state: str
    reason: str
    decided: tuple[DecidedRow, ...]

    @property
    def status(self) -> str:
        """Actual, Exercise or Test; '' where it led to no alert."""
        return next((row.status for row in self.decided), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRow:
    """One broadcast with what became of its texts."""

    id: int
    origin: str
    hazard: str
    state: str
    reason: str
    form: str
    priority: int
    seen_at: datetime
    planned: int
    planned_segments: int
    planned_at: datetime | None
    first_handover_at: datetime | None
    last_handover_at: datetime | None
    #: reason -> people
    excluded: Mapping[str, int]
    #: what stands for the state of its messages of all of Japan when they were counted (`delivery.counting`)
    version: str
    #: of the reader's places
    cells: tuple[Cell, ...] = ()
    #: of the reader's places
    told: Heading = Heading()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """One text as it was sent."""

    broadcast_id: int
    language: str
    form: str
    text: str
    encoding: str
    units: int
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Texts that the readers' people were told, with a mark that says whether they have to be read again."""

    mark: tuple[object, ...]
    texts: tuple[TextRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """An open notice."""

    kind: str
    subject: str
    text: str
    urgent: bool
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRow:
    """A lesson that is planned, held or being queued."""

    lesson: str
    municipality: str
    due_at: datetime
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """Something that somebody has to decide."""

    #: of its page
    path: str
    hazard: str
    #: '' for what a telegram led to
    grade: str
    deadline: datetime
    #: who submitted it; '' for what a telegram led to
    by: str
    #: it says that what was told was wrong
    takes_back: bool = False
    #: of a campaign
    name: str = ""
    #: of a notice
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """Somebody with an account who looks after people of a place."""

    name: str
    municipality: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """What is the same for every reader, with marks that say whether it has to be read again."""

    #: of `standing` and `sources`, of the telegrams: equal marks, equal rows
    marks: tuple[tuple[object, ...], ...]
    standing: tuple[StandingRow, ...]
    #: (digest, hazard) -> telegram
    sources: Mapping[tuple[str, str], Source]
    telegrams: tuple[TelegramRow, ...]
    quarantined: int
    quarantine: tuple[TelegramRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What the senders do, the same for every reader."""

    #: whatever is being sent, to people anywhere
    queue: tuple[BroadcastRow, ...]
    #: segments per second of all senders together, as measured now; None where too little is leaving to say
    measured: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything the console shows, read in one transaction."""

    country: Country
    broadcasts: tuple[BroadcastRow, ...]
    leaving: Leaving
    words: Words
    feeds: tuple[FeedState, ...]
    open_notices: int
    notices: tuple[NoticeRow, ...]
    lessons: tuple[LessonRow, ...]
    #: wait for people, the nearest deadline first
    waiting: tuple[WaitingRow, ...]
    #: who could go to whom nothing has reached
    nearby: tuple[Nearby, ...]
