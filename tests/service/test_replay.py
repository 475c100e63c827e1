"""`replay --json`: its shape, its order, and what it says of official telegrams, worked out another way."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts import places
from alerts.vocabulary import InfoType, Status
from feeds.jma import compose
from feeds.jma.compose import Danger, Epicentre, Item, Sea
from service import replay
from tests.alerts.plain_state import Said
from tests.feeds.jma.telegrams import AT, EVENT, later, swap
from tests.service import samples, second_reading, second_seismic

ROW = {"file", "type", "status", "outcome", "reason", "alerts"}
ALERT = {"identifier", "msg_type", "hazard", "sent", "expires", "decision", "places"}


def played(folder: Path, telegrams: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The rows for these files, in the order applied."""
    for name, raw in telegrams.items():
        (folder / name).write_bytes(raw)
    return document([folder])


def document(paths: Sequence[Path]) -> list[dict[str, Any]]:
    found = replay.replay(replay.load(replay.find(paths)), places.load())
    return json.loads(json.dumps(found))["telegrams"]


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = rows
    return row


def tsunami(at: datetime = AT, **more: Any) -> bytes:
    return compose.tsunami_report(**({"event_ids": [EVENT], "at": at, "areas": {"360": Sea(grade="51")}} | more))


def rain(kinds: Mapping[str, Item], at: datetime = AT, **more: Any) -> bytes:
    return compose.rain_report(region="170000", kinds=kinds, at=at, **more)


def test_a_row_and_its_alert_have_the_promised_shape(tmp_path: Path) -> None:
    row = only(played(tmp_path, {"20260901030020_0_VTSE41_010000.xml": tsunami()}))
    assert row.keys() >= ROW
    assert row["file"].endswith("20260901030020_0_VTSE41_010000.xml")
    assert (row["type"], row["status"], row["outcome"]) == ("VTSE41", "Actual", "alerts")
    alert = only(row["alerts"])
    assert alert.keys() == ALERT
    assert (alert["msg_type"], alert["hazard"], alert["decision"]) == ("Alert", "tsunami", "send")
    assert (alert["sent"], alert["expires"]) == ("2026-09-01T03:00:20Z", None)
    assert alert["places"]["17204"] == "warning"
    assert re.fullmatch(r"[0-9]{5}", min(alert["places"]))


def test_telegrams_apply_by_their_own_time_not_by_file_name(tmp_path: Path) -> None:
    rows = played(tmp_path, {"a.xml": tsunami(later(2)), "b.xml": tsunami(), "c.xml": tsunami(later(1))})
    assert [Path(row["file"]).name for row in rows] == ["b.xml", "c.xml", "a.xml"]
    assert [only(row["alerts"])["msg_type"] for row in rows] == ["Alert", "Update", "Update"]


def test_at_the_same_time_issue_then_correction_then_withdrawal_then_digest(tmp_path: Path) -> None:
    rows = played(
        tmp_path,
        {
            "a.xml": compose.withdrawal("VTSE41", EVENT, at=AT),
            "b.xml": tsunami(info_type=InfoType.CORRECTION, areas={"360": Sea(grade="62")}),
            "c.xml": tsunami(),
            "d.xml": tsunami(areas={"361": Sea(grade="51")}),
        },
    )
    names = [Path(row["file"]).name for row in rows]
    assert names[2:] == ["b.xml", "a.xml"]
    issued = replay.load([tmp_path / "c.xml", tmp_path / "d.xml"])
    assert names[:2] == [file.path.name for file in sorted(issued, key=lambda file: file.digest)]
    assert only(rows[3]["alerts"])["places"]["17204"] == "none"


def test_a_lifted_place_is_none_once_and_then_gone(tmp_path: Path) -> None:
    rows = played(
        tmp_path,
        {
            "a.xml": rain({"1720400": Item(code="43")}),
            "b.xml": rain({"1720400": Item(code="43", status="解除", last="43")}, later(1)),
            "c.xml": rain({}, later(2)),
        },
    )
    assert [row["outcome"] for row in rows] == ["alerts", "alerts", "nothing"]
    assert [alert["places"] for row in rows for alert in row["alerts"]] == [{"17204": "L4"}, {"17204": "none"}]


