"""VXKO50 to VXKO89: every trap of the river floods."""

import pytest

from alerts import folding, places
from alerts.report import AreaScheme, Report
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose, reading
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, swap

#: 最上川中流: Obanazawa 06208, Oishida 06341, Funagata 06363, Okura 06365, Tozawa 06367 and others
MOGAMI = "820211000103"
OISHIDA, HORIUCHI, FURUKUCHI = "82021100010300024", "82021100010300001", "82021100010300017"
TAIHEI, STATION = "820209000400", "82020900040000033"


def flood(river: str = MOGAMI, **more: object) -> bytes:
    given: dict[str, object] = {"code": "51", "at": AT, "stations": {OISHIDA: "2", HORIUCHI: "3", FURUKUCHI: "5"}}
    return compose.flood_report(river, **(given | more))


def grades(raw: bytes) -> dict[str, str]:
    """Municipality -> grade, as the state has it."""
    report = telegrams.report(raw)
    return dict(folding.fold([report], places.load()).grades)


@pytest.mark.parametrize(
    ("code", "grade"),
    [("51", "L5"), ("53", "L5"), ("40", "L4"), ("41", "L4"), ("30", "L3"), ("31", "L3"), ("20", "L2"), ("21", "L2")],
)
def test_the_tens_digit_is_the_level(code: str, grade: str) -> None:
    raw = flood(TAIHEI, code=code, stations={STATION: grade[1]})
    assert telegrams.report(raw).hazard is Hazard.FLOOD
    assert grades(raw) == {"05201": grade}


def test_code_22_is_an_advisory_left_of_a_warning_not_an_end() -> None:
    assert grades(flood(TAIHEI, code="22", stations={STATION: "2"})) == {"05201": "L2"}


def test_code_10_lifts_every_municipality_it_names() -> None:
    report = telegrams.report(flood(code="10", stations={OISHIDA: "", FURUKUCHI: ""}))
    assert {(area.grade, area.lifted) for area in report.areas} == {("none", True)}
    assert {area.code for area in report.areas} == {"0620800", "0634100", "0636700"}


def test_a_municipality_has_the_level_of_the_sections_that_touch_it_not_the_headlines() -> None:
    assert grades(flood()) == {
        "06205": "L3",
        "06208": "L2",
        "06212": "L3",
        "06341": "L3",
        "06363": "L3",
        "06365": "L3",
        "06367": "L5",
    }


def test_a_section_below_its_marks_is_not_in_force() -> None:
    found = grades(flood(code="30", stations={OISHIDA: "", FURUKUCHI: "3"}))
    assert found == {"06367": "L3"}


def test_a_station_that_no_sentence_names_is_not_in_force() -> None:
    raw = flood(code="30", stations={OISHIDA: "3", FURUKUCHI: "3"})
    sentence = raw[raw.index(b"<Item>", raw.index(b"<Warning")) : raw.index(b"</Item>", raw.index(b"<Warning")) + 7]
    assert grades(raw.replace(sentence, b"", 1)) == {"06367": "L3"}


def test_the_level_may_open_or_end_its_sentence_and_has_full_width_digits() -> None:
    raw = flood(TAIHEI, code="30", stations={STATION: "3"})
    mark = "【警戒レベル３相当】"
    text = raw.decode().replace(mark, "").replace("水位に注意してください。", f"水位に注意してください。{mark}")
    assert grades(text.encode()) == {"05201": "L3"}


def test_another_level_that_the_sentence_only_speaks_of_does_not_count() -> None:
    raw = swap(
        flood(TAIHEI, code="30", stations={STATION: "3"}),
        "水位に注意してください。",
        "今後、避難指示の発令の目安である警戒レベル４相当となる可能性があります。",
    )
    assert grades(raw) == {"05201": "L3"}


def test_without_municipalities_in_the_telegram_the_table_of_stations_says_who_lives_there() -> None:
    raw = flood(listed=False)
    assert {area.scheme for area in telegrams.report(raw).areas} == {AreaScheme.RIVER_STATION}
    assert grades(raw) == grades(flood())


