"""Coordinators, approvers and what they write, for the tests of sending by hand."""

from dataclasses import dataclass, field

from alerts import places
from alerts.report import Spot
from alerts.vocabulary import NONE, Hazard, Topic
from delivery import decider, planner
from delivery.byhand import applying, calling, correcting, signing, submissions, submitting
from delivery.byhand.drafts import Draft
from delivery.byhand.previews import Desk
from delivery.byhand.signing import Person, Submitted
from delivery.writing import CatalogueWriter
from feeds import store as telegrams
from feeds.telegrams import pack
from storage.database import Database
from templates_i18n import catalogue
from tests.delivery.builders import RATES, SUZU, WAJIMA, a_service

TABLE = places.load()
WORDS = catalogue.load()
AOI = Person(name="user:aoi", may=frozenset({WAJIMA}))
BRUNO = Person(name="user:bruno", may=frozenset({WAJIMA}))
CHIYO = Person(name="user:chiyo", may=frozenset({WAJIMA, SUZU}))
FAR = Person(name="user:far", may=frozenset({SUZU}))
KOMINKAN = Spot(ja="河井公民館", latin="Kawai Kominkan", kana="かわい こうみんかん")

writer = CatalogueWriter(catalogue=WORDS, places=TABLE)
DESK = Desk(writer=lambda: writer, rates=RATES, places=TABLE)


def evacuation(grade: str = "order", *areas: str, spot: Spot | None = None) -> Draft:
    return Draft(hazard=Hazard.EVACUATION, grade=grade, areas=areas or (WAJIMA,), spot=spot)


def notice(topic: Topic = Topic.WATER_STATION, *areas: str, **more: object) -> Draft:
    fields = {"topic": topic, "spot": KOMINKAN} | more
    return Draft(hazard=Hazard.NOTICE, grade="information", areas=areas or (WAJIMA,), **fields)  # type: ignore[arg-type]


LIFTED = NONE


@dataclass
class Office:
    """A city hall on one database: writes, signs, and lets the agents work."""

    db: Database
    clock: object
    service: object = field(init=False)

    def __post_init__(self) -> None:
        self.service = a_service(self.db, self.clock)  # type: ignore[arg-type]

    @property
    def now(self):
        return self.clock()

    def submit(self, draft, who=AOI, expected=100, explanation=""):
        return self.db.write_sync(
            lambda c: submitting.submit_alert(c, draft, who, DESK, self.now, expected=expected, explanation=explanation)
        )

    def approve(self, identity, who=BRUNO):
        return self.db.write_sync(signing.approve, identity, who, DESK, self.now).outcome

    def apply(self):
        for one in self.db.read_sync(submissions.approved):
            self.db.write_sync(applying.apply, one, TABLE, self.now)

    async def tell(self, draft, who=AOI, second=BRUNO, expected=100):
        """Signed by two and sent; the id of the submission."""
        self.clock.advance(1)
        found = self.submit(draft, who, expected)
        assert isinstance(found, Submitted), found
        assert self.approve(found.id, second) == "done"
        self.apply()
        await self.service.run()
        return found.id

    def made(self, identity):
        return self.db.read_sync(submissions.find, identity).made

    def found(self, identity):
        return self.db.read_sync(submissions.find, identity)

    def correct(self, wish, who=AOI):
        return self.db.write_sync(correcting.submit_correction, wish, who, DESK, self.now)

    def release(self, broadcast_id, who=AOI):
        return self.db.write_sync(submitting.submit_release, broadcast_id, who, DESK, self.now)

    def watch(self):
        return self.db.write_sync(calling.watch, self.now)

    def arrive(self, code, body):
        """A telegram comes in and is decided."""
        count = self.db.read_sync(lambda c: c.execute("SELECT count(*) AS n FROM telegrams")[0].integer("n"))
        packed = pack(body, file_name=f"{count}_{code}.xml", received_at=self.now)
        self.db.write_sync(telegrams.add_telegram, packed)
        waiting = self.db.read_sync(telegrams.pending, 10, self.now)
        self.db.write_sync(decider.commit, decider.read_all(waiting, TABLE), TABLE, self.now)

    def plan(self):
        return planner.plan_all(self.db, self.service.writer, RATES, self.now)

    def audited(self):
        rows = self.db.read_sync(lambda c: c.execute("SELECT actor, action FROM audit_entries ORDER BY number"))
        return [(row.text("actor"), row.text("action")) for row in rows]
