"""The API's OpenAPI 3.1 document: made from the routes, completed with what every operation may answer.

It is deterministic (no random examples), so that it can be compared, and complete: a status or a media type
that is not in it is a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from hansa.kernel.business import PATH_PATTERN
from hansa.kernel.db.errors import DatabaseUnavailable
from hansa.kernel.extension import ExtensionFailed
from hansa.kernel.http.declared import MEDIA_TYPE, ProblemDetails, describe, example
from hansa.kernel.http.errors import (
    BusinessUnclear,
    HeadersTooLarge,
    NotAcceptable,
    TimedOut,
    TooLarge,
    UnsupportedMediaType,
)
from hansa.kernel.http.idempotency import HEADER, KeyMissing
from hansa.kernel.idempotency import KEY_LENGTH_MAX, AnswerLost, InFlight, KeyMalformed, KeyReused
from hansa.kernel.lane import CallFailed, Unsettled
from hansa.kernel.plan.errors import (
    BusinessEnded,
    BusinessStopped,
    GenerationElsewhere,
    GenerationRetired,
    UnknownBusiness,
)
from hansa.kernel.problem import Busy, Forbidden, Invalid, Malformed, NotFound, Problem, Unauthenticated
from hansa.kernel.wire import INT64_MAX, INT64_MIN

if TYPE_CHECKING:
    from litestar import Litestar

    from hansa.kernel.http.api import RouteGroup

ScopeOf = Callable[[str, Mapping[str, Any]], str | None]
"""From a route's method and `opt` to the scope that it asks of a person's token."""

BUSINESS_HEADER = "Hansa-Business"
_METHODS = ("get", "put", "post", "delete", "patch")
_WRITES = frozenset({"put", "post", "delete", "patch"})

ALWAYS: tuple[type[Problem], ...] = (
    Malformed,
    Unauthenticated,
    Forbidden,
    NotFound,
    NotAcceptable,
    TooLarge,
    HeadersTooLarge,
    Problem,
    Busy,
    TimedOut,
    DatabaseUnavailable,
    ExtensionFailed,
    UnknownBusiness,
    BusinessUnclear,
    BusinessStopped,
    BusinessEnded,
)
WITH_LANE: tuple[type[Problem], ...] = (Unsettled, CallFailed, GenerationRetired, GenerationElsewhere)
WITH_INPUT: tuple[type[Problem], ...] = (Invalid,)
WITH_BODY: tuple[type[Problem], ...] = (UnsupportedMediaType,)
WITH_KEY: tuple[type[Problem], ...] = (KeyMalformed, InFlight, AnswerLost, KeyReused)

_WELL = {
    "200": "It went well.",
    "201": "It was made.",
    "204": "It went well, and there is nothing to say.",
}

_KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "description": "Names this write, so that repeating it does nothing twice: the repeat gets the first answer.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_LENGTH_MAX,
        "pattern": r"^[\x21\x23-\x7e]+$",
    },
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
}
_BUSINESS_PARAMETER = {
    "name": BUSINESS_HEADER,
    "in": "header",
    "required": False,
    "description": "The business spoken to, where neither the host nor the path says it.",
    "schema": {"type": "string", "pattern": f"^{PATH_PATTERN}$"},
    "example": "lantern.tea",
}


def config(*, title: str, version: str) -> OpenAPIConfig:
    """Configure what Litestar itself puts into the document; it is served by us, so no page renders it."""
    return OpenAPIConfig(
        title=title,
        version=version,
        create_examples=False,
        use_handler_docstrings=True,
        operation_id_creator=_operation_id,
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="A session's or a program's token. The scope named at an operation is the one by"
                    " which a person's API token acts for that person there; without it, it has its permissions alone.",
                )
            }
        ),
        path="/api/_litestar",
    )


def _operation_id(handler: Any, _method: Any, _components: Any) -> str:
    tags: list[str] = handler.resolve_tags()
    name: str = handler.handler_name
    return "_".join([*tags[-1:], name])


def document(
    app: Litestar,
    groups: Sequence[RouteGroup],
    *,
    always: Sequence[type[Problem]] = (),
    scope_of: ScopeOf | None = None,
) -> dict[str, Any]:
    """Return the whole document; `always` are further problems that every operation may answer.

    `scope_of` names the scope by which a person's token acts for that person at a route.
    """
    made: dict[str, Any] = app.openapi_schema.to_schema()
    made["servers"] = [{"url": "/"}]
    made["tags"] = [
        {"name": group.name} | ({"description": group.description} if group.description else {})
        for group in groups
        if group.routes
    ]
    components = made.setdefault("components", {}).setdefault("schemas", {})
    _, schemas = msgspec.json.schema_components([ProblemDetails], ref_template="#/components/schemas/{name}")
    reference = _problem_reference(components, schemas)
    opts = _opts(app)
    for path, item in made.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                opt = opts.get((path, method), {})
                _complete(item[method], method, opt, reference, always)
                scope = scope_of(method.upper(), opt) if scope_of is not None else None
                item[method]["security"] = [{}, {"token": [scope] if scope else []}]
    _bound_integers(made)
    _share_examples(made)
    made["paths"] = dict(sorted(made.get("paths", {}).items()))
    made["components"]["schemas"] = dict(sorted(components.items()))
    return made


def _bound_integers(part: Any) -> None:
    """Say of every integer that it has 64 bits: what is beyond is refused everywhere."""
    if isinstance(part, dict):
        kind = part.get("type")
        if kind == "integer" or (isinstance(kind, list) and "integer" in kind):
            part.setdefault("format", "int64")
            part.setdefault("minimum", INT64_MIN)
            part.setdefault("maximum", INT64_MAX)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _bound_integers(inner)


def _share_examples(made: dict[str, Any]) -> None:
    """Say what each problem looks like once; the operations refer to it."""
    shared: dict[str, Any] = {}
    for item in made.get("paths", {}).values():
        for operation in item.values():
            for response in operation["responses"].values():
                content = response.get("content", {}).get(MEDIA_TYPE, {})
                for code, shown in content.get("examples", {}).items():
                    shared[code] = shown
                    content["examples"][code] = {"$ref": f"#/components/examples/{code}"}
    made["components"]["examples"] = dict(sorted(shared.items()))


def _problem_reference(components: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Put our own schema of a problem into the document, in place of the one Litestar derives."""
    for name in [name for name in components if name.endswith(("ProblemDetails", "FieldError"))]:
        del components[name]
    components.update(schemas)
    return "#/components/schemas/ProblemDetails"