def test_with_an_empty_body_the_whole_river_has_the_headlines_level_and_is_named() -> None:
    report = telegrams.report(flood(code="30", stations={}))
    (area,) = report.areas
    assert (area.scheme, area.code, area.grade, area.facts.river) == (AreaScheme.RIVER_AREA, MOGAMI, "L3", MOGAMI)
    assert set(grades(flood(code="30", stations={})).values()) == {"L3"}
    assert len(grades(flood(code="30", stations={}))) == 7


def test_every_place_is_told_which_river_it_is() -> None:
    assert {area.facts.river for area in telegrams.report(flood()).areas} == {MOGAMI}


def test_water_that_is_out_reaches_the_municipalities_the_telegram_names_without_a_station() -> None:
    raw = flood(stations={OISHIDA: "2", HORIUCHI: "3", FURUKUCHI: "5"}, flooded=["0636700"])
    assert grades(raw) == grades(flood())


def test_without_any_sentence_all_sections_have_the_headlines_level_also_where_water_is_out() -> None:
    out = flood(stations={FURUKUCHI: "5"}, flooded=["0636700"])
    water = out[out.rindex(b"<Item>") : out.rindex(b"</Warning>")]
    end = flood().rindex(b"</Warning>")
    both = flood()[:end] + water + flood()[end:]
    assert grades(both) == grades(flood())
    assert grades(swap(both, "主文", "ほか")) == dict.fromkeys(grades(flood()), "L5")


def test_where_no_sentence_bears_the_headlines_level_all_sections_do_and_somebody_is_told() -> None:
    raw = flood(code="40", stations={OISHIDA: "2", FURUKUCHI: "3"})
    assert set(grades(raw).values()) == {"L4"}
    assert "headline" in telegrams.read(raw).notices[0].text


def test_sentences_without_any_level_as_of_old_leave_the_headlines_to_all() -> None:
    raw = flood(code="40", stations={OISHIDA: "", FURUKUCHI: ""})
    assert set(grades(raw).values()) == {"L4"}
    assert telegrams.read(raw).notices == ()


def test_a_station_that_stands_in_no_table_counts_for_the_whole_river_with_a_notice() -> None:
    raw = swap(flood(listed=False, stations={FURUKUCHI: "5"}), FURUKUCHI, "82021100010399999")
    assert set(grades(raw).values()) == {"L5"}
    assert "82021100010399999" in telegrams.read(raw).notices[0].subject


def test_a_new_code_is_known_by_its_tens_digit_and_told() -> None:
    raw = swap(flood(TAIHEI, code="40", stations={STATION: "4"}), "<Code>40<", "<Code>42<")
    assert grades(raw) == {"05201": "L4"}
    assert telegrams.read(raw).notices[0].urgent


def test_an_unknown_code_lifts_nothing_and_is_read_again_later_unless_a_sentence_says_the_level() -> None:
    unsaid = swap(flood(TAIHEI, code="40", stations={STATION: ""}), "<Code>40<", "<Code>99<")
    assert "VXKO Kind/Code 99" in telegrams.unreadable(unsaid)
    said = swap(flood(TAIHEI, code="40", stations={STATION: "4"}), "<Code>40<", "<Code>99<")
    assert grades(said) == {"05201": "L4"}


def test_placeholders_of_samples_reach_nobody() -> None:
    raw = swap(swap(flood(TAIHEI, stations={STATION: "5"}), "0520100", "0000000"), STATION, "12345678901234567")
    assert grades(raw) == {}
    assert folding.fold([telegrams.report(raw)], places.load()).notices


@pytest.mark.parametrize("code", ["0699900", "0000000", "-", "9"])
def test_the_level_of_a_code_that_stands_for_no_place_counts_for_its_gauge_stations_places(code: str) -> None:
    raw = swap(flood(stations={OISHIDA: "2", FURUKUCHI: "5"}), "0636700", code)
    assert grades(raw) == {"06208": "L2", "06341": "L2", "06367": "L5"}
    (notice,) = telegrams.read(raw).notices
    assert notice.urgent
    assert code in notice.subject


@pytest.mark.parametrize("code", ["06367", "063670", "063679", "0636799"])
def test_a_code_of_another_length_counts_by_its_first_five_digits(code: str) -> None:
    raw = swap(flood(code="40", stations={FURUKUCHI: "4"}), "0636700", code)
    assert grades(raw) == {"06367": "L4"}
    found = (*telegrams.read(raw).notices, *folding.fold([telegrams.report(raw)], places.load()).notices)
    assert found
    assert all(notice.urgent for notice in found)