def test_a_withdrawal_of_something_unknown_has_no_places(tmp_path: Path) -> None:
    row = only(played(tmp_path, {"a.xml": compose.withdrawal("VXSE53", EVENT, at=AT)}))
    alert = only(row["alerts"])
    assert (row["outcome"], alert["msg_type"], alert["places"], alert["decision"]) == ("alerts", "Cancel", {}, "record")


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_a_drill_is_read_recorded_and_touches_nothing_real(tmp_path: Path, status: Status) -> None:
    rows = played(
        tmp_path,
        {
            "a.xml": tsunami(areas={"361": Sea(grade="62")}),
            "b.xml": tsunami(later(1), status=status, areas={"360": Sea(grade="53")}),
            "c.xml": tsunami(later(2), areas={"361": Sea(grade="51")}),
        },
    )
    drill, real = only(rows[1]["alerts"]), only(rows[2]["alerts"])
    assert (rows[1]["status"], rows[1]["outcome"], drill["decision"]) == (status.value, "alerts", "record")
    assert drill["places"]["17204"] == "major_warning"
    assert (drill["msg_type"], real["msg_type"]) == ("Alert", "Update")
    assert "17204" not in real["places"]


def test_seismic_wards_stand_under_the_ward_and_their_city(tmp_path: Path) -> None:
    raw = compose.full_earthquake_report(event_id=EVENT, at=AT, cities={"1410100": "5-", "1410200": "3"})
    alert = only(only(played(tmp_path, {"a.xml": raw}))["alerts"])
    assert alert["places"] == {"14100": "5-", "14101": "5-", "14102": "3"}
    assert alert["expires"] == "2026-09-01T06:00:20Z"


def test_an_area_counts_until_a_report_names_municipalities(tmp_path: Path) -> None:
    rows = played(
        tmp_path,
        {
            "a.xml": compose.first_intensity_report(event_id=EVENT, at=AT, areas={"390": "6+"}),
            "b.xml": compose.full_earthquake_report(event_id=EVENT, at=later(5), cities={"1720400": "7"}),
        },
    )
    first, full = (only(row["alerts"])["places"] for row in rows)
    assert set(first.values()) == {"6+"}
    assert full.pop("17204") == "7"
    assert full == dict.fromkeys(first.keys() - {"17204"}, "none")


@pytest.mark.parametrize(
    ("name", "raw", "outcome", "reason"),
    [
        ("VXSE52.xml", compose.epicentre_report(event_id=EVENT, at=AT), "nothing", "epicentre"),
        (
            "VXSE53.xml",
            compose.foreign_earthquake_report(event_id=EVENT, at=AT, epicentre=Epicentre(name="南米西部")),
            "nothing",
            "no intensity",
        ),
        ("quiet.xml", rain({}), "nothing", "nothing is in force"),
        ("VPWW54.xml", swap(rain({}), "（Ｒ０６）（大雨）", "（Ｈ２７）"), "ignored", "old twin"),
        ("VZZZ99.xml", swap(rain({}), "（Ｒ０６）（大雨）", "（？）"), "ignored", "stands in no table"),
        ("VPWW56.xml", rain({}), "unreadable", "which is it"),
        ("cut.xml", rain({})[:900], "unreadable", "well-formed"),
        ("VXSE53_404.xml", b"<!DOCTYPE html><html></html>", "unreadable", "HTML"),
    ],
)
def test_every_other_outcome_says_why(tmp_path: Path, name: str, raw: bytes, outcome: str, reason: str) -> None:
    row = only(played(tmp_path, {name: raw}))
    assert (row["outcome"], row["alerts"]) == (outcome, [])
    assert reason in row["reason"]
    assert row["status"] == (None if name == "VXSE53_404.xml" else "Actual")


def test_the_schedule_of_a_volcano_and_its_eruptions_are_told_apart(tmp_path: Path) -> None:
    def ash(code: str, kind: str, minutes: int, info_type: InfoType = InfoType.ISSUE) -> bytes:
        said = {"4620100": [kind]}
        return compose.ashfall_forecast(
            code, volcano_code="506", municipalities=said, at=later(minutes), erupted=AT, info_type=info_type
        )

    telegrams = {
        "1_VFVO53.xml": ash("VFVO53", "70", 1),
        "2_VFVO54.xml": ash("VFVO54", "73", 2),
        "3_VFVO53.xml": ash("VFVO53", "70", 3),
        "4_VFVO54.xml": ash("VFVO54", "71", 4, InfoType.CANCEL),
        "5_VFVO53.xml": ash("VFVO53", "70", 5, InfoType.CANCEL),
    }
    grades = [only(row["alerts"])["places"]["46201"] for row in played(tmp_path, telegrams)]
    assert grades == ["light", "heavy", "heavy", "light", "none"]


