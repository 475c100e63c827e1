"""Campaigns through the API: plan lessons, read them, pause, go on, stop, change. No key approves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from campaigns import calendar, deciding, due, reading, store
from campaigns import plan as plans
from campaigns.deciding import Office, Outcome, Planned
from campaigns.due import Due
from campaigns.plan import Plan
from campaigns.reading import Wish
from campaigns.store import Campaign
from delivery.byhand import signing
from delivery.byhand.drafts import Wrong
from delivery.byhand.signing import Person
from storage.connection import Connection
from storage.database import Database
from subscribers import disclosure
from web.accounts.roles import Permission
from web.api import endpoints, guard, japanese
from web.api.alerts_models import BeforeQuery
from web.api.campaigns_models import CampaignOut, CampaignPage, DueOut, PlanIn, PlanOut, StepIn
from web.api.endpoints import Call, Endpoint
from web.api.errors import ApiError

_PATH = {"id": {"type": "string", "pattern": "^[0-9]{1,15}$"}}
_SEE = Permission.SEE_CONSOLE
#: rows of one campaign in an answer
_ROWS = 500
_WHY_NOT = {
    Outcome.MISSING: (404, "not_found", "there is no such campaign of this municipality"),
    Outcome.NOT_ALLOWED: (409, "not_yours", "it reaches places that are not this key's"),
    Outcome.TOO_LATE: (409, "too_late", "it is over, or not in a state for this"),
    Outcome.PAST: (409, "past", "none of its days lies ahead any more"),
    Outcome.OWN: (409, "own", "nobody approves their own"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaigns:
    """The handlers, with what they need of the service."""

    db: Database
    office: Callable[[], Office]
    clock: Callable[[], datetime]
    #: called after a change: pages should know
    on_changed: Callable[[], None]

    def endpoints(self) -> Sequence[Endpoint]:
        """All routes of campaigns."""
        return (
            Endpoint(
                method="GET",
                route="/campaigns",
                summary="Campaigns of the municipality",
                permission=_SEE,
                handler=self.page,
                query=BeforeQuery,
                answers={200: CampaignPage},
            ),
            Endpoint(
                method="POST",
                route="/campaigns",
                summary="Plan lessons; to many people they wait for a second person",
                permission=Permission.SUBMIT,
                handler=self.submit,
                body=PlanIn,
                answers={201: CampaignOut},
                refusals=(409,),
            ),
            Endpoint(
                method="GET",
                route="/campaigns/{id}",
                summary="One campaign with every lesson that was sent, waits or is held",
                permission=_SEE,
                handler=self.show,
                path=_PATH,
                answers={200: CampaignOut},
                refusals=(404,),
            ),
            Endpoint(
                method="POST",
                route="/campaigns/{id}",
                summary="Pause, go on, stop or change a campaign",
                permission=Permission.SUBMIT,
                handler=self.step,
                path=_PATH,
                body=StepIn,
                answers={200: CampaignOut},
                refusals=(404, 409),
            ),
        )

    async def page(self, call: Call) -> web.Response:
        """The newest first."""
        assert isinstance(call.query, BeforeQuery)
        home, before = guard.municipality(call.principal, _SEE), call.query.before
        limit = call.query.limit
        found = await self.db.read(store.of, [home], before=int(before) if before else 2**62, limit=limit)
        shown = [await self._shown(one) for one in found]
        more = str(found[-1].id) if len(found) == limit else None
        return endpoints.json(CampaignPage(campaigns=shown, next=more))

    async def submit(self, call: Call) -> web.Response:
        """The first signature, of the user who answers for the program."""
        assert isinstance(call.body, PlanIn)
        plan = plan_of(call.body)
        made = await self.db.write(deciding.submit, plan, person(call), self.office(), self.clock())
        found = await self._made(made)
        return endpoints.json(found, 201, {"Location": f"/api/v1/campaigns/{found.id}"})

    async def show(self, call: Call) -> web.Response:
        """One of them."""
        return endpoints.json(await self._shown(await self._find(call, _SEE)))

    async def step(self, call: Call) -> web.Response:
        """Pause, go on, stop, change."""
        assert isinstance(call.body, StepIn)
        campaign, body = await self._find(call, Permission.SUBMIT), call.body
        if (body.plan is None) is (body.step == "change"):
            told = "belongs to `change`, and to it alone"
            raise refused([Wrong(field="plan", key="plan_of_change", text=told)], "nothing was changed")
        plan = plan_of(body.plan) if body.plan is not None else None

        def work(db: Connection) -> Planned | signing.Refused | Outcome:
            office, who, now = self.office(), person(call), self.clock()
            if plan is not None:
                return deciding.change(db, campaign.id, plan, who, office, now)
            act = {"pause": deciding.pause, "resume": deciding.resume, "stop": deciding.stop}[body.step]
            return act(db, campaign.id, who, office.places, now)

        made = await self.db.write(work)
        if made is Outcome.DONE:
            made = Planned(id=campaign.id, state=campaign.state, people=campaign.people)
        return endpoints.json(await self._made(made))

    async def _made(self, made: Planned | signing.Refused | Outcome) -> CampaignOut:
        if isinstance(made, signing.Refused):
            raise refused(made.wrong)
        if isinstance(made, Outcome):
            status, code, message = _WHY_NOT[made]
            raise ApiError(status, code, message)
        self.on_changed()
        found = await self.db.read(store.find, made.id)
        assert found is not None
        return await self._shown(found)

    async def _find(self, call: Call, permission: Permission) -> Campaign:
        found = await self.db.read(store.find, int(call.path["id"]))
        if found is None or found.municipality != guard.municipality(call.principal, permission):
            raise ApiError(*_WHY_NOT[Outcome.MISSING])
        return found

    async def _shown(self, one: Campaign) -> CampaignOut:
        rows = await self.db.read(due.of_campaign, one.id, _ROWS)
        return CampaignOut(
            id=str(one.id),
            state=one.state,
            reason=one.reason,
            people=disclosure.total(one.people),
            rule=one.rule or None,
            planned_by=one.planned_by,
            planned_at=one.planned_at,
            decided_by=one.decided_by or None,
            plan=PlanOut.model_validate(plans.to_json(one.plan)),
            days=[day.isoformat() for day in calendar.days(one.plan.timing)],
            lessons=[_due(row) for row in rows],
        )


def person(call: Call) -> Person:
    """Who plans: a program, with the user who answers for it."""
    caller = call.principal
    return Person(name=caller.name, may=frozenset(caller.places(Permission.SUBMIT)), owner=caller.owner)


def plan_of(body: PlanIn) -> Plan:
    """ApiError 409 for what has the form of a plan and is none."""
    found = reading.read(
        Wish(
            name=body.name,
            lessons=body.lessons,
            places=body.places,
            languages=body.languages,
            groups=body.groups,
            tags=body.tags,
            start=body.start,
            every=body.every,
            step=str(body.step),
            after=",".join(map(str, body.after)),
            opens=body.opens,
            closes=body.closes,
            on_holiday=body.on_holiday,
            times=str(body.times or ""),
            end=body.end or "",
        )
    )
    if isinstance(found, tuple):
        raise refused(found)
    return found


def refused(wrong: Sequence[Wrong], message: str = "nothing was planned") -> ApiError:
    """Everything that is wrong with a plan."""
    return ApiError(409, "refused", message, [japanese.wrong("campaign_wrong", one) for one in wrong])


def _due(row: Due) -> DueOut:
    return DueOut(
        place=row.place,
        number=row.number,
        lesson=row.lesson,
        planned_for=row.planned_for,
        due_at=row.due_at,
        state=row.state,
        reason=row.reason,
        broadcast=str(row.broadcast_id) if row.broadcast_id is not None else None,
    )
