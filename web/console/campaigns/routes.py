"""`/console/campaigns`: plan lessons, see them on a calendar, approve as the second person, pause, stop, change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from multidict import MultiDict

from campaigns import deciding, due, store
from campaigns.daylight import day_of
from campaigns.deciding import Outcome
from campaigns.store import Campaign
from campaigns.triggers import rules, switches
from delivery.byhand.signing import Person
from storage.connection import Connection
from web.accounts.roles import Permission
from web.console import forms
from web.console.byhand.write import person
from web.console.campaigns import titles
from web.console.campaigns.year import Month, year
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

PATH: Final = "/console/campaigns"
_EITHER: Final = (Permission.SUBMIT, Permission.APPROVE)
_SHOWN: Final = 200
#: act -> who may
ACTS: Final = {
    "approve": Permission.APPROVE,
    "reject": Permission.APPROVE,
    "take_back": Permission.SUBMIT,
    "pause": None,
    "resume": None,
    "stop": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the list of one municipality shows."""

    campaigns: tuple[Campaign, ...]
    #: id -> the next row that is due
    coming: dict[int, due.Due]
    rules: dict[str, bool]
    months: tuple[Month, ...]


class CampaignPages:
    """The list with its calendar and rules, and one campaign."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """The pages of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """The routes."""
        gate, one = self._frame.gate, rf"{PATH}/{{id:\d{{1,15}}}}"
        router.add_get(PATH, gate.page(self.everything, Permission.SEE_CONSOLE))
        router.add_post(f"{PATH}/rules", gate.page(self.switch, *_EITHER))
        router.add_get(one, gate.page(self.one, Permission.SEE_CONSOLE))
        router.add_post(one, gate.page(self.decide, *_EITHER))

    async def everything(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Campaigns of one municipality, its calendar and its rules."""
        code = chosen(visitor, request.query.get("m", ""))
        listed = await self._state.db.read(self._listed, code)
        return await self._frame.show(
            visitor,
            "console/campaigns/list.html",
            code=code,
            listed=listed,
            known=rules.load(),
            titles=await self._state.db.read(titles.of, self._state, visitor),
        )

    def _listed(self, db: Connection, code: str) -> Listed:
        found = tuple(store.of(db, [code], limit=_SHOWN)) if code else tuple(store.latest(db, _SHOWN))
        return Listed(
            campaigns=found,
            coming=due.next_of(db, [one.id for one in found]),
            rules=switches.of(db, code) if code else {},
            months=year(found, day_of(self._state.clock())),
        )

    async def switch(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Let a rule hold in a municipality, or not."""
        fields = await forms.read(request)
        code, rule = fields.get("m", ""), rules.load().get(fields.get("rule", ""))
        if not any(visitor.may(one, code) for one in _EITHER):
            raise web.HTTPForbidden(text="not your municipality\n")
        if rule is None:
            raise web.HTTPBadRequest(text=f"expected rule: {', '.join(rules.load())}\n")
        on, by, now = fields.get("on") == "1", visitor.principal.name, self._state.clock()
        await self._state.db.write(switches.switch, code, rule, on=on, by=by, now=now)
        return self._frame.back(PATH, said="campaign_rule", m=code)

    async def one(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Its plan, and every lesson that was sent, waits or is held, and why."""
        campaign = await self._find(request, visitor)
        rows = await self._state.db.read(due.of_campaign, campaign.id, _SHOWN)
        return await self._frame.show(
            visitor,
            "console/campaigns/one.html",
            campaign=campaign,
            rows=rows,
            plan=campaign.plan,
            titles=await self._state.db.read(titles.of, self._state, visitor),
        )

    async def decide(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Approve, reject, take back, pause, go on, stop."""
        campaign = await self._find(request, visitor)
        act = (await forms.read(request)).get("act", "")
        if act not in ACTS:
            raise web.HTTPBadRequest(text=f"expected act: {', '.join(ACTS)}\n")
        outcome = await self._state.db.write(self._act, campaign, act, visitor)
        if outcome is Outcome.NOT_ALLOWED:
            raise web.HTTPForbidden(text="not all of its places are yours\n")
        self._state.changes.notify()
        said = f"campaign_{act if outcome is Outcome.DONE else outcome}"
        if said == "campaign_approve" and campaign.stays_paused:
            said = "campaign_approved_paused"
        return self._frame.back(f"{PATH}/{campaign.id}", said=said)

    def _act(self, db: Connection, campaign: Campaign, act: str, visitor: Visitor) -> Outcome:
        places, now, identity = self._state.places, self._state.clock(), campaign.id
        who = signer(visitor, ACTS[act])
        match act:
            case "approve":
                return deciding.approve(db, identity, who, places, now)
            case "take_back" if campaign.planned_by != who.name:
                return Outcome.NOT_ALLOWED
            case "reject" | "take_back":
                return deciding.reject(db, identity, who, "", places, now)
            case "pause":
                return deciding.pause(db, identity, who, places, now)
            case "resume":
                return deciding.resume(db, identity, who, places, now)
            case _:
                return deciding.stop(db, identity, who, places, now)

    async def _find(self, request: web.Request, visitor: Visitor) -> Campaign:
        found = await self._state.db.read(store.find, int(request.match_info["id"]))
        if found is None or not visitor.sees(found.municipality):
            raise web.HTTPNotFound(text="no such campaign\n")
        return found


def signer(visitor: Visitor, permission: Permission | None) -> Person:
    """Who decides, with the municipalities for which they may; None: whoever may plan or approve."""
    if permission is not None:
        return person(visitor, permission)
    return Person(
        name=visitor.principal.name,
        may=frozenset(code for one in _EITHER for code in visitor.principal.places(one)),
    )


def chosen(visitor: Visitor, asked: str) -> str:
    """The municipality that is looked at: the one asked for, else the visitor's first."""
    if asked in visitor.municipalities:
        return asked
    return visitor.municipalities[0] if visitor.municipalities else ""


def all_of(fields: MultiDict[str], name: str) -> Sequence[str]:
    """Every value of a field."""
    return tuple(fields.getall(name, []))
