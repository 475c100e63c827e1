"""Safe or need help on the page: no number in the list, fixed answers, two people for a number."""

from storage import audit
from storage.connection import Connection
from storage.database import Database
from subscribers.msisdn import Msisdn
from tests.subscribers.builders import a_sealer
from tests.web import rows
from tests.web.console.conftest import OURS, Enter
from web.accounts.roles import Role

WAJIMA, KANAZAWA = "17204", "17201"
NUMBER = Msisdn("+819000000001")


def _case(db: Connection, place: str = WAJIMA) -> int:
    sealer = a_sealer()
    person = rows.insert(
        db,
        "subscribers",
        number_hash=sealer.fingerprint(NUMBER),
        number_sealed=sealer.seal(NUMBER),
        role="resident",
        state="active",
        created_at=rows.ago(1000),
    )
    rows.insert(
        db,
        "registrations",
        subscriber_id=person,
        municipality=place,
        language="en",
        places=place,
        created_at=rows.ago(1000),
        updated_at=rows.ago(1000),
    )
    rows.insert(db, "triage", municipality=place, subscriber_id=person, place=place, says="help", said_at=rows.ago(9))
    return db.execute("SELECT max(id) AS id FROM triage")[0].integer("id")


async def test_the_list_holds_no_number_and_only_ones_own(enter: Enter, db: Database) -> None:
    db.write_sync(_case)
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    text = await (await client.get("/console/triage?lang=en")).text()
    assert "1 need help and have no answer" in text
    assert "Nobody is on duty" in text
    assert "0000001" not in text
    other = await enter(db, "rei", (Role.COORDINATOR, KANAZAWA))
    assert "needs help" not in await (await other.get("/console/triage?lang=en")).text()
    form = {"municipality": WAJIMA, "case": "1", "phrase": "119"}
    assert (await other.post("/console/triage/answer", data=form, headers=OURS)).status == 404
    assert (await other.post("/console/triage/reveal", data=form, headers=OURS)).status == 404


async def test_an_answer_is_queued_and_logged(enter: Enter, db: Database) -> None:
    case = db.write_sync(_case)
    woken: list[int] = []
    client = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA), on_queued=lambda: woken.append(1))
    form = {"municipality": WAJIMA, "case": str(case), "phrase": "119"}
    answer = await client.post("/console/triage/answer?lang=en", data=form, headers=OURS)
    assert answer.url.query["said"] == "triage_told"
    assert "The person is told." in await answer.text()
    texts = db.read_sync(lambda c: c.execute("SELECT text FROM texts"))
    assert len(texts) == len(woken) == 1
    assert db.read_sync(audit.latest)[0].action == "answered a case"


async def test_a_number_needs_two_people_and_is_shown_once(enter: Enter, db: Database) -> None:
    case = db.write_sync(_case)
    form = {"municipality": WAJIMA, "case": str(case)}
    first = await enter(db, "aoi", (Role.COORDINATOR, WAJIMA))
    text = await (await first.post("/console/triage/reveal?lang=en", data=form, headers=OURS)).text()
    assert "You have signed." in text
    text = await (await first.post("/console/triage/reveal?lang=en", data=form, headers=OURS)).text()
    assert NUMBER not in text  # the same person twice is one person
    second = await enter(db, "rei", (Role.APPROVER, WAJIMA))
    shown = await second.post("/console/triage/reveal?lang=en", data=form, headers=OURS)
    assert NUMBER in await shown.text()
    assert shown.headers["Cache-Control"] == "no-store"
    assert NUMBER not in await (await second.get("/console/triage?lang=en")).text()
    newest = db.read_sync(audit.latest)[0]
    assert (newest.action, newest.details) == ("number shown", {"asked_by": "user:aoi"})


async def test_what_is_no_case_changes_nothing(enter: Enter, sqlite_db: Database) -> None:
    sqlite_db.write_sync(_case)
    client = await enter(sqlite_db, "aoi", (Role.COORDINATOR, WAJIMA))
    for case, phrase in [("99", "119"), ("x", "119"), ("1", "<script>"), ("", ""), ("9" * 30, "119")]:
        form = {"municipality": WAJIMA, "case": case, "phrase": phrase}
        assert (await client.post("/console/triage/answer", data=form, headers=OURS)).status == 404
    for case in ("99", "x", "9" * 30):
        form = {"municipality": WAJIMA, "case": case}
        assert (await client.post("/console/triage/reveal", data=form, headers=OURS)).status == 404
