"""Working the state out again from the stored telegrams: the same to the byte, and never a text."""

import json
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts import places
from alerts.vocabulary import NONE, Hazard, InfoType, Topic
from delivery import decider
from delivery.byhand import applying, correcting, signing, submissions, submitting
from delivery.byhand.drafts import Draft
from delivery.byhand.previews import Desk
from delivery.writing import CatalogueWriter
from feeds import store as telegrams
from feeds.jma import compose
from feeds.jma.compose import Item, Sea
from feeds.telegrams import pack
from service import opening, rebuilding
from service.commands import cli
from service.rebuilding import Overtaken
from storage import database, leases
from storage.connection import Connection
from storage.database import Database
from templates_i18n import catalogue
from tests.delivery.builders import RATES
from tests.feeds.jma.telegrams import AT, later
from web.national import document, query
from web.national.asked import Asked

TABLE = places.load()
WRITER = CatalogueWriter(catalogue=catalogue.load(), places=TABLE)
NOW = later(120)


def rain(at, kinds, region="170000"):
    items = {code: Item(code=kind) if kind else Item(code="03", status="解除") for code, kind in kinds.items()}
    return compose.rain_report(region=region, kinds=items, at=at)


def ash(code, at, erupted, **more):
    towns = {"4620100": ["72"]}
    return compose.ashfall_forecast(
        code, volcano_code="506", municipalities=towns, at=at, erupted=erupted, valid_until=later(300), **more
    )


#: a night with a late telegram, a withdrawal, a correction's worth of everything; in the order of arrival
NIGHT = [
    ("VPWW55", rain(later(10), {"1720400": "03", "1720500": "43"})),
    ("VPWW55", rain(later(11), {"1620500": "03"}, "160000")),
    ("VXSE51", compose.first_intensity_report(event_id="20260901120000", at=later(12), areas={"390": "5+"})),
    ("VXSE53", compose.full_earthquake_report(event_id="20260901120000", at=later(15), cities={"1720400": "6-"})),
    ("VTSE41", compose.tsunami_report(event_ids=["20260901120000"], at=later(16), areas={"360": Sea(grade="51")})),
    ("VPWW55", rain(AT, {"1720400": "03"})),
    ("VPWW55", rain(later(30), {"1720400": "43", "1720500": ""})),
    ("VXSE51", compose.first_intensity_report(event_id="20260901130000", at=later(60), areas={"401": "5+"})),
    ("VXSE51", compose.withdrawal("VXSE51", "20260901130000", at=later(62))),
    ("VPWW55", b"<not a telegram"),
    ("VPFD61", b"<not a telegram either"),
    ("VFVO54", ash("VFVO54", later(20), later(15))),
    ("VFVO54", ash("VFVO54", later(25), later(6), info_type=InfoType.CORRECTION)),
    ("VFVO55", ash("VFVO55", later(40), later(7))),
    ("VPFT50", compose.heat_report(region="110000", day=date(2026, 9, 2), at=later(50))),
    (
        "VPFT50",
        compose.heat_report(region="110000", day=date(2026, 9, 1), at=later(55), info_type=InfoType.CORRECTION),
    ),
]


def arrive(db: Database, *raw: tuple[str, bytes], now=NOW) -> None:
    """Telegrams come in and are decided, each on its own."""
    for code, body in raw:
        count = db.read_sync(lambda c: c.execute("SELECT count(*) AS n FROM telegrams")[0].integer("n"))
        packed = pack(body, file_name=f"{count}_{code}.xml", received_at=AT + timedelta(seconds=count))
        db.write_sync(telegrams.add_telegram, packed)
        waiting = db.read_sync(telegrams.pending, 10)
        db.write_sync(decider.commit, decider.read_all(waiting, TABLE), TABLE, now)


def seen(db: Database) -> str:
    """What anybody sees of the state."""
    return document.document([document.rows(db.read_sync(query.read, Asked(), NOW))], NOW)


def everything(db: Database) -> list[object]:
    """All rows that people could be told by."""
    tables = ("broadcasts", "messages", "texts", "newcomers", "alerts", "notices")
    return [
        db.read_sync(lambda c, table=table: [tuple(row.values()) for row in c.execute(f"SELECT * FROM {table}")])
        for table in tables
    ]


@pytest.fixture
def night(db: Database) -> Database:
    arrive(db, *NIGHT)
    return db


@pytest.fixture
def scratch(tmp_path: Path):
    opened = database.open(tmp_path / "scratch.db")
    yield opened
    opened.close_sync()


