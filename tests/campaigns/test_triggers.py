"""Rules on both engines: by season, by a hazard in sight, after an event in that very place; each with its switch."""

import json
import zlib
from datetime import date, timedelta

import pytest

from alerts.vocabulary import Hazard
from campaigns import due, store
from campaigns.triggers import rules, sight, switches, watching
from campaigns.triggers.rules import Kind, Sight
from storage import times
from tests.campaigns.planning import PLACES, japan, look
from tests.delivery.builders import NOTO, SUZU, WAJIMA, a_person, a_service, number, set_state

DAY = date(2026, 11, 24)


def an_alert(db, clock, places, hazard="earthquake", event="20261124", msg_type="Alert", status="Actual"):

    def add(c):
        c.execute(
            "INSERT INTO alerts (identifier, digest, hazard, event, msg_type, status, sent, decision, reason, places,"
            " decided_at) VALUES (:id, 'd', :hazard, :event, :msg, :status, :at, 'send', '', :places, :at)",
            {
                "id": f"{hazard}{event}{msg_type}{clock().isoformat()}",
                "hazard": hazard,
                "event": event,
                "msg": msg_type,
                "status": status,
                "at": times.to_text(clock()),
                "places": json.dumps(places),
            },
        )

    db.write_sync(add)


def a_telegram(db, clock, code, raw):
    def add(c):
        c.execute(
            "INSERT INTO telegrams (digest, type, file_name, received_at, size, body, state)"
            " VALUES (:digest, :type, 'x', :at, 1, :body, 'read')",
            {"digest": str(hash(raw)), "type": code, "at": times.to_text(clock()), "body": zlib.compress(raw)},
        )

    db.write_sync(add)


def watch(db, clock):
    for _ in range(10_000):
        if not db.write_sync(watching.look, PLACES, clock()):
            break
    assert not db.read_sync(watching.is_due, clock())


def set_off(db):
    return sorted((one.rule, one.plan.audience.places[0], str(one.state)) for one in db.read_sync(store.latest, 1000))


def days(db, rule):
    (one,) = [one for one in db.read_sync(store.latest, 1000) if one.rule == rule]
    return [day.planned_for for day in db.read_sync(due.of_campaign, one.id)]


@pytest.fixture(autouse=True)
def people(db, clock):
    clock.now = japan(DAY, 9)
    for index, place in enumerate((WAJIMA, SUZU, NOTO)):
        a_person(db, index, place)


async def test_after_a_strong_quake_in_that_place_on_days_1_3_7_and_30(db, clock):
    service = a_service(db, clock)
    an_alert(db, clock, {WAJIMA: "6+", SUZU: "5-", NOTO: "4", "13101": "7"})
    watch(db, clock)
    assert set_off(db) == [
        ("after_quake", WAJIMA, "running"),
        ("after_quake", SUZU, "running"),
        ("after_quake_home", WAJIMA, "running"),
    ]
    got = []
    for day in range(40):
        clock.now = japan(DAY + timedelta(days=day), 11)
        await look(service, per_month=8)
        rows = db.read_sync(
            lambda c: c.execute(
                "SELECT subscriber_id, grade FROM messages WHERE kind = 'lesson' AND handed_at IS NOT NULL"
            )
        )
        got.append({(row.integer("subscriber_id"), row.text("grade")) for row in rows})
    when = {key: next(day for day, seen in enumerate(got) if key in seen) for key in got[-1]}
    quake = rules.load()["after_quake"].lessons
    suzu = {lesson: day for (person, lesson), day in when.items() if person == 2}
    assert [suzu[lesson] for lesson in quake] == [1, 3, 7, 30]
    wajima = {lesson: day for (person, lesson), day in when.items() if person == 1}
    # the second rule's come a day later: one lesson a day
    assert sorted(wajima.values()) == [1, 2, 3, 4, 7, 8, 30, 31]
    assert not [key for key in when if key[0] == 3]


def test_the_same_event_again_and_an_aftershock_set_off_nothing_more(db, clock):
    an_alert(db, clock, {SUZU: "5-"})
    watch(db, clock)
    clock.advance(3600)
    an_alert(db, clock, {SUZU: "5-"}, msg_type="Update")
    an_alert(db, clock, {SUZU: "5-"}, event="20261124b")
    watch(db, clock)
    assert set_off(db) == [("after_quake", SUZU, "running")]


async def test_who_has_two_of_the_places_gets_each_lesson_once(db, clock):
    a_person(db, 7, SUZU, NOTO)
    service = a_service(db, clock)
    an_alert(db, clock, {SUZU: "5-", NOTO: "5-"})
    watch(db, clock)
    for day in range(5):
        clock.now = japan(DAY + timedelta(days=day), 11)
        await look(service, per_month=8)
    texts = [text.text for phone in service.network.phones() for text in phone.texts if phone.number == number(7)]
    assert len(texts) == len(set(texts)) == 2


