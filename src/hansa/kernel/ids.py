"""Ids: UUIDv7 made in Python, shown with a prefix: `ord_01jd3x...` (the TypeID format)."""

from __future__ import annotations

import os
import re
import time
from datetime import timedelta
from functools import lru_cache
from typing import Generic, TypeVar
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as CUUID  # a `uuid.UUID`, in C

from hansa.kernel.problem import Problem

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]  # ten bits at a time
_DIGITS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")  # as `int` reads base 32
_LETTERS = "[0-7][0-9a-hjkmnp-tv-z]{25}"  # 130 bits, of which the first two are zero
_SHOWN_MAX = 8_192  # ids whose letters are remembered: what is sold much is shown with every order
_SAME_MS_BITS = 12  # rand_a of RFC 9562, used as a counter within a millisecond (method 1)

I = TypeVar("I", bound=UUID)  # noqa: E741 - the id's type


class IdMalformed(Problem):
    """A text is not an id of the kind that was expected."""

    code = "id.malformed"
    status = 404
    title = "There is no such id"


def _uuid(value: int) -> UUID:
    """Make an id as the database driver makes them: hashed, compared and written ten times as fast."""
    made: UUID = CUUID(value.to_bytes(16))
    return made


def driver_id(value: I) -> I:
    """Return an id that was decoded from elsewhere as the database driver makes it: worth it for one used often."""
    made: I = CUUID(value.bytes)
    return made


@lru_cache(maxsize=_SHOWN_MAX)
def _letters(value: UUID) -> str:
    """Write an id in base 32. One expression, because a loop takes twice as long."""
    n, p = value.int, _PAIRS
    high, low = n >> 60, n & 0xFFF_FFFF_FFFF_FFFF
    return (
        f"{p[high >> 60]}{p[high >> 50 & 1023]}{p[high >> 40 & 1023]}{p[high >> 30 & 1023]}"
        f"{p[high >> 20 & 1023]}{p[high >> 10 & 1023]}{p[high & 1023]}"
        f"{p[low >> 50]}{p[low >> 40 & 1023]}{p[low >> 30 & 1023]}{p[low >> 20 & 1023]}"
        f"{p[low >> 10 & 1023]}{p[low & 1023]}"
    )


class _Uuid7:
    """Make time-ordered ids: strictly increasing within the process, even when the clock steps back."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> UUID:
        stamp = (time.time_ns() // 1_000_000) << _SAME_MS_BITS
        # One step past the last id when the millisecond (or the clock) did not move on.
        self._last = stamp = stamp if stamp > self._last else self._last + 1
        random = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
        value = (stamp >> _SAME_MS_BITS) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0x2 << 62 | random
        return _uuid(value)


uuid7 = _Uuid7()


def first_id_at(ago: timedelta) -> UUID:
    """Return what every id that was made so long ago, or later, is not below: to read the latest alone."""
    made_at_ms = time.time_ns() // 1_000_000 - ago // timedelta(milliseconds=1)
    return _uuid(max(made_at_ms, 0) << 80)


class IdKind(Generic[I]):
    """How one kind of id is made, shown and read: `ORDER_ID = IdKind[OrderId]("ord")`."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._head = prefix + "_"
        self._matched = re.compile(re.escape(self._head) + _LETTERS).fullmatch

    def new(self) -> I:
        """Make a new id."""
        return uuid7()  # type: ignore[return-value]

    def show(self, value: UUID) -> str:
        """Return the id as people and programs see it."""
        return self._head + _letters(value)

    def read(self, text: str) -> I:
        """Read a shown id. Raises `IdMalformed`, which reads as "not found"."""
        if self._matched(text) is None:
            raise IdMalformed(expected=self.prefix)
        return _uuid(int(text[len(self._head) :].translate(_DIGITS), 32))  # type: ignore[return-value]