def test_the_same_telegrams_give_the_same_state_to_the_byte(night: Database, scratch: Database) -> None:
    before, rows = seen(night), everything(night)
    made = rebuilding.rebuild(night, scratch, TABLE, NOW)
    assert (made.differences, made.verdicts, made.telegrams) == ([], [], len(NIGHT))
    rebuilding.replace(night, scratch, made, NOW)
    assert seen(night) == before
    assert everything(night) == rows
    assert len(json.loads(before)["in_force"]) > 10


def forget(connection: Connection) -> None:
    for table in ("in_force", "strand_places", "reports"):
        connection.execute(f"DELETE FROM {table}")


def test_a_state_that_was_lost_comes_back_to_the_byte_and_tells_nobody(night: Database, scratch: Database) -> None:
    before, rows = seen(night), everything(night)
    night.write_sync(forget)
    assert seen(night) != before
    made = rebuilding.rebuild(night, scratch, TABLE, NOW)
    assert all(one.kept is None for one in made.differences)
    rebuilding.replace(night, scratch, made, NOW)
    assert seen(night) == before
    assert everything(night) == rows


def tamper(connection: Connection) -> None:
    connection.execute("UPDATE in_force SET grade = 'L5' WHERE hazard = 'heavy_rain' AND place = '17204'")


def test_what_differs_is_named_and_put_right(night: Database, scratch: Database) -> None:
    before = seen(night)
    night.write_sync(tamper)
    made = rebuilding.rebuild(night, scratch, TABLE, NOW)
    (difference,) = made.differences
    assert difference.key[2] == "17204"
    assert difference.kept is not None and difference.rebuilt is not None
    assert (difference.kept.grade, difference.rebuilt.grade) == ("L5", "L4")
    rebuilding.replace(night, scratch, made, NOW)
    assert seen(night) == before


def test_the_next_telegram_tells_what_a_rebuild_changed(night: Database, scratch: Database) -> None:
    """People were told of level 5; the rebuild finds level 4; the next word that says so makes it known."""
    night.write_sync(tamper)
    rebuilding.replace(night, scratch, rebuilding.rebuild(night, scratch, TABLE, NOW), NOW)
    made = len(everything(night)[0])  # type: ignore[arg-type]  # a list of rows
    arrive(night, ("VPWW55", rain(later(31), {"1720400": "43"})))
    assert len(everything(night)[0]) == made + 1  # type: ignore[arg-type]  # as above
    arrive(night, ("VPWW55", rain(later(32), {"1720400": "43"})))
    assert len(everything(night)[0]) == made + 1  # type: ignore[arg-type]  # as above


def test_nothing_is_replaced_when_a_telegram_was_decided_meanwhile(night: Database, scratch: Database) -> None:
    night.write_sync(tamper)
    made = rebuilding.rebuild(night, scratch, TABLE, NOW)
    arrive(night, ("VPWW55", rain(later(31), {"1620500": "43"}, "160000")))
    before = seen(night)
    with pytest.raises(Overtaken):
        rebuilding.replace(night, scratch, made, NOW)
    assert seen(night) == before


def test_a_telegram_that_is_read_now_counts_and_is_no_more_in_quarantine(night: Database, scratch: Database) -> None:
    """As after a fix of a reader: the row says quarantined, today's reader reads it."""
    night.write_sync(
        lambda c: c.execute(
            "UPDATE telegrams SET state = 'quarantined' WHERE digest IN (SELECT digest FROM reports"
            " WHERE hazard = 'tsunami')"
        )
    )
    night.write_sync(lambda c: c.execute("DELETE FROM reports WHERE hazard = 'tsunami'"))
    night.write_sync(lambda c: c.execute("UPDATE in_force SET grade = :none WHERE hazard = 'tsunami'", {"none": NONE}))
    made = rebuilding.rebuild(night, scratch, TABLE, NOW)
    assert [(verdict.type, verdict.state, before) for verdict, before in made.verdicts] == [
        ("VTSE41", "read", "quarantined")
    ]
    assert {one.key[0] for one in made.differences} == {"tsunami"}
    rebuilding.replace(night, scratch, made, NOW)
    assert rebuilding.rebuild(night, scratch, TABLE, NOW).differences == []


