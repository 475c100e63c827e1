"""VFVO53, VFVO54 and VFVO55: every trap of ashfall telegrams."""

from collections.abc import Mapping, Sequence

import pytest

from alerts.report import UNKNOWN
from alerts.vocabulary import Hazard, InfoType, Status
from feeds.jma import compose
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, later, swap

KAGOSHIMA, KANOYA, TARUMIZU = "4620100", "4620300", "4621400"


def ash(code: str, municipalities: Mapping[str, Sequence[str]], **more: object) -> bytes:
    given: dict[str, object] = {"volcano_code": "506", "municipalities": municipalities, "at": AT}
    return compose.ashfall_forecast(code, **(given | more))  # type: ignore[arg-type]  # options of one call


@pytest.mark.parametrize(
    ("code", "kind", "grade"),
    [
        *[("VFVO53", "70", "light"), ("VFVO53", "75", "none")],
        *[
            ("VFVO54", "71", "light"),
            ("VFVO54", "72", "moderate"),
            ("VFVO54", "73", "heavy"),
            ("VFVO54", "75", "none"),
        ],
        *[("VFVO55", "71", "light"), ("VFVO55", "72", "moderate"), ("VFVO55", "73", "heavy")],
    ],
)
def test_every_amount_has_its_grade(code: str, kind: str, grade: str) -> None:
    assert telegrams.grades(ash(code, {KAGOSHIMA: [kind]})) == {KAGOSHIMA: grade}


def test_a_town_stands_under_every_amount_it_gets_and_the_highest_counts() -> None:
    # the example of the manual: 桜島 降灰予報（詳細）
    said = {KAGOSHIMA: ["73", "72", "71"], TARUMIZU: ["72", "71"], KANOYA: ["71"]}
    expected = {KAGOSHIMA: "heavy", TARUMIZU: "moderate", KANOYA: "light"}
    assert telegrams.grades(ash("VFVO55", said)) == expected


def test_small_stones_do_not_make_the_ash_heavier() -> None:
    assert telegrams.grades(ash("VFVO54", {KAGOSHIMA: ["75", "72"]})) == {KAGOSHIMA: "moderate"}


def test_what_comes_on_schedule_is_only_expected() -> None:
    scheduled, real = ash("VFVO53", {KAGOSHIMA: ["70"]}), ash("VFVO54", {KAGOSHIMA: ["72"]})
    facts = [telegrams.areas(raw)[KAGOSHIMA].facts for raw in (scheduled, real)]
    assert [fact.expected for fact in facts] == [True, False]
    assert {fact.volcano for fact in facts} == {"506"}


@pytest.mark.parametrize("kind", ["71", "72", "73"])
def test_ash_that_would_only_fall_if_it_erupted_is_never_more_than_light(kind: str) -> None:
    raw = swap(ash("VFVO53", {KAGOSHIMA: ["70"]}), "<Code>70<", f"<Code>{kind}<")
    assert telegrams.grades(raw) == {KAGOSHIMA: "light"}


@pytest.mark.parametrize(("code", "kind", "hours"), [("VFVO53", "70", 18), ("VFVO54", "71", 1), ("VFVO55", "71", 6)])
def test_each_ends_at_its_own_time(code: str, kind: str, hours: int) -> None:
    report = telegrams.report(ash(code, {KAGOSHIMA: [kind]}))
    end = later(60 * hours).replace(second=0)
    assert (report.valid_until, report.areas[0].facts.until) == (end, end)


def test_54_and_55_speak_of_one_eruption_and_53_of_none() -> None:
    first = telegrams.report(ash("VFVO54", {KAGOSHIMA: ["72"]}, erupted=later(-9)))
    detailed = telegrams.report(ash("VFVO55", {KAGOSHIMA: ["72"]}, erupted=later(-9), at=later(11)))
    again = telegrams.report(ash("VFVO54", {KAGOSHIMA: ["72"]}, erupted=later(80), at=later(89)))
    scheduled = telegrams.report(ash("VFVO53", {KAGOSHIMA: ["70"]}))
    assert first.lineage == detailed.lineage
    assert len({first.lineage, again.lineage, scheduled.lineage}) == 3
    assert (first.origin, scheduled.origin) == (later(-9).replace(second=0), None)
    assert {report.hazard for report in (first, detailed, again, scheduled)} == {Hazard.ASHFALL}


@pytest.mark.parametrize("gone", ["（対象火山）", "（対象市町村等）", "Areas"])
def test_half_a_forecast_is_unreadable_and_lifts_nothing(gone: str) -> None:
    raw = swap(ash("VFVO54", {KAGOSHIMA: ["72"]}), gone, "（ほか）" if gone.startswith("（") else "Others")
    assert "expected" in telegrams.unreadable(raw)


def test_a_withdrawal_finds_its_eruption() -> None:
    issued = telegrams.report(ash("VFVO54", {KAGOSHIMA: ["73"]}, erupted=later(-9)))
    withdrawal = telegrams.report(compose.withdrawal("VFVO54", "506", at=later(1), target=later(-9)))
    assert (withdrawal.info_type, withdrawal.areas) == (InfoType.CANCEL, ())
    assert (withdrawal.lineage, withdrawal.unit) == (issued.lineage, issued.unit)


def test_the_towns_of_the_headline_count_where_the_body_has_none() -> None:
    raw = ash("VFVO54", {KAGOSHIMA: ["73"]})
    body = raw.index(b"<Body")
    start = raw.index('<VolcanoInfo type="降灰予報（対象市町村等）">'.encode(), body)
    end = raw.index(b"</VolcanoInfo>", start) + len(b"</VolcanoInfo>")
    assert telegrams.grades(raw[:start] + raw[end:]) == {KAGOSHIMA: "heavy"}


def test_ash_that_falls_on_no_town_is_no_alert() -> None:
    assert telegrams.report(ash("VFVO53", {})).areas == ()


def test_a_telegram_without_the_block_of_towns_is_unreadable() -> None:
    raw = swap(ash("VFVO54", {KAGOSHIMA: ["73"]}), "降灰予報（対象市町村等）", "降灰予報（？）")
    assert "expected the municipalities" in telegrams.unreadable(raw)


def test_an_unknown_amount_stands_beside_what_is_known_and_is_told() -> None:
    raw = swap(ash("VFVO54", {KAGOSHIMA: ["73", "71"], KANOYA: ["71"]}), "<Code>71<", "<Code>79<")
    areas = telegrams.report(raw).areas
    assert {(area.code, area.grade) for area in areas} == {
        (KAGOSHIMA, "heavy"),
        (KAGOSHIMA, UNKNOWN),
        (KANOYA, UNKNOWN),
    }
    assert all(notice.urgent and "79" in notice.text for notice in telegrams.read(raw).notices)


@pytest.mark.parametrize("status", list(Status))
def test_the_status_is_kept(status: Status) -> None:
    assert telegrams.report(ash("VFVO54", {KAGOSHIMA: ["73"]}, status=status)).status is status
