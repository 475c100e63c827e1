"""Corrections and withdrawals that bear another minute, day or region than what they mean; one event by two types."""

import itertools
from datetime import date, datetime, timedelta

import pytest

from alerts import places, store
from alerts.vocabulary import InfoType
from delivery import deciding
from delivery.deciding import PendingTelegram
from feeds.jma import compose, reading
from feeds.jma.compose import Item
from storage import database
from storage.database import Database
from tests.delivery.builders import Service, a_person, a_service
from tests.feeds.jma.telegrams import swap

TABLE = places.load()
SAKURAJIMA, KAGOSHIMA, KOMORO = "506", "46201", "20208"
KUMAGAYA, SAITAMA_KEN = "11202", "110000"
ASAHIKAWA, RUMOI, MASHIKE = "01204", "01212", "01481"


class Desk:
    """Telegrams decided one after the other, and told."""

    def __init__(self, db: Database, clock, service: Service) -> None:
        self.db, self.clock, self.service, self.count = db, clock, service, 0

    async def says(self, *telegrams: bytes) -> None:
        """Decide telegrams together, and tell people."""
        self.decide(*telegrams)
        await self.service.run()

    def decide(self, *telegrams: bytes) -> None:
        pending = [
            PendingTelegram(
                id=number,
                digest=reading.digest_of(raw),
                seen_at=self.clock(),
                reading=reading.read(raw, "telegram.xml"),
            )
            for number, raw in enumerate(telegrams)
        ]
        self.db.write_sync(deciding.decide, pending, TABLE, self.clock())

    def grades(self) -> dict[str, str]:
        """What is in force now."""
        return {row.place: row.grade for row in self.db.read_sync(store.everything_in_force, self.clock())}

    def rows(self) -> set[tuple[object, ...]]:
        """All that is in force, without what only this service's own bookkeeping numbers."""
        found = self.db.read_sync(store.everything_in_force, self.clock())
        return {(r.hazard, r.event, r.place, r.grade, r.since, r.digest, r.ends_at, r.facts) for r in found}


@pytest.fixture
def desk(db, clock) -> Desk:
    """1 lives in 鹿児島, 2 in 熊谷, 3 in 旭川, 4 in 留萌."""
    for number, place in enumerate((KAGOSHIMA, KUMAGAYA, ASAHIKAWA, RUMOI), start=1):
        a_person(db, number, place)
    return Desk(db, clock, a_service(db, clock))


# ashfall -------------------------------------------------------------------------------------------


def ash(code: str, kind: str, at: datetime, erupted: datetime, **more) -> bytes:
    return compose.ashfall_forecast(
        code,
        volcano_code=SAKURAJIMA,
        municipalities={f"{KAGOSHIMA}00": [kind]},
        at=at,
        erupted=erupted,
        valid_until=more.pop("valid_until", at + timedelta(hours=3)),
        **more,
    )


def ash_withdrawn(code: str, at: datetime, erupted: datetime) -> bytes:
    return ash(code, "71", at, erupted, info_type=InfoType.CANCEL)


@pytest.mark.parametrize("code", ["VFVO54", "VFVO55"])
@pytest.mark.parametrize("minutes", [1, 7, 40])
async def test_a_correction_that_mends_the_minute_of_an_eruption_replaces_the_wrong_one(desk, clock, code, minutes):
    erupted = clock()
    await desk.says(ash(code, "73", clock.advance(300), erupted))
    right = erupted - timedelta(minutes=minutes)
    await desk.says(ash(code, "71", clock.advance(300), right, info_type=InfoType.CORRECTION))
    assert desk.grades() == {KAGOSHIMA: "light"}
    assert desk.service.texts(1) == [f"new {KAGOSHIMA}=heavy", f"cancelled {KAGOSHIMA}=heavy"]


