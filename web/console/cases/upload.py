"""Reads the form with which a file of cases comes in; a file that is too big is read to one byte over the limit."""

from typing import Final

from aiohttp import BodyPartReader, web

from cases import sharing

_CHUNK: Final = 1 << 16


async def read(request: web.Request) -> tuple[str, bytes]:
    """The municipality that keeps the cases, and the file. HTTPBadRequest for what no form of ours sends."""
    try:
        reader = await request.multipart()
    except (ValueError, AssertionError):
        raise web.HTTPBadRequest(text="expected the fields of a form with a file\n") from None
    place, data = "", bytearray()
    async for part in reader:
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest(text="expected the fields of a form with a file\n")
        if part.name == "file":
            while chunk := await part.read_chunk(_CHUNK):
                data.extend(chunk[: sharing.MAX_BYTES + 1 - len(data)])
        elif part.name == "m":
            place = (await part.read_chunk(64)).decode("utf-8", "replace").strip()
    return place, bytes(data)
