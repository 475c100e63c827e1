"""What the page computes: map, groups, progress, masking."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import hazards, places
from alerts.report import Facts
from alerts.vocabulary import Hazard
from delivery import states
from delivery.states import MessageState
from tests.web.rows import NOW, ago
from web import grades, japan, progress, render, standing
from web.console.reach import Cell
from web.snapshot import BroadcastRow, Source, StandingRow

TABLE = places.load()
CODES = [place.code for place in TABLE.all()]
GRADES = [(hazard, grade) for hazard in Hazard for grade in hazards.rule(hazard).grades]


def test_the_map_holds_every_municipality_inside_its_frame() -> None:
    points = japan._points(TABLE)
    assert len(points) == japan.municipalities(TABLE) == 1741
    assert all(9 <= x <= japan.WIDTH - 9 and 9 <= y <= japan.HEIGHT - 9 for x, y in points.values())


def test_a_place_shows_the_gravest_and_a_ward_shows_under_its_city() -> None:
    drawn = japan.draw(
        TABLE,
        [("17204", Hazard.HEAVY_RAIN, "L3"), ("17204", Hazard.LANDSLIDE, "L5"), ("14101", Hazard.EARTHQUAKE, "4")],
    )
    assert {(sign.colour, sign.sign) for sign in drawn.signs} == {("l5", "L5"), ("i4", "4")}
    assert drawn.concerned == 2
    assert drawn.calm.count("M") == 1739


@given(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(GRADES)), max_size=200))
def test_every_place_in_force_is_coloured_and_signs_never_cover_each_other(
    rows: list[tuple[str, tuple[Hazard, str]]],
) -> None:
    drawn = japan.draw(TABLE, [(code, hazard, grade) for code, (hazard, grade) in rows])
    coloured = sum(dots.path.count("M") for dots in drawn.dots)
    assert coloured == drawn.concerned == len({TABLE.city_of(code) or code for code, _ in rows})
    assert bool(drawn.signs) == bool(rows)
    spots = [(sign.x, sign.y) for sign in drawn.signs]
    assert all(dist(a, b) > 18.5 for i, a in enumerate(spots) for b in spots[:i])


def test_graver_grades_of_a_hazard_look_graver() -> None:
    for hazard in Hazard:
        marks = [grades.mark(hazard, grade).gravity for grade in hazards.rule(hazard).grades if grade != "ended"]
        assert all(lower < higher for lower, higher in pairwise(marks)), hazard


def a_row(place: str = "17204", **values: object) -> StandingRow:
    row = StandingRow(
        hazard=Hazard.EARTHQUAKE,
        event="e",
        place=place,
        grade="6+",
        since=ago(5),
        ends_at=None,
        facts=Facts(),
        digest="d",
    )
    return replace(row, **values)  # type: ignore[arg-type]


def test_groups_are_by_hazard_event_and_grade_gravest_first() -> None:
    found = standing.group(
        [
            a_row("17204", grade="4"),
            a_row("17205"),
            a_row("17201", event="other"),
            a_row("17204", hazard=Hazard.LANDSLIDE, grade="L3", event=""),
        ],
        {("d", "earthquake"): Source(type="VXSE53", sent=ago(4))},
        TABLE,
    )
    assert [(group.hazard.value, group.grade, group.count) for group in found] == [
        ("earthquake", "6+", 1),
        ("earthquake", "6+", 1),
        ("earthquake", "4", 1),
        ("landslide", "L3", 1),
    ]
    assert found[0].source is not None
    assert found[-1].source is None


def test_a_ward_is_not_counted_beside_its_city() -> None:
    (both,) = standing.group([a_row("14100"), a_row("14101"), a_row("14102")], {}, TABLE)
    assert both.named == ("14100",)
    (wards,) = standing.group([a_row("14101"), a_row("14102")], {}, TABLE)
    assert wards.count == 2


def test_long_lists_are_cut_and_counted() -> None:
    (group,) = standing.group([a_row(code) for code in CODES], {}, TABLE)
    assert (group.count, len(group.named), group.more) == (1741, standing.NAMED, 1741 - standing.NAMED)
    assert sum(count for _, count in group.prefectures) == 1741


def test_a_group_ends_by_itself_only_where_all_of_it_does() -> None:
    (open_end,) = standing.group([a_row("17204"), a_row("17205", ends_at=ago(-5))], {}, TABLE)
    (closed,) = standing.group([a_row("17204", ends_at=ago(-9)), a_row("17205", ends_at=ago(-5))], {}, TABLE)
    assert open_end.ends_at is None
    assert closed.ends_at == ago(-9)


def test_the_highest_wave_of_a_group_is_shown() -> None:
    (group,) = standing.group(
        [
            a_row("17204", facts=Facts(height=3.0)),
            a_row("17205", facts=Facts(height=10.0, over=True)),
            a_row("17201"),
        ],
        {},
        TABLE,
    )
    assert group.height == (10.0, True)


def a_broadcast(**values: object) -> BroadcastRow:
    row = BroadcastRow(
        id=1,
        origin="alert",
        hazard="earthquake",
        state="planning",
        reason="",
        form="full",
        priority=10,
        seen_at=ago(3),
        planned=10,
        planned_segments=20,
        planned_at=ago(2),
        first_handover_at=None,
        last_handover_at=None,
        excluded={},
        version="",
    )
    return replace(row, **values)  # type: ignore[arg-type]


def test_every_state_of_a_message_is_in_the_bar_once() -> None:
    assert sorted(one for part in states.PARTS.values() for one in part) == sorted(MessageState)


@given(st.dictionaries(st.sampled_from(list(MessageState)), st.integers(1, 100_000)))
def test_every_message_is_in_one_part_of_the_bar(counts: dict[MessageState, int]) -> None:
    cells = tuple(
        Cell(broadcast_id=1, place="17204", language="vi", state=state, messages=count)
        for state, count in counts.items()
    )
    (shown,) = progress.of([a_broadcast(cells=cells)], 100)
    assert shown.reach.total == sum(counts.values())
    assert sum(shown.reach.parts.values()) == shown.reach.total


def test_minutes_to_the_last_person_count_what_goes_first() -> None:
    waiting = "queued=3000"
    rows = [
        a_broadcast(id=2, priority=30, version=waiting),
        a_broadcast(id=1, priority=10, version=waiting),
        a_broadcast(id=3, priority=10, version=waiting, state="held"),
    ]
    late, first, held = progress.of(rows, 100)
    assert (first.minutes_left, first.after_others) == (1, False)
    assert (late.minutes_left, late.after_others) == (2, True)
    assert held.minutes_left is None


def test_equals_go_in_step_and_what_a_reader_does_not_see_counts() -> None:
    long, short = "queued=6000", "queued=600"
    mine = a_broadcast(id=2, priority=30, version=short)
    older, urgent = a_broadcast(id=1, priority=30, version=long), a_broadcast(id=3, priority=10, version=long)
    assert [one.minutes_left for one in progress.of([mine], 100, [older, mine])] == [0.4]
    assert [one.minutes_left for one in progress.of([older], 100, [older, mine])] == [2.2]
    assert [one.minutes_left for one in progress.of([mine], 100, [older, mine, urgent])] == [2.4]


@pytest.mark.parametrize(("planned_at", "seconds"), [(ago(2), 60.0), (None, None)])
def test_the_last_text_is_known_once_all_is_planned(planned_at: datetime | None, seconds: float | None) -> None:
    row = a_broadcast(planned_at=planned_at, first_handover_at=ago(2.5), last_handover_at=ago(2))
    (shown,) = progress.of([row], 100)
    assert (shown.first_seconds, shown.last_seconds) == (30.0, seconds)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+819000001234", "•••••1234"),
        ("to 090-0000-1234.", "to •••••1234."),
        ("09000001234", "•••••1234"),
        ("+81 90 0000 1234", "•••••1234"),
        ("code 0299900 of 20261123030000", "code 0299900 of 20261123030000"),
        ("32-39_11_05_090000001234", "32-39_11_05_090000001234"),
        ("since 2026-11-23 11:48", "since 2026-11-23 11:48"),
    ],
)
def test_only_phone_numbers_are_masked(text: str, shown: str) -> None:
    assert render.masked(text) == shown


def test_now_is_a_time_of_japan() -> None:
    from web import words

    english, japanese = words.load()["en"], words.load()["ja"]
    assert english.time(NOW, NOW) == "12:00 JST"
    assert english.time(ago(60 * 13), NOW) == "11/22 23:00 JST"
    assert japanese.time(NOW, NOW) == "12:00"
