"""VPBS50, VPHW50, VPHW51, VPFT50: what JMA never lifts, and every trap of it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alerts import folding, places
from alerts.report import UNKNOWN, AreaScheme, Report
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose, reading
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, later, swap

NOTO, KAGA = "170020", "170010"
PART = "KJPTG202609011200_202609011200"
WAJIMA, KANAZAWA = "17204", "17201"


def flash(tag: str = "線状降水帯発生", **more: object) -> bytes:
    given: dict[str, object] = {"region": "170000", "areas": [NOTO], "at": AT, "event_id": PART}
    return compose.flash_report(tag, **(given | more))


def rain_band(raw: bytes) -> Report:
    """The telegram's report on rain bands."""
    (found,) = (report for report in telegrams.read(raw).reports if report.hazard is Hazard.LINEAR_RAINBAND)
    return found


def tornado(**more: object) -> bytes:
    given: dict[str, object] = {"region": "170000", "areas": [NOTO], "at": AT, "valid_until": later(70)}
    return compose.tornado_report(**(given | more))


def heat(**more: object) -> bytes:
    given: dict[str, object] = {"region": "170000", "day": date(2026, 9, 2), "at": datetime(2026, 9, 1, 8, tzinfo=UTC)}
    return compose.heat_report(**(given | more))


def grades(raw: bytes) -> dict[str, str]:
    return dict(folding.fold([telegrams.report(raw)], places.load()).grades)


# rain bands, record rain, heavy snow ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "hazard", "expected"),
    [
        ("線状降水帯発生", Hazard.LINEAR_RAINBAND, False),
        ("線状降水帯直前", Hazard.LINEAR_RAINBAND, True),
        ("記録雨", Hazard.RECORD_RAIN, False),
        ("短時間大雪", Hazard.SHORT_HEAVY_SNOW, False),
    ],
)
def test_a_keyword_says_the_hazard_and_whether_it_is_only_foreseen(tag: str, hazard: Hazard, expected: bool) -> None:
    report = telegrams.report(flash(tag))
    (area,) = report.areas
    assert (report.hazard, area.grade, area.facts.expected) == (hazard, "warning", expected)
    assert (area.scheme, area.code) == (AreaScheme.CLASS10, NOTO)


def test_a_primary_area_stands_for_its_municipalities_and_no_others() -> None:
    found = grades(flash())
    assert found[WAJIMA] == "warning"
    assert KANAZAWA not in found


def test_record_rain_adds_the_municipality_it_was_measured_near() -> None:
    report = telegrams.report(flash("記録雨", observed=["1720100"]))
    assert [(area.scheme, area.code) for area in report.areas] == [
        (AreaScheme.CLASS10, NOTO),
        (AreaScheme.CLASS20, "1720100"),
    ]
    assert grades(flash("記録雨", observed=["1720100"]))[KANAZAWA] == "warning"


def test_a_keyword_nobody_knows_is_told_and_stops_nothing() -> None:
    found = telegrams.read(swap(flash(), "<Condition>線状降水帯発生<", "<Condition>河川氾濫<"))
    assert found.reports == ()
    assert "keyword" in found.reason
    assert "河川氾濫" in found.notices[0].text and found.notices[0].urgent


def test_a_known_keyword_beside_an_unknown_one_still_counts() -> None:
    found = telegrams.read(swap(flash(), "<Condition>線状降水帯発生<", "<Condition>河川氾濫　線状降水帯発生<"))
    assert [report.hazard for report in found.reports] == [Hazard.LINEAR_RAINBAND]
    assert len(found.notices) == 1


def test_one_telegram_may_hold_several_keywords() -> None:
    raw = swap(flash(), "<Condition>線状降水帯発生<", "<Condition>線状降水帯発生　記録雨<")
    assert {report.hazard for report in telegrams.read(raw).reports} == {Hazard.LINEAR_RAINBAND, Hazard.RECORD_RAIN}


def test_a_second_part_of_an_event_is_a_supplement_not_a_replacement() -> None:
    first = telegrams.report(flash())
    second = telegrams.report(flash(at=later(10), areas=[KAGA], event_id="KJPTG202609011200_202609011210", serial=2))
    assert not set(first.lineage) & set(second.lineage)
    parts = [folding.fold([report], places.load()) for report in (first, second)]
    together = folding.merge(Hazard.LINEAR_RAINBAND, parts)
    assert together.grades.keys() >= {WAJIMA, KANAZAWA}