async def test_a_flood_and_a_landslide_tell_nobody_the_same_twice(db, clock):
    service = a_service(db, clock)
    an_alert(db, clock, {SUZU: "L5"}, hazard="flood", event="")
    an_alert(db, clock, {SUZU: "L5"}, hazard="landslide", event="")
    watch(db, clock)
    for day in range(1, 10):
        clock.now = japan(DAY + timedelta(days=day), 11)
        await look(service, per_month=8)
    rows = db.read_sync(lambda c: c.execute("SELECT grade FROM messages WHERE kind = 'lesson' ORDER BY id"))
    assert [row.text("grade") for row in rows] == ["after_flood", "rumours", "water_words", "damage_certificate"]


@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_drills_set_off_nothing(db, clock, status):
    an_alert(db, clock, {WAJIMA: "7"}, status=status)
    watch(db, clock)
    assert set_off(db) == []


def test_an_event_that_was_withdrawn_or_weaker_is_called_off(db, clock):
    an_alert(db, clock, {WAJIMA: "5-", SUZU: "5-"})
    watch(db, clock)
    clock.advance(60)
    an_alert(db, clock, {WAJIMA: "4", SUZU: "5-"}, msg_type="Update")
    an_alert(db, clock, {SUZU: "none"}, event="another", msg_type="Cancel")
    watch(db, clock)
    assert set_off(db) == [("after_quake", WAJIMA, "stopped"), ("after_quake", SUZU, "running")]


@pytest.mark.parametrize(
    ("hazard", "grade", "expected"),
    [
        ("flood", "L5", "after_flood"),
        ("landslide", "L5", "after_landslide"),
        ("flood", "L4", None),
        ("tsunami", "warning", "after_tsunami"),
    ],
)
def test_after_a_flood_a_landslide_a_tsunami(db, clock, hazard, grade, expected):
    an_alert(db, clock, {SUZU: grade, NOTO: "none"}, hazard=hazard, event="")
    watch(db, clock)
    assert set_off(db) == ([(expected, SUZU, "running")] if expected else [])


async def test_a_lesson_after_a_flood_waits_for_its_end(db, clock):
    service = a_service(db, clock)
    an_alert(db, clock, {SUZU: "L5"}, hazard="flood", event="")
    set_state(db, {SUZU: "L5"}, clock(), hazard=Hazard.FLOOD)
    watch(db, clock)
    clock.now = japan(DAY + timedelta(days=1), 11)
    await look(service)
    (one,) = db.read_sync(store.latest)
    assert [str(row.state) for row in db.read_sync(due.of_campaign, one.id)] == ["held"]


def test_each_rule_is_switched_per_municipality(db, clock):
    rule = rules.load()["after_quake"]
    assert db.write_sync(switches.switch, SUZU, rule, on=False, by="user:aoi", now=clock())
    assert not db.write_sync(switches.switch, SUZU, rule, on=False, by="user:aoi", now=clock())
    assert db.read_sync(switches.of, SUZU)["after_quake"] is False
    assert db.read_sync(switches.of, WAJIMA)["after_quake"] is True
    an_alert(db, clock, {WAJIMA: "5-", SUZU: "5-"})
    watch(db, clock)
    assert set_off(db) == [("after_quake", WAJIMA, "running")]
    rows = db.read_sync(lambda c: c.execute("SELECT action, municipality FROM audit_entries ORDER BY number LIMIT 1"))
    assert [(row.text("action"), row.text("municipality")) for row in rows] == [("rule switched off", SUZU)]


def test_a_season_comes_every_year_where_it_is_on(db, clock):
    stock = rules.load()["season_stock"]
    db.write_sync(switches.switch, WAJIMA, stock, on=True, by="user:aoi", now=clock())
    for year in (2027, 2028):
        for day in (4, 5, 6):
            clock.now = japan(date(year, 11, day), 3)
            watch(db, clock)
    assert [place for rule, place, _ in set_off(db) if rule == "season_stock"] == [WAJIMA, WAJIMA]
    first = db.read_sync(store.latest, 1000)[-1]
    assert [at.planned_for for at in db.read_sync(due.of_campaign, first.id)] == [japan(date(2027, 11, 5), 10)]


def test_a_season_that_began_while_nobody_looked_is_not_lost(db, clock):
    db.write_sync(switches.switch, WAJIMA, rules.load()["season_stock"], on=True, by="user:aoi", now=clock())
    clock.now = japan(date(2027, 11, 12), 3)
    watch(db, clock)
    assert [rule for rule, _, _ in set_off(db)] == ["season_stock"]


STORM = """<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>台風解析・予報情報（５日予報）（Ｈ３０）</Title>
<DateTime>2026-11-24T00:00:00Z</DateTime><Status>{status}</Status><EditorialOffice>気象庁本庁</EditorialOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>台風解析・予報情報</Title>
<ReportDateTime>2026-11-24T09:00:00+09:00</ReportDateTime><EventID>TC2630</EventID><InfoType>発表</InfoType>
<InfoKind>台風解析・予報情報（５日予報）</InfoKind><InfoKindVersion>1.0_1</InfoKindVersion></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/"
 xmlns:jmx_eb="http://xml.kishou.go.jp/jmaxml1/elementBasis1/"><MeteorologicalInfos><MeteorologicalInfo>
<TyphoonNamePart><Remark>{remark}</Remark></TyphoonNamePart>
<jmx_eb:BasePoint type="中心位置（度）">{point}/</jmx_eb:BasePoint></MeteorologicalInfo></MeteorologicalInfos></Body>
</Report>"""


