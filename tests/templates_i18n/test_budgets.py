"""Texts that are too long are declared, and only those."""

import tomllib

import pytest

from alerts.places import PlaceTable
from templates_i18n import budgets, catalogue, gates, segments
from templates_i18n.catalogue import Catalogue, Missed
from templates_i18n.language import PlaceStyle
from tests.templates_i18n.conftest import CATALOGUE

EXCEPTIONS = CATALOGUE / "exceptions"


@pytest.fixture(scope="module")
def measured(words: Catalogue, table: PlaceTable) -> budgets.Exceptions:
    return budgets.measure(words, table)


def test_exceptions_are_exactly_the_texts_that_miss_their_budget(
    measured: budgets.Exceptions, update_golden: bool
) -> None:
    if update_golden:
        for old in EXCEPTIONS.glob("*.toml"):
            old.unlink()
        for tag, rows in measured.items():
            (EXCEPTIONS / f"{tag}.toml").write_text(budgets.to_toml(rows), encoding="utf-8")
        catalogue.load.cache_clear()
    declared = catalogue.load()
    assert list(gates.undeclared(declared, measured)) == []
    for tag, rows in measured.items():
        assert (EXCEPTIONS / f"{tag}.toml").read_text(encoding="utf-8") == budgets.to_toml(rows)


def test_measured_with_the_longest_name(table: PlaceTable) -> None:
    longest = budgets.longest_place(table, PlaceStyle.ENGLISH, as_on_signs=True, coastal=False)
    assert segments.utf16_units(longest.names.en) >= max(len(place.names.en) for place in table.all()) - 8
    assert budgets.longest_place(table, PlaceStyle.KANA, as_on_signs=False, coastal=True).coastal


def test_the_gate_sees_what_is_not_declared_and_what_is_no_longer_true(words: Catalogue) -> None:
    missed = Missed(segments=4, reason="250 units")
    declared = Catalogue(
        version="",
        composition=words.composition,
        by_tag=words.by_tag,
        names=words.names,
        exceptions={"vi": {"kept": missed, "gone": missed, "grown": missed}},
    )
    measured = {"vi": {"kept": missed, "grown": Missed(segments=5, reason="300 units")}, "pt": {"fresh": missed}}
    assert sorted(where for where, _ in gates.undeclared(declared, measured)) == [
        "pt fresh",
        "vi gone",
        "vi grown",
    ]


def test_what_is_written_can_be_read(measured: budgets.Exceptions) -> None:
    for rows in measured.values():
        assert tomllib.loads(budgets.to_toml(rows)).keys() == rows.keys()


def test_it_is_said_which_texts_are_too_long_only_for_long_names(measured: budgets.Exceptions) -> None:
    reasons = [missed.reason for rows in measured.values() for missed in rows.values()]
    long_names = [reason for reason in reasons if reason.endswith("only with a long place name")]
    assert 0 < len(long_names) < len(reasons)
