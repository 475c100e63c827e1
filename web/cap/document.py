"""A bulletin as a CAP 1.2 document: the elements in the order of the standard's schema, times in its own form. Pure.

OASIS CAP-v1.2 (2010-07-01), 3.2 and 3.3.2: no time ends in Z or has a fraction; identifiers hold no space or comma.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from alerts.japan import JST
from alerts.places import PlaceTable
from alerts.vocabulary import BY_HAND, Kind, Status
from delivery.bulletins import bulletin as bulletins
from delivery.bulletins.bulletin import Bulletin, Standing
from templates_i18n.catalogue import Catalogue
from web.cap import grading, words
from web.cap.words import Group, Worded

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
#: 全国地方公共団体コード without its check digit
PLACE_CODE = "JISX0402"
#: what XML 1.0 cannot hold
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who publishes, and what every document says of it."""

    #: CAP `sender`: a name that nobody else has
    sender: str
    #: where the alerts' pages are, without a slash at its end; '' where nowhere
    public_url: str
    #: of a made-up day nothing is real
    status: Status = Status.ACTUAL


def write(catalogue: Catalogue, places: PlaceTable, bulletin: Bulletin, by: Publisher) -> bytes:
    """The document, UTF-8."""
    alert = ElementTree.Element("alert", {"xmlns": NAMESPACE})
    _add(alert, "identifier", bulletin.identifier)
    _add(alert, "sender", by.sender)
    _add(alert, "sent", time(bulletin.sent))
    _add(alert, "status", by.status)
    _add(alert, "msgType", bulletin.msg_type)
    _add(alert, "source", _source(bulletin))
    _add(alert, "scope", "Public")
    for line in _note(bulletin, by):
        _add(alert, "note", line)
    if bulletin.references:
        named = (f"{by.sender},{one.identifier},{time(one.sent)}" for one in bulletin.references)
        _add(alert, "references", " ".join(named))
    found = words.groups(bulletin)
    for tag in words.tags(catalogue):
        for group in found:
            _info(alert, bulletin, group, words.worded(catalogue, places, bulletin, group, tag), by)
    ElementTree.indent(alert)
    written: bytes = ElementTree.tostring(alert, encoding="utf-8", xml_declaration=True)
    return written


def time(moment: datetime) -> str:
    """CAP's own form of dateTime, in Japan."""
    return moment.astimezone(JST).isoformat(timespec="seconds")


def _info(alert: ElementTree.Element, bulletin: Bulletin, group: Group, told: Worded, by: Publisher) -> None:
    info, table, hazard = _add(alert, "info"), grading.load(), bulletin.chain.hazard
    grade = table.of(hazard, group.word.grade, group.word.kind, group.word.facts)
    _add(info, "language", told.tag)
    for category in table.categories[hazard]:
        _add(info, "category", category)
    _add(info, "event", told.event)
    for response in grade.response:
        _add(info, "responseType", response)
    _add(info, "urgency", grade.urgency)
    _add(info, "severity", grade.severity)
    _add(info, "certainty", grade.certainty)
    _pair(info, "eventCode", "TOMOSHIBI", f"{hazard}.{group.word.grade}")
    _add(info, "effective", time(max(bulletin.sent, group.word.issued)))
    if (onset := _onset(group)) and onset > bulletin.sent:
        _add(info, "onset", time(onset))
    _add(info, "expires", time(bulletins.until(group.word, bulletin.sent)))
    _add(info, "senderName", "市区町村 (municipality)" if hazard in BY_HAND else "気象庁 (Japan Meteorological Agency)")
    _add(info, "headline", told.headline)
    _add(info, "description", told.description)
    if told.instruction:
        _add(info, "instruction", told.instruction)
    if by.public_url and group.word.alert_id:
        _add(info, "web", f"{by.public_url}/a/{group.word.alert_id}.{group.places[0]}.{told.tag}")
    for name, value in _parameters(bulletin, group):
        _pair(info, "parameter", name, value)
    for code, name in told.areas:
        area = _add(info, "area")
        _add(area, "areaDesc", name)
        _pair(area, "geocode", PLACE_CODE, code)


def _parameters(bulletin: Bulletin, group: Group) -> Iterator[tuple[str, str]]:
    yield "grade", group.word.grade
    yield "issued", time(group.word.issued)
    if bulletin.standing is Standing.STANDING:
        # `expires` is the end of this message: what must be lifted is in force until another one says so
        yield "inForceUntil", time(group.word.ends_at) if group.word.ends_at else "lifted"


def _onset(group: Group) -> datetime | None:
    """When it begins there, where that is known and still to come: a notice, the first wave, the day of the heat."""
    facts = group.word.facts
    if facts.start is not None:
        return facts.start
    if facts.day is not None:
        return datetime(facts.day.year, facts.day.month, facts.day.day, tzinfo=JST)
    return facts.arrival


def _source(bulletin: Bulletin) -> str:
    types = sorted({word.telegram for word in bulletin.words.values() if word.telegram})
    if bulletin.chain.hazard in BY_HAND:
        return "Municipality, signed by two people"
    return " ".join(["JMA", *types])


def _note(bulletin: Bulletin, by: Publisher) -> Iterator[str]:
    """CAP asks for it where something is cancelled or only an exercise (3.2.1)."""
    said = []
    if by.status is not Status.ACTUAL:
        said.append("A made-up day of a simulation: nothing of this is real.")
    if bulletin.standing is Standing.ENDED:
        wrong = all(word.kind is Kind.CANCELLED for word in bulletin.words.values())
        said.append("It was wrong and is taken back." if wrong else "It is over.")
    if said:
        yield " ".join(said)


def _add(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name)
    child.text = None if text is None else _NOT_XML.sub("", str(text))
    return child


def _pair(parent: ElementTree.Element, name: str, key: str, value: str) -> None:
    pair = _add(parent, name)
    _add(pair, "valueName", key)
    _add(pair, "value", value)
