"""What CAP 1.2 asks of a document, written from the clauses of the standard and independent of what writes ours.

OASIS CAP-v1.2-os (2010-07-01): 3.2 (data dictionary), 3.3 (dates, entities), 3.4 (schema: order and number).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_ANY = 10_000

#: name -> (least, most), in the order of the schema
_ALERT = {
    "identifier": (1, 1),
    "sender": (1, 1),
    "sent": (1, 1),
    "status": (1, 1),
    "msgType": (1, 1),
    "source": (0, 1),
    "scope": (1, 1),
    "restriction": (0, 1),
    "addresses": (0, 1),
    "code": (0, _ANY),
    "note": (0, 1),
    "references": (0, 1),
    "incidents": (0, 1),
    "info": (0, _ANY),
}
_INFO = {
    "language": (0, 1),
    "category": (1, _ANY),
    "event": (1, 1),
    "responseType": (0, _ANY),
    "urgency": (1, 1),
    "severity": (1, 1),
    "certainty": (1, 1),
    "audience": (0, 1),
    "eventCode": (0, _ANY),
    "effective": (0, 1),
    "onset": (0, 1),
    "expires": (0, 1),
    "senderName": (0, 1),
    "headline": (0, 1),
    "description": (0, 1),
    "instruction": (0, 1),
    "web": (0, 1),
    "contact": (0, 1),
    "parameter": (0, _ANY),
    "resource": (0, _ANY),
    "area": (0, _ANY),
}
_RESOURCE = {
    "resourceDesc": (1, 1),
    "mimeType": (1, 1),
    "size": (0, 1),
    "uri": (0, 1),
    "derefUri": (0, 1),
    "digest": (0, 1),
}
_AREA = {
    "areaDesc": (1, 1),
    "polygon": (0, _ANY),
    "circle": (0, _ANY),
    "geocode": (0, _ANY),
    "altitude": (0, 1),
    "ceiling": (0, 1),
}
_PAIR = {"valueName": (1, 1), "value": (1, 1)}
_INSIDE = {
    "alert": _ALERT,
    "info": _INFO,
    "resource": _RESOURCE,
    "area": _AREA,
    "eventCode": _PAIR,
    "parameter": _PAIR,
    "geocode": _PAIR,
}
_WORDS = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": set("Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other".split()),
    "responseType": set("Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None".split()),
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}
_TIME = re.compile(r"\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_TIMES = {"sent", "effective", "onset", "expires"}
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_NAME = re.compile(r"[^\s,<&]+")


def problems(raw: bytes) -> list[str]:
    """Everything that the standard forbids; empty for a valid document."""
    text = raw.decode("utf-8")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return ["a document type declaration"]
    alert = ElementTree.fromstring(text)
    if alert.tag != f"{{{NAMESPACE}}}alert":
        return [f"root {alert.tag}"]
    return [*_element(alert, "alert"), *_sense(alert)]


def _element(element: Element, name: str) -> Iterator[str]:
    if element.attrib:
        yield f"{name}: attributes {sorted(element.attrib)}"
    inside = _INSIDE.get(name)
    if inside is None:
        yield from _value(element, name)
        return
    if (element.text or "").strip():
        yield f"{name}: text beside elements"
    names = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
    order = list(inside)
    known = [child for child in names if child in inside]
    yield from (f"{name}: no such element {child}" for child in names if child not in inside)
    if known != sorted(known, key=order.index):
        yield f"{name}: order {known}"
    for child, (least, most) in inside.items():
        if not least <= names.count(child) <= most:
            yield f"{name}: {child} {names.count(child)} times"
    for child in element:
        yield from _element(child, child.tag.removeprefix(f"{{{NAMESPACE}}}"))


def _value(element: Element, name: str) -> Iterator[str]:
    text = element.text or ""
    if len(element):
        yield f"{name}: elements inside"
    if not text.strip():
        yield f"{name}: empty"
    if name in _WORDS and text not in _WORDS[name]:
        yield f"{name}: {text!r} is none of its words"
    if name in _TIMES and not _is_time(text):
        yield f"{name}: {text!r} is no dateTime of CAP"
    if name == "language" and not _LANGUAGE.fullmatch(text):
        yield f"language: {text!r}"
    if name in ("identifier", "sender") and not _NAME.fullmatch(text):
        yield f"{name}: {text!r}"
    if name in ("web", "uri") and not re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s<>\"]+", text):
        yield f"{name}: {text!r} is no full URI"


def _is_time(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _sense(alert: Element) -> Iterator[str]:
    """What the data dictionary asks beside the schema."""
    found = {name: _texts(alert, name) for name in ("msgType", "references", "scope", "note", "status")}
    if found["msgType"][:1] in (["Update"], ["Cancel"], ["Ack"], ["Error"]) and not found["references"]:
        yield f"{found['msgType'][0]} without references"
    if found["status"] == ["Exercise"] and not found["note"]:
        yield "an exercise that no note names"
    for triple in " ".join(found["references"]).split():
        parts = triple.split(",")
        if len(parts) != 3 or not all(map(_NAME.fullmatch, parts[:2])) or not _is_time(parts[2]):
            yield f"references: {triple!r}"
    sent = (_texts(alert, "sent") or [""])[0]
    for info in alert.findall(f"{{{NAMESPACE}}}info"):
        times = {name: _texts(info, name)[0] for name in ("effective", "onset", "expires") if _texts(info, name)}
        order = [sent, *(times[name] for name in ("effective", "expires") if name in times)]
        if all(map(_is_time, order)) and order != sorted(order, key=datetime.fromisoformat):
            yield f"times run backwards: {order}"


def _texts(element: Element, name: str) -> list[str]:
    return [child.text or "" for child in element.findall(f"{{{NAMESPACE}}}{name}")]
