"""Reads what a form of the console sends; whatever is not a form is refused before anybody looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from aiohttp import BodyPartReader, web
from multidict import MultiDict

from web import typed
from web.access import Handler

#: characters of one field; texts of messages are far shorter
LONGEST = 4000
#: characters of what stands behind "?" in an address
_LONGEST_ASKED: Final = 400
#: a form of ours has some hundred boxes at most
_MOST_FIELDS: Final = 4000
_CHUNK: Final = 1 << 16
#: bytes of a field beside a file
_SHORT: Final = 64
_URLENCODED: Final = "application/x-www-form-urlencoded"
_SAFE: Final = frozenset({"GET", "HEAD"})


class Flaw(StrEnum):
    """What cannot be taken of a field."""

    LONG = "long"  #: longer than LONGEST
    UNUSABLE = "unusable"  #: has characters that cannot be kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field as it came, made safe: nothing in it but what may be shown and sent again."""

    name: str
    value: str
    flaw: Flaw | None = None


class Unreadable(Exception):
    """A form that cannot be taken as it is. The gate shows it again with everything that was typed."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        super().__init__(", ".join(field.name for field in fields if field.flaw))
        self.fields = fields


def number(text: str, digits: int = 15) -> int | None:
    """A whole number of at most so many digits 0-9, as addresses and forms of ours carry it; None for all else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


async def read(request: web.Request) -> Mapping[str, str]:
    """The fields of a form, stripped, the first of each name. HTTPBadRequest for what no form of ours sends."""
    fields = await read_all(request)
    return {name: fields.getone(name) for name in fields}


async def read_all(request: web.Request) -> MultiDict[str]:
    """The same with every value of a name that comes more than once (checkboxes).

    Unreadable where a field is too long or holds characters that cannot be kept.
    """
    came = await _came(request)
    fields = tuple(_field(name, value) for name, value in came)
    if any(field.flaw for field in fields):
        raise Unreadable(fields)
    return MultiDict((field.name, field.value) for field in fields)


async def _came(request: web.Request) -> list[tuple[str, str]]:
    if request.content_type == _URLENCODED:
        return typed.pairs(await request.read(), _MOST_FIELDS)
    try:
        posted = await request.post()
    except (ValueError, LookupError):
        raise web.HTTPBadRequest(text="expected the fields of a form in UTF-8\n") from None
    found: list[tuple[str, str]] = []
    for name, value in posted.items():
        if not isinstance(value, str):
            raise web.HTTPBadRequest(text=f"field {name!r}: expected text, found a file\n")
        found.append((name, value))
    return found


def _field(name: str, value: str) -> Field:
    safe = typed.clean(value)
    unusable = safe != value or typed.clean(name) != name
    flaw = Flaw.UNUSABLE if unusable else Flaw.LONG if len(value.strip()) > LONGEST else None
    return Field(name=typed.clean(name), value=safe.strip(), flaw=flaw)


@web.middleware
async def tidy_address(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A search in the console without what cannot be looked for; the page says that it was left out."""
    if request.path.startswith("/console") and request.method in _SAFE:
        asked = list(request.query.items())
        tidy = [(typed.clean(name), typed.clean(value)[:_LONGEST_ASKED]) for name, value in asked]
        if tidy != asked:
            query = urlencode([*((name, value) for name, value in tidy if name != "said"), ("said", "left_out")])
            return web.Response(status=303, headers={"Location": f"{request.path}?{query}"})
    return await handler(request)


async def read_file(request: web.Request, most: int, names: tuple[str, ...]) -> tuple[dict[str, str], bytes]:
    """The fields of these names and the file of a form, named `file`.

    Of a file longer than `most` one byte more is read, so that it is refused. HTTPBadRequest as in `read`.
    """
    try:
        reader = await request.multipart()
    except (ValueError, AssertionError):
        raise web.HTTPBadRequest(text="expected the fields of a form with a file\n") from None
    fields: dict[str, str] = {}
    data = bytearray()
    async for part in reader:
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest(text="expected the fields of a form with a file\n")
        if part.name == "file":
            while chunk := await part.read_chunk(_CHUNK):
                data.extend(chunk[: most + 1 - len(data)])
        elif part.name in names:
            fields[part.name] = typed.clean((await part.read_chunk(_SHORT)).decode("utf-8", "replace")).strip()
    return fields, bytes(data)
