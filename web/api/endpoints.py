"""The routes of the API as values: from them come both the router and the OpenAPI document."""

import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web
from pydantic import BaseModel, ValidationError

from web.accounts.roles import Permission, Principal
from web.api import errors
from web.api.errors import ApiError
from web.api.guard import Guard

#: the largest JSON body
MAX_JSON_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, checked against its description."""

    request: web.Request
    principal: Principal
    path: Mapping[str, str]
    query: BaseModel | None
    body: BaseModel | None


Handler: TypeAlias = Callable[[Call], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one route."""

    method: str
    #: below /api/v1, with {parameters}
    route: str
    summary: str
    #: what the key must be allowed to do
    permission: Permission
    handler: Handler
    #: status -> what comes with it; None for an empty body
    answers: Mapping[int, type[BaseModel] | None]
    #: statuses of errors beside 401, 403, 422, 429
    refusals: tuple[int, ...] = ()
    path: Mapping[str, Mapping[str, object]] | None = None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    #: media types of a body that is a file
    files: tuple[str, ...] = ()


def json(model: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A model as the answer."""
    return web.Response(text=model.model_dump_json(), status=status, content_type="application/json", headers=headers)


def add_routes(app: web.Application, endpoints: Sequence[Endpoint], guard: Guard, prefix: str) -> None:
    """Route every endpoint through the guard and the check of its input."""
    for endpoint in endpoints:
        route = prefix + endpoint.route
        for name, schema in (endpoint.path or {}).items():
            # What is no id is another route, or none: an unknown method there is not taken for this one's.
            route = route.replace(f"{{{name}}}", f"{{{name}:{str(schema['pattern']).strip('^$')}}}")
        app.router.add_route(endpoint.method, route, functools.partial(_serve, endpoint, guard))


async def _serve(endpoint: Endpoint, guard: Guard, request: web.Request) -> web.Response:
    principal = await guard.principal(request)
    if not principal.places(endpoint.permission):
        raise ApiError(403, "forbidden", f"this key may not {endpoint.permission.value}")
    call = Call(
        request=request,
        principal=principal,
        path=request.match_info,
        query=_query(endpoint, request),
        body=await _body(endpoint, request),
    )
    return await endpoint.handler(call)


def _query(endpoint: Endpoint, request: web.Request) -> BaseModel | None:
    names = list(request.query)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ApiError(
            422,
            "invalid_request",
            "a parameter stands twice",
            [(f"query.{name}", "once / 一度だけ書いてください") for name in twice],
        )
    if endpoint.query is None:
        if names:
            raise ApiError(
                422, "invalid_request", "this route takes no parameters", [(names[0], "unknown / この項目はありません")]
            )
        return None
    return endpoint.query.model_validate_strings(dict(request.query))


async def _body(endpoint: Endpoint, request: web.Request) -> BaseModel | None:
    if endpoint.body is None:
        return None
    if request.content_type != "application/json":
        raise ApiError(415, "unsupported_media_type", "expected a body of the type application/json")
    raw = await request.content.read(MAX_JSON_BYTES + 1)
    if len(raw) > MAX_JSON_BYTES:
        raise ApiError(413, "too_large", f"expected at most {MAX_JSON_BYTES} bytes")
    try:
        return endpoint.body.model_validate_json(raw)
    except ValidationError as wrong:
        raise errors.invalid(wrong) from None
