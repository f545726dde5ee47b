"""Lengths of time as people write them: `15 minutes`, `7 days`."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
    "millisecond": timedelta(milliseconds=1),
    "microsecond": timedelta(microseconds=1),
}
_WRITTEN = re.compile(rf"([0-9]{{1,20}}) +({'|'.join(_UNITS)})s?")


def in_words(span: timedelta) -> str:
    """Write a length of time in the largest unit that keeps it whole: `36 hours`, never `1.5 days`."""
    if not span:
        return "0 seconds"
    unit, one = next((unit, one) for unit, one in _UNITS.items() if not span % one)
    count = span // one
    return f"{count} {unit}{'' if abs(count) == 1 else 's'}"


def from_words(text: str) -> timedelta | None:
    """Read what `in_words` writes of lengths above zero; None for another text, and for one no calendar holds."""
    found = _WRITTEN.fullmatch(text.strip())
    try:
        return int(found[1]) * _UNITS[found[2]] if found else None
    except OverflowError:
        return None
