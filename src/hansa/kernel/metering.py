"""Metering: what each business uses, counted in the process and added to `kernel.usage` every few seconds.

A cell counts one thing of one (business, traffic class): an implementation's calls, or whatever a center
counts (`orders`, `requests`). Counting touches plain integers; the database sees one additive statement
per flush, by hour of real time.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from hansa.kernel.clock import system_now
from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

CellKey = tuple[str, Traffic, str]
"""Business, traffic class, what is counted."""


class Cell:
    """One count: calls, errors, time in nanoseconds; `ns_max` is the longest call since the last flush.

    A call through the plan that takes longer than `alert_ns` is looked at closer: it is the longest yet, or
    late, or (below zero: every call) a breaker wants to know. One comparison stands for three.
    """

    __slots__ = ("alert_ns", "calls", "errors", "flushed", "ns", "ns_max", "ns_max_before")

    def __init__(self) -> None:
        self.calls = 0
        self.errors = 0
        self.ns = 0
        self.ns_max = 0
        self.ns_max_before = 0
        self.alert_ns = -1
        self.flushed = (0, 0, 0)

    def add(self, *, calls: int = 1, errors: int = 0, ns: int = 0) -> None:
        """Count; `ns` is the time of all `calls` together."""
        self.calls += calls
        self.errors += errors
        self.ns += ns
        self.ns_max = max(self.ns_max, ns)


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What a business used of one thing within an hour (UTC, `hour` is its beginning)."""

    business: str
    traffic: Traffic
    hour: datetime
    what: str
    calls: int
    errors: int
    ns: int
    ns_max: int


def point_cell(point: str, implementation: str) -> str:
    """Return the name under which an implementation's calls are counted."""
    return f"{point}/{implementation}"


class Meter:
    """The counters of one process."""

    def __init__(self) -> None:
        self._cells: dict[CellKey, Cell] = {}

    def cell(self, business: str, traffic: Traffic, what: str) -> Cell:
        """Return the counter of one thing; keep it, and counting costs no look-up."""
        key = (business, traffic, what)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell()
        return cell

    def cells(self) -> dict[CellKey, Cell]:
        """Return all counters since the process began."""
        return dict(self._cells)

    def forget(self, business: str) -> None:
        """Drop the counters of a business that is gone."""
        for key in [key for key in self._cells if key[0] == business]:
            del self._cells[key]

    async def flush(self, tx: Transaction, *, now: datetime | None = None) -> int:
        """Add what was counted since the last flush to the rows of this hour; returns how many rows.

        One flush at a time: two under way at once would both add the same counts. The counters move on once the
        transaction commits, so that a failed flush loses nothing. What a business used that has been removed in
        the meantime is dropped with it.
        """
        hour = (now or system_now()).replace(minute=0, second=0, microsecond=0)
        rows: list[tuple[str, str, str, int, int, int, int]] = []
        told: list[tuple[Cell, tuple[int, int, int]]] = []
        for (business, traffic, what), cell in sorted(self._cells.items()):  # rows lock in key order
            total = (cell.calls, cell.errors, cell.ns)
            if total != cell.flushed:
                calls, errors, ns = (new - old for new, old in zip(total, cell.flushed, strict=True))
                rows.append((business, traffic.value, what, calls, errors, ns, cell.ns_max))
                told.append((cell, total))
        if not rows:
            return 0
        await tx.raw.execute(_ADD_USAGE, hour, *map(list, zip(*rows, strict=True)))

        def move_on() -> None:
            for cell, total in told:
                cell.flushed = total
                cell.ns_max_before = max(cell.ns_max_before, cell.ns_max)
                cell.ns_max = 0
                cell.alert_ns = -1

        tx.after_commit(move_on)
        return len(rows)

    async def usage(
        self, tx: Transaction, *, business: str, since: datetime, limit: int = 1000
    ) -> list[Usage]:
        """Read what a business used since a time, newest hour first."""
        rows = await tx.raw.fetch(_READ_USAGE, business, since, limit)
        return [msgspec.convert(dict(row), Usage) for row in rows]


# The businesses are locked as a foreign key would: one that is being removed at this moment is waited for.
_ADD_USAGE = """
WITH known AS MATERIALIZED (
  SELECT path FROM kernel.business WHERE path = ANY($2::text[]) ORDER BY path FOR KEY SHARE)
INSERT INTO kernel.usage AS u (business, traffic, hour, what, calls, errors, ns, ns_max)
SELECT business, traffic, $1, what, calls, errors, ns, ns_max
  FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
       AS n (business, traffic, what, calls, errors, ns, ns_max)
 WHERE business = '' OR business IN (SELECT path FROM known)
ON CONFLICT (business, traffic, hour, what)
DO UPDATE SET calls = u.calls + excluded.calls, errors = u.errors + excluded.errors,
              ns = u.ns + excluded.ns, ns_max = greatest(u.ns_max, excluded.ns_max)
"""
_READ_USAGE = """
SELECT business, traffic, hour, what, calls, errors, ns, ns_max
  FROM kernel.usage
 WHERE business = $1 AND hour >= $2
 ORDER BY hour DESC, traffic, what
 LIMIT $3
"""