def _opts(app: Litestar) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in getattr(handler, "http_methods", ()):
                found[route.path_format, str(method).lower()] = dict(handler.opt)
    return found


def _say_what_may_be_left_out(body: dict[str, Any]) -> None:
    """A body that may be null need not be sent; Litestar calls every body required."""
    if any({"type": "null"} in content["schema"].get("oneOf", ()) for content in body["content"].values()):
        body["required"] = False


def _complete(
    operation: dict[str, Any],
    method: str,
    opt: dict[str, Any],
    reference: str,
    always: Sequence[type[Problem]],
) -> None:
    parameters = operation.setdefault("parameters", [])
    if "media_types" in opt:
        plain = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(opt["media_types"], plain)}
    kinds = [*ALWAYS, *always]
    if parameters or "requestBody" in operation:
        kinds += WITH_INPUT
    if "requestBody" in operation:
        kinds += WITH_BODY
        _say_what_may_be_left_out(operation["requestBody"])
        if "example" in opt:
            for content in operation["requestBody"]["content"].values():
                content["example"] = opt["example"]
    rule = opt.get("idempotency")
    if rule == "lane":
        kinds += WITH_LANE
    if method in _WRITES and rule != "none":
        kinds += WITH_KEY
        parameters.append(_KEY_PARAMETER | {"required": rule == "required"})
        if rule == "required":
            kinds.append(KeyMissing)
    parameters.append(_BUSINESS_PARAMETER)
    _declare(operation["responses"], kinds, reference)


def _declare(responses: dict[str, Any], kinds: Iterable[type[Problem]], reference: str) -> None:
    """Add kinds to the answers an operation declares, each under its status."""
    # Litestar invents a 400 of its own shape for every route with parameters; ours replaces it.
    invented = responses.get("400", {}).get("content", {})
    if "application/json" in invented:
        del responses["400"]
    for kind in sorted(kinds, key=lambda kind: (kind.status, kind.code)):
        declared = responses.setdefault(
            str(kind.status), {"description": "", "content": {MEDIA_TYPE: {"examples": {}}}}
        )
        content = declared["content"][MEDIA_TYPE]
        examples = content.setdefault("examples", {})
        if kind.code not in examples:
            examples[kind.code] = {"summary": kind.title, "value": example(kind)}
            declared["description"] = "\n".join(filter(None, (declared["description"], describe(kind))))
    for status, declared in responses.items():
        if status in _WELL:
            declared["description"] = _WELL[status]
        for shown in declared.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {}).values():
            shown.pop("id", None)  # Litestar's own; OpenAPI knows no such field
        if MEDIA_TYPE in declared.get("content", {}):
            declared["content"][MEDIA_TYPE]["schema"] = {"$ref": reference}
        elif status.startswith(("4", "5")):
            raise TypeError(f"an answer {status} is declared that is not {MEDIA_TYPE}")
    ordered = sorted(responses.items())
    responses.clear()
    responses.update(ordered)
