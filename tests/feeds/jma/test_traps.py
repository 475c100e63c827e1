"""Traps that belong to no single reader; `docs/reference/traps.md` names the test of every trap."""

import re
from pathlib import Path

from alerts import folding, places
from alerts.vocabulary import InfoType
from feeds.jma import compose, reading
from feeds.jma.compose import Item, Sea
from tests.feeds.jma import telegrams
from tests.feeds.jma.telegrams import AT, EVENT, later, swap

ROOT = Path(__file__).resolve().parents[3]
TRAPS = ROOT / "docs" / "reference" / "traps.md"
_NAMED = re.compile(r"`(tests/[a-z0-9_/]+\.py)::([a-z0-9_]+)`")
WAJIMA = "17204"


def test_every_trap_names_a_test_that_is_there() -> None:
    rows = [line for line in TRAPS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    traps = [row for row in rows if not row.startswith("| Trap ")]
    assert len(traps) > 80
    for row in traps:
        named = _NAMED.findall(row)
        assert named, f"no test in {row}"
        for path, name in named:
            assert f"def test_{name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}: no test_{name}"


def test_serial_is_no_order() -> None:
    def felt(grade: str, serial: str, minutes: float) -> bytes:
        raw = compose.full_earthquake_report(event_id=EVENT, at=later(minutes), origin=AT, cities={"1720400": grade})
        return re.sub(rb"<Serial>[^<]*</Serial>|<Serial ?/>", f"<Serial>{serial}</Serial>".encode(), raw)

    reports = [
        telegrams.report(felt(grade, serial, minutes))
        for grade, serial, minutes in (("4", "9", 3), ("5-", "", 6), ("5+", "2", 9), ("6-", "２", 12))
    ]
    for count in range(1, 5):
        state = folding.fold(reports[:count], places.load())
        assert state.grades == {WAJIMA: ["4", "5-", "5+", "6-"][count - 1]}


def test_a_correction_older_than_the_newest_changes_nothing() -> None:
    def rain(code: str, minutes: float, info_type: InfoType) -> bytes:
        return compose.rain_report(
            region="170000", kinds={"1720400": Item(code=code)}, at=later(minutes), info_type=info_type
        )

    first, newest = rain("03", 0, InfoType.ISSUE), rain("43", 20, InfoType.ISSUE)
    late = rain("33", 10, InfoType.CORRECTION)  # of the first one, overtaken meanwhile
    reports = sorted((telegrams.report(raw) for raw in (first, newest, late)), key=lambda one: one.order())
    assert folding.fold(reports, places.load()).grades == {WAJIMA: "L4"}


def test_a_tsunami_of_another_earthquake_alone_lowers_nothing_of_the_first() -> None:
    """Its unit is another one: absence from it is no all-clear. Once a report names both, it replaces both."""

    def sea(events: list[str], areas: dict[str, str], minutes: float) -> bytes:
        return compose.tsunami_report(
            event_ids=events, at=later(minutes), areas={code: Sea(grade=grade) for code, grade in areas.items()}
        )

    table, other = places.load(), "20260901121500"
    one = telegrams.report(sea([EVENT], {"360": "51"}, 0))
    second = telegrams.report(sea([other], {"220": "62"}, 20))
    both = telegrams.report(sea([EVENT, other], {"220": "62"}, 40))

    def standing(*reports: object) -> dict[str, str]:
        states = [folding.fold(lineage, table) for lineage in folding.lineages(reports)]  # type: ignore[arg-type]
        return dict(folding.merge(one.hazard, states).grades)

    assert standing(one, second)[WAJIMA] == "warning"
    assert "advisory" in standing(one, second).values()
    assert WAJIMA not in standing(one, second, both)


def test_the_issuer_in_a_file_name_is_no_place() -> None:
    raw = compose.rain_report(region="170000", kinds={"1720400": Item(code="43")}, at=AT)
    found = [reading.read(raw, f"20260901030020_0_VPWW55_{issuer}.xml") for issuer in ("010000", "270000", "170000")]
    assert found[0] == found[1] == found[2]


def test_a_place_is_found_by_its_code_whatever_name_it_bears() -> None:
    raw = compose.rain_report(region="170000", kinds={"1720400": Item(code="43")}, at=AT)
    renamed = swap(raw, "輪島市", "輪島")
    assert folding.fold([telegrams.report(renamed)], places.load()).grades == {WAJIMA: "L4"}
