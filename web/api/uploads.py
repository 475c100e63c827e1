"""The file of a request: its body itself, or the part named "file" of a form. Refuses more than a list may have."""

from typing import Final

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from subscribers import sheets
from web.api.errors import ApiError

FORM: Final = "multipart/form-data"
FILES: Final = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
    FORM,
)
#: the name of the file's part in a form
PART: Final = "file"
_CHUNK: Final = 1 << 16
#: what aiohttp raises for a body that is no form
_NO_FORM: Final = (ValueError, AssertionError, RuntimeError, HttpProcessingError)


async def read(request: web.Request) -> bytes:
    """The bytes of the file. ApiError for another type, for none, and for one that is too large."""
    if request.content_type not in FILES:
        raise ApiError(415, "unsupported_media_type", f"expected {', '.join(FILES)}")
    data = await _of_form(request) if request.content_type == FORM else await _of_body(request)
    if not data:
        raise ApiError(409, "no_file", "the file is empty; expected the bytes of a CSV or XLSX file")
    return data


async def _of_body(request: web.Request) -> bytes:
    data = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        _add(data, chunk)
    return bytes(data)


async def _of_form(request: web.Request) -> bytes:
    try:
        data = await _part(request)
    except _NO_FORM:
        raise _not_a_form("the body is not a form", "multipart/form-data with its boundary") from None
    if data is None:
        raise _not_a_form("the form has no file", f"one part with the name {PART}")
    return data


async def _part(request: web.Request) -> bytes | None:
    """The bytes of the file's part; None without one."""
    found: bytearray | None = None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name != PART:
            raise _not_a_form("the form has a part that is not known here", f"one part with the name {PART} alone")
        if found is not None:
            raise _not_a_form("the form has several files", f"one part with the name {PART}")
        found = bytearray()
        while chunk := await part.read_chunk(_CHUNK):
            _add(found, chunk)
    return None if found is None else bytes(found)


def _add(data: bytearray, chunk: bytes) -> None:
    data += chunk
    if len(data) > sheets.MAX_BYTES:
        raise ApiError(413, "too_large", f"the file is larger than {sheets.MAX_BYTES // 1_000_000} MB; divide it")


def _not_a_form(message: str, expected: str) -> ApiError:
    return ApiError(
        422,
        "invalid_request",
        message,
        [
            (
                f"body.{PART}",
                f"expected {expected} / 名前が {PART} のファイルを一つ、multipart/form-data で送ってください",
            )
        ],
    )
