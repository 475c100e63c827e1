"""The one shape of every error below /api: `{"error": {"code", "message", "details"}}`."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web
from pydantic import BaseModel, ValidationError

from web.api import japanese

_log = logging.getLogger(__name__)
PREFIX = "/api/"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ErrorDetail(BaseModel):
    """One thing that is wrong with a request."""

    field: str
    #: English / Japanese
    reason: str


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str
    message: str
    details: list[ErrorDetail]


class ErrorDocument(BaseModel):
    """Every error of the API."""

    error: ErrorBody


class ApiError(Exception):
    """Ends a request with a status, a code for programs and a sentence for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers or {}


def answer(error: ApiError) -> web.Response:
    """The error as JSON."""
    details = [ErrorDetail(field=field, reason=reason) for field, reason in error.details]
    told = japanese.message(error.code, error.message)
    document = ErrorDocument(error=ErrorBody(code=error.code, message=told, details=details))
    return web.Response(
        text=document.model_dump_json(), status=error.status, content_type="application/json", headers=error.headers
    )


def invalid(wrong: ValidationError) -> ApiError:
    """A request that does not have the described form. Values are not repeated: they may be numbers of people."""
    details = [
        (".".join(map(str, error["loc"])), japanese.schema(error["type"], error["msg"], error.get("ctx", {})))
        for error in wrong.errors()
    ]
    return ApiError(422, "invalid_request", "the request does not have the form that the API describes", details)


@web.middleware
async def one_shape(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong below /api comes in the one shape; elsewhere nothing changes."""
    if not request.path.startswith(PREFIX):
        return await handler(request)
    try:
        return await handler(request)
    except ApiError as error:
        return answer(error)
    except ValidationError as wrong:
        return answer(invalid(wrong))
    except web.HTTPMethodNotAllowed as wrong:
        headers = {"Allow": wrong.headers["Allow"]}
        return answer(ApiError(405, "method_not_allowed", f"{request.method} is not possible here", headers=headers))
    except web.HTTPRequestEntityTooLarge:
        return answer(ApiError(413, "too_large", "the request is larger than this route takes"))
    except web.HTTPException as wrong:
        code = "not_found" if wrong.status == 404 else "http_error"
        return answer(ApiError(wrong.status, code, wrong.reason))
    except Exception:  # noqa: BLE001 -- a fault of ours is answered in the same shape, and logged
        _log.exception("api_failed", extra={"route": request.path, "method": request.method})
        return answer(ApiError(500, "internal", "a fault of the service; it was logged. Try again later"))
