"""The Atom feed of what programs shall know now (RFC 4287): an entry for each bulletin with its document. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from alerts.places import PlaceTable
from alerts.vocabulary import Status
from delivery.bulletins.bulletin import Bulletin
from templates_i18n.catalogue import Catalogue
from web.cap import document, words
from web.cap.document import Publisher

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/cap+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of what a feed tells, by codes; of all Japan by default. Each is a feed of its own (RFC 4287, 4.2.6)."""

    prefecture: str = ""
    place: str = ""

    @property
    def name(self) -> str:
        """At the end of its id."""
        return "".join(f":{each}" for each in (self.prefecture, self.place) if each)

    @property
    def query(self) -> str:
        """At the end of its address."""
        chosen = (("prefecture", self.prefecture), ("place", self.place))
        written = "&".join(f"{key}={digits}" for key, digits in chosen if digits)
        return f"?{written}" if written else ""


def write(
    catalogue: Catalogue,
    places: PlaceTable,
    found: Sequence[Bulletin],
    by: Publisher,
    base: str,
    now: datetime,
    asked: Asked = Asked(),
) -> bytes:
    """The feed, UTF-8. `base` is the address it is read at, without a slash at its end."""
    feed = ElementTree.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en"})
    real = by.status is Status.ACTUAL
    _add(feed, "id", f"tag:{by.sender},2026:cap{asked.name}")
    _add(feed, "title", "Alerts in force in Japan" if real else "Alerts of a made-up day: nothing of this is real")
    _add(feed, "subtitle", "Warnings of the Japan Meteorological Agency and of municipalities, relayed in CAP 1.2")
    _add(feed, "updated", document.time(max((one.sent for one in found), default=now)))
    _add(_add(feed, "author"), "name", "Tomoshibi")
    _link(feed, "self", f"{base}/cap/atom.xml{asked.query}", "application/atom+xml")
    for one in found:
        _entry(feed, catalogue, places, one, by, base)
    ElementTree.indent(feed)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(
    feed: ElementTree.Element, catalogue: Catalogue, places: PlaceTable, one: Bulletin, by: Publisher, base: str
) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", f"tag:{by.sender},2026:cap:{one.identifier}")
    _add(entry, "title", words.title(catalogue, places, one))
    _add(entry, "updated", document.time(one.sent))
    _add(entry, "published", document.time(one.sent))
    _link(entry, "alternate", f"{base}/cap/{one.identifier}.xml", MEDIA_TYPE)
    _add(entry, "category").set("term", one.chain.hazard)
    number = len(one.words)
    _add(entry, "summary", f"{one.msg_type}: {number} {'municipality' if number == 1 else 'municipalities'}")


def _add(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name)
    child.text = text
    return child


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str) -> None:
    link = _add(parent, "link")
    link.set("rel", rel)
    link.set("type", kind)
    link.set("href", href)
