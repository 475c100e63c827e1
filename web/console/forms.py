"""Reads what a form of the console sends; whatever is not a form is refused before anybody looks at it."""

from collections.abc import Mapping
from typing import Final

from aiohttp import BodyPartReader, web
from multidict import MultiDict

#: characters of one field; texts of messages are far shorter
LONGEST = 4000
_CHUNK: Final = 1 << 16
#: bytes of a field beside a file
_SHORT: Final = 64


def number(text: str, digits: int = 15) -> int | None:
    """A whole number of at most so many digits 0-9, as addresses and forms of ours carry it; None for all else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


async def read(request: web.Request) -> Mapping[str, str]:
    """The fields of a form, stripped, the first of each name. HTTPBadRequest for what no form of ours sends."""
    fields = await read_all(request)
    return {name: fields.getone(name) for name in fields}


async def read_all(request: web.Request) -> MultiDict[str]:
    """The same with every value of a name that comes more than once (checkboxes)."""
    found: MultiDict[str] = MultiDict()
    try:
        posted = await request.post()
    except (ValueError, LookupError):
        raise web.HTTPBadRequest(text="expected the fields of a form in UTF-8\n") from None
    for name, value in posted.items():
        if not isinstance(value, str):
            raise web.HTTPBadRequest(text=f"field {name!r}: expected text, found a file\n")
        if len(value) > LONGEST or "\x00" in value:
            raise web.HTTPBadRequest(text=f"field {name!r}: expected at most {LONGEST} characters of text\n")
        found.add(name, value.strip())
    return found


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
            fields[part.name] = (await part.read_chunk(_SHORT)).decode("utf-8", "replace").strip()
    return fields, bytes(data)
