"""Every grade has its CAP words, and a graver one is never less."""

import tomllib
from importlib import resources

import pytest

from alerts import hazards
from alerts.report import Facts
from alerts.vocabulary import Hazard, Kind
from web.cap import grading
from web.cap.grading import Severity, Urgency

_GRAVE = [Severity.UNKNOWN, Severity.MINOR, Severity.MODERATE, Severity.SEVERE, Severity.EXTREME]
_SOON = [Urgency.UNKNOWN, Urgency.PAST, Urgency.FUTURE, Urgency.EXPECTED, Urgency.IMMEDIATE]
#: an eruption is news beside the levels, and what has ended stands last on its scale
_BESIDE = {"eruption", "ended"}


@pytest.mark.parametrize("hazard", list(Hazard))
def test_a_graver_grade_is_never_less(hazard: Hazard) -> None:
    grades = [grade for grade in hazards.rule(hazard).grades if grade not in _BESIDE]
    rows = [grading.load().of(hazard, grade, Kind.NEW, Facts()) for grade in grades]
    grave, soon = [_GRAVE.index(row.severity) for row in rows], [_SOON.index(row.urgency) for row in rows]
    assert (grave, soon) == (sorted(grave), sorted(soon))
    assert all(row.why for row in rows)


def test_what_always_goes_out_is_severe_at_least() -> None:
    for hazard in Hazard:
        for grade in hazards.rule(hazard).always:
            row = grading.load().of(hazard, grade, Kind.NEW, Facts())
            assert row.severity in (Severity.SEVERE, Severity.EXTREME), (hazard, grade)


def test_a_gap_or_a_strange_word_is_refused() -> None:
    text = resources.files("web.cap").joinpath("grading.toml").read_text(encoding="utf-8")
    for right, wrong in (('L4 = ["Immediate"', 'L9 = ["Immediate"'), ('["Immediate", "Severe"', '["Soon", "Severe"')):
        with pytest.raises(ValueError, match=r"grading\.toml"):
            grading.build(tomllib.loads(text.replace(right, wrong, 1)))
