"""Reports, facts and changes as JSON and back."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from alerts import codec
from alerts.changes import PlaceChange
from alerts.report import AreaReport, Facts, Report

times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda time: time.replace(tzinfo=UTC))
facts = st.builds(
    Facts, height=st.none() | st.sampled_from([0.2, 1.0, 10.0]), arrival=st.none() | times, until=st.none() | times
)
areas = st.builds(AreaReport, facts=facts)
reports = st.builds(
    Report,
    sent=times,
    issued=times,
    valid_until=st.none() | times,
    origin=st.none() | times,
    areas=st.lists(areas, max_size=3).map(tuple),
)
changes = st.builds(PlaceChange, issued=times, facts=facts)


@given(facts)
def test_facts_come_back(said: Facts) -> None:
    assert codec.facts_from_json(codec.facts_to_json(said)) == said


def test_no_facts_are_an_empty_object() -> None:
    assert codec.facts_to_json(Facts()) == {}


@given(reports)
def test_reports_come_back(report: Report) -> None:
    assert codec.report_from_text(codec.report_to_text(report)) == report


@given(changes)
def test_changes_come_back(change: PlaceChange) -> None:
    assert codec.change_from_json(change.place, codec.change_to_json(change)) == change