def test_what_is_there_is_told_before_what_is_only_foreseen_in_the_same_place() -> None:
    foreseen = folding.fold([telegrams.report(flash("線状降水帯直前", event_id="Y_1"))], places.load())
    there = folding.fold([telegrams.report(flash(at=later(5)))], places.load())
    for order in ([foreseen, there], [there, foreseen]):
        assert not folding.merge(Hazard.LINEAR_RAINBAND, order).facts[WAJIMA].expected


def test_a_correction_replaces_its_own_part_and_a_withdrawal_takes_back_only_that() -> None:
    first = telegrams.report(flash())
    corrected = rain_band(flash(at=later(1), areas=[KAGA], info_type=InfoType.CORRECTION))
    withdrawn = rain_band(
        compose.withdrawal("VPBS50", PART, at=later(2)).replace(
            "<Title>気象防災速報</Title>".encode(), "<Title>石川県気象防災速報（線状降水帯発生）</Title>".encode()
        )
    )
    assert folding.fold([first, corrected], places.load()).grades.keys() & {WAJIMA, KANAZAWA} == {KANAZAWA}
    assert withdrawn.info_type is InfoType.CANCEL
    assert folding.fold([first, corrected, withdrawn], places.load()).grades == {}


def test_a_withdrawal_without_a_telling_title_may_mean_any_hazard_of_its_event() -> None:
    found = telegrams.read(compose.withdrawal("VPBS50", PART, at=AT))
    assert len(found.reports) == 3
    assert {report.lineage for report in found.reports} == {(f"VPBS50:{PART}",)}


def test_a_withdrawal_takes_back_every_hazard_of_its_event_whatever_its_title_names() -> None:
    both = swap(flash(), "<Condition>線状降水帯発生<", "<Condition>線状降水帯発生　記録雨<")
    raw = compose.withdrawal("VPBS50", PART, at=later(2))
    raw = swap(raw, "<Title>気象防災速報</Title>", "<Title>石川県気象防災速報（線状降水帯発生）</Title>")
    taken_back = {report.hazard: report for report in telegrams.read(raw).reports}
    for issued in telegrams.read(both).reports:
        assert folding.fold([issued], places.load()).grades
        state = folding.fold([issued, taken_back[issued.hazard]], places.load())
        assert (state.grades, WAJIMA in state.withdrawn) == ({}, True)


def test_a_correction_of_the_keyword_takes_back_the_hazard_it_names_no_more() -> None:
    issued = telegrams.report(flash())
    corrected = telegrams.read(flash("記録雨", at=later(5), info_type=InfoType.CORRECTION)).reports
    assert {report.lineage for report in corrected} == {issued.lineage}
    found = {
        report.hazard: folding.fold([issued, report] if report.hazard is issued.hazard else [report], places.load())
        for report in corrected
    }
    assert WAJIMA in found[Hazard.RECORD_RAIN].grades
    assert found[Hazard.LINEAR_RAINBAND].grades == {}


def test_a_correction_with_an_unknown_keyword_takes_nothing_back() -> None:
    raw = swap(flash(info_type=InfoType.CORRECTION), "<Condition>線状降水帯発生<", "<Condition>河川氾濫<")
    assert "keyword" in telegrams.read(raw).reason
    assert telegrams.read(raw).reports == ()


def test_a_correction_to_places_that_nobody_knows_waits_for_the_tables() -> None:
    raw = swap(flash(info_type=InfoType.CORRECTION), f"<Code>{NOTO}</Code>", "<Code>999999</Code>")
    assert isinstance(reading.placed(telegrams.read(raw), places.load()), reading.Unreadable)


def test_a_heavy_snow_telegram_has_stations_not_places_in_its_body() -> None:
    assert [area.code for area in telegrams.report(flash("短時間大雪", observed=["1720100"])).areas] == [NOTO]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('type="情報タグ"', 'type="情報"', "情報タグ"),
        (f"<EventID>{PART}<", "<EventID><", "EventID"),
        (f"<Code>{NOTO}</Code>", "", "areas"),
    ],
)
def test_a_telegram_without_tags_event_or_areas_is_unreadable(old: str, new: str, why: str) -> None:
    assert why in telegrams.unreadable(swap(flash(), old, new))


