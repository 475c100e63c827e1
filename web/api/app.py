"""Puts the API into the application: its endpoints, their guard, their document."""

from collections.abc import Sequence

from aiohttp import web

from web.api import endpoints, openapi
from web.api.alerts import Alerts
from web.api.campaign_trials import CampaignTrials
from web.api.campaigns import Campaigns
from web.api.endpoints import Endpoint
from web.api.guard import Guard
from web.api.openapi import Public
from web.api.residents import Residents
from web.state import WebState

PREFIX = "/api/v1"


def all_endpoints(state: WebState) -> Sequence[Endpoint]:
    """Everything that is routed and described."""
    db, clock = state.db, state.clock
    told = Alerts(db=db, places=state.places, desk=lambda: state.desk, clock=clock, on_submitted=state.changes.notify)
    residents = Residents(db=db, sealer=state.sealer, reader=state.reader, clock=clock)
    campaigns = Campaigns(db=db, office=lambda: state.office, clock=clock, on_changed=state.changes.notify)
    trials = CampaignTrials(
        db=db,
        office=lambda: state.office,
        teller=lambda: state.teller,
        sealer=state.sealer,
        clock=clock,
        rate=state.rate,
        price=state.segment_price,
        on_queued=state.on_queued,
    )
    return (*residents.endpoints(), *told.endpoints(), *trials.endpoints(), *campaigns.endpoints())


def add_to(app: web.Application, found: Sequence[Endpoint], guard: Guard, public: Sequence[Public] = ()) -> None:
    """Route the endpoints and the document that describes them, which needs no key, and the public routes."""
    document = openapi.document(found, PREFIX, public)

    async def described(request: web.Request) -> web.Response:
        return web.json_response(document)

    app.router.add_get(f"{PREFIX}/openapi.json", described)
    endpoints.add_routes(app, found, guard, PREFIX)
