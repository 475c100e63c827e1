"""All pages of the console, put into the application."""

from aiohttp import web

from web.console import forms, same_origin
from web.console import gate as gates
from web.console.byhand.correct import CorrectPage
from web.console.byhand.waiting import WaitingPages
from web.console.byhand.write import WritePages
from web.console.campaigns.planning import PlanPages
from web.console.campaigns.routes import CampaignPages
from web.console.cases.routes import CasePages
from web.console.changes import AuditPage
from web.console.course.routes import CoursePages
from web.console.drills.routes import DrillPages
from web.console.frame import Frame
from web.console.gate import Gate
from web.console.kit import KitLinks
from web.console.lessons.routes import LessonResults
from web.console.lookback.fatigue import FatiguePage
from web.console.lookback.routes import LookBackPages
from web.console.notices.routes import NoticePages
from web.console.now import NowPage
from web.console.owntexts.routes import OwnTextPages
from web.console.people.routes import PeoplePages
from web.console.programs.routes import ProgramPages
from web.console.providers.routes import ProviderPages
from web.console.registering.routes import RegisterPages
from web.console.shelters import ShelterPages
from web.console.sign_in import SignInPages
from web.console.triage.routes import TriagePages
from web.state import WebState


def add_to(app: web.Application, state: WebState) -> None:
    """Every route below /console, the check of where a form comes from, and the language that stays."""
    app.middlewares.extend((same_origin.only(state.public_url), forms.tidy_address, gates.keep_language))
    gate = Gate(state)
    frame = Frame(state, gate, app.router)
    SignInPages(state, gate, frame).add_to(app.router)
    NowPage(state, frame).add_to(app)
    NoticePages(state, frame).add_to(app.router)
    ShelterPages(state, frame).add_to(app.router)
    LookBackPages(state, frame).add_to(app.router)
    FatiguePage(state, frame).add_to(app.router)
    TriagePages(state, frame).add_to(app.router)
    KitLinks(frame).add_to(app.router)
    RegisterPages(state, frame).add_to(app.router)
    PeoplePages(state, frame).add_to(app.router)
    if state.programs is not None:
        ProgramPages(state, frame, state.programs).add_to(app.router)
    if state.providers is not None:
        ProviderPages(state, frame, state.providers).add_to(app.router)
    AuditPage(state, frame).add_to(app)
    LessonResults(state, frame).add_to(app.router)
    PlanPages(state, frame).add_to(app.router)
    CampaignPages(state, frame).add_to(app.router)
    CasePages(state, frame).add_to(app.router)
    CoursePages(state, frame).add_to(app.router)
    WritePages(state, frame).add_to(app.router)
    WaitingPages(state, frame).add_to(app.router)
    OwnTextPages(state, frame).add_to(app)
    CorrectPage(state, frame).add_to(app.router)
    if state.drills is not None:
        DrillPages(state, frame, state.drills).add_to(app.router)