# tornado ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sighted", [False, True])
def test_a_tornado_is_told_per_municipality_until_its_time(sighted: bool) -> None:
    raw = tornado(sighted=sighted)
    report = telegrams.report(raw)
    assert (report.type, report.hazard) == ("VPHW51" if sighted else "VPHW50", Hazard.TORNADO)
    found = telegrams.areas(raw)
    assert (found["1720400"].grade, found["1720100"].grade) == ("warning", "none")
    assert found["1720400"].facts.until == report.valid_until == later(70).replace(second=0)


def test_a_tornado_ends_at_its_time_without_a_telegram() -> None:
    state = folding.fold([telegrams.report(tornado())], places.load())
    assert folding.in_force_at(state, later(69)).grades[WAJIMA] == "warning"
    assert folding.in_force_at(state, later(71)).grades == {}


def test_a_repeat_extends_and_is_the_full_state_of_the_region() -> None:
    first, again = (
        telegrams.report(tornado()),
        telegrams.report(tornado(at=later(50), areas=[KAGA], valid_until=later(120))),
    )
    assert first.lineage == again.lineage == ("tornado:17",)
    state = folding.fold([first, again], places.load())
    assert WAJIMA not in state.grades
    assert state.ends[KANAZAWA] == later(120).replace(second=0)


def text_only(office: str, title: str, **more: object) -> bytes:
    """A 取消 as JMA writes it: its body is one sentence."""
    raw = tornado(at=later(5), info_type=InfoType.CANCEL, **more)
    start, end = raw.index(b"<Warning"), raw.rindex(b"</Warning>") + len(b"</Warning>")
    raw = raw[:start] + "<Text>取消します。</Text>".encode() + raw[end:]
    head = raw.index(b"<Title>", raw.index(b"<Head"))
    old = raw[head : raw.index(b"</Title>", head)].decode()
    return swap(swap(raw, old, f"<Title>{title}"), "石川県の気象台", office)


@pytest.mark.parametrize(
    ("office", "title"), [("金沢地方気象台", "竜巻注意情報"), ("新潟地方気象台", "石川県竜巻注意情報")]
)
def test_a_withdrawal_of_only_text_finds_its_region_by_title_or_office(office: str, title: str) -> None:
    issued, withdrawn = telegrams.report(tornado()), telegrams.report(text_only(office, title))
    assert withdrawn.lineage == issued.lineage
    state = folding.fold([issued, withdrawn], places.load())
    assert (state.grades, WAJIMA in state.withdrawn) == ({}, True)


def test_a_withdrawal_of_another_office_takes_back_nothing_and_of_none_is_unreadable() -> None:
    assert telegrams.report(text_only("富山地方気象台", "竜巻注意情報")).lineage != telegrams.report(tornado()).lineage
    assert "expected the region" in telegrams.unreadable(text_only("気象台", "竜巻注意情報"))


def test_parts_of_hokkaido_are_regions_of_their_own() -> None:
    north, west = tornado(region="011000", areas=["011000"]), tornado(region="016000", areas=["016010"])
    assert telegrams.report(north).lineage == ("tornado:011000",)
    assert telegrams.report(west).lineage == ("tornado:016000",)


def test_half_a_city_is_that_half() -> None:
    found = grades(tornado(region="040000", areas=["040020"]))
    assert {"04105", "04100"} <= found.keys()  # 泉区 in the west, and the city by its highest ward
    assert not {"04102", "04103"} & found.keys()  # 宮城野区 and 若林区 in the east


def test_a_tornado_that_was_seen_is_of_the_same_history_but_withdrawn_by_its_own_type() -> None:
    foreseen, seen = telegrams.report(tornado()), telegrams.report(tornado(sighted=True, at=later(3)))
    assert foreseen.lineage == seen.lineage
    withdrawn = telegrams.report(tornado(sighted=True, at=later(6), info_type=InfoType.CANCEL))
    assert folding.fold([foreseen, seen, withdrawn], places.load()).grades[WAJIMA] == "warning"


@pytest.mark.parametrize("status", ["解除", "なし"])
def test_a_tornado_whose_status_says_that_it_is_over_is_none(status: str) -> None:
    assert set(grades(swap(tornado(), "<Status>発表<", f"<Status>{status}<")).values()) <= {"none"}


def test_a_substitute_office_changes_nothing() -> None:
    raw = swap(tornado(), "石川県の気象台", "新潟地方気象台")
    assert telegrams.report(raw).lineage == telegrams.report(tornado()).lineage