def test_the_command_says_what_differs_and_ends_with_1(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TOMOSHIBI_DATABASE", str(tmp_path / "t.db"))
    db = database.open(tmp_path / "t.db")
    arrive(db, *NIGHT[:2])
    run = CliRunner().invoke
    same = run(cli.cli, ["state", "rebuild"], standalone_mode=False)
    assert (same.return_value, same.output.splitlines()[-1]) == (0, "the state is the same")
    db.write_sync(tamper)
    differs = run(cli.cli, ["state", "rebuild"], standalone_mode=False)
    assert differs.return_value == 1
    assert "heavy_rain 17204: kept L5" in differs.output
    replaced = run(cli.cli, ["state", "rebuild", "--replace", "--json"], standalone_mode=False)
    document_of = json.loads(replaced.output)
    assert (replaced.return_value, document_of["replaced"], len(document_of["differences"])) == (1, True, 1)
    assert run(cli.cli, ["state", "rebuild"], standalone_mode=False).return_value == 0
    db.close_sync()


def signed(db: Database, wish: object, first: str = "user:aoi", second: str = "user:bruno") -> int:
    """Two people sign a draft, or the correction of a broadcast, and it is told; the id."""
    people = [signing.Person(name=name, may=frozenset({"17204", "17205"})) for name in (first, second)]
    desk = Desk(writer=lambda: WRITER, rates=RATES, places=TABLE)
    if isinstance(wish, Draft):
        found = db.write_sync(lambda c: submitting.submit_alert(c, wish, people[0], desk, NOW, expected=100))
    else:
        found = db.write_sync(correcting.submit_correction, wish, people[0], desk, NOW)
    assert isinstance(found, signing.Submitted), found
    db.write_sync(signing.approve, found.id, people[1], desk, NOW)
    for one in db.read_sync(submissions.approved):
        db.write_sync(applying.apply, one, TABLE, NOW)
    return found.id


def test_what_was_told_and_taken_back_by_hand_stays_so(night: Database, scratch: Database, tmp_path: Path) -> None:
    signed(night, Draft(hazard=Hazard.EVACUATION, grade="order", areas=("17204", "17205")))
    notice = Draft(hazard=Hazard.NOTICE, grade="information", areas=("17204",), topic=Topic.WATER_OFF)
    told = signed(night, notice)
    rain = night.read_sync(
        lambda c: c.execute("SELECT max(id) AS id FROM broadcasts WHERE hazard = 'heavy_rain'")[0].integer("id")
    )
    signed(night, correcting.Wish(broadcast_id=rain, reason=correcting.Reason.FALSE_ALARM))
    before, rows = seen(night), everything(night)
    made = rebuilding.rebuild(night, scratch, TABLE, NOW)
    assert made.differences == []
    night.write_sync(lambda c: c.execute("UPDATE in_force SET grade = 'none' WHERE hazard = 'evacuation'"))
    night.write_sync(lambda c: c.execute("UPDATE in_force SET grade = 'L4' WHERE hazard = 'heavy_rain'"))
    again = database.open(tmp_path / "again.db")
    rebuilding.replace(night, again, rebuilding.rebuild(night, again, TABLE, NOW), NOW)
    again.close_sync()
    assert seen(night) == before
    assert everything(night) == rows
    assert night.read_sync(submissions.find, told).made


def test_a_rebuild_is_overtaken_by_what_is_signed_meanwhile(night: Database, scratch: Database) -> None:
    made = rebuilding.rebuild(night, scratch, TABLE, NOW)
    signed(night, Draft(hazard=Hazard.EVACUATION, grade="order", areas=("17204",)))
    with pytest.raises(Overtaken):
        rebuilding.replace(night, scratch, made, NOW)


def test_a_rebuild_waits_for_what_the_leader_is_deciding(postgresql_url: str, scratch: Database) -> None:
    leader, night = database.open(postgresql_url), database.open(postgresql_url)
    leader.write_sync(leases.hold, opening.LEAD, "leader", timedelta(minutes=1))
    made = rebuilding.rebuild(night, scratch, TABLE, NOW)
    inside, go_on = threading.Event(), threading.Event()

    def decide(connection: Connection) -> None:
        leases.check(connection, opening.LEAD, 1)
        inside.set()
        assert go_on.wait(30)

    deciding = threading.Thread(target=leader.write_sync, args=(decide,))
    deciding.start()
    assert inside.wait(30)
    replacing = threading.Thread(target=rebuilding.replace, args=(night, scratch, made, NOW))
    replacing.start()
    waiting = "SELECT 1 AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    waited = False
    while replacing.is_alive() and not waited:
        waited = bool(leader.read_sync(lambda connection: connection.execute(waiting)))
    go_on.set()
    for thread in (deciding, replacing):
        thread.join(30)
    assert waited
    for db in (leader, night):
        db.close_sync()