def test_first_five_digits_that_name_a_municipality_far_from_the_river_are_not_believed() -> None:
    raw = swap(flood(code="40", stations={FURUKUCHI: "4"}), "0636700", "172040")
    assert grades(raw) == {"06367": "L4"}


def test_without_a_known_gauge_station_the_level_of_an_unknown_code_counts_for_the_whole_river() -> None:
    raw = swap(flood(stations={OISHIDA: "2", FURUKUCHI: "5"}), "0636700", "0699900")
    assert set(grades(swap(raw, FURUKUCHI, "82021100010399999")).values()) == {"L5"}
    out = flood(stations={OISHIDA: "2"}, flooded=["0636700"])
    assert set(grades(swap(out, "0636700", "0699900")).values()) == {"L5"}


def test_the_level_of_a_river_in_no_table_counts_for_all_municipalities_the_telegram_names() -> None:
    raw = swap(flood(stations={OISHIDA: "2", FURUKUCHI: "5"}), "0636700", "0699900")
    assert grades(swap(raw, MOGAMI, "820211009999")) == {"06208": "L5", "06341": "L5"}


def test_a_river_that_is_lifted_leaves_nothing_behind_a_code_that_stands_for_no_place() -> None:
    def unknown(code: str, level: str, minutes: float) -> Report:
        raw = flood(code=code, stations={OISHIDA: level, FURUKUCHI: level}, at=telegrams.later(minutes))
        return telegrams.report(swap(raw, "0636700", "0699900"))

    warned, lifted = unknown("40", "4", 0), unknown("10", "", 60)
    assert folding.fold([warned], places.load()).grades == {"06208": "L4", "06341": "L4", "06367": "L4"}
    assert folding.fold([warned, lifted], places.load()).grades == {}


@pytest.mark.parametrize("code", ["VXKO50", "VXKO51", "VXKO77", "VXKO89", "VXKOii", ""])
def test_any_number_of_vxko_is_the_same_river(code: str) -> None:
    found = telegrams.read(
        flood(TAIHEI, stations={STATION: "5"}), f"20260901030020_0_{code}_050000.xml" if code else ""
    )
    (report,) = found.reports
    assert (report.lineage, report.type) == ((f"river:{TAIHEI}",), "VXKOii")
    assert found.type == (code or "VXKOii")


def test_a_flood_type_with_another_title_is_refused() -> None:
    raw = swap(flood(), "<Title>指定河川洪水予報</Title>", "<Title>天気の話</Title>")
    assert "which is it" in telegrams.unreadable(raw, "VXKO50.xml")


def test_several_offices_publish_one_river() -> None:
    one, other = flood(office="秋田地方気象台"), flood(office="山形地方気象台")
    assert telegrams.report(one).lineage == telegrams.report(other).lineage


def test_the_unit_is_the_event_the_river_is_named_by_the_headline() -> None:
    report = telegrams.report(flood(event_id="820211000199"))
    assert report.lineage == ("river:820211000199",)
    assert report.areas[0].facts.river == MOGAMI


def test_a_headline_without_river_or_level_is_unreadable() -> None:
    assert "Headline" in telegrams.unreadable(swap(flood(), "予報区域）", "予報区）"))
    assert "Headline" in telegrams.unreadable(swap(flood(), f"<Code>{MOGAMI}<", "<Code>1234<"))


def test_a_withdrawal_has_no_areas_and_takes_back_what_bears_its_event() -> None:
    raw = compose.withdrawal("VXKOii", MOGAMI, at=AT)
    report = telegrams.report(raw)
    assert (report.info_type, report.areas, report.lineage) == (InfoType.CANCEL, (), (f"river:{MOGAMI}",))
    nameless = raw.replace(MOGAMI.encode(), b"")
    assert isinstance(reading.read(nameless, ""), reading.Unreadable)


@pytest.mark.parametrize("status", list(Status))
def test_training_comes_every_rainy_season_and_keeps_its_status(status: Status) -> None:
    assert telegrams.report(flood(status=status)).status is status


def test_every_scheme_of_areas_has_its_table() -> None:
    assert set(folding._LOOK_UPS) == set(AreaScheme)
