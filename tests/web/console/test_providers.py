"""The console's page of two SMS providers: shown to administrators, changed by who administers everything."""

from delivery.providers import store, watching
from delivery.providers.shares import Counts, Why
from delivery.providers.watching import Providers
from storage import audit
from storage.database import Database
from tests.web.console.conftest import OURS, Enter, account
from tests.web.states import a_state
from web.accounts.roles import Role

PAGE = "/console/providers"
WAJIMA, SUZU = "17204", "17205"
HALVES = {"A": 50, "B": 50}
PROVIDERS = Providers(usual=HALVES, called={"A": "Twilio …0000", "B": "Twilio …0001"}, reporting=("A", "B"))


async def test_an_administrator_sees_why_traffic_moved_and_sets_it(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", (Role.ADMIN, WAJIMA), providers=PROVIDERS)
    bad = {"A": Counts(handed=100, delivered=70, slow=20, failed=10)}
    db.write_sync(watching.step, PROVIDERS, bad, a_state(db).clock())
    text = await (await client.get(f"{PAGE}?lang=en")).text()
    for words in (
        "40 % of the texts",
        "20 slow (over 5 minutes), 10 failed",
        "Too many texts by A were slow or failed",
    ):
        assert words in text
    answer = await client.post(f"{PAGE}/set?lang=en", data={"share": "5"}, headers=OURS)
    assert "The shares are set and stay" in await answer.text()
    assert db.read_sync(store.standing, HALVES).shares == {"A": 5, "B": 95}
    answer = await client.post(f"{PAGE}/auto?lang=en", headers=OURS)
    assert "Traffic moves by itself again" in await answer.text()
    assert db.read_sync(store.standing, HALVES).why is Why.AUTOMATIC
    log = db.read_sync(audit.chosen, "subject = :subject", {"subject": "providers"}, limit=9)
    assert [(one.actor, one.action) for one in log] == [
        ("user:aoi", "traffic automatic again"),
        ("user:aoi", "traffic set by hand"),
        ("service", "traffic moved"),
    ]


async def test_what_is_no_share_and_who_may_not_change_nothing(enter: Enter, db: Database) -> None:
    client = await enter(db, "aoi", (Role.ADMIN, WAJIMA), providers=PROVIDERS)
    assert (await client.post(f"{PAGE}/set", data={"share": "101"}, headers=OURS)).status == 409
    account(db, "mio", (Role.COORDINATOR, SUZU))
    assert "administers every municipality" in await (await client.get(f"{PAGE}?lang=en")).text()
    for what in ("set", "auto"):
        assert (await client.post(f"{PAGE}/{what}", data={"share": "0"}, headers=OURS)).status == 403
    assert db.read_sync(store.standing, HALVES).why is Why.START
    other = await enter(db, "ren", (Role.COORDINATOR, WAJIMA), providers=PROVIDERS)
    assert (await other.get(PAGE)).status == 403