def storm(point="+34.5+136.0", status="通常", remark=""):
    return STORM.format(point=point, status=status, remark=remark).encode()


def test_a_typhoon_whose_forecast_comes_near_is_in_sight(db, clock):
    for point in ("+10.1+135.3", "+34.5+136.0"):  # by Yap, then by Kii: 330 km from Noto
        a_telegram(db, clock, "VPTW60", storm(point))
        watch(db, clock)
        clock.advance(3600)
        if point.startswith("+10"):
            assert set_off(db) == []
    assert set_off(db) == [("typhoon_in_sight", place, "running") for place in (WAJIMA, SUZU, NOTO)]


@pytest.mark.parametrize("more", [{"status": "訓練"}, {"remark": "台風消滅（温帯低気圧化）"}])
def test_a_drill_or_a_typhoon_that_is_over_is_not(db, clock, more):
    a_telegram(db, clock, "VPTW60", storm(**more))
    a_telegram(db, clock, "VPTW60", b"<no telegram>")
    watch(db, clock)
    assert set_off(db) == []


OUTLOOK = """<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>早期天候情報</Title><DateTime>2026-11-24T05:00:00Z</DateTime>
<Status>通常</Status><EditorialOffice>新潟地方気象台</EditorialOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>{title}</Title>
<ReportDateTime>2026-11-24T14:30:00+09:00</ReportDateTime><EventID/><InfoType>発表</InfoType>
<InfoKind>早期天候情報</InfoKind><InfoKindVersion>1.0_0</InfoKindVersion></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/"></Body></Report>"""


@pytest.mark.parametrize(
    ("title", "sights", "prefectures"),
    [
        ("大雪に関する早期天候情報（北陸地方）", {Sight.SNOW}, {"15", "16", "17", "18"}),
        ("高温と雪に関する早期天候情報（東北地方）", {Sight.HEAT, Sight.SNOW}, {"02", "03", "04", "05", "06", "07"}),
        (
            "高温に関する早期天候情報（九州北部地方（山口県を含む））",
            {Sight.HEAT},
            {"35", "40", "41", "42", "43", "44"},
        ),
        ("低温に関する早期天候情報（東北地方）", None, None),
    ],
)
def test_early_weather_information_of_a_region(title, sights, prefectures):
    seen = sight.read("VPAW51", OUTLOOK.format(title=title).encode(), PLACES.all())
    if sights is None:
        assert seen is None
    else:
        assert seen.sights == sights
        assert {place.prefecture for place in seen.places} == prefectures


def test_snow_in_sight_of_hokuriku(db, clock):
    a_telegram(db, clock, "VPAW51", OUTLOOK.format(title="大雪に関する早期天候情報（北陸地方）").encode())
    watch(db, clock)
    assert set_off(db) == [("snow_in_sight", place, "running") for place in (WAJIMA, SUZU, NOTO)]


def test_many_places_are_set_off_a_part_at_a_time(db, clock, monkeypatch):
    monkeypatch.setattr(watching, "AT_ONCE", 2)
    an_alert(db, clock, {WAJIMA: "5-", SUZU: "5-", NOTO: "5-"})
    looks = 0
    while db.write_sync(watching.look, PLACES, clock()):
        looks += 1
        assert looks < 20
    assert [place for _, place, _ in set_off(db)] == [WAJIMA, SUZU, NOTO]


def test_the_rules_are_whole():
    found = rules.load()
    assert {rule.kind for rule in found.values()} == set(Kind)
    for key in ("after_quake", "after_quake_home", "after_flood", "after_landslide"):
        assert found[key].after == (1, 3, 7, 30)
    assert set().union(*rules.regions().values()) == {f"{number:02}" for number in range(1, 48)}
    for rule in found.values():
        if rule.start:
            date(2027, *rule.start)


def test_a_rule_at_fault_names_itself():
    bad = {"x": {"kind": "event", "on": True, "lessons": ["water"], "hazards": {"flood": "L9"}, "after": [1]}}
    with pytest.raises(ValueError, match=r"rules.toml: \[x\]: 'L9': expected a grade"):
        rules.parse(bad)
    with pytest.raises(ValueError, match="expected lessons that there are"):
        rules.parse({"y": {"kind": "sight", "on": True, "sight": "heat", "lessons": ["nothing"]}})


def test_what_a_person_stopped_is_not_set_off_again(db, clock):
    an_alert(db, clock, {SUZU: "5-"})
    watch(db, clock)
    (campaign,) = db.read_sync(store.latest)
    db.write_sync(store.move, campaign, store.State.STOPPED, clock())
    clock.advance(3600)
    an_alert(db, clock, {SUZU: "5-"}, event="20261124b")
    watch(db, clock)
    assert set_off(db) == [("after_quake", SUZU, "stopped")]
