"""Telegrams of the builders with defaults, and how to spoil them, for tests."""

from datetime import UTC, datetime, timedelta

from alerts.report import AreaReport, Report
from feeds.jma import reading

AT = datetime(2026, 9, 1, 3, 0, 20, tzinfo=UTC)
EVENT = "20260901115910"


def later(minutes: float) -> datetime:
    """So many minutes after the first telegram."""
    return AT + timedelta(minutes=minutes)


def swap(raw: bytes, old: str, new: str, *, times: int = -1) -> bytes:
    """The telegram with one piece of text replaced, which must be there."""
    assert old.encode() in raw, f"{old!r} does not stand in the telegram"
    return raw.replace(old.encode(), new.encode(), times)


def read(raw: bytes, name: str = "") -> reading.Read:
    """A telegram that must be readable."""
    found = reading.read(raw, name)
    assert isinstance(found, reading.Read), found
    return found


def report(raw: bytes) -> Report:
    """The one report of a telegram."""
    (found,) = read(raw).reports
    return found


def areas(raw: bytes) -> dict[str, AreaReport]:
    """What the telegram's report says, by area code."""
    return {area.code: area for area in report(raw).areas}


def grades(raw: bytes) -> dict[str, str]:
    """Area code to grade."""
    return {code: area.grade for code, area in areas(raw).items()}


def unreadable(raw: bytes, name: str = "") -> str:
    """Why a telegram cannot be read; it must not be."""
    found = reading.read(raw, name)
    assert isinstance(found, reading.Unreadable), found
    return found.reason
