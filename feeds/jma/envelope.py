"""What every telegram has: Control and Head. Refuses what is no JMA telegram with one clear reason.

Elements of JMA's namespaces lose these on the way in, so that readers name them plainly; an element of any
other namespace keeps its own and is never taken for one of JMA's. Readers take words only by `text` and `attribute`,
which make them plain (`types.plain`): a full-width code is the same code to every reader.
Source: 気象庁防災情報XMLフォーマット, 辞書と電文解説 (Control, Head).
"""

import io
import xml.etree.ElementTree as ET
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.vocabulary import InfoType, Status
from feeds.jma import types

_REPORT = "{http://xml.kishou.go.jp/jmaxml1/}Report"
#: every namespace of JMA begins so
_NAMESPACE = "{http://xml.kishou.go.jp/jmaxml1/"
#: years a telegram can speak of; anything else is a fault of the sender, and would break sums of times
_YEARS = range(2000, 2100)
_STATUS_AT = [_REPORT, f"{_NAMESPACE}}}Control", f"{_NAMESPACE}}}Status"]
_STATUS = {"通常": Status.ACTUAL, "訓練": Status.EXERCISE, "試験": Status.TEST}
#: a forecast that comes late (遅延) is issued like any other; what we read is never late
_INFO_TYPES = {"発表": InfoType.ISSUE, "遅延": InfoType.ISSUE, "訂正": InfoType.CORRECTION, "取消": InfoType.CANCEL}
_HTML_WITHIN = 200
MAX_BYTES = 8 * 1024 * 1024


class NotReadable(Exception):
    """A telegram that cannot be read; the message says why and, where it can, where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Control and Head of one telegram, and its body as an element."""

    title: str
    sent: datetime
    status: Status
    office: str
    head_title: str
    issued: datetime
    target: datetime | None
    valid_until: datetime | None
    event_id: str
    info_type: InfoType
    #: Head/InfoKind and InfoKindVersion: the scheme of the body, shared by types of one form
    info_kind: str
    info_kind_version: str
    #: the body's namespace: seismology1, volcanology1, meteorology1; '' where it has none of these
    scheme: str
    head: ET.Element
    body: ET.Element


def children(element: ET.Element, name: str) -> list[ET.Element]:
    """The direct children of that name."""
    return element.findall(name)


def child(element: ET.Element | None, *path: str) -> ET.Element | None:
    """The first element along a path of names, None where the path ends."""
    for name in path:
        if element is None:
            return None
        element = element.find(name)
    return element


def text(element: ET.Element | None, *path: str) -> str:
    """The plain text at a path; empty where there is none."""
    found = child(element, *path)
    return types.plain(found.text or "") if found is not None else ""


def attribute(element: ET.Element, name: str) -> str:
    """The plain value of an attribute; empty where there is none."""
    return types.plain(element.get(name, ""))


def time(value: str, where: str) -> datetime:
    """A telegram's time in UTC. NotReadable where it is missing, has no zone or lies in an absurd year."""
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is None:
            raise NotReadable(f"{where}: the time {value!r} has no zone")
        moment = parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotReadable(f"{where}: expected a time such as 2026-05-29T12:55:00+09:00, found {value!r}") from None
    if moment.year not in _YEARS:
        raise NotReadable(f"{where}: expected a year from {_YEARS[0]} to {_YEARS[-1]}, found {value!r}")
    return moment


def time_or_none(value: str) -> datetime | None:
    """A time that only adds to a warning: one that cannot be read must not keep the warning from people."""
    try:
        return time(value, "")
    except NotReadable:
        return None


def parse(raw: bytes) -> Envelope:
    """Control and Head. NotReadable for anything but a well-formed telegram of JMA."""
    root = _root(raw)
    scheme = _scheme(root)
    _strip_namespaces(root)
    control, head, body = (child(root, name) for name in ("Control", "Head", "Body"))
    if control is None or head is None or body is None:
        raise NotReadable("Report: expected Control, Head and Body")
    return Envelope(
        title=text(control, "Title"),
        sent=time(text(control, "DateTime"), "Control/DateTime"),
        status=_status(text(control, "Status")),
        office=text(control, "EditorialOffice"),
        head_title=text(head, "Title"),
        issued=time(text(head, "ReportDateTime"), "Head/ReportDateTime"),
        target=time_or_none(text(head, "TargetDateTime")),
        valid_until=_optional_time(text(head, "ValidDateTime"), "Head/ValidDateTime"),
        event_id=text(head, "EventID"),
        info_type=_info_type(text(head, "InfoType")),
        info_kind=text(head, "InfoKind"),
        info_kind_version=text(head, "InfoKindVersion"),
        scheme=scheme,
        head=head,
        body=body,
    )


def status_of(raw: bytes) -> Status | None:
    """Control/Status of what cannot be read otherwise, such as half a telegram; None where it says none."""
    if len(raw) > MAX_BYTES or _forbidden(raw):
        return None
    open_elements: list[str] = []
    with suppress(ET.ParseError, ValueError, LookupError):
        for event, element in ET.iterparse(io.BytesIO(raw), ["start", "end"]):  # noqa: S314 -- as in `_root`
            if event == "start":
                open_elements.append(element.tag)
                continue
            if open_elements == _STATUS_AT:
                return _STATUS.get(_closed_up(types.plain(element.text or "")))
            open_elements.pop()
    return None


def _forbidden(raw: bytes) -> bool:
    return b"<!DOCTYPE" in raw or b"<!ENTITY" in raw or b"\x00" in raw


def _root(raw: bytes) -> ET.Element:
    if len(raw) > MAX_BYTES:
        raise NotReadable(f"{len(raw)} bytes, more than {MAX_BYTES} allowed")
    if raw[:_HTML_WITHIN].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise NotReadable("an HTML page, no telegram: the server's answer for a file that is not there?")
    if _forbidden(raw):
        raise NotReadable("a document type, entity or NUL byte stands in it, which no telegram of JMA has")
    try:
        root = ET.fromstring(raw)  # noqa: S314 -- size is capped, DTD and entities are refused above
    except (ET.ParseError, ValueError, LookupError) as problem:
        raise NotReadable(f"not well-formed XML: {problem}") from None
    if root.tag != _REPORT:
        raise NotReadable(f"root element {root.tag!r} is not JMA's Report")
    return root


def _scheme(root: ET.Element) -> str:
    """The last part of the body's namespace."""
    found = (element.tag for element in root if element.tag.startswith(_NAMESPACE) and element.tag.endswith("}Body"))
    return next((tag.removesuffix("/}Body").rpartition("/")[2] for tag in found), "")


def _strip_namespaces(root: ET.Element) -> None:
    names: dict[str, str] = {}
    for element in root.iter():
        tag = element.tag
        if tag not in names:
            names[tag] = tag.rpartition("}")[2] if tag.startswith(_NAMESPACE) else tag
        element.tag = names[tag]


def _optional_time(value: str, where: str) -> datetime | None:
    return time(value, where) if value else None


def _status(value: str) -> Status:
    found = _STATUS.get(_closed_up(value))
    if found is None:
        raise NotReadable(f"Control/Status: expected 通常, 訓練 or 試験, found {value!r}")
    return found


def _info_type(value: str) -> InfoType:
    found = _INFO_TYPES.get(_closed_up(value))
    if found is None:
        raise NotReadable(f"Head/InfoType: expected 発表, 訂正 or 取消, found {value!r}")
    return found


def _closed_up(keyword: str) -> str:
    """A keyword without the spaces that Japanese headings are stretched with (訓　練)."""
    return "".join(keyword.split())
