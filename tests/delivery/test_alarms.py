"""What people in charge are told, as a pure matter: when, merged how, and never in a flood."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notices import NoticeKind
from delivery import alarms
from delivery.alarms import Board, Known
from templates_i18n import segments

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FEEDS = ("eqvol", "extra", "other", "regular")


def known(identity, kind=NoticeKind.UNKNOWN_CODE, subject=None, **more):
    fields = {"since": NOW, "told_at": None, "resolved_at": None} | more
    return Known(id=identity, kind=kind, subject=subject or f"code {identity}", **fields)


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("subjects", [["x" * 200] * 1000, [f"{index} " + "x" * 50 for index in range(1000)], FEEDS])
def test_every_text_fits_two_segments(kind, subjects):
    notices = [known(index, kind, subject, resolved_at=NOW) for index, subject in enumerate(subjects)]
    texts = [alarms.wording(notices)]
    if kind in alarms.STATES:
        texts.append(alarms.end_wording(notices))
    for text in texts:
        assert segments.count(text).segments <= 2


def test_all_four_feeds_are_named():
    text = alarms.wording([known(index, NoticeKind.BLIND, feed) for index, feed in enumerate(FEEDS)])
    assert "eqvol, extra, other, regular since Nov 23 09:00 JST" in text


def test_silence_that_follows_blindness_is_told_instead_of_its_end():
    blind = known(1, NoticeKind.BLIND, "extra", told_at=NOW, resolved_at=NOW)
    silent = known(2, NoticeKind.SILENT, "extra")
    plan = alarms.plan(Board(untold=[silent], believed=[blind]), NOW + timedelta(hours=1))
    assert [text.notices for text in plan.texts] == [[silent]]
    assert plan.closed == [blind]


def test_another_of_a_kind_waits_for_its_turn_and_the_same_for_longer():
    told = known(1, told_at=NOW)
    fresh = [known(2), known(3, subject="code 1")]
    assert not alarms.plan(Board(untold=fresh, recent=[told]), NOW + timedelta(minutes=4))
    (text,) = alarms.plan(Board(untold=fresh, recent=[told]), NOW + timedelta(minutes=6)).texts
    assert [one.id for one in text.notices] == [2]


kinds = st.sampled_from(list(NoticeKind))


@given(st.lists(st.tuples(kinds, st.integers(0, 30), st.integers(0, 120), st.booleans()), max_size=300))
def test_a_storm_of_notices_is_no_flood_of_texts(storm):
    """Whatever comes up and ends, a quarter of an hour brings a bounded number of texts."""
    told: list[datetime] = []
    rows: dict[int, Known] = {}
    now = NOW
    for identity, (kind, subject, seconds, ends) in enumerate(storm):
        now += timedelta(seconds=seconds)
        same = [row for row in rows.values() if (row.kind, row.subject) == (kind, str(subject)) and not row.resolved_at]
        if ends:
            rows |= {row.id: _with(row, resolved_at=now) for row in same}
        elif not same:
            rows[identity] = known(identity, kind, str(subject), since=now)
        told += _act(rows, now)
    for moment in told:
        in_quarter = [other for other in told if moment <= other < moment + alarms.QUIET]
        assert len(in_quarter) <= 6 + 3 * 4 + 3 * 8


def _act(rows, now):
    """Do what the plan says; the moments of its texts."""
    recent = [row for row in rows.values() if row.told_at and row.told_at > now - alarms.QUIET]
    board = Board(
        untold=sorted(
            (row for row in rows.values() if not row.told_at and not row.resolved_at), key=lambda r: (r.kind, r.id)
        ),
        believed=[row for row in rows.values() if row.told_at and row.kind in alarms.STATES and row.id not in _ENDED],
        recent=recent,
    )
    plan = alarms.plan(board, now)
    for old, new in plan.same_again:
        rows[new.id] = _with(new, told_at=now)
        _ENDED.add(old.id)
    for text in plan.texts:
        for one in text.notices:
            if text.is_end:
                _ENDED.add(one.id)
            else:
                rows[one.id] = _with(one, told_at=now)
    return [now for _ in plan.texts]


_ENDED: set[int] = set()


def _with(row, **more):
    fields = {name: getattr(row, name) for name in ("since", "told_at", "resolved_at")} | more
    return Known(id=row.id, kind=row.kind, subject=row.subject, **fields)
