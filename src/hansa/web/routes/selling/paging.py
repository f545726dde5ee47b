"""Where one is in a list of the desk."""

from __future__ import annotations

from urllib.parse import urlencode

from hansa.web.parts import Pager
from hansa.web.visit import Visit

_SHOWN_DIGITS_MAX = 6


def pager(seen: Visit, items: int, cursor: str | None, here: str, *, total: int | None = None) -> Pager:
    """Return the way on from this page of a list, and back to its start; `here` is the list's own address."""
    before = seen.asked("shown")
    known = before.isascii() and before.isdigit() and len(before) <= _SHOWN_DIGITS_MAX
    shown = items + (int(before) if known else 0)
    joint = "&" if "?" in here else "?"
    return Pager(
        shown=shown,
        total=total,
        next_url=f"{here}{joint}{urlencode({'after': cursor, 'shown': shown})}" if cursor else "",
        first_url=here if seen.asked("after", letters_max=1000) else "",
    )
