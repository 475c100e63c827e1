"""VXSE51, VXSE52, VXSE53: every trap of earthquake telegrams."""

from datetime import UTC, datetime

import pytest

from alerts.notices import NoticeKind
from alerts.report import UNKNOWN, AreaScheme, SeaState
from alerts.vocabulary import InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Epicentre
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, EVENT, grades, later, swap

CHILE = Epicentre(code="946", name="南米西部", latitude=-36.1, longitude=-72.6, depth=60)


def first(**more: object) -> bytes:
    given: dict[str, object] = {"event_id": EVENT, "at": AT, "areas": {"390": "6+", "391": "4"}}
    return compose.first_intensity_report(**(given | more))


def full(**more: object) -> bytes:
    given: dict[str, object] = {"event_id": EVENT, "at": AT, "cities": {"1720400": "7", "1720200": "5-"}}
    return compose.full_earthquake_report(**(given | more))


def test_a_first_report_names_areas_with_their_intensity() -> None:
    report = telegrams.report(first())
    assert {(a.scheme, a.code, a.grade) for a in report.areas} == {
        (AreaScheme.SEISMIC_AREA, "390", "6+"),
        (AreaScheme.SEISMIC_AREA, "391", "4"),
    }
    assert report.lineage == (EVENT,)


def test_a_first_report_has_no_magnitude_and_is_read_all_the_same() -> None:
    assert b"Magnitude" not in first()
    assert grades(first())["390"] == "6+"


def test_a_full_report_names_municipalities_not_their_area_or_prefecture() -> None:
    report = telegrams.report(full())
    assert {(a.scheme, a.code, a.grade) for a in report.areas} == {
        (AreaScheme.SEISMIC_CITY, "1720400", "7"),
        (AreaScheme.SEISMIC_CITY, "1720200", "5-"),
    }


def test_the_body_counts_the_headline_leaves_out_weaker_places() -> None:
    raw = full(cities={"1720400": "7", "1720100": "3", "1720200": "1"})
    assert b"1720100" not in raw[: raw.index(b"<Body")]
    assert grades(raw) == {"1720400": "7", "1720100": "3", "1720200": "1"}


def test_a_weak_earthquake_has_no_headline_information_and_is_read() -> None:
    raw = full(cities={"1720400": "2", "1720200": "1"})
    assert b"<Information" not in raw
    assert grades(raw) == {"1720400": "2", "1720200": "1"}


@pytest.mark.parametrize("grade", ["1", "2", "3", "4", "5-", "5+", "6-", "6+", "7"])
def test_every_intensity_is_read(grade: str) -> None:
    assert grades(full(cities={"1720400": grade})) == {"1720400": grade}


@pytest.mark.parametrize("written", ["4 ", " 4", "４", "\n4\n", "４　"])
def test_an_intensity_with_spaces_or_in_full_width_is_that_intensity(written: str) -> None:
    raw = swap(full(cities={"1720400": "4"}), "<MaxInt>4<", f"<MaxInt>{written}<")
    assert grades(raw) == {"1720400": "4"}


def test_strong_shaking_without_data_counts_as_five_lower_or_more() -> None:
    assert grades(full(cities={"1720400": "7", "1720200": "5-?"})) == {"1720400": "7", "1720200": "5-?"}


def test_no_data_beside_a_weaker_measurement_counts_as_five_lower_or_more() -> None:
    raw = full(cities={"1720400": "4"})
    raw = swap(raw, "<IntensityStation>", "<Condition>震度５弱以上未入電</Condition><IntensityStation>")
    assert grades(raw) == {"1720400": "5-?"}


def test_no_data_beside_a_stronger_measurement_is_the_measurement() -> None:
    raw = full(cities={"1720400": "6-"})
    raw = swap(raw, "<IntensityStation>", "<Condition>震度５弱以上未入電</Condition><IntensityStation>")
    assert grades(raw) == {"1720400": "6-"}


def test_no_data_written_as_the_intensity_itself() -> None:
    raw = swap(full(cities={"1720400": "4"}), "<MaxInt>4<", "<MaxInt>震度５弱以上未入電<")
    assert grades(raw) == {"1720400": "5-?"}


@pytest.mark.parametrize("words", ["Ｍ不明", "Ｍ８を超える巨大地震"])
def test_a_magnitude_that_is_not_a_number_does_not_stop_the_reader(words: str) -> None:
    raw = full(magnitude=None, magnitude_words=words)
    assert b">NaN<" in raw
    assert grades(raw)["1720400"] == "7"


@pytest.mark.parametrize("depth", [None, 0, 10, 700])
def test_any_depth_is_read(depth: int | None) -> None:
    assert grades(full(epicentre=Epicentre(depth=depth)))["1720400"] == "7"


def test_an_empty_coordinate_is_no_fault() -> None:
    raw = swap(full(), ">+37.5+137.2-10000/<", "><")
    assert grades(raw)["1720400"] == "7"


