"""One CAP 1.2 message as values. Refuses whatever the standard forbids, with the place and what was expected. Pure.

OASIS CAP-v1.2 (2010-07-01): 3.2 data dictionary, 3.3.2 dates, 3.4 schema. A stranger's XML: size, depth and number of
elements are bounded, no document type, no entity, UTF-8 alone, so that nothing hides in another encoding.
"""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

MAX_BYTES = 256 * 1024
_MAX_DEPTH = 8
_MAX_ELEMENTS = 20_000
NAMESPACE = "{urn:oasis:names:tc:emergency:cap:1.2}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
_ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([^"']*)["']""")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_NAME = re.compile(r"[^\s,<&]+")
_YEARS = range(2000, 2100)
_ONE, _MAYBE, _SOME, _ANY = (1, 1), (0, 1), (1, None), (0, None)
_PAIR = {"valueName": _ONE, "value": _ONE}
#: element -> its children, in the order of the schema, each with the least and the most
_CHILDREN: Mapping[str, Mapping[str, tuple[int, int | None]]] = {
    "alert": {
        "identifier": _ONE,
        "sender": _ONE,
        "sent": _ONE,
        "status": _ONE,
        "msgType": _ONE,
        "source": _MAYBE,
        "scope": _ONE,
        "restriction": _MAYBE,
        "addresses": _MAYBE,
        "code": _ANY,
        "note": _MAYBE,
        "references": _MAYBE,
        "incidents": _MAYBE,
        "info": _ANY,
    },
    "info": {
        "language": _MAYBE,
        "category": _SOME,
        "event": _ONE,
        "responseType": _ANY,
        "urgency": _ONE,
        "severity": _ONE,
        "certainty": _ONE,
        "audience": _MAYBE,
        "eventCode": _ANY,
        "effective": _MAYBE,
        "onset": _MAYBE,
        "expires": _MAYBE,
        "senderName": _MAYBE,
        "headline": _MAYBE,
        "description": _MAYBE,
        "instruction": _MAYBE,
        "web": _MAYBE,
        "contact": _MAYBE,
        "parameter": _ANY,
        "resource": _ANY,
        "area": _ANY,
    },
    "resource": {
        "resourceDesc": _ONE,
        "mimeType": _ONE,
        "size": _MAYBE,
        "uri": _MAYBE,
        "derefUri": _MAYBE,
        "digest": _MAYBE,
    },
    "area": {
        "areaDesc": _ONE,
        "polygon": _ANY,
        "circle": _ANY,
        "geocode": _ANY,
        "altitude": _MAYBE,
        "ceiling": _MAYBE,
    },
    "eventCode": _PAIR,
    "parameter": _PAIR,
    "geocode": _PAIR,
}
_WORDS = {
    "status": frozenset("Actual Exercise System Test Draft".split()),
    "msgType": frozenset("Alert Update Cancel Ack Error".split()),
    "scope": frozenset("Public Restricted Private".split()),
    "category": frozenset("Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other".split()),
    "responseType": frozenset("Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None".split()),
    "urgency": frozenset("Immediate Expected Future Past Unknown".split()),
    "severity": frozenset("Extreme Severe Moderate Minor Unknown".split()),
    "certainty": frozenset("Observed Likely Possible Unlikely Unknown".split()),
}
#: what says nothing when it is empty
_FILLED = frozenset("sent event areaDesc valueName effective onset expires".split())


class NotCap(Exception):
    """No CAP 1.2 message; the text says why and where."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """How messages name each other: `references` without the time, which is the same for one identifier."""

    sender: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One `area`."""

    description: str
    #: (valueName, value)
    geocodes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """One `info`; times are UTC."""

    language: str
    event: str
    response_types: tuple[str, ...]
    urgency: str
    event_codes: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, str], ...]
    effective: datetime | None
    expires: datetime | None
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One `alert`."""

    key: Key
    sent: datetime
    status: str
    msg_type: str
    scope: str
    references: tuple[Key, ...]
    infos: tuple[Info, ...]


def read(raw: bytes) -> Message:
    """The message. NotCap for anything that is no valid CAP 1.2."""
    alert = _root(raw)
    _check(alert, "alert", "alert")
    message = Message(
        key=Key(_text(alert, "sender"), _text(alert, "identifier")),
        sent=_time(alert, "sent") or datetime.min.replace(tzinfo=UTC),
        status=_text(alert, "status"),
        msg_type=_text(alert, "msgType"),
        scope=_text(alert, "scope"),
        references=tuple(_references(_text(alert, "references"))),
        infos=tuple(_info(info) for info in alert.findall(f"{NAMESPACE}info")),
    )
    if message.msg_type in ("Update", "Cancel") and not message.references:
        raise NotCap(f"alert: {message.msg_type} without references: which message does it mean?")
    return message


def _root(raw: bytes) -> ET.Element:
    if len(raw) > MAX_BYTES:
        raise NotCap(f"{len(raw)} bytes, more than {MAX_BYTES} allowed")
    named = _ENCODING.search(raw.removeprefix(b"\xef\xbb\xbf"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NotCap("expected UTF-8") from None
    if "\x00" in text or (named and named[1].lower() not in (b"utf-8", b"utf8")):
        raise NotCap("expected UTF-8")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotCap("a document type or an entity stands in it, which CAP does not have")
    try:
        root = _bounded(raw)
    except (ET.ParseError, ValueError, LookupError) as problem:
        raise NotCap(f"not well-formed XML: {problem}") from None
    if root.tag != f"{NAMESPACE}alert":
        raise NotCap(f"root element {root.tag[:100]!r}; expected alert of CAP 1.2")
    return root


def _bounded(raw: bytes) -> ET.Element:
    depth = count = 0
    root: ET.Element | None = None
    for event, element in ET.iterparse(io.BytesIO(raw), ["start", "end"]):  # noqa: S314 -- bounded, without DTD
        if event == "end":
            depth -= 1
            continue
        root = element if root is None else root
        depth, count = depth + 1, count + 1
        if depth > _MAX_DEPTH and not _is_signature(root):
            raise NotCap(f"elements lie deeper than {_MAX_DEPTH}")
        if count > _MAX_ELEMENTS:
            raise NotCap(f"more than {_MAX_ELEMENTS} elements")
    if root is None:
        raise NotCap("empty")
    return root


def _is_signature(root: ET.Element) -> bool:
    """An enveloped signature lies deep, and nothing of it is read: the connection tells who sends."""
    return len(root) > 0 and root[-1].tag.startswith(_SIGNATURE)


def _check(element: ET.Element, name: str, where: str) -> None:
    """Order, number and words of the schema. NotCap."""
    children = _CHILDREN.get(name)
    if children is None:
        _check_value(element, name, where)
        return
    order, count, last = list(children), dict.fromkeys(children, 0), 0
    for child in element:
        if name == "alert" and child.tag.startswith(_SIGNATURE):
            continue
        inner = child.tag.removeprefix(NAMESPACE)
        if inner not in children:
            raise NotCap(f"{where}: {inner[:60]!r} does not stand in CAP 1.2")
        if order.index(inner) < last:
            raise NotCap(f"{where}: {inner} stands too late; the order is {', '.join(order)}")
        last, count[inner] = order.index(inner), count[inner] + 1
        _check(child, inner, f"{where}/{inner}")
    for inner, (least, most) in children.items():
        if count[inner] < least or (most is not None and count[inner] > most):
            raise NotCap(f"{where}: {inner} stands {count[inner]} times")


def _check_value(element: ET.Element, name: str, where: str) -> None:
    if len(element):
        raise NotCap(f"{where}: expected text, found elements")
    if name in _WORDS and _plain(element) not in _WORDS[name]:
        raise NotCap(f"{where}: expected one of {', '.join(sorted(_WORDS[name]))}, found {_plain(element)[:60]!r}")
    if name in _FILLED and not _plain(element):
        raise NotCap(f"{where}: expected a value, found nothing")
    if name in ("identifier", "sender") and not _NAME.fullmatch(_plain(element)):
        raise NotCap(f"{where}: expected a name without spaces, commas, < and &")


def _info(info: ET.Element) -> Info:
    return Info(
        language=_text(info, "language") or "en-US",  # CAP 1.2: the default
        event=_text(info, "event"),
        response_types=tuple(_plain(each) for each in info.findall(f"{NAMESPACE}responseType")),
        urgency=_text(info, "urgency"),
        event_codes=tuple(_pairs(info, "eventCode")),
        parameters=tuple(_pairs(info, "parameter")),
        effective=_time(info, "effective"),
        expires=_time(info, "expires"),
        areas=tuple(
            Area(description=_text(area, "areaDesc"), geocodes=tuple(_pairs(area, "geocode")))
            for area in info.findall(f"{NAMESPACE}area")
        ),
    )


def _pairs(parent: ET.Element, name: str) -> Iterator[tuple[str, str]]:
    for pair in parent.findall(f"{NAMESPACE}{name}"):
        yield _text(pair, "valueName"), _text(pair, "value")


def _references(text: str) -> Iterator[Key]:
    for triple in text.split():
        parts = triple.split(",")
        if len(parts) != 3 or not all(map(_NAME.fullmatch, parts)):
            raise NotCap(f"references: expected sender,identifier,sent, found {triple[:100]!r}")
        yield Key(parts[0], parts[1])


def _text(parent: ET.Element, name: str) -> str:
    found = parent.find(f"{NAMESPACE}{name}")
    return "" if found is None else _plain(found)


def _plain(element: ET.Element) -> str:
    return (element.text or "").strip()


def _time(parent: ET.Element, name: str) -> datetime | None:
    written = _text(parent, name)
    if not written:
        return None
    try:
        if not _TIME.fullmatch(written):
            raise ValueError
        moment = datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotCap(f"{name}: expected a time such as 2026-11-23T09:00:00+09:00, found {written[:60]!r}") from None
    if moment.year not in _YEARS:
        raise NotCap(f"{name}: expected a year from {_YEARS[0]} to {_YEARS[-1]}")
    return moment
