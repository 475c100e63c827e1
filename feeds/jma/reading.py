"""One raw telegram in, one reading out: what it says, why it is not read, or why it cannot be.

The type is told by the file name and checked against Control/Title; without a type in the name the title decides,
and without a title that is known, what stands inside (`shapes`).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from alerts import folding
from alerts.notices import Notice, NoticeKind
from alerts.overview import Overview
from alerts.places import PlaceTable
from alerts.report import UNKNOWN, Report
from alerts.vocabulary import InfoType, Status
from feeds.jma import (
    ashfall,
    earthquake,
    envelope,
    flash,
    flood,
    heat,
    megaquake,
    overview,
    shapes,
    supplement,
    tornado,
    tsunami,
    types,
    typhoon,
    volcano,
    weather,
)
from feeds.jma.envelope import Envelope, NotReadable

#: a telegram may be so far ahead of our clock; clocks differ a little
AHEAD = timedelta(minutes=10)

Reader: TypeAlias = Callable[[str, Envelope, str], tuple[list[Report], list[Notice]]]

_READERS: Mapping[str, Reader] = {
    "ashfall": ashfall.read,
    "earthquake": earthquake.read,
    "flash": flash.read,
    "flood": flood.read,
    "heat": heat.read,
    "megaquake": megaquake.read,
    "outlook": lambda code, telegram, digest: ([], []),
    "overview": overview.read,
    "supplement": supplement.read,
    "tornado": tornado.read,
    "tsunami": tsunami.read,
    "typhoon": typhoon.read,
    "volcano": volcano.read,
    "weather": weather.read,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """It was read; no reports means that it holds no warning."""

    type: str
    status: Status
    sent: datetime
    info_type: InfoType
    reports: tuple[Report, ...]
    notices: tuple[Notice, ...]
    #: why there are no reports
    reason: str
    #: a state to compare ours with (VPWS50)
    overview: Overview | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """It is kept and counted, and on purpose not read."""

    type: str
    status: Status
    sent: datetime
    info_type: InfoType
    reason: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """It goes to quarantine until somebody has looked at it."""

    type: str
    reason: str
    #: where Control/Status can be read
    status: Status | None = None
    #: when it may be read again by itself, UTC; None = after somebody has looked at it
    again_at: datetime | None = None


Reading: TypeAlias = Read | Ignored | Unreadable


def digest_of(raw: bytes) -> str:
    """SHA-256 of the raw telegram, hexadecimal: what identifies it everywhere."""
    return hashlib.sha256(raw).hexdigest()


def read(raw: bytes, file_name: str) -> Reading:
    """Read one telegram. Never raises: whatever is wrong with it is a reason, and others go on."""
    named = types.code_in(file_name)
    try:
        return _read(envelope.parse(raw), raw, named)
    except NotReadable as problem:
        reason = str(problem)
    except Exception as fault:  # noqa: BLE001 -- a fault of ours on one telegram must not stop the others
        reason = f"our reader failed on it: {type(fault).__name__}: {fault}"
    return Unreadable(type=named, reason=reason, status=envelope.status_of(raw))


def placed(found: Reading, places: PlaceTable) -> Reading:
    """The reading; unreadable where no area of it stands for a place we know: nobody could be told of it.

    It is read again once the place tables know its codes; taken for read, it would be lost.
    """
    said = [report for report in found.reports if report.areas] if isinstance(found, Read) else []
    if not isinstance(found, Read) or not said:
        return found
    if not all(folding.placeless(report, places) for report in said):
        return found
    codes = sorted({area.code for report in found.reports for area in report.areas})
    reason = f"none of its {len(codes)} area codes stands for a place: {', '.join(codes[:5])}. Renew the place tables"
    return Unreadable(type=found.type, reason=reason, status=found.status)


def in_time(found: Reading, now: datetime) -> Reading:
    """The reading; unreadable for now where its Control/DateTime is well ahead of our clock.

    Taken for read, it would count as the newest of its region until then and silence all that come meanwhile. If
    our own clock was wrong it is read as soon as that is set right.
    """
    if not isinstance(found, Read) or found.sent - now <= AHEAD:
        return found
    hours = (found.sent - now) / timedelta(hours=1)
    reason = (
        f"Control/DateTime is {found.sent:%Y-%m-%d %H:%M} UTC, {hours:.1f} hours ahead of our clock: which is wrong? "
        "It is read when its time comes; until then nothing of it counts"
    )
    return Unreadable(type=found.type, reason=reason, status=found.status, again_at=found.sent - AHEAD)


def _read(telegram: Envelope, raw: bytes, named: str) -> Reading:
    kind = _type_of(named, telegram)
    if not kind.family:
        return _ignored(kind, telegram)
    try:
        reports, notices = _READERS[kind.family](kind.code, telegram, digest_of(raw))
        _refuse_unknown(reports, notices)
    except NotReadable as problem:
        return Unreadable(type=kind.code, reason=str(problem), status=telegram.status)
    return Read(
        type=kind.code,
        status=telegram.status,
        sent=telegram.sent,
        info_type=telegram.info_type,
        reports=tuple(reports),
        notices=tuple(notices),
        reason="" if reports else _without_reports(kind, telegram),
        overview=overview.of(telegram) if kind.family == "overview" else None,
    )


def _refuse_unknown(reports: Sequence[Report], notices: Sequence[Notice]) -> None:
    """NotReadable where no report says anything we know of any area: to be read again once our tables know it.

    Taken for read, it would pass for a telegram that holds no warning.
    """
    areas = [area for report in reports for area in report.areas]
    if areas and all(area.grade == UNKNOWN for area in areas):
        subjects = ", ".join(sorted({notice.subject for notice in notices})[:5])
        raise NotReadable(f"nothing is known of any of its {len(areas)} areas: {subjects} stands in no table")


def _ignored(kind: types.TelegramType, telegram: Envelope) -> Ignored:
    notice = Notice(
        kind=NoticeKind.UNKNOWN_CODE, subject=f"telegram type {kind.code or telegram.title}", text=kind.reason
    )
    return Ignored(
        type=kind.code,
        status=telegram.status,
        sent=telegram.sent,
        info_type=telegram.info_type,
        reason=kind.reason,
        notices=() if kind.title else (notice,),
    )


def _type_of(named: str, telegram: Envelope) -> types.TelegramType:
    """The type by file name, checked against the title. NotReadable where the two name different types we read.

    A type that no table knows has no title of its own, and no family.
    """
    title = telegram.title
    by_name, by_title = types.of(named), types.by_title(title)
    if by_name and by_name.title == types.plain(title):
        return replace(by_name, code=named)
    if not named and by_title:
        return next(iter(shapes.fitting(telegram, types.titled(title))), by_title)
    if (inside := _by_shape(by_name, by_title, named, telegram)) is not None:
        return inside
    if (by_name and by_name.family) or (by_title and by_title.family):
        raise NotReadable(f"the file name says {named or 'nothing'}, Control/Title says {title!r}: which is it?")
    if by_name:
        return by_name
    if by_title:  # a further number of a type that is not read either, such as VPTW63
        return replace(by_title, code=named)
    reason = f"telegram type {named or title} ({title}) stands in no table: kept, not read."
    return types.TelegramType(code=named, title="", family="", reason=reason)


def _by_shape(
    by_name: types.TelegramType | None, by_title: types.TelegramType | None, named: str, telegram: Envelope
) -> types.TelegramType | None:
    """The type by the body, where name and title leave it open; a title that is missing is no contradiction."""
    if by_title is not None or (named and telegram.title):
        return None
    found = shapes.fitting(telegram)
    if not named and len(found) > 1:
        codes = ", ".join(kind.code for kind in found)
        raise NotReadable(f"neither name nor Control/Title tell its type, and its body may be {codes}")
    if not named:
        return found[0] if found else None
    return replace(by_name, code=named) if by_name and by_name in found else None


def _without_reports(kind: types.TelegramType, telegram: Envelope) -> str:
    return f"{kind.nothing} ({telegram.head_title})"