def test_an_epicentre_report_holds_no_warning() -> None:
    found = telegrams.read(compose.epicentre_report(event_id=EVENT, at=AT))
    assert (found.type, found.reports) == ("VXSE52", ())
    assert "epicentre" in found.reason


def test_a_foreign_earthquake_holds_no_warning() -> None:
    found = telegrams.read(compose.foreign_earthquake_report(event_id=EVENT, at=AT, epicentre=CHILE))
    assert (found.type, found.reports, found.notices) == ("VXSE53", (), ())
    assert "遠地地震" in found.reason


def test_a_large_eruption_abroad_comes_the_same_way_and_holds_no_warning() -> None:
    raw = compose.foreign_earthquake_report(event_id=EVENT, at=AT, epicentre=CHILE, magnitude=None)
    raw = swap(raw, "大きな地震", "大規模な噴火")
    assert telegrams.read(raw).reports == ()


def test_a_first_report_without_intensity_is_unreadable() -> None:
    raw = first()
    start, end = raw.index(b"<Intensity>"), raw.index(b"</Intensity>") + len(b"</Intensity>")
    assert "Intensity" in telegrams.unreadable(raw[:start] + raw[end:])


def test_an_intensity_without_any_municipality_is_unreadable() -> None:
    raw = full(cities={"1720400": "4"})
    start, end = raw.index(b"<City>"), raw.index(b"</City>") + len(b"</City>")
    assert "expected areas" in telegrams.unreadable(raw[:start] + raw[end:])


def test_a_municipality_without_code_is_unreadable() -> None:
    raw = full(cities={"1720400": "4"})
    at = raw.index(b"<City>")
    spoiled = raw[:at] + raw[at:].replace(b"<Code>1720400</Code>", b"", 1)
    assert "City without Code" in telegrams.unreadable(spoiled)


@pytest.mark.parametrize("kind", ["VXSE51", "VXSE53"])
def test_a_withdrawal_has_no_intensity_and_names_what_it_withdraws(kind: str) -> None:
    report = telegrams.report(compose.withdrawal(kind, EVENT, at=AT))
    assert (report.type, report.info_type, report.lineage) == (kind, InfoType.CANCEL, (EVENT,))
    assert report.areas == ()


def test_a_withdrawn_epicentre_withdraws_no_intensity() -> None:
    assert telegrams.read(compose.withdrawal("VXSE52", EVENT, at=AT)).reports == ()


def test_a_report_without_event_is_unreadable() -> None:
    assert "EventID" in telegrams.unreadable(full(event_id=""))


def test_an_unknown_intensity_is_kept_apart_and_told() -> None:
    raw = swap(full(cities={"1720400": "7", "1720200": "4"}), "<MaxInt>4<", "<MaxInt>8-<")
    found = telegrams.read(raw)
    assert grades(raw) == {"1720400": "7", "1720200": UNKNOWN}
    (notice,) = found.notices
    assert notice.kind is NoticeKind.UNKNOWN_CODE
    assert notice.urgent
    assert "8-" in notice.text and "1720200" in notice.text


@pytest.mark.parametrize(
    ("codes", "sea"),
    [
        (("0211",), SeaState.WARNED),
        (("0212", "0241"), SeaState.SLIGHT),
        (("0215",), SeaState.NONE),
        (("0217",), SeaState.UNSAID),
        (("0215", "0211"), SeaState.WARNED),
        ((), SeaState.UNSAID),
    ],
)
def test_what_is_said_of_the_sea_comes_from_the_comment_codes(codes: tuple[str, ...], sea: SeaState) -> None:
    assert telegrams.areas(full(comment_codes=codes))["1720400"].facts.sea is sea


def test_the_time_of_the_earthquake_is_its_origin() -> None:
    origin = datetime(2026, 9, 1, 2, 59, tzinfo=UTC)
    assert telegrams.report(full(origin=origin)).origin == origin
    assert telegrams.report(first(origin=origin)).origin == origin


def test_the_time_of_a_withdrawal_is_no_origin() -> None:
    cancelled = later(40)
    withdrawn = telegrams.report(compose.withdrawal("VXSE53", EVENT, at=cancelled, target=cancelled))
    assert withdrawn.origin is None


def test_an_origin_that_cannot_be_read_does_not_keep_the_warning_from_people() -> None:
    raw = swap(full(), "<OriginTime>2026-09-01T12:00:00+09:00<", "<OriginTime>soon<")
    assert grades(raw)["1720400"] == "7"


def test_tokyo_and_osaka_speak_of_the_same_earthquake() -> None:
    assert telegrams.report(full()).lineage == telegrams.report(full(office="大阪管区気象台")).lineage


@pytest.mark.parametrize("status", list(Status))
def test_the_status_is_kept(status: Status) -> None:
    assert telegrams.report(full(status=status)).status is status
    assert telegrams.report(first(status=status)).status is status
