"""`/console/campaigns/plan`: the form of a campaign, its preview in every language, a test to oneself."""

from collections.abc import Sequence

from aiohttp import web
from multidict import MultiDict

from campaigns import calendar, deciding, holidays, own, previews, reading, store, trying
from campaigns.calendar import Every, OnHoliday
from campaigns.deciding import Outcome, Planned
from campaigns.plan import Plan
from campaigns.reading import Wish
from campaigns.store import Campaign
from delivery.byhand import signing
from delivery.byhand.drafts import Wrong
from storage.connection import Connection
from subscribers import msisdn
from subscribers.languages import TAGS
from subscribers.refusal import Refused
from subscribers.tags import Tag
from web.accounts.roles import Permission
from web.console import forms
from web.console.byhand import counts
from web.console.byhand.write import areas_of, person
from web.console.campaigns import titles
from web.console.campaigns.routes import PATH, all_of, chosen
from web.console.frame import Frame
from web.console.visitor import Visitor
from web.state import WebState

_SUBMIT = Permission.SUBMIT
_LISTS = ("lessons", "places", "languages", "tags")
_ONES = ("name", "start", "every", "step", "after", "opens", "closes", "on_holiday", "times", "end")
#: days that the preview names
_DAYS = 60


class PlanPages:
    """Nothing is kept before it is submitted."""

    def __init__(self, state: WebState, frame: Frame) -> None:
        """The pages of one service."""
        self._state = state
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """The routes."""
        gate = self._frame.gate
        router.add_get(f"{PATH}/plan", gate.page(self.empty, _SUBMIT))
        router.add_post(f"{PATH}/plan", gate.page(self.send, _SUBMIT))

    async def empty(self, request: web.Request, visitor: Visitor) -> web.Response:
        """An empty form, or that of a campaign to change."""
        changed = await self._changed(visitor, request.query.get("change", ""))
        if changed is not None:
            return await self._form(visitor, reading.write(changed.plan), changed, ())
        home = chosen(visitor, request.query.get("m", ""))
        return await self._form(visitor, Wish(places=(home,) if home else ()), None, ())

    async def send(self, request: web.Request, visitor: Visitor) -> web.Response:
        """See it, change it again, try it, or submit it."""
        fields = await forms.read_all(request)
        changed = await self._changed(visitor, fields.get("change", ""))
        wish, step = _wish(fields, changed), fields.get("do", "preview")
        plan = reading.read(wish)
        wrong: Sequence[Wrong] = plan if isinstance(plan, tuple) else ()
        if isinstance(plan, Plan):
            who, office, now = person(visitor, _SUBMIT), self._state.office, self._state.clock()
            wrong = await self._state.db.read(deciding.refused, plan, who, office, now)
        if isinstance(plan, tuple) or wrong or step == "edit":
            return await self._form(visitor, wish, changed, wrong)
        if step == "submit":
            return await self._submit(visitor, plan, wish, changed)
        said = await self._try(visitor, plan, fields) if step == "test" else ""
        return await self._preview(visitor, plan, wish, changed, said)

    async def _form(
        self, visitor: Visitor, wish: Wish, changed: Campaign | None, wrong: Sequence[Wrong]
    ) -> web.Response:
        lessons = await self._state.db.read(titles.of, self._state, visitor)
        return await self._frame.show(
            visitor,
            "console/campaigns/plan.html",
            status=422 if wrong else 200,
            wish=wish,
            changed=changed,
            wrong=wrong,
            lessons=lessons | {key: key for key in wish.lessons if key not in lessons},
            areas=areas_of(visitor.municipalities, self._state.places, wish.places),
            tags=TAGS,
            rhythms=tuple(Every),
            choices=tuple(OnHoliday),
            person_tags=tuple(Tag),
        )

    async def _preview(
        self, visitor: Visitor, plan: Plan, wish: Wish, changed: Campaign | None, said: str
    ) -> web.Response:
        state = self._state
        home = (
            changed.municipality
            if changed
            else signing.home(visitor.principal.places(_SUBMIT), plan.audience.places, state.places)
        )
        shown = await state.db.read(previews.of, plan, home, state.teller, state.rate)
        return await self._frame.show(
            visitor,
            "console/campaigns/preview.html",
            plan=plan,
            changed=changed,
            fields=[*((name, each) for name in _LISTS for each in getattr(wish, name))]
            + [(name, getattr(wish, name)) for name in _ONES]
            + [("groups", ", ".join(wish.groups))],
            previews=[(one, counts.of(one.texts, in_steps=one.in_steps)) for one in shown.lessons],
            price=state.segment_price,
            needs_two=deciding.needs_two(plan, shown.people, state.lessons_alone),
            own=own.among(plan),
            alone=state.lessons_alone,
            titles=await state.db.read(titles.of, state, visitor),
            days=[(day, holidays.name(day)) for day in calendar.days(plan.timing)][:_DAYS],
            tried=said,
            tags=TAGS,
        )

    async def _submit(self, visitor: Visitor, plan: Plan, wish: Wish, changed: Campaign | None) -> web.Response:
        state, office = self._state, self._state.office

        def work(db: Connection) -> Planned | signing.Refused | Outcome:
            who, now = person(visitor, _SUBMIT), state.clock()
            if changed is not None:
                return deciding.change(db, changed.id, plan, who, office, now)
            return deciding.submit(db, plan, who, office, now)

        made = await state.db.write(work)
        if isinstance(made, signing.Refused):
            return await self._form(visitor, wish, changed, made.wrong)
        state.changes.notify()
        if isinstance(made, Outcome):
            return self._frame.back(PATH, said=f"campaign_{made}")
        said = "campaign_planned" if made.state is store.State.RUNNING else "campaign_waits"
        return self._frame.back(f"{PATH}/{made.id}", said=said)

    async def _try(self, visitor: Visitor, plan: Plan, fields: MultiDict[str]) -> str:
        """A key of the words that say what became of a test."""
        number, language = msisdn.parse(fields.get("number", "")), fields.get("language_of_test", "")
        if isinstance(number, Refused) or language not in TAGS:
            return "test_wrong"
        sealer = self._state.sealer
        sealed = (sealer.fingerprint(number), sealer.seal(number))
        home = chosen(visitor, plan.audience.places[0])
        sent = await self._state.db.write(
            trying.send, plan.lessons, language, sealed, self._state.teller, visitor.principal.name, home,
            self._state.clock(),
        )  # fmt: skip
        self._state.on_queued()
        return "test_sent" if sent else "test_many"

    async def _changed(self, visitor: Visitor, asked: str) -> Campaign | None:
        identity = forms.number(asked)
        if identity is None:
            return None
        found = await self._state.db.read(store.find, identity)
        if found is None or not visitor.sees(found.municipality):
            raise web.HTTPNotFound(text="no such campaign\n")
        return found


def _wish(fields: MultiDict[str], changed: Campaign | None) -> Wish:
    """Boxes have no order: lessons that are the same as before stay in theirs."""
    ones = {name: fields.get(name, "") for name in _ONES}
    ticked = all_of(fields, "lessons")
    same = changed is not None and set(ticked) == set(changed.plan.lessons)
    return Wish(
        lessons=changed.plan.lessons if changed is not None and same else ticked,
        places=all_of(fields, "places"),
        languages=all_of(fields, "languages"),
        tags=all_of(fields, "tags"),
        groups=tuple(part.strip() for part in fields.get("groups", "").split(",") if part.strip()),
        **ones,
    )
