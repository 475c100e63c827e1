"""Alerts through the API: read those of the own municipality, submit one for a second person. No key approves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from alerts.places import PlaceTable
from alerts.report import Spot
from alerts.vocabulary import Hazard
from delivery.byhand import signing, submissions, submitting
from delivery.byhand.drafts import Draft, Wrong
from delivery.byhand.previews import Desk
from delivery.byhand.signing import Person
from delivery.byhand.submissions import Kind, Shown, Submission
from storage.connection import Connection
from storage.database import Database
from web.accounts.roles import Permission
from web.api import alerts_rows, endpoints, guard, japanese
from web.api.alerts_models import (
    AlertIn,
    AlertOrSubmission,
    AlertPage,
    BeforeQuery,
    BroadcastOut,
    BroadcastPage,
    SubmissionOut,
    TextOut,
)
from web.api.endpoints import Call, Endpoint
from web.api.errors import ApiError
from web.console.byhand import counts
from web.console.byhand.counts import Counts

_ALERT = {"id": {"type": "string", "pattern": "^s?[0-9]{1,15}$"}}
_BROADCAST = {"id": {"type": "string", "pattern": "^[0-9]{1,15}$"}}
_SEE = Permission.SEE_CONSOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """The handlers, with what they need of the service."""

    db: Database
    places: PlaceTable
    desk: Callable[[], Desk]
    clock: Callable[[], datetime]
    #: called after a submission: pages and people on duty should know
    on_submitted: Callable[[], None]

    def endpoints(self) -> Sequence[Endpoint]:
        """All routes of alerts and broadcasts."""
        return (*self._of_alerts(), *self._of_broadcasts())

    def _of_alerts(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="POST",
                route="/alerts",
                summary="Submit an evacuation or a notice; it waits for a second person",
                permission=Permission.SUBMIT,
                handler=self.submit,
                body=AlertIn,
                answers={202: SubmissionOut},
                refusals=(409,),
            ),
            Endpoint(
                method="GET",
                route="/alerts",
                summary="Alerts that concern the municipality, and what waits for a second person",
                permission=_SEE,
                handler=self.page,
                query=BeforeQuery,
                answers={200: AlertPage},
            ),
            Endpoint(
                method="GET",
                route="/alerts/{id}",
                summary="One alert, or by its s-number one submission",
                permission=_SEE,
                handler=self.show,
                path=_ALERT,
                answers={200: AlertOrSubmission},
                refusals=(404,),
            ),
        )

    def _of_broadcasts(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                route="/broadcasts",
                summary="Broadcasts that concern the municipality",
                permission=_SEE,
                handler=self.broadcasts,
                query=BeforeQuery,
                answers={200: BroadcastPage},
            ),
            Endpoint(
                method="GET",
                route="/broadcasts/{id}",
                summary="One broadcast",
                permission=_SEE,
                handler=self.broadcast,
                path=_BROADCAST,
                answers={200: BroadcastOut},
                refusals=(404,),
            ),
        )

    async def submit(self, call: Call) -> web.Response:
        """The first signature, of the user who answers for the program; without one, two people have to sign."""
        assert isinstance(call.body, AlertIn)
        body, draft, now = call.body, _draft(call.body), self.clock()
        caller = call.principal
        who = Person(name=caller.name, may=frozenset(caller.places(Permission.SUBMIT)), owner=caller.owner)

        def work(db: Connection) -> Submission | signing.Refused:
            made = submitting.submit_alert(
                db, draft, who, self.desk(), now, expected=body.expected_people, explanation=body.explanation
            )
            if isinstance(made, signing.Refused):
                return made
            found = submissions.find(db, made.id)
            assert found is not None
            return found

        made = await self.db.write(work)
        if isinstance(made, signing.Refused):
            raise _refused(made.wrong)
        self.on_submitted()
        return endpoints.json(_submission(made), 202, {"Location": f"/api/v1/alerts/{made.name}"})

    async def page(self, call: Call) -> web.Response:
        """Alerts of the municipality and its wards."""
        assert isinstance(call.query, BeforeQuery)
        here = self._here(call)
        rows = await self.db.read(alerts_rows.alerts, here, _before(call.query), call.query.limit)
        waiting = await self.db.read(submissions.open_ones)
        own = [_submission(one) for one in waiting if one.kind is Kind.ALERT and here.intersection(one.areas)]
        more = rows[-1].id if len(rows) == call.query.limit else None
        return endpoints.json(AlertPage(alerts=rows, waiting=own, next=more))

    async def show(self, call: Call) -> web.Response:
        """One of them."""
        here, asked = self._here(call), call.path["id"]
        if asked.startswith("s"):
            found = await self.db.read(submissions.find, int(asked[1:]))
            if found is not None and here.intersection(found.areas):
                return endpoints.json(AlertOrSubmission(_submission(found)))
        else:
            row = await self.db.read(alerts_rows.alert, here, int(asked))
            if row is not None:
                return endpoints.json(AlertOrSubmission(row))
        raise ApiError(404, "not_found", "there is no such alert that concerns this municipality")

    async def broadcasts(self, call: Call) -> web.Response:
        """Broadcasts that told people of the municipality and its wards."""
        assert isinstance(call.query, BeforeQuery)
        here = self._here(call)
        rows = await self.db.read(alerts_rows.broadcasts, here, _before(call.query), call.query.limit)
        more = rows[-1].id if len(rows) == call.query.limit else None
        return endpoints.json(BroadcastPage(broadcasts=rows, next=more))

    async def broadcast(self, call: Call) -> web.Response:
        """One of them."""
        row = await self.db.read(alerts_rows.broadcast, self._here(call), int(call.path["id"]))
        if row is None:
            raise ApiError(404, "not_found", "there is no such broadcast that concerns this municipality")
        return endpoints.json(row)

    def _here(self, call: Call) -> frozenset[str]:
        """The municipality of the key, with its wards."""
        city = guard.municipality(call.principal, _SEE)
        return frozenset({city, *self.places.wards_of(city)})


def _before(query: BeforeQuery) -> int:
    return int(query.before) if query.before is not None else 2**62


def _moment(written: str | None, field: str) -> datetime | None:
    """ApiError 409 for what has the form of a time and is none."""
    try:
        return datetime.fromisoformat(written).astimezone(UTC) if written else None
    except (ValueError, OverflowError):
        raise _refused([Wrong(field=field, key="no_such_time", text="no such time")]) from None


def _refused(wrong: Sequence[Wrong]) -> ApiError:
    """Everything that is wrong with a draft."""
    return ApiError(409, "refused", "nothing was submitted", [japanese.wrong("byhand_wrong", one) for one in wrong])


def _draft(body: AlertIn) -> Draft:
    spot, hazard = body.spot, Hazard(body.hazard)
    return Draft(
        hazard=hazard,
        grade="information" if hazard is Hazard.NOTICE and body.grade is None else body.grade or "",
        areas=tuple(body.areas),
        topic=body.topic,
        spot=Spot(ja=spot.ja, latin=spot.latin, kana=spot.kana) if spot else None,
        start=_moment(body.start, "start"),
        until=_moment(body.until, "until"),
        words={tag: words.strip() for tag, words in body.words.items()},
    )


def _submission(one: Submission) -> SubmissionOut:
    told = counts.of(one.texts.message)
    return SubmissionOut(
        id=one.name,
        state=one.state,
        hazard=one.hazard or "",
        grade=one.grade,
        areas=list(one.areas),
        people=told.people,
        expected_people=one.expected,
        submitted_by=one.submitted_by,
        owner=one.owner or None,
        submitted_at=one.submitted_at,
        deadline=one.deadline,
        decided_by=one.decided_by or None,
        decided_at=one.decided_at,
        broadcasts=[str(made) for made in one.made],
        texts=[_text(shown, told) for shown in one.texts.message],
        correction=[_text(shown, told) for shown in one.texts.correction],
    )


def _text(one: Shown, told: Counts) -> TextOut:
    return TextOut(
        language=one.language,
        text=one.text,
        encoding=one.encoding,
        segments=one.segments,
        people=told.by_language[one.language],
    )