def test_an_unreadable_telegram_does_not_stop_the_others(tmp_path: Path) -> None:
    rows = played(tmp_path, {"a.xml": b"?", "b.xml": tsunami(), "c.xml": b""})
    assert sorted(row["outcome"] for row in rows) == ["alerts", "unreadable", "unreadable"]


def test_an_unknown_place_is_said_and_an_unknown_kind_too(tmp_path: Path) -> None:
    raw = swap(rain({"1720400": Item(code="43")}), "<Code>1720400</Code>", "<Code>1720499</Code>")
    row = only(played(tmp_path, {"a.xml": raw}))
    assert only(row["alerts"])["places"] == {"17204": "L4"}
    assert any("1720499" in notice for notice in row["notices"])


def test_what_is_not_understood_is_never_nothing(tmp_path: Path) -> None:
    raw = rain({"1720400": Item(code="43")})
    at = raw.index("（市町村等）".encode(), raw.index(b"<Body"))
    unknown = raw[:at] + raw[at:].replace(b"<Code>43<", b"<Code>46<")
    row = only(played(tmp_path, {"a.xml": unknown}))
    assert (row["outcome"], [alert["places"] for alert in row["alerts"]]) == ("alerts", [{}])
    assert "unknown in 1 areas (1720400)" in row["reason"]


@pytest.mark.parametrize(("old", "outcome"), [("1720400", "alerts"), ("17", "unreadable")])
def test_an_alert_for_no_place_is_never_nothing(tmp_path: Path, old: str, outcome: str) -> None:
    raw = rain({"1720400": Item(code="43")})
    at = raw.index("（市町村等）".encode(), raw.index(b"<Body"))
    garbled = raw[:at] + raw[at:].replace(f"<Code>{old}".encode(), f"<Code>99{old[2:]}".encode())
    row = only(played(tmp_path, {"a.xml": garbled}))
    assert row["outcome"] == outcome
    assert [alert["places"] for alert in row["alerts"]] == ([{}] if outcome == "alerts" else [])


@pytest.mark.parametrize("value", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
@pytest.mark.parametrize("name", ["DateTime", "ReportDateTime", "TargetDateTime", "OriginTime", "ValidDateTime"])
def test_an_absurd_time_never_costs_the_document(tmp_path: Path, name: str, value: str) -> None:
    quake = compose.full_earthquake_report(event_id=EVENT, at=AT, cities={"1720400": "6+"})
    wave = tsunami(later(1), valid_until=later(60))
    spoiled = {
        f"{kind}.xml": re.sub(f"<{name}>[^<]*<".encode(), f"<{name}>{value}<".encode(), raw)
        for kind, raw in (("VXSE53", quake), ("VTSE41", wave))
    }
    rows = played(tmp_path, spoiled)
    assert {row["outcome"] for row in rows} <= {"unreadable", "alerts"}
    assert all(row["reason"] for row in rows)


def test_places_of_an_earthquake_hold_the_highest_that_is_still_in_force_there(tmp_path: Path) -> None:
    def quake(event: str, at: datetime, cities: dict[str, str], **more: Any) -> bytes:
        return compose.full_earthquake_report(event_id=event, at=at, cities=cities, **more)

    rows = played(
        tmp_path,
        {
            "a.xml": quake("1", AT, {"1720400": "6+", "1720500": "4"}),
            "b.xml": quake("2", later(30), {"1720400": "3", "1720200": "5-"}),
            "c.xml": compose.withdrawal("VXSE53", "2", at=later(40)),
            "d.xml": quake("3", later(200), {"1720400": "2"}),
        },
    )
    found = [only(row["alerts"]) for row in rows]
    assert [alert["places"] for alert in found] == [
        {"17204": "6+", "17205": "4"},
        {"17202": "5-", "17204": "6+"},
        {"17202": "none", "17204": "6+"},
        {"17204": "2"},
    ]
    assert [alert["decision"] for alert in found] == ["send", "send", "send", "record"]


def test_folders_are_searched_and_files_are_taken_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("deep/er/a.XML", "deep/b.xml", "c.txt", "deep/MANIFEST.tsv"):
        (tmp_path / name).write_bytes(tsunami())
    assert [path.name for path in replay.find([tmp_path / "deep", tmp_path / "c.txt"])] == ["b.xml", "a.XML", "c.txt"]
    with pytest.raises(FileNotFoundError, match="no such"):
        replay.find([tmp_path / "none"])


def test_the_same_file_twice_says_the_same_twice(tmp_path: Path) -> None:
    rows = played(tmp_path, {"a.xml": tsunami(), "b.xml": tsunami()})
    assert rows[0]["alerts"] == rows[1]["alerts"]


def decisions(rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, str]]]:
    """Decision and places of each row's one alert."""
    return [(only(row["alerts"])["decision"], only(row["alerts"])["places"]) for row in rows]


