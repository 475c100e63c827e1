"""Cuts entries not seen before out of an Atom feed, in one expat pass over the whole buffer. Pure.

Refuses what would be dangerous or dear for the feed reader behind it: a DTD, more than 32 attributes on a tag,
more than 32 levels, more than 8 MB, more than 20,000 entries, anything that is not a whole Atom feed.
"""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeAlias
from xml.parsers import expat

MAX_BYTES = 8 * 1024 * 1024
MAX_ATTRIBUTES = 32
MAX_DEPTH = 32
MAX_ENTRIES = 20_000
#: JMA's entries are below 2 KB; bigger ones would hold up the event loop
MAX_ENTRY_BYTES = 32 * 1024
MAX_ID = 1000

_ATOM = "http://www.w3.org/2005/Atom "
_FEED, _ENTRY, _ID, _UPDATED = (_ATOM + name for name in ("feed", "entry", "id", "updated"))
_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_TAG = re.compile(rb"<([^\s/>]+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_HEAD = b'<?xml version="1.0" encoding="utf-8"?>'
#: what Python can decode as text and Japanese servers may send; all else is refused
_ENCODINGS = {
    name: codec
    for codec, names in {
        "cp932": ("shift_jis", "windows-31j", "x-sjis", "cp932"),
        "euc_jp": ("euc-jp",),
        "iso2022_jp": ("iso-2022-jp",),
        "latin-1": ("iso-8859-1",),
    }.items()
    for name in names
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One entry: its id and its own bytes (UTF-8)."""

    entry_id: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """A feed, cut. `head` + any entries + `tail` is a feed again."""

    head: bytes
    tail: bytes
    #: those not known before, in the feed's order, each id once
    entries: tuple[Slice, ...]
    #: ids whose entry is too big to be read
    too_big: tuple[str, ...]
    #: entries in the feed, known ones included
    listed: int
    without_id: int
    #: the feed's own `updated`, as it stands there; may be empty
    updated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Not a feed that may be read; the reason in words."""

    reason: str


Result: TypeAlias = Slices | Refused


class _Unfit(Exception):
    """Ends the pass from inside a handler."""


def cut(body: bytes, known: AbstractSet[str]) -> Result:
    """The entries of an Atom feed whose ids are not in `known`. Never raises."""
    if len(body) > MAX_BYTES:
        return Refused(reason=f"the feed has {len(body)} bytes; at most {MAX_BYTES} are read")
    try:
        return _Pass(_as_utf8(body), known).run()
    except _Unfit as unfit:
        return Refused(reason=str(unfit))
    except expat.ExpatError as error:
        return Refused(reason=f"not well-formed XML: {error}")


def _as_utf8(body: bytes) -> bytes:
    """The same document in UTF-8, so that one kind of byte offset and one header serve all."""
    if body.startswith(b"\xef\xbb\xbf"):
        return body[3:]
    codec = _codec_of(body)
    if codec is None:
        return body
    try:
        return body.decode(codec).encode("utf-8")
    except UnicodeError as error:
        raise _Unfit(f"the feed is not {codec}: {error.reason if hasattr(error, 'reason') else error}") from None


def _codec_of(body: bytes) -> str | None:
    """None for UTF-8."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if body.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if body.startswith(b"<\0") else "utf-16-be"
    found = _DECLARATION.match(body)
    name = found.group(1).decode().lower() if found else "utf-8"
    if name in ("utf-8", "utf8", "us-ascii"):
        return None
    if name not in _ENCODINGS:
        raise _Unfit(f"the feed says it is in {name}; expected UTF-8")
    return _ENCODINGS[name]


class _Pass:
    """One pass; its handlers run for every tag, so they do as little as they can."""

    def __init__(self, body: bytes, known: AbstractSet[str]) -> None:
        self._body = body
        self._known = known
        self._seen: set[str] = set()
        self._entries: list[Slice] = []
        self._too_big: list[str] = []
        self._listed = self._without_id = self._declared = 0
        self._root = b""
        self._root_name = b""
        self._start = -1
        self._id: str | None = None
        self._updated = ""
        self._text: list[str] | None = None
        self._parser = expat.ParserCreate("UTF-8", " ")
        self._parser.buffer_text = True
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._handlers()
        self._parser.StartNamespaceDeclHandler = self._declare
        self._parser.StartDoctypeDeclHandler = self._doctype

    def run(self) -> Slices:
        self._parser.Parse(self._body, True)
        return Slices(
            head=_HEAD + self._root,
            tail=b"</" + self._root_name + b">",
            entries=tuple(self._entries),
            too_big=tuple(self._too_big),
            listed=self._listed,
            without_id=self._without_id,
            updated=self._updated,
        )

    def _doctype(self, *_: object) -> None:
        raise _Unfit("the feed has a document type declaration; none is allowed")

    def _declare(self, *_: object) -> None:
        self._declared += 1  # expat does not count these as attributes, the feed reader does

    def _handlers(self) -> tuple[Callable[[str, list[str]], None], Callable[[str], None]]:  # noqa: C901 -- one pass, two closures
        """Called for every tag: the depth lives in a closure, which costs a third less than an attribute."""
        depth = 0

        def open_(name: str, attributes: list[str]) -> None:
            nonlocal depth
            if attributes or self._declared:
                self._check(attributes)
            depth += 1
            if depth > 3:
                if depth > MAX_DEPTH:
                    raise _Unfit(f"tags more than {MAX_DEPTH} deep")
            elif depth == 3:
                if name == _ID and self._start >= 0 and self._id is None:
                    self._begin_text()
            elif depth == 2:
                self._open_child(name)
            else:
                self._open_root(name)

        def close(name: str) -> None:
            nonlocal depth
            depth -= 1
            if depth == 2:
                if self._text is not None:
                    self._id = self._end_text()
            elif depth == 1:
                self._close_child()

        return open_, close

    def _check(self, attributes: list[str]) -> None:
        if len(attributes) // 2 + self._declared > MAX_ATTRIBUTES:
            raise _Unfit(f"a tag with more than {MAX_ATTRIBUTES} attributes")
        self._declared = 0

    def _open_child(self, name: str) -> None:
        if name == _ENTRY:
            self._start, self._id = self._parser.CurrentByteIndex, None
        elif name == _UPDATED:
            self._begin_text()

    def _open_root(self, name: str) -> None:
        if name != _FEED:
            raise _Unfit(f"the root element is {name.rpartition(' ')[2]!r}; expected an Atom feed")
        found = _TAG.match(self._body, self._parser.CurrentByteIndex)
        if found is None or len(found.group()) > MAX_ENTRY_BYTES:
            raise _Unfit("the opening tag of the feed cannot be read")
        self._root, self._root_name = found.group(), found.group(1)

    def _close_child(self) -> None:
        if self._start >= 0:
            self._close_entry()
        elif self._text is not None:
            self._updated = self._end_text()[:64]

    def _close_entry(self) -> None:
        start, self._start = self._start, -1
        self._listed += 1
        if self._listed > MAX_ENTRIES:
            raise _Unfit(f"more than {MAX_ENTRIES} entries")
        entry_id = self._id
        if not entry_id or len(entry_id) > MAX_ID:
            self._without_id += 1
        elif entry_id not in self._known and entry_id not in self._seen:
            self._seen.add(entry_id)
            # An entry with an id is not an empty-element tag: here stands its `</entry>`.
            end = self._body.index(b">", self._parser.CurrentByteIndex) + 1
            if end - start > MAX_ENTRY_BYTES:
                self._too_big.append(entry_id)
            else:
                self._entries.append(Slice(entry_id=entry_id, raw=self._body[start:end]))

    def _begin_text(self) -> None:
        self._text = []
        self._parser.CharacterDataHandler = self._text.append

    def _end_text(self) -> str:
        text = "".join(self._text or ())
        self._text = None
        self._parser.CharacterDataHandler = None
        return text.strip()
