"""How rows become structs, and structs become JSON columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def row_of(kind: type[T], row: Mapping[str, Any]) -> T:
    """Read a row as a struct whose fields are its columns."""
    return msgspec.convert(dict(row), kind)


def json_of(value: Any) -> str:
    """Write a value for a JSON column: written as text, read decoded."""
    return msgspec.json.encode(value).decode()
