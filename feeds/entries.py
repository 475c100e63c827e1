"""Entries of a feed as values, read by feedparser from slices; which links may be followed. Pure.

Refuses bytes that have not been through `feeds.slicing`: the feed reader is not safe with them.
"""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from io import BytesIO
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

import feedparser

from feeds.slicing import Slice, Slices

#: a batch of this size keeps the event loop for a few milliseconds
_BATCH_ENTRIES = 8
_BATCH_BYTES = 8 * 1024
DATA = "/developer/xml/data/"
FEED = "/developer/xml/feed/"
#: what stands below the data folder: plain names; no dots alone, nothing percent-encoded
_NAMES = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One item of a feed: where a telegram lies."""

    entry_id: str
    #: '' where the entry names none
    url: str
    title: str
    #: UTC; None where the entry gives no time, or one without zone
    updated: datetime | None
    feed: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """An entry that cannot be read."""

    entry_id: str
    reason: str


Reading: TypeAlias = FeedEntry | Unusable


def batches(entries: Sequence[Slice]) -> Iterator[tuple[Slice, ...]]:
    """The entries in portions, each small enough for one turn of the event loop."""
    batch: list[Slice] = []
    size = 0
    for entry in entries:
        if batch and (len(batch) == _BATCH_ENTRIES or size + len(entry.raw) > _BATCH_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(entry)
        size += len(entry.raw)
    if batch:
        yield tuple(batch)


def read(slices: Slices, batch: Sequence[Slice], feed: str) -> list[Reading]:
    """What each entry of a batch says, in order."""
    whole = slices.head + b"".join(entry.raw for entry in batch) + slices.tail
    found = feedparser.parse(BytesIO(whole), sanitize_html=False, resolve_relative_uris=False).entries
    if [str(item.get("id", "")) for item in found] == [entry.entry_id for entry in batch]:
        return [_entry(item, feed) for item in found]
    if len(batch) == 1:  # such as an entry inside an entry
        return [Unusable(entry_id=batch[0].entry_id, reason="the entry does not read as one entry with its id")]
    return [reading for entry in batch for reading in read(slices, (entry,), feed)]


def _entry(item: Mapping[str, Any], feed: str) -> FeedEntry:
    entry_id = str(item["id"])
    links = [str(link.get("href", "")) for link in item.get("links", ()) if link.get("rel") == "alternate"]
    return FeedEntry(
        entry_id=entry_id,
        url=links[0] if links else entry_id if "://" in entry_id else "",
        title=str(item.get("title", "")),
        updated=moment(str(item.get("updated", ""))),
        feed=feed,
        author=str(item.get("author", "")),
    )


def moment(text: str) -> datetime | None:
    """An Atom time in UTC; None if it is none, or has no zone."""
    try:
        found = datetime.fromisoformat(text.strip())
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def file_name(url: str) -> str:
    """The last part of an address, such as `20240101114028_0_VTSE51_010000.xml`."""
    return url.rpartition("/")[2]


def is_below(base_url: str, url: str, folder: str = DATA) -> bool:
    """Whether an address names a file in `folder` below `base_url` and nothing else; only then it is followed."""
    if any(character <= " " or character > "~" or character == "\\" for character in url):
        return False  # address parsers drop or change some of these
    base, link = _split(base_url), _split(url)
    if base is None or link is None or _origin(base) != _origin(link):
        return False
    if "@" in link.netloc or link.query or link.fragment or "?" in url or "#" in url:
        return False
    above = base.path.rstrip("/") + folder
    return link.path.startswith(above) and _NAMES.fullmatch(link.path.removeprefix(above)) is not None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.scheme in _PORTS and parts.hostname and _port(parts) > 0 else None
    except ValueError:
        return None


def _port(parts: SplitResult) -> int:
    return _PORTS[parts.scheme] if parts.port is None else parts.port


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, _port(parts)


@functools.cache
def unfetched_types() -> Mapping[str, str]:
    """Telegram types that are never fetched, with the reason; read from `unfetched.toml`."""
    text = resources.files("feeds").joinpath("unfetched.toml").read_text(encoding="utf-8")
    return {code: str(reason) for code, reason in tomllib.loads(text).items()}
