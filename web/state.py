"""What the pages need of the service, as one value; nothing here is read from the environment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from alerts.places import PlaceTable
from campaigns.deciding import Office
from campaigns.drills.offering import Offer
from campaigns.lessons.answering import LessonQuiz
from campaigns.telling import Teller
from delivery.byhand.previews import Desk
from delivery.forms import Rates
from delivery.providers.watching import Providers
from delivery.writing import CatalogueWriter
from feeds.settings import FeedSettings
from storage.database import Database
from subscribers.importing import Reader
from subscribers.sealing import Sealer
from templates_i18n import lessons
from templates_i18n.catalogue import Catalogue
from templates_i18n.drafts.drafter import Drafter, NoDrafter
from web.console.programs.desk import Programs
from web.joining.door import Joining
from web.live import Changes
from web.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class WebState:
    """Everything a page is made of. ValueError where a simulation would send for real."""

    db: Database
    places: PlaceTable
    catalogue: Catalogue
    #: the catalogue without the languages that nobody answers for yet; None where all may be used
    usable: Callable[[], Catalogue] | None = None
    clock: Callable[[], datetime]
    #: the time of those who sit before the screen, where `clock` is that of a made-up day
    wall_clock: Callable[[], datetime] | None = None
    #: seals numbers that come in and opens them to be masked
    sealer: Sealer
    #: what cells of residents are read against, for a registering municipality
    reader: Callable[[str], Reader]
    #: an SMS can leave this machine
    real: bool
    #: a made-up day is being played
    simulation: bool = False
    feeds: FeedSettings
    #: segments per second of all senders together
    rate: float
    #: the address we listen on; the console is for this machine only
    http_host: str = "127.0.0.1"
    #: where the pages are reached from outside, without a slash at its end; '' where they are not
    public_url: str = ""
    #: a proxy before us says who asks
    trust_forwarded_for: bool = False
    #: show the console to whoever can reach it, although nobody signs in
    console_open: bool = False
    #: what the SMS provider may call; None without a real one
    webhooks: Webhooks | None = None
    #: between which SMS providers texts are shared; None for one
    providers: Providers | None = None
    #: the words of lessons, and what counts answers to them; None for those of the catalogue as they are
    quiz: LessonQuiz | None = None
    #: webhooks and CAP sources, for the page of them and their route; None where there are none
    programs: Programs | None = None
    #: writes lessons as they are sent; None for the words as they are, without links and answers
    tellers: Callable[[], Teller] | None = None
    #: one person alone may plan lessons for so many people
    lessons_alone: int = 500
    #: registering oneself; None where this service does not offer it
    joining: Joining | None = None
    #: drafts of own texts by machine
    drafter: Drafter = field(default_factory=NoDrafter)
    #: drills; None where this service holds none
    drills: Offer | None = None
    #: called when a page has queued a text, so that it goes at once
    on_queued: Callable[[], None] = lambda: None
    #: `notify()` it after a commit that people should see at once
    changes: Changes = field(default_factory=Changes)
    #: the very writer and rates of the planner, for previews; None for those of the catalogue as it is
    planners: Desk | None = None
    #: called when something has two signatures: it may go out
    on_signed: Callable[[], None] = lambda: None
    #: of one SMS part; 0 where no price is known
    segment_price: float = 0
    #: seconds between two looks at the database for open pages, and least seconds between two refreshes
    live_seconds: float = 1.0

    def __post_init__(self) -> None:
        """A simulation never sends for real (design, rule 13)."""
        if self.real and self.simulation:
            raise ValueError("a simulation cannot use a real transport: set real=False")

    @property
    def words(self) -> Catalogue:
        """The words that residents may be told in, as they are now."""
        return self.usable() if self.usable else self.catalogue

    @property
    def lessons(self) -> LessonQuiz:
        """The lessons that residents may be told, as they are now."""
        return self.quiz or LessonQuiz(book=lessons.load, catalogue=lambda: self.words)

    @property
    def desk(self) -> Desk:
        """What previews are made with."""
        return self.planners or Desk(
            writer=lambda: CatalogueWriter(catalogue=self.words, places=self.places),
            rates=Rates(segments_per_second=self.rate, targets={}),
            places=self.places,
        )

    @property
    def teller(self) -> Teller:
        """What lessons are written with."""
        return self.tellers() if self.tellers else Teller(book=lessons.load(), catalogue=self.words)

    @property
    def office(self) -> Office:
        """What plans of lessons are checked against."""
        return Office(places=self.places, lessons=self.teller.ids(), alone=self.lessons_alone)

    @property
    def mode(self) -> str:
        """The key of the words that say whether an SMS can leave this machine."""
        if self.real:
            return "real"
        return "simulation" if self.simulation else "simulated_network"
