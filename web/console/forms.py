"""Reads what a form of the console sends; whatever is not a form is refused before anybody looks at it."""

from collections.abc import Mapping

from aiohttp import web
from multidict import MultiDict

#: characters of one field; texts of messages are far shorter
LONGEST = 4000


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