@pytest.mark.parametrize("own_time", [False, True])
async def test_a_withdrawal_takes_back_what_its_correction_said_too(desk, clock, own_time):
    erupted = clock()
    await desk.says(ash("VFVO54", "73", clock.advance(300), erupted))
    mended = ash("VFVO54", "73", clock.advance(300), erupted - timedelta(minutes=8), info_type=InfoType.CORRECTION)
    await desk.says(mended)
    await desk.says(ash_withdrawn("VFVO54", clock.advance(300), clock() if own_time else erupted))
    assert desk.grades() == {}
    assert desk.service.texts(1) == [f"new {KAGOSHIMA}=heavy", f"cancelled {KAGOSHIMA}=heavy"]


async def test_a_detailed_forecast_of_a_minute_nearby_is_of_the_same_eruption(desk, clock):
    erupted = clock()
    await desk.says(ash("VFVO54", "73", clock.advance(300), erupted))
    await desk.says(ash("VFVO55", "71", clock.advance(900), erupted - timedelta(minutes=1)))
    assert desk.grades() == {KAGOSHIMA: "light"}
    assert desk.service.texts(1) == [f"new {KAGOSHIMA}=heavy", f"lifted {KAGOSHIMA}=heavy"]


async def test_an_eruption_a_while_later_is_another_one_and_takes_nothing_back(desk, clock):
    await desk.says(ash("VFVO54", "73", clock.advance(300), clock()))
    await desk.says(ash("VFVO54", "71", clock.advance(1800), clock()))
    assert desk.grades() == {KAGOSHIMA: "heavy"}


async def test_the_correction_of_an_eruption_nobody_heard_of_takes_nothing_back(desk, clock):
    await desk.says(ash("VFVO54", "73", clock.advance(300), clock()))
    await desk.says(ash("VFVO54", "71", clock.advance(7000), clock(), info_type=InfoType.CORRECTION))
    assert desk.grades() == {KAGOSHIMA: "heavy"}


async def test_a_first_forecast_issued_after_the_detailed_one_counts_a_correction_of_an_older_one_does_not(desk, clock):
    erupted = clock()
    await desk.says(ash("VFVO54", "71", clock.advance(300), erupted))
    await desk.says(ash("VFVO55", "71", clock.advance(300), erupted))
    await desk.says(ash("VFVO54", "72", clock.advance(300), erupted, info_type=InfoType.CORRECTION))
    assert desk.grades() == {KAGOSHIMA: "light"}
    await desk.says(ash("VFVO54", "73", clock.advance(300), erupted))
    assert desk.grades() == {KAGOSHIMA: "heavy"}


async def test_a_withdrawn_first_forecast_leaves_the_detailed_one(desk, clock):
    erupted = clock()
    await desk.says(ash("VFVO54", "73", clock.advance(300), erupted))
    await desk.says(ash("VFVO55", "73", clock.advance(300), erupted))
    await desk.says(ash_withdrawn("VFVO54", clock.advance(300), clock()))
    assert desk.grades() == {KAGOSHIMA: "heavy"}
    assert desk.service.texts(1) == [f"new {KAGOSHIMA}=heavy"]


async def test_an_eruption_notice_whose_minute_is_mended_is_one_notice(desk, db, clock):
    """VFVO56: its EventID stays, its TargetDateTime does not."""
    a_person(db, 9, KOMORO)
    issued = clock.advance(300)
    notice = compose.eruption_notice(volcano="306", municipalities=[f"{KOMORO}00"], at=issued, erupted=issued)
    await desk.says(notice)
    for kind in (InfoType.CORRECTION, InfoType.CANCEL):
        at = clock.advance(300)
        erupted = at - timedelta(minutes=9)
        await desk.says(
            compose.eruption_notice(
                volcano="306", municipalities=[f"{KOMORO}00"], at=at, first=issued, erupted=erupted, info_type=kind
            )
        )
        assert desk.grades() == ({KOMORO: "eruption"} if kind is InfoType.CORRECTION else {})
    assert desk.service.texts(9) == [f"new {KOMORO}=eruption", f"cancelled {KOMORO}=eruption"]


# heat ----------------------------------------------------------------------------------------------