def asama(at: datetime, level: str, last: str, action: str, before: str) -> bytes:
    """VFVO50 of 浅間山 for 小諸市."""
    danger = Danger(action=action, last=before)
    return compose.volcanic_warning(volcano="306", level=level, last=last, municipalities={"2020800": danger}, at=at)


def test_what_falls_from_sent_is_sent_and_what_follows_an_eruption_is_held(tmp_path: Path) -> None:
    rows = played(
        tmp_path,
        {
            "a.xml": compose.eruption_notice(volcano="306", municipalities=["2020800"], at=AT),
            "b.xml": asama(later(5), "13", "11", "43", "45"),
            "c.xml": asama(later(10), "15", "13", "41", "43"),
            "d.xml": asama(later(15), "13", "15", "43", "41"),
            "e.xml": asama(later(20), "12", "13", "43", "43"),
            "f.xml": asama(later(25), "11", "12", "45", "43"),
        },
    )
    assert decisions(rows) == [
        ("send", {"20208": "eruption"}),
        ("hold", {"20208": "V3"}),
        ("send", {"20208": "V5"}),
        ("send", {"20208": "V3"}),
        ("hold", {"20208": "V2"}),
        ("record", {"20208": "V1"}),
    ]


def test_what_ends_silently_is_recorded_and_expires_no_more(tmp_path: Path) -> None:
    given: dict[str, Any] = {"region": "170000", "valid_until": later(70)}
    rows = played(
        tmp_path,
        {
            "a.xml": compose.tornado_report(areas=["170020"], at=AT, **given),
            "b.xml": compose.tornado_report(areas=[], at=later(20), **given),
        },
    )
    assert [(row["alerts"][0]["decision"], row["alerts"][0]["expires"]) for row in rows] == [
        ("send", "2026-09-01T04:10:00Z"),
        ("record", None),
    ]
    assert set(rows[1]["alerts"][0]["places"].values()) == {"none"}


def test_an_earthquake_that_turns_out_weaker_is_recorded(tmp_path: Path) -> None:
    def felt(grade: str, minutes: float) -> bytes:
        return compose.full_earthquake_report(event_id=EVENT, at=later(minutes), origin=AT, cities={"1720400": grade})

    rows = played(tmp_path, {"a.xml": felt("4", 3), "b.xml": felt("3", 9)})
    assert decisions(rows) == [("send", {"17204": "4"}), ("record", {"17204": "3"})]


def test_the_withdrawal_of_what_was_held_is_sent_to_those_who_may_know(tmp_path: Path) -> None:
    rows = played(
        tmp_path,
        {
            "a.xml": asama(AT, "15", "11", "41", "45"),
            "b.xml": asama(later(10), "13", "15", "43", "41"),
            "c.xml": compose.withdrawal("VFVO50", "306", at=later(20)),
        },
    )
    assert [decision for decision, _ in decisions(rows)] == ["send", "send", "send"]


def test_a_withdrawal_that_meets_nothing_withdraws_nothing(tmp_path: Path) -> None:
    rows = played(
        tmp_path,
        {
            "a.xml": compose.eruption_notice(volcano="306", municipalities=["2020800"], at=AT),
            "b.xml": compose.withdrawal("VFVO56", "20260901110000_306", at=later(4)),
        },
    )
    assert rows[1]["alerts"][0]["places"] == {"20208": "eruption"}
    assert "withdrawn" not in rows[1]["reason"]


