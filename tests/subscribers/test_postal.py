"""Postal codes as people and spreadsheets write them, against Japan Post's data."""

import pytest

from alerts import places
from subscribers import postal
from subscribers.refusal import Refused


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("920-8577", "9208577"),
        ("〒９２０ー８５７７", "9208577"),
        ("9208577.0", "9208577"),
        ("600001", "0600001"),  # Sapporo 060-0001: Excel ate the zero
        ("10010", "0010010"),  # Sapporo 001-0010: it ate both
    ],
)
def test_usual_writings_are_understood(written: str, code: str) -> None:
    assert postal.normalise(written) == code


@pytest.mark.parametrize("written", ["", "920", "920-85777", "abc-defg", "9.2E+06"])
def test_what_is_no_postal_code_is_refused(written: str) -> None:
    found = postal.normalise(written)
    assert isinstance(found, Refused)
    assert "expected" in found.reason


def test_a_code_across_a_border_means_several_municipalities() -> None:
    found = postal.reader(places.load())("498-0000")
    assert isinstance(found, tuple)
    assert len(found) > 1


def test_a_ward_is_found_by_its_own_code() -> None:
    assert postal.reader(places.load())("231-0005") == ("14104",)


def test_without_the_data_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found = postal.reader(places.load())("920-8577")
    assert isinstance(found, Refused)
    assert "tomoshibi[postal]" in found.reason
