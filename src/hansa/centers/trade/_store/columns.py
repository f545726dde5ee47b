"""Rows turned into one array per column, as `unnest` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.trade._rules.rows import OrderKey


def columns(rows: Sequence[Any], width: int) -> list[list[Any]]:
    """Turn rows (tuples or array-like structs) into one list per column, for `unnest`."""
    if not rows:
        return [[] for _ in range(width)]
    plain = rows if isinstance(rows[0], tuple) else [msgspec.structs.astuple(row) for row in rows]
    return [list(column) for column in zip(*plain, strict=True)]


def keys_of(keys: Sequence[OrderKey]) -> tuple[list[UUID], list[UUID]]:
    """Turn keys into one list per column, for `unnest`."""
    return [buyer for buyer, _ in keys], [known for _, known in keys]
