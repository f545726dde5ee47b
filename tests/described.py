"""The API's OpenAPI document, read before anything runs, so that tests can go through it operation by operation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from hansa.api import make_router
from hansa.app import CENTERS
from hansa.kernel.settings import Settings

METHODS = ("get", "put", "post", "patch", "delete")
WRITES = frozenset({"PUT", "POST", "PATCH", "DELETE"})
PROBLEM = "application/problem+json"


def document() -> dict[str, Any]:
    """The document as the API serves it. Routes need no running platform to be described."""
    resting: Any = SimpleNamespace(centers=CENTERS, settings=Settings())
    made: dict[str, Any] = json.loads(make_router(resting).state.document())
    return made


@dataclass(frozen=True, eq=False)
class Operation:
    """One method of one path."""

    method: str
    path: str
    described: dict[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method in WRITES

    @property
    def body(self) -> Any:
        """The schema of its JSON body, None when it takes none."""
        content = self.described.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    def parameters(self, place: str) -> list[dict[str, Any]]:
        """Its parameters in `path`, `query` or `header`."""
        return [one for one in self.described.get("parameters", ()) if one["in"] == place]

    def codes(self, status: int) -> set[str]:
        """The codes of the problems that are declared for a status."""
        content = self.described["responses"].get(str(status), {}).get("content", {})
        return set(content.get(PROBLEM, {}).get("examples", {}))


def operations(of: dict[str, Any]) -> Iterator[Operation]:
    """Every operation of a document."""
    for path, item in of["paths"].items():
        for method in METHODS:
            if method in item:
                yield Operation(method.upper(), path, item[method])


def resolve(of: dict[str, Any], schema: Any) -> Any:
    """Follow references until the thing itself is there."""
    while isinstance(schema, dict) and "$ref" in schema:
        _, _, kind, name = schema["$ref"].split("/", 3)
        schema = of["components"][kind][name]
    return schema


DOCUMENT = document()
OPERATIONS = tuple(operations(DOCUMENT))
