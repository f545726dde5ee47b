"""Rows turned into the arrays that a set-based statement takes: `unnest($1::uuid[], $2::bigint[])`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def columns(rows: Iterable[Iterable[Any]], count: int) -> list[list[Any]]:
    """Return an array per column, `count` of them, also of no rows at all.

    Raises `ValueError` for rows of another width.
    """
    made = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(count)]
    if len(made) != count:
        raise ValueError(f"rows of {len(made)} columns, {count} are wanted")
    return made
