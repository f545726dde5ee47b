"""Where a page of events may end, so that the events of one subject are taken in the order they were told.

Pages follow the order of transactions, which is the order in which they first wrote; a transaction that began
early may tell late. So an event may stand behind one of its subject that was told after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from hansa.kernel.outbox._store import Row


def cuts(rows: Sequence[Row], ahead: Mapping[UUID, datetime]) -> list[int]:
    """Return after how many of a page's events it may end, fewest first; empty when nowhere.

    `ahead` has, by subject, when the first of those that follow the page was told.
    """
    reach = len(rows) + 1
    followed: dict[UUID, list[tuple[datetime, int]]] = {
        subject: [(at, reach)] for subject, at in ahead.items()
    }
    needs = [0] * len(rows)
    for i in range(len(rows) - 1, -1, -1):
        row = rows[i]
        later = followed.setdefault(row.subject, [])
        needs[i] = max((length for told_at, length in later if told_at < row.told_at), default=i + 1)
        later.append((row.told_at, i + 1))
    allowed: list[int] = []
    longest = 0
    for i, needed in enumerate(needs):
        longest = max(longest, needed)
        if longest == i + 1:
            allowed.append(i + 1)
    return allowed