TODAY = date(2026, 11, 23)
TOMORROW, DAY_AFTER = TODAY + timedelta(days=1), TODAY + timedelta(days=2)


def heat(day: date, at: datetime, event_id: str = "JPTC260001", **more) -> bytes:
    return compose.heat_report(region=SAITAMA_KEN, day=day, at=at, event_id=event_id, **more)


def events(desk: Desk) -> set[str]:
    return {row.event for row in desk.db.read_sync(store.everything_in_force, desk.clock())}


async def test_a_correction_of_heat_with_another_day_replaces_the_wrong_day(desk, clock):
    await desk.says(heat(DAY_AFTER, clock.advance(60)))
    await desk.says(heat(TOMORROW, clock.advance(300), info_type=InfoType.CORRECTION))
    assert events(desk) == {f"{TOMORROW}:{SAITAMA_KEN}"}
    assert sorted(desk.service.texts(2)) == [
        f"cancelled {KUMAGAYA}=alert",
        f"new {KUMAGAYA}=alert",
        f"new {KUMAGAYA}=alert",
    ]


async def test_a_correction_of_another_heat_alert_leaves_todays(desk, clock):
    """Tomorrow's was missed; its correction bears its EventID."""
    await desk.says(heat(TODAY, clock.advance(60), "JPTC260001"))
    await desk.says(heat(TOMORROW, clock.advance(300), "JPTC260002", info_type=InfoType.CORRECTION))
    assert events(desk) == {f"{TODAY}:{SAITAMA_KEN}", f"{TOMORROW}:{SAITAMA_KEN}"}


async def test_the_second_issue_and_tomorrows_alert_replace_no_other_day(desk, clock):
    for at, day, serial in ((60, TODAY, 1), (3600, TODAY, 2), (3600, TOMORROW, 1)):
        await desk.says(heat(day, clock.advance(at), serial=serial))
    assert events(desk) == {f"{TODAY}:{SAITAMA_KEN}", f"{TOMORROW}:{SAITAMA_KEN}"}
    assert desk.service.texts(2) == [f"new {KUMAGAYA}=alert"] * 2


async def test_a_withdrawal_in_the_evening_without_a_day_finds_its_alert_by_its_event(desk, clock):
    await desk.says(heat(TODAY, clock.advance(60)))
    text = heat(TODAY, clock.advance(9 * 3600), info_type=InfoType.CANCEL)
    await desk.says(swap(text, "今日（２３日）", "この情報"))
    assert (desk.grades(), desk.service.texts(2)) == (
        {},
        [f"new {KUMAGAYA}=alert", f"cancelled {KUMAGAYA}=alert"],
    )


# any order -----------------------------------------------------------------------------------------


def orders(start: datetime) -> list[tuple[bytes, ...]]:
    """An eruption whose minute is mended and that is then told in detail; a heat alert whose day is mended."""

    def at(minutes: int) -> datetime:
        return start + timedelta(minutes=minutes)

    eruption = [
        ash("VFVO54", "73", at(5), at(0)),
        ash("VFVO54", "72", at(9), at(-7), info_type=InfoType.CORRECTION),
        ash("VFVO55", "71", at(20), at(-8)),
    ]
    wrong, right = heat(DAY_AFTER, at(6)), heat(TOMORROW, at(11), info_type=InfoType.CORRECTION)
    found = [(wrong, *order, right) for order in itertools.permutations(eruption)]
    return found + [(right, *order, wrong) for order in itertools.permutations(eruption)]


def test_whatever_the_order_the_state_is_the_same(tmp_path, clock):
    now = clock.advance(1800)
    seen = set()
    for number, order in enumerate(orders(now - timedelta(minutes=30))):
        opened = database.open(tmp_path / f"{number}.db")
        desk = Desk(opened, clock, None)  # type: ignore[arg-type]  # nobody is told
        for raw in order:
            desk.decide(raw)
        seen.add(frozenset(desk.rows()))
        opened.close_sync()
    assert len(seen) == 1
    assert {row[3] for row in min(seen)} == {"light", "alert"}


