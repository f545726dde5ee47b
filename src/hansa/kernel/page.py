"""Pages of a list: a limit, and a keyset cursor that says where the next page starts."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

from hansa.kernel.problem import FieldError, Invalid, Malformed, Problem
from hansa.kernel.wire import check_json

T = TypeVar("T")

LIMIT_MAX = 100
COUNT_CAP = 1_000
"""Totals are counted up to here: a list of millions costs no more to announce than one of a thousand."""


class CursorMalformed(Problem):
    """A cursor was not made by this list: it was changed on the way, or belongs to another one."""

    code = "page.cursor_malformed"
    status = 400
    title = "This page of the list cannot be found, please start from its beginning"


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some items, and the cursor of the next page; None when this is the last.

    `count` is the size of the whole list where that was asked for, counted no further than `COUNT_CAP`.
    """

    items: list[T]
    cursor: str | None = None
    count: int | None = None


def page_of(rows: Sequence[T], *, limit: int, key: Callable[[T], Sequence[Any]]) -> Page[T]:
    """Make a page from `limit + 1` fetched rows; `key` gives the values the list is ordered by."""
    items = list(rows[:limit])
    more = len(rows) > limit
    return Page(items, encode_cursor(*key(items[-1])) if more else None)


def checked_limit(limit: int) -> int:
    """Return the limit, or raise `Invalid` when it is not from 1 to `LIMIT_MAX`."""
    if not 1 <= limit <= LIMIT_MAX:
        raise Invalid(FieldError("limit", "range", f"From 1 to {LIMIT_MAX}"))
    return limit


def encode_cursor(*key: Any) -> str:
    """Write the ordering values of the last row shown; opaque to whoever gets it."""
    return urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def decode_cursor(cursor: str, kind: type[T]) -> T:
    """Read ordering values back as `kind`, a tuple type. Raises `CursorMalformed`."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        check_json(raw)
        key = msgspec.json.decode(raw, type=kind)
        for part in key if isinstance(key, tuple) else ():
            if isinstance(part, datetime):
                part.astimezone(UTC)  # beyond the calendar at the edges of year 1 and 9999
    except (ValueError, OverflowError, msgspec.MsgspecError, Malformed):
        raise CursorMalformed from None
    return key
