"""The OpenAPI 3.1 document of the API, made from its endpoints: what is routed is described, and nothing else."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from web.api import uploads
from web.api.endpoints import Endpoint
from web.api.errors import ErrorDocument

_REF = "#/components/schemas/{model}"
_FILE: Mapping[str, Any] = {"type": "string", "format": "binary", "minLength": 1}
_ALWAYS = (401, 403, 422, 429)


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """A route that needs no key and only reads; routed elsewhere, described here."""

    #: below /api/v1
    route: str
    summary: str
    description: str
    #: parameter -> JSON schema
    query: Mapping[str, Mapping[str, Any]]
    answers: Mapping[int, type[BaseModel]]


def document(endpoints: Sequence[Endpoint], prefix: str, public: Sequence[Public] = ()) -> dict[str, Any]:
    """The whole document."""
    found = {model for endpoint in endpoints for model in _models(endpoint)}
    found |= {model for route in public for model in route.answers.values()}
    models = sorted(found, key=lambda model: model.__name__)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(prefix + endpoint.route, {})[endpoint.method.lower()] = _operation(endpoint)
    paths |= {prefix + route.route: {"get": _read_by_anybody(route)} for route in public}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tomoshibi",
            "version": "1",
            "description": "Warnings of Japan by SMS for residents from abroad. A key belongs to one municipality and"
            " sees only what that municipality registered. No answer holds a whole phone number.",
        },
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(tuple(models)),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


# Models never change while the process lives, and pydantic takes a tenth of a second to describe them all.
@functools.cache
def _schemas(models: tuple[type[BaseModel], ...]) -> Mapping[str, Any]:
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    described: Mapping[str, Any] = schemas["$defs"]
    return described


@functools.cache
def _schema(model: type[BaseModel]) -> Mapping[str, Any]:
    return model.model_json_schema()


def _models(endpoint: Endpoint) -> Iterator[type[BaseModel]]:
    yield ErrorDocument
    yield from (model for model in (*endpoint.answers.values(), endpoint.body) if model is not None)


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    name = endpoint.route.strip("/").replace("/", "_").replace("{", "").replace("}", "")
    operation: dict[str, Any] = {
        "operationId": f"{endpoint.method.lower()}_{name}",
        "summary": endpoint.summary,
        "description": f"The key must be allowed to {endpoint.permission.value}.",
        "parameters": [*_path(endpoint), *_query(endpoint)],
        "responses": {**_answers(endpoint), **_errors(endpoint)},
    }
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(endpoint.body)}
    if endpoint.files:
        content = {media: {"schema": _form() if media == uploads.FORM else _FILE} for media in endpoint.files}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _form() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {uploads.PART: _FILE},
        "required": [uploads.PART],
        "additionalProperties": False,
    }


def _read_by_anybody(route: Public) -> dict[str, Any]:
    return {
        "operationId": f"get_{route.route.strip('/')}",
        "summary": route.summary,
        "description": f"{route.description} Public: no key is needed.",
        "security": [],
        "parameters": [{"name": name, "in": "query", "schema": dict(schema)} for name, schema in route.query.items()],
        "responses": {
            str(status): {"description": HTTPStatus(status).phrase, "content": _content(model)}
            for status, model in route.answers.items()
        },
    }


def _path(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name, schema in (endpoint.path or {}).items():
        yield {"name": name, "in": "path", "required": True, "schema": dict(schema)}


def _query(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    if endpoint.query is None:
        return
    described = _schema(endpoint.query)
    for name, schema in described["properties"].items():
        required = name in described.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": _without_null(schema)}


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter is there or not; it is never null."""
    found = {key: value for key, value in schema.items() if key not in ("anyOf", "default", "title")}
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            found |= choice
    if schema.get("default") is not None:
        found["default"] = schema["default"]
    return found


def _answers(endpoint: Endpoint) -> dict[str, Any]:
    return {
        str(status): {"description": HTTPStatus(status).phrase, **({"content": _content(model)} if model else {})}
        for status, model in endpoint.answers.items()
    }


def _errors(endpoint: Endpoint) -> dict[str, Any]:
    body = (413, 415) if endpoint.body or endpoint.files else ()
    refusals = sorted({*_ALWAYS, *endpoint.refusals, *body})
    return {str(s): {"description": HTTPStatus(s).phrase, "content": _content(ErrorDocument)} for s in refusals}


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}
