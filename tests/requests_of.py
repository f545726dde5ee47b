"""Requests to an operation of the API, made from its description and from ids of things that are there."""

from __future__ import annotations

from typing import Any

from described import DOCUMENT, Operation, resolve

SAYINGS: dict[str, Any] = {
    "name": {"en": "Pear"},
    "names": {"en": "Pear"},
    "price": {"minor": 3600, "currency": "CNY"},
    "titles": {"en": "Pear"},
    "address": "Kiln lane 1",
    "country": "CN",
    "phone": "+8613800138000",
    "currency": "CNY",
    "permissions": ["product.offer.price"],
    "expires_at": "2027-06-30T00:00:00Z",
    "password": "a long enough one",
    "email": "nobody@example.com",
    "card": "9000000000000019",
    "quantity": 1,
    "reference": "00000000-0000-7000-8000-000000000000",
    "since": "2026-11-20T00:00:00Z",
    "until": "2026-11-22T00:00:00Z",
    "ids": [],
    "status_code": "5.1.1",
    "starts": "22:00",
    "ends": "07:00",
    "time_zone": "Asia/Shanghai",
    "fields": [],
    "prices": [],
    "offer_ids": [],
    "starts_at": "2100-01-01T00:00:00Z",
    "attributes": [],
    "ceremony": "crm_01m80jff0se009frw0avgpd0zf",
}
"""What a body says where an id does not."""
ANYWAY = frozenset({"card"})
"""Said though a body need not: it must say this or something else."""
ASKED = {
    "reference": "00000000-0000-7000-8000-000000000000",
    "lat": "30.25",
    "lon": "120.15",
    "redirect_uri": "https://erp.example.com/back",
    "since": "2026-11-20T00:00:00Z",
    "until": "2026-11-22T00:00:00Z",
    "currency": "CNY",
}
"""What a query says."""


NOBODYS = {
    "person_id": "pty_01m80jff0se009frw0avgpd0zf",
    "session_id": "tok_01m80jff0se009frw0avgpd0zf",
    "passkey_id": "pky_01m80jff0se009frw0avgpd0zf",
    "identity_id": "idn_01m80jff0se009frw0avgpd0zf",
    "issuer": "acme",
    "day": "2026-11-20",
    "role": "support",
}
"""Well-formed, and nobody's: what would change how others log in."""


def path_of(operation: Operation, ids: dict[str, str], **other: str) -> str:
    """The path with ids of things that are there."""
    return operation.path.removeprefix("/api").format_map(NOBODYS | ids | other)


def sample(schema: Any, ids: dict[str, Any], name: str = "") -> Any:
    """Something that fits a schema, or nearly."""
    schema = resolve(DOCUMENT, schema)
    if name in ids and fits(ids[name], schema):
        return ids[name]
    for union in ("oneOf", "anyOf"):
        if union in schema:
            return sample(schema[union][0], ids, name)
    if "enum" in schema:
        return next(filter(None, schema["enum"]))
    if schema.get("type") == "object":
        return {
            field: sample(inner, ids, field)
            for field, inner in schema.get("properties", {}).items()
            if field in schema.get("required", ()) or field in ANYWAY
        }
    if schema.get("type") == "array":
        return [sample(schema.get("items", {"type": "string"}), ids, name)]
    return {"integer": 1, "number": 1.0, "boolean": False}.get(schema.get("type"), "Pear")


def fits(value: Any, schema: Any) -> bool:
    """Tell whether a value is of a type that the schema takes, as far as one look tells."""
    kind = {str: "string", int: "integer", list: "array", dict: "object"}[type(value)]
    return any(
        resolve(DOCUMENT, one).get("type", kind) == kind
        for union in ("oneOf", "anyOf")
        for one in schema.get(union, [schema])
    )


def request_to(operation: Operation, ids: dict[str, str]) -> dict[str, Any]:
    """A well-formed request to an operation: its method's `path`, `params` and `json`."""
    asked: dict[str, Any] = {"path": path_of(operation, ids)}
    params = {
        one["name"]: ({"sku": ids["sku_id"], "client_id": ids["app_id"]} | ASKED)[one["name"]]
        for one in operation.parameters("query")
        if one.get("required")
    }
    if params:
        asked["params"] = params
    if operation.body is not None:
        asked["json"] = sample(operation.body, SAYINGS | ids)
    return asked