# one event by two types, one region by its parts ---------------------------------------------------


async def test_a_tornado_somebody_has_seen_is_the_one_that_was_told(desk, clock):
    """VPHW50, then 51, then 50 again: one history of one region."""

    def tornado(areas: list[str], *, sighted: bool) -> bytes:
        at = clock.advance(300)
        return compose.tornado_report(
            region=SAITAMA_KEN, areas=areas, at=at, valid_until=at + timedelta(hours=1), sighted=sighted
        )

    await desk.says(tornado(["110020"], sighted=False))
    await desk.says(tornado(["110020"], sighted=True))
    assert KUMAGAYA in desk.grades()
    await desk.says(tornado(["110010"], sighted=True))
    assert KUMAGAYA not in desk.grades()
    await desk.says(tornado([], sighted=False))
    assert desk.grades() == {}
    assert desk.service.texts(2) == [f"new {KUMAGAYA}=warning"]


def waves(said: dict[str, Item], at: datetime, *parts: str) -> bytes:
    """VPWW59 of 上川・留萌, by these parts of it; only the municipalities named stand in it."""
    raw = compose.warning_report("VPWW59", region="012000", kinds={f"{c}00": item for c, item in said.items()}, at=at)
    block = '<Warning type="気象警報・注意報（府県予報区等）">'
    start = raw.index(block.encode())
    calm = "<Kind><Status>発表警報・注意報はなし</Status></Kind>"
    items = "".join(f"<Item>{calm}<Area><Name>？</Name><Code>{part}</Code></Area></Item>" for part in parts)
    raw = raw[:start] + (block + items).encode() + raw[raw.index(b"</Warning>", start) :]
    last = raw.rindex("（市町村等）".encode())
    kept = [
        item
        for item in raw[last:].split(b"<Item>")[1:]
        if any(f"<Code>{code}00</Code>".encode() in item for code in said)
    ]
    kept[-1] = kept[-1].partition(b"</Warning>")[0]
    tail = b"</Warning>" + raw[last:].partition(b"</Warning>")[2]
    return raw[:last] + "（市町村等）".encode() + b'">' + b"".join(b"<Item>" + item for item in kept) + tail


async def test_a_part_of_a_region_lifts_what_the_whole_region_set_there(desk, clock):
    upper, lower = Item(code="07"), Item(code="07", status="解除", last="07")
    await desk.says(waves({ASAHIKAWA: upper, RUMOI: upper}, clock.advance(60), "012010", "012020"))
    await desk.says(waves({RUMOI: lower}, clock.advance(60), "012020"))
    assert desk.grades() == {ASAHIKAWA: "warning"}  # it does not speak of 上川
    await desk.says(waves({ASAHIKAWA: lower, RUMOI: lower}, clock.advance(60), "012000"))
    assert desk.grades() == {}
    assert desk.service.texts(4) == [f"new {RUMOI}=warning", f"lifted {RUMOI}=warning"]
    assert desk.service.texts(3) == [f"new {ASAHIKAWA}=warning", f"lifted {ASAHIKAWA}=warning"]


async def test_a_part_of_a_region_that_names_a_town_no_more_lifts_it_there_alone(desk, clock):
    upper, swell = Item(code="07"), Item(code="16")
    await desk.says(waves({ASAHIKAWA: upper, RUMOI: upper}, clock.advance(60), "012010", "012020"))
    await desk.says(waves({MASHIKE: swell}, clock.advance(60), "012020"))
    assert desk.grades() == {ASAHIKAWA: "warning", MASHIKE: "advisory"}


async def test_a_region_no_table_knows_speaks_only_of_what_it_names(desk, clock):
    upper, lower = Item(code="07"), Item(code="07", status="解除", last="07")
    await desk.says(waves({ASAHIKAWA: upper, RUMOI: upper}, clock.advance(60), "012000"))
    await desk.says(waves({RUMOI: lower}, clock.advance(60), "019999"))
    assert desk.grades() == {ASAHIKAWA: "warning"}