def test_an_unknown_code_of_a_tornado_leaves_what_was_said_and_is_told() -> None:
    raw = tornado()
    at = raw.rindex("（市町村等）".encode())
    raw = raw[:at] + raw[at:].replace(b"<Code>1<", b"<Code>2<", 1)
    found = telegrams.read(raw)
    assert UNKNOWN in {area.grade for area in found.reports[0].areas}
    assert found.notices[0].urgent


@pytest.mark.parametrize("level", ["一次細分区域等", "市町村等"])
def test_a_tornado_without_region_or_municipalities_is_unreadable(level: str) -> None:
    assert "Body/Warning" in telegrams.unreadable(swap(tornado(), f"（{level}）", "（？）"))


# heat -------------------------------------------------------------------------------------------------


def test_heat_has_no_area_code_its_prefecture_stands_in_the_title() -> None:
    report = telegrams.report(heat())
    (area,) = report.areas
    assert (report.hazard, area.grade) == (Hazard.HEAT, "alert")
    assert grades(heat()).keys() >= {WAJIMA, KANAZAWA}
    assert all(place.startswith("17") for place in grades(heat()))


@pytest.mark.parametrize(
    ("region", "inside", "outside"),
    [
        ("011000", "01214", "01204"),  # 宗谷地方: Wakkanai, not Asahikawa
        ("016000", "01100", "01202"),  # 石狩・空知・後志地方
        ("014030", "01207", "01206"),  # 十勝地方
        ("460100", "46201", "46222"),  # 鹿児島県（奄美地方除く）
        ("460040", "46222", "46201"),  # 奄美地方
        ("471000", "47201", "47207"),  # 沖縄本島地方
        ("474000", "47207", "47201"),  # 八重山地方
    ],
)
def test_hokkaido_kagoshima_and_okinawa_come_by_their_parts(region: str, inside: str, outside: str) -> None:
    found = grades(heat(region=region))
    assert inside in found and outside not in found


@pytest.mark.parametrize("title", ["鹿児島県（奄美地方を除く）", "鹿児島県(奄美地方除く)", "鹿児島県（奄美地方除く）"])
def test_a_region_is_found_however_its_name_is_written(title: str) -> None:
    found = grades(swap(heat(), "<Title>石川県熱中症", f"<Title>{title}熱中症"))
    assert "46201" in found and "46222" not in found


def test_a_whole_prefecture_of_several_regions_is_all_of_it() -> None:
    found = grades(swap(heat(), "<Title>石川県熱中症", "<Title>沖縄県熱中症"))
    assert {"47201", "47207"} <= found.keys()


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("東京地方", {"13101", "13308"}, {"13361", "13421"}),
        ("東京都東京地方", {"13101"}, {"13361", "13421"}),
        ("伊豆諸島", {"13361", "13364", "13382", "13402"}, {"13101", "13421"}),
        ("伊豆諸島南部", {"13382", "13401"}, {"13361", "13101"}),
        ("小笠原諸島", {"13421"}, {"13101", "13402"}),
        ("東京都小笠原諸島", {"13421"}, {"13101", "13402"}),
        ("伊豆諸島・小笠原諸島", {"13361", "13421"}, {"13101"}),
        ("東京都", {"13101", "13361", "13421"}, {"14100"}),
        ("石川県能登", {"17204"}, {"17201"}),
        ("福岡県北九州地方", {"40100"}, {"40130"}),
        ("北海道宗谷地方", {"01214"}, {"01204", "01100"}),
        ("鹿児島県奄美地方", {"46222"}, {"46201"}),
        ("沖縄県八重山地方", {"47207"}, {"47201"}),
    ],
)
def test_a_part_of_a_prefecture_is_that_part_alone(name: str, inside: set[str], outside: set[str]) -> None:
    raw = swap(heat(), "<Title>石川県熱中症", f"<Title>{name}熱中症")
    found = grades(raw).keys()
    assert inside <= found and not outside & found
    assert telegrams.read(raw).notices == ()


def test_a_name_that_several_prefectures_have_is_none_without_its_prefecture() -> None:
    assert "東部" in telegrams.unreadable(swap(heat(), "<Title>石川県熱中症", "<Title>東部熱中症"))
    assert grades(swap(heat(), "<Title>石川県熱中症", "<Title>神奈川県東部熱中症")).keys() >= {"14100"}


def test_a_part_that_no_table_knows_is_all_of_its_prefecture_and_calls_operators() -> None:
    raw = swap(heat(), "<Title>石川県熱中症", "<Title>東京都島しょ部熱中症")
    assert grades(raw).keys() >= {"13101", "13421"}
    (notice,) = telegrams.read(raw).notices
    assert notice.urgent and "島しょ部" in notice.text


