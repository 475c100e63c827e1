"""Which messages an Atom feed of a source names; only those at the source's own address. Pure."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from feeds.cap.message import NAMESPACE, NotCap

_ATOM = "{http://www.w3.org/2005/Atom}"
#: entries of one feed that are looked at
MOST = 200


def is_message(raw: bytes) -> bool:
    """Whether an answer is one message and no feed."""
    return b"urn:oasis:names:tc:emergency:cap:1.2" in raw[:1000] and b"http://www.w3.org/2005/Atom" not in raw[:1000]


@dataclass(frozen=True, slots=True)
class Named:
    """One message: its address, and when the feed says that it changed ('' where it does not say)."""

    href: str
    updated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What one feed names."""

    messages: tuple[Named, ...]
    #: entries after the most that are looked at
    left_out: int


def read(raw: bytes, address: str) -> Listed:
    """What the feed names, in its order. NotCap for anything that is no Atom feed."""
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw or b"\x00" in raw:
        raise NotCap("a document type, entity or NUL byte stands in the feed")
    try:
        feed = ET.fromstring(raw)  # noqa: S314 -- size is capped, DTD and entities are refused above
    except (ET.ParseError, ValueError, LookupError) as problem:
        raise NotCap(f"not well-formed XML: {problem}") from None
    if feed.tag != f"{_ATOM}feed":
        raise NotCap(f"root element {feed.tag[:100]!r}; expected an Atom feed or {NAMESPACE}alert")
    entries = feed.findall(f"{_ATOM}entry")
    found = [(urljoin(address, href), _updated(entry)) for entry in entries[:MOST] if (href := _link(entry))]
    return Listed(
        messages=tuple(Named(href, updated) for href, updated in dict.fromkeys(found) if is_below(href, address)),
        left_out=max(0, len(entries) - MOST),
    )


def is_below(href: str, address: str) -> bool:
    """Whether it stands at the same scheme, host and port."""
    try:
        there, here = urlsplit(href), urlsplit(address)
        same = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
        return same and not there.username and not there.password
    except ValueError:
        return False


def _link(entry: ET.Element) -> str:
    """The link of an entry that is said to be CAP, else its first alternate one."""
    found = [
        link for link in entry.findall(f"{_ATOM}link") if link.get("rel", "alternate") in ("alternate", "enclosure")
    ]
    named = [link for link in found if "cap+xml" in link.get("type", "")]
    return next((link.get("href", "") for link in [*named, *found]), "")


def _updated(entry: ET.Element) -> str:
    return (entry.findtext(f"{_ATOM}updated") or "").strip()
