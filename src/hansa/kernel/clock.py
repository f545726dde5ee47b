"""Clocks: each (business, traffic class) has its own, and tests, demos and replays may move it.

A clock is real time plus an offset, or stands still at an instant. Its settings are rows, so every
process agrees within the poll interval; the process that moves a clock sees it move at once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hansa.kernel.context import LiveClockFixed, Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

__all__ = ["ClockKey", "Clocks", "LiveClockFixed", "system_now"]

ClockKey = tuple[str, str]


def system_now() -> datetime:
    """Return real time, aware, UTC. Only clocks and telemetry call this."""
    return datetime.now(UTC)


class Clocks:
    """All clocks of the process. Reading is a dictionary look-up; moving writes a row."""

    def __init__(self) -> None:
        self._offsets: dict[ClockKey, timedelta] = {}
        self._frozen: dict[ClockKey, datetime] = {}

    def now(self, business: str, traffic: Traffic) -> datetime:
        """Return the time of one clock."""
        if not (self._offsets or self._frozen):  # the usual case: nothing was ever moved
            return datetime.now(UTC)
        key = (business, traffic.value)
        frozen = self._frozen.get(key)
        if frozen is not None:
            return frozen
        offset = self._offsets.get(key)
        return system_now() + offset if offset else system_now()

    def moved(self) -> dict[ClockKey, tuple[timedelta, datetime | None]]:
        """Return the clocks that do not run on plain real time: (offset, frozen instant)."""
        keys = self._offsets.keys() | self._frozen.keys()
        return {key: (self._offsets.get(key, timedelta()), self._frozen.get(key)) for key in keys}

    async def move(
        self,
        tx: Transaction,
        *,
        business: str,
        traffic: Traffic,
        offset: timedelta = timedelta(),
        frozen_at: datetime | None = None,
    ) -> None:
        """Set a clock: real time plus `offset`, or standing still at `frozen_at`.

        Raises `LiveClockFixed` for live traffic.
        """
        if traffic is Traffic.LIVE:
            raise LiveClockFixed(business=business)
        await tx.raw.execute(
            """INSERT INTO kernel.clock (business, traffic, offset_us, frozen_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (business, traffic)
               DO UPDATE SET offset_us = excluded.offset_us, frozen_at = excluded.frozen_at""",
            business,
            traffic.value,
            offset // timedelta(microseconds=1),
            frozen_at,
        )
        tx.after_commit(lambda: self._set((business, traffic.value), offset, frozen_at))

    async def refresh(self, tx: Transaction) -> None:
        """Read all clocks again; called at start and by the process's poll."""
        rows = await tx.raw.fetch("SELECT business, traffic, offset_us, frozen_at FROM kernel.clock")
        found = {(row["business"], row["traffic"]): row for row in rows}
        for key in self.moved().keys() - found.keys():  # its row is gone: real time again
            self._set(key, timedelta(), None)
        for key, row in found.items():
            self._set(key, timedelta(microseconds=row["offset_us"]), row["frozen_at"])

    def _set(self, key: ClockKey, offset: timedelta, frozen_at: datetime | None) -> None:
        self._offsets.pop(key, None)
        self._frozen.pop(key, None)
        if frozen_at is not None:
            self._frozen[key] = frozen_at
        elif offset:
            self._offsets[key] = offset