def test_a_prefecture_in_brackets_behind_the_title_is_found() -> None:
    raw = swap(heat(), "<Title>石川県熱中症警戒アラート", "<Title>熱中症警戒アラート（埼玉県）")
    assert all(place.startswith("11") for place in grades(raw)) and grades(raw)
    assert telegrams.read(raw).notices == ()


@pytest.mark.parametrize(
    ("office", "inside", "outside"),
    [
        ("熊谷地方気象台", "11202", "17204"),
        ("気象庁本庁", "13101", "14100"),
        ("鹿児島地方気象台", "46222", "45201"),
        ("函館地方気象台", "01202", "01100"),
        ("沖縄気象台", "47201", "47207"),
        ("石垣島地方気象台", "47207", "47201"),
        ("帯広測候所", "01207", "01100"),
    ],
)
def test_without_any_name_in_the_title_the_prefecture_is_that_of_the_office(
    office: str, inside: str, outside: str
) -> None:
    raw = swap(heat(), "<Title>石川県熱中症警戒アラート", "<Title>熱中症警戒アラート")
    assert "expected the name" in telegrams.unreadable(raw)
    found = grades(swap(raw, "石川県の気象台", office))
    assert inside in found and outside not in found
    (notice,) = telegrams.read(swap(raw, "石川県の気象台", office)).notices
    assert notice.urgent and office in notice.text


def test_every_forecast_region_is_found_by_its_own_name() -> None:
    for region in places.load().regions(places.Level.OFFICE):
        found = grades(heat(region=region.code))
        assert found.keys() == folding.fold([], places.load()).grades.keys() | {
            place.code for place in places.load().all() if place.office == region.code
        }, region


def test_both_issues_are_one_alert_of_a_prefecture_and_a_day() -> None:
    evening = telegrams.report(heat())
    morning = telegrams.report(
        heat(at=datetime(2026, 9, 1, 19, 45, 21, tzinfo=UTC), issued=datetime(2026, 9, 1, 20, tzinfo=UTC), serial=2)
    )
    assert evening.lineage == morning.lineage
    assert evening.areas[0].facts.day == morning.areas[0].facts.day == date(2026, 9, 2)


def test_the_telegram_may_be_older_than_its_own_time_of_issue() -> None:
    report = telegrams.report(
        heat(at=datetime(2026, 9, 1, 19, 45, tzinfo=UTC), issued=datetime(2026, 9, 1, 20, tzinfo=UTC))
    )
    assert report.sent < report.issued
    assert report.valid_until == datetime(2026, 9, 2, 15, tzinfo=UTC)


def test_another_day_and_another_prefecture_are_other_alerts() -> None:
    lineages = {telegrams.report(raw).lineage for raw in (heat(), heat(day=date(2026, 9, 1)), heat(region="180000"))}
    assert len(lineages) == 3


@pytest.mark.parametrize(
    ("text", "day"),
    [("明日（２日）", 2), ("明日(2日)", 2), ("今日（１日）", 1), ("きょう", 2), ("明日（３１日）", 2)],
)
def test_the_day_stands_in_the_text_and_without_it_the_hour_tells(text: str, day: int) -> None:
    report = telegrams.report(swap(heat(), "明日（２日）", text))
    assert report.areas[0].facts.day == date(2026, 9, day)


def test_the_day_may_lie_in_the_next_month() -> None:
    report = telegrams.report(heat(day=date(2026, 9, 1), at=datetime(2026, 8, 31, 8, tzinfo=UTC)))
    assert report.areas[0].facts.day == date(2026, 9, 1)


def test_heat_ends_with_its_day_in_japan() -> None:
    state = folding.fold([telegrams.report(heat())], places.load())
    end = datetime(2026, 9, 2, 15, tzinfo=UTC)
    assert folding.in_force_at(state, end - timedelta(minutes=1)).grades
    assert not folding.in_force_at(state, end).grades


def test_a_title_without_a_place_is_unreadable_and_reaches_nobody() -> None:
    assert "Head/Title" in telegrams.unreadable(swap(heat(), "<Title>石川県熱中症", "<Title>熱中症"))


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("build", [flash, tornado, heat])
def test_the_status_is_kept(build: object, status: Status) -> None:
    assert telegrams.report(build(status=status)).status is status  # type: ignore[operator]
