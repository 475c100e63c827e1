"""One raw telegram in, one reading out: what it says, why it is not read, or why it cannot be.

The type is told by the file name and checked against Control/Title; without a type in the name, the title decides.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from alerts.notices import Notice, NoticeKind
from alerts.report import Report
from alerts.vocabulary import InfoType, Status
from feeds.jma import earthquake, envelope, tsunami, types, weather
from feeds.jma.envelope import Envelope, NotReadable

Reader: TypeAlias = Callable[[str, Envelope, str], tuple[list[Report], list[Notice]]]

_READERS: Mapping[str, Reader] = {
    "earthquake": earthquake.read,
    "tsunami": tsunami.read,
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
        return Unreadable(type=named, reason=str(problem))
    except Exception as fault:  # noqa: BLE001 -- a fault of ours on one telegram must not stop the others
        return Unreadable(type=named, reason=f"our reader failed on it: {type(fault).__name__}: {fault}")


def _read(telegram: Envelope, raw: bytes, named: str) -> Reading:
    kind = _type_of(named, telegram.title)
    if not kind.family:
        return _ignored(kind, telegram)
    try:
        reports, notices = _READERS[kind.family](kind.code, telegram, digest_of(raw))
    except NotReadable as problem:
        return Unreadable(type=kind.code, reason=str(problem))
    return Read(
        type=kind.code,
        status=telegram.status,
        sent=telegram.sent,
        info_type=telegram.info_type,
        reports=tuple(reports),
        notices=tuple(notices),
        reason="" if reports else _without_reports(kind, telegram),
    )


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


def _type_of(named: str, title: str) -> types.TelegramType:
    """The type by file name, checked against the title. NotReadable where the two name different types we read.

    A type that no table knows has no title of its own, and no family.
    """
    by_name, by_title = types.of(named), types.by_title(title)
    if by_name and by_name.title == types.plain(title):
        return replace(by_name, code=named)
    if not named and by_title:
        return by_title
    if (by_name and by_name.family) or (by_title and by_title.family):
        raise NotReadable(f"the file name says {named or 'nothing'}, Control/Title says {title!r}: which is it?")
    if by_name:
        return by_name
    if by_title:  # a further number of a type that is not read either, such as VPTW63
        return replace(by_title, code=named)
    reason = f"telegram type {named or title} ({title}) stands in no table: kept, not read."
    return types.TelegramType(code=named, title="", family="", reason=reason)


def _without_reports(kind: types.TelegramType, telegram: Envelope) -> str:
    if kind.code == "VXSE52":
        return "epicentre only: no intensity at any place"
    return f"no intensity in Japan ({telegram.head_title})"
