"""Lessons through the API before they go to others: word for word in every language, and to oneself. Keeps nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from campaigns import calendar, deciding, previews, trying
from campaigns.deciding import Office
from campaigns.plan import Plan
from campaigns.previews import Preview
from campaigns.telling import Teller
from delivery.byhand import signing
from delivery.byhand.drafts import Wrong
from storage.connection import Connection
from storage.database import Database
from subscribers import msisdn
from subscribers.refusal import Refused
from subscribers.sealing import Sealer
from web.accounts.roles import Permission
from web.api import endpoints
from web.api.campaigns import person, plan_of, refused
from web.api.campaigns_models import LessonPreview, PlanIn, PreviewOut, TextOut, TryIn, TryOut
from web.api.endpoints import Call, Endpoint
from web.api.errors import ApiError
from web.console.byhand import counts


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTrials:
    """The handlers, with what they need of the service."""

    db: Database
    office: Callable[[], Office]
    teller: Callable[[], Teller]
    sealer: Sealer
    clock: Callable[[], datetime]
    #: segments per second of all senders together
    rate: float
    #: of one SMS part; 0 where no price is known
    price: float
    #: called after a text was queued
    on_queued: Callable[[], None]

    def endpoints(self) -> Sequence[Endpoint]:
        """All routes of trials."""
        return (
            Endpoint(
                method="POST",
                route="/campaigns/preview",
                summary="Every text of a plan in every language, with people, segments, minutes, cost; plans nothing",
                permission=Permission.SUBMIT,
                handler=self.preview,
                body=PlanIn,
                answers={200: PreviewOut},
                refusals=(409,),
            ),
            Endpoint(
                method="POST",
                route="/campaigns/test",
                summary="Send the lessons of a plan to one's own number only",
                permission=Permission.SUBMIT,
                handler=self.test,
                body=TryIn,
                answers={202: TryOut},
                refusals=(409,),
            ),
        )

    async def preview(self, call: Call) -> web.Response:
        """What a plan would send; as the console and the command show it."""
        assert isinstance(call.body, PlanIn)
        plan = await self._checked(call, call.body)
        office = self.office()
        home = signing.home(person(call).may, plan.audience.places, office.places)
        shown = await self.db.read(previews.of, plan, home, self.teller(), self.rate)
        made = PreviewOut(
            days=[day.isoformat() for day in calendar.days(plan.timing)],
            needs_two=deciding.needs_two(plan, shown.people, office.alone),
            lessons=[self._shown(one) for one in shown.lessons],
        )
        return endpoints.json(made)

    async def test(self, call: Call) -> web.Response:
        """To oneself, a few a day, each with an entry of the log."""
        assert isinstance(call.body, TryIn)
        body = call.body
        plan = await self._checked(call, body.plan)
        number = msisdn.parse(body.number)
        if isinstance(number, Refused):
            told = "expected a Japanese mobile number"
            raise refused([Wrong(field="number", key="no_number_of_phone", text=told)], "nothing was sent")
        sealed = (self.sealer.fingerprint(number), self.sealer.seal(number))
        who, home = person(call), plan.audience.places[0]

        def work(db: Connection) -> int:
            return trying.send(db, plan.lessons, body.language, sealed, self.teller(), who.name, home, self.clock())

        sent = await self.db.write(work)
        if not sent:
            raise ApiError(409, "too_many", f"at most {trying.MOST} tests within a day")
        self.on_queued()
        return endpoints.json(TryOut(queued=sent), 202)

    async def _checked(self, call: Call, body: PlanIn) -> Plan:
        plan = plan_of(body)
        wrong = await self.db.read(deciding.refused, plan, person(call), self.office(), self.clock())
        if wrong:
            raise refused(wrong)
        return plan

    def _shown(self, one: Preview) -> LessonPreview:
        """Segments tell who reads what where few do, and so they go the way of the people."""
        told = counts.of(one.texts, in_steps=one.in_steps)
        exact = isinstance(told.segments, int)
        return LessonPreview(
            lesson=one.lesson,
            people=told.people,
            segments=told.segments,
            minutes=round(one.seconds / 60, 1),
            cost=one.segments * self.price if exact and self.price else None,
            texts=[TextOut(language=text.language, text=text.text, segments=text.segments) for text in one.texts],
        )