@pytest.mark.parametrize("kind", ["heat", "ash"])
def test_what_is_withdrawn_expires_no_more(tmp_path: Path, kind: str) -> None:
    if kind == "heat":
        heat = {"region": "170000", "day": date(2026, 9, 2)}
        pair = [
            compose.heat_report(at=AT, **heat),
            compose.heat_report(at=later(9), info_type=InfoType.CANCEL, **heat),
        ]
    else:
        first = compose.ashfall_forecast(
            "VFVO54", volcano_code="506", municipalities={"4620100": ["73"]}, at=AT, erupted=AT
        )
        pair = [first, swap(swap(first, "<InfoType>発表", "<InfoType>取消"), "T03:00:20Z", "T03:09:20Z")]
    rows = played(tmp_path, {f"{number}.xml": raw for number, raw in enumerate(pair)})
    assert [(row["alerts"][0]["msg_type"], row["alerts"][0]["expires"] is None) for row in rows] == [
        ("Alert", False),
        ("Cancel", True),
    ]


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda raw: swap(raw, "<InfoType>発表", "<InfoType>発令"), "Actual"),
        (lambda raw: raw[: len(raw) // 2], "Actual"),
        (lambda raw: swap(raw, "通常", "訓練")[: len(raw) // 2], "Exercise"),
        (lambda raw: swap(raw, "通常", "通　常　？"), None),
        (lambda raw: raw[:60], None),
        (lambda raw: b"no telegram", None),
        (lambda raw: b"<!DOCTYPE x>" + raw, None),
    ],
)
def test_the_status_of_an_unreadable_telegram_is_said_where_it_stands_there(
    tmp_path: Path, spoil: Callable[[bytes], bytes], status: str | None
) -> None:
    row = only(played(tmp_path, {"a.xml": spoil(rain({"1720400": Item(code="43")}))}))
    assert (row["outcome"], row["status"]) == ("unreadable", status)


@pytest.mark.parametrize(
    ("raw", "hazard", "decision"),
    [
        (compose.trough_information("111", at=AT), "nankai_trough", "record"),
        (compose.trough_information("120", at=AT), "nankai_trough", "hold"),
        (compose.trough_information("130", at=AT), "nankai_trough", "hold"),
        (compose.trough_information("190", at=AT), "nankai_trough", "record"),
        (compose.sanriku_information(at=AT), "hokkaido_sanriku", "hold"),
        (compose.sanriku_information(at=AT, status=Status.EXERCISE), "hokkaido_sanriku", "record"),
    ],
)
def test_what_names_no_area_is_an_alert_without_places(tmp_path: Path, raw: bytes, hazard: str, decision: str) -> None:
    row = only(played(tmp_path, {"a.xml": raw}))
    alert = only(row["alerts"])
    assert (row["outcome"], alert["hazard"], alert["decision"], alert["places"]) == ("alerts", hazard, decision, {})


# Official telegrams, against a second reading of them that shares nothing with the readers


@pytest.mark.parametrize("path", samples.of() or [pytest.param(None, id="without samples")])
def test_each_sample_alone(path: Path | None) -> None:
    if path is None:
        return
    row = only(document([path]))
    second = second_reading.of(path)
    alerts = {alert["hazard"]: alert for alert in row["alerts"]}
    assert (row["type"], len(alerts)) == (path.parent.name, len(row["alerts"]))
    if row["outcome"] == "unreadable":  # some samples name places that only stand for one
        assert "stands for a place" in row["reason"]
        assert not any(second_reading.expected_places([], *one) for one in second)
        return
    for said, lifted in second:
        cancel = said.info_type is InfoType.CANCEL
        expected = second_reading.expected_places([], said, lifted)
        assert row["status"] == said.status.value
        if not expected and not cancel and said.hazard not in alerts:
            assert said.hazard not in second_seismic.AT_LARGE
            continue
        alert = alerts.pop(said.hazard)
        assert alert["places"] == expected
        corrected = said.info_type is InfoType.CORRECTION
        assert alert["msg_type"] == ("Cancel" if cancel else "Update" if corrected else "Alert")
    assert not alerts
    assert row["outcome"] == ("alerts" if row["alerts"] else "nothing")


def test_all_samples_as_one_history() -> None:
    rows = {row["file"]: row for row in document(samples.of())} if samples.folder() else {}
    done: list[Said] = []
    read = [(path, one) for path in samples.of() for one in second_reading.of(path)]
    for path, (said, lifted) in sorted(read, key=lambda one: one[1][0].order()):
        alerts = {alert["hazard"]: alert for alert in rows[str(path)]["alerts"]}
        found = alerts[said.hazard]["places"] if said.hazard in alerts else {}
        assert found == second_reading.expected_places(done, said, lifted), path
        done.append(said)
