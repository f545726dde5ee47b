"""api.md: every route, with what it may refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hansa.kernel.http.openapi import WITH_BODY, WITH_INPUT, WITH_KEY
from hansa.kernel.outbox.schemas import Schema
from tools.reference import markdown as md
from tools.reference.events import type_in_words
from tools.reference.house import House

METHODS = ("get", "post", "put", "patch", "delete")
Operation = dict[str, Any]


def page(house: House) -> str:
    """Return every route by its center, and the permissions that centers declare."""
    operations = [
        (method.upper(), path, item[method])
        for path, item in house.openapi["paths"].items()
        for method in METHODS
        if method in item
    ]
    general = _general([operation for _, _, operation in operations])
    schemas = house.openapi["components"]["schemas"]
    parts = []
    for tag in house.openapi["tags"]:
        own = [one for one in operations if tag["name"] in one[2]["tags"]]
        parts += [f"## {tag['name']}", tag.get("description", "")]
        parts += [_route(*one, schemas=schemas, general=general) for one in own]
    return md.page("API", _INTRODUCTION, *parts, _permissions(house))


_INTRODUCTION = """\
REST under `/api` of a business (`/bazaar/api/orders`), described in full by [openapi.json](openapi.json), which
a running platform serves at `/api/openapi.json`. How to [use it](../howto/use-the-api.md). Each route lists the
problems of its own; every route may also answer the general ones: unreadable, not valid, too large, an unknown
token, one that may not do this, busy. All of them stand in [problems](problems.md)."""


def _codes(operation: Operation) -> set[str]:
    return {
        code
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
        for code in content.get("examples", {})
    }


def _general(operations: Sequence[Operation]) -> set[str]:
    """Return the codes that say nothing about a route: those of every one, of every body, of every write."""
    by_kind = {kind.code for kind in (*WITH_INPUT, *WITH_BODY, *WITH_KEY)}
    return by_kind | set.intersection(*map(_codes, operations))


def _route(
    method: str, path: str, operation: Operation, *, schemas: Mapping[str, Schema], general: set[str]
) -> str:
    parameters = [
        parameter for parameter in operation.get("parameters", ()) if parameter["in"] in {"path", "query"}
    ]
    security = operation.get("security", ())
    scopes = [scope for one in security for scope in one.get("token", ())]
    facts = [
        ", ".join(f"`{one['name']}` ({_kind(one, schemas)})" for one in parameters if one["in"] == "query"),
        _bodies(operation, schemas),
        ", ".join(f"`{scope}`" for scope in scopes),
        ", ".join(f"[`{code}`](problems.md#{code})" for code in sorted(_codes(operation) - general)),
    ]
    labels = ["Query", "Body", "Scope for what is one's own", "Problems"]
    return "\n\n".join(
        filter(
            None,
            [
                f"### {method} {path}",
                f"**{operation['summary']}.** {md.one_line(operation.get('description'))}",
                md.listed(f"{label}: {fact}" for label, fact in zip(labels, facts, strict=True) if fact),
            ],
        )
    )


def _kind(parameter: Operation, schemas: Mapping[str, Schema]) -> str:
    return type_in_words(parameter["schema"], schemas) + ("" if parameter.get("required") else ", optional")


def _bodies(operation: Operation, schemas: Mapping[str, Schema]) -> str:
    sent = [
        type_in_words(content.get("schema", {}), schemas)
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    answered = [
        f"{status} {type_in_words(content.get('schema', {}), schemas)}"
        for status, response in operation["responses"].items()
        if status < "400"
        for content in (response.get("content", {}) or {"": {"schema": {"type": "no body"}}}).values()
    ]
    return f"{', '.join(sent) or 'none'}; answers {', '.join(answered)}"


_HELD = """\
Held as such (for everything) or for one object, `trade.order.ship@shop:<id>`. The owner of a shop holds all of
them for the shop, the role `operator` holds all of them."""


def _permissions(house: House) -> str:
    rows = [
        [center.name, ", ".join(f"`{permission}`" for permission in sorted(center.permissions))]
        for center in house.centers
        if center.permissions
    ]
    return "\n\n".join(
        [
            "## Permissions",
            _HELD,
            md.table(["center", "permissions"], rows),
        ]
    )
