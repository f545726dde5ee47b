"""Delivering to one handler: a batch at a time, halved when it fails, what fails alone set aside."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hansa.kernel.context import Traffic
from hansa.kernel.db import DatabaseUnavailable
from hansa.kernel.db.faults import repeatable
from hansa.kernel.event import Envelope, Handler
from hansa.kernel.outbox import _store as store
from hansa.kernel.outbox._cuts import cuts
from hansa.kernel.outbox._store import Place, Row
from hansa.kernel.telemetry import span

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.outbox.registry import Registry
    from hansa.kernel.platform import Platform

_log = logging.getLogger("hansa.outbox")

HANDLE_MAX = 200  # events per handler transaction: short enough not to hold the fence back
SEND_MAX = 32  # sent before the place is moved on; what a crash makes us send twice
LOOK_AHEAD = 1000  # how far behind a page an event may stand that was told before one in it
_SEND_TOGETHER = 8
_SEND_S_MAX = 30
_PERSIST_EVERY_S = 5  # how often a place is written down that moved past events for others only
_ERROR_LENGTH_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a failing event is tried again before it stays parked."""

    attempts: int = 8
    first_s: float = 1
    factor: float = 4
    longest_s: float = 3600

    def pause_s(self, attempts: int) -> float | None:
        """Return the pause after so many failed attempts, None when there were enough."""
        if attempts >= self.attempts:
            return None
        pause_s = min(self.first_s * self.factor ** (attempts - 1), self.longest_s)
        return pause_s * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret


class NotOurs(Exception):
    """The handler's place was moved by somebody else."""


class Delivery:
    """One handler's deliveries. `step` and `retry` are called by one task at a time."""

    def __init__(
        self, platform: Platform, registry: Registry, handler: Handler[Any], *, patience: Patience
    ) -> None:
        self.handler = handler
        self._platform = platform
        self._registry = registry
        self._patience = patience
        self._topics = sorted({kind.topic for kind in handler.events})
        self._taken = {(kind.topic, kind.version) for kind in handler.events}
        self._limit = HANDLE_MAX if handler.handle is not None else SEND_MAX
        self._stored: Place | None = None
        self._seen: Place | None = None
        self._persist_at = 0.0

    def forget(self) -> None:
        """Read the handler's place again before the next step."""
        self._stored = self._seen = None

    def behind(self, head: Place, fence: int) -> bool:
        """Tell whether there may be something to deliver."""
        return self._seen is None or (head > self._seen and fence > self._seen.xid)

    async def step(self) -> int | None:
        """Deliver one batch; return how many events it had, None when there is nothing more just now.

        Raises `NotOurs` when another process moved on, and what a lost database raises.
        """
        async with self._platform.db.transaction() as tx:
            if self._stored is None or self._seen is None:
                self._stored = self._seen = (await store.places(tx, [self.handler.name]))[self.handler.name]
            rows, end = await self._page(tx, self._seen)
        if rows:
            await self._deliver(rows, end)
        else:
            self._seen = end
            if end > self._stored and time.monotonic() > self._persist_at:
                await self._deliver([], end)
        return len(rows) or None

    async def _page(self, tx: Transaction, after: Place) -> tuple[Sequence[Row], Place]:
        """Return the next events, as many as may be taken together, and the place they lead to."""
        rows, fence, more = await store.read(tx, after, self._topics, self._limit)
        if not more:
            return rows, fence
        ahead = await store.told_ahead(tx, rows, fence, self._topics, LOOK_AHEAD)
        if allowed := cuts(rows, ahead):
            return rows[: allowed[-1]], rows[allowed[-1] - 1].place
        rows, fence, more = await store.read(tx, after, self._topics, self._limit + LOOK_AHEAD)
        if not more:
            return rows, fence
        end = cuts(rows, {})[0]
        return rows[:end], rows[end - 1].place

    async def _deliver(self, rows: Sequence[Row], place: Place) -> None:
        """Deliver events and move on to `place`; whole, else in parts, else set aside what fails."""
        try:
            if self.handler.handle is not None:
                await self._handle(rows, place)
            else:
                await self._send(rows, place)
        except (NotOurs, DatabaseUnavailable):
            raise
        except Exception as error:
            if repeatable(error):
                raise
            within = cuts(rows, {})[:-1]
            if not within:
                await self._set_aside(rows, place, error)
                return
            middle = min(within, key=lambda cut: abs(cut - len(rows) / 2))
            await self._deliver(rows[:middle], rows[middle - 1].place)
            await self._deliver(rows[middle:], place)

    async def _handle(self, rows: Sequence[Row], place: Place) -> None:
        with span(f"deliver {self.handler.name}", events=len(rows)):
            await self._handle_in_one(rows, place)
        self._stand_at(place)

    async def _handle_in_one(self, rows: Sequence[Row], place: Place) -> None:
        async with self._platform.db.transaction() as tx:
            await self._move(tx, place)
            envelopes = await self._takeable(tx, rows)
            if envelopes and self.handler.handle is not None:
                await self.handler.handle(tx, [envelope for _, envelope in envelopes])

    async def _send(self, rows: Sequence[Row], place: Place) -> None:
        """Send outside of any transaction: subjects beside each other, the events of one subject in turn."""
        async with self._platform.db.transaction() as tx:
            await store.hold(tx, self.handler.name)
            blocked = await store.blocked(tx, self.handler.name, [row.subject for row in rows])
        queues: dict[UUID, list[Row]] = {}
        for row in sorted(rows, key=attrgetter("told_at")):
            if self._takes(row) and row.subject not in blocked:
                queues.setdefault(row.subject, []).append(row)
        room = asyncio.Semaphore(_SEND_TOGETHER)
        failures = dict(
            found
            for found in await asyncio.gather(*[self._send_in_turn(queue, room) for queue in queues.values()])
            if found is not None
        )
        async with self._platform.db.transaction() as tx:
            await self._move(tx, place)
            await self._park_unsent(tx, rows, blocked, failures)
        self._stand_at(place)

    async def _send_in_turn(self, queue: list[Row], room: asyncio.Semaphore) -> tuple[UUID, Exception] | None:
        """Send the events of one subject; return the first that failed."""
        for row in queue:
            try:
                async with room:
                    await self._send_one(row)
            except Exception as error:  # noqa: BLE001 - whatever it was, the event is parked with it
                return row.id, error
        return None

    async def _send_one(self, row: Row) -> None:
        if self.handler.send is not None:
            envelope = self._envelope(row)
            async with asyncio.timeout(_SEND_S_MAX):
                await self.handler.send(self._platform, envelope)

    async def _park_unsent(
        self, tx: Transaction, rows: Sequence[Row], blocked: set[UUID], failures: dict[UUID, Exception]
    ) -> None:
        for row in sorted(rows, key=attrgetter("told_at")):
            if not self._takes(row):
                continue
            if row.subject in blocked:
                await store.park(tx, self.handler.name, row, state="waiting", error="behind an earlier event")
            elif row.id in failures:
                blocked.add(row.subject)
                await self._park(tx, row, failures[row.id])

    async def _takeable(self, tx: Transaction, rows: Sequence[Row]) -> list[tuple[Row, Envelope[Any]]]:
        """Return what the handler can be given now; set the rest aside, in the order it was told."""
        blocked = await store.blocked(tx, self.handler.name, [row.subject for row in rows]) if rows else set()
        taken: list[tuple[Row, Envelope[Any]]] = []
        for row in sorted(rows, key=attrgetter("told_at")):
            if not self._takes(row):
                continue
            if row.subject in blocked:
                await store.park(tx, self.handler.name, row, state="waiting", error="behind an earlier event")
                continue
            try:
                taken.append((row, self._envelope(row)))
            except Exception as error:  # noqa: BLE001 - an event nobody can read is parked, not lost
                blocked.add(row.subject)
                await store.park(tx, self.handler.name, row, state="parked", error=_words(error))
        return taken

    def _takes(self, row: Row) -> bool:
        """Leave out other known versions of a topic, and what no business is there for any more.

        A version nobody knows is everybody's trouble. Of an ended business the people's events stay, and are told to
        nobody: there is no plan to act under.
        """
        key = (row.topic, row.version)
        known = key in self._taken or key not in self._registry.events
        return known and self._platform.plans.status(row.business) != "tombstone"

    def _envelope(self, row: Row) -> Envelope[Any]:
        return Envelope(
            id=row.id,
            business=row.business,
            traffic=Traffic(row.traffic),
            entity=row.entity,
            actor=row.actor,
            trace=row.trace,
            occurred_at=row.occurred_at,
            event=self._registry.decode(row.topic, row.version, row.payload),
        )

    async def _move(self, tx: Transaction, place: Place) -> None:
        if self._stored is None or not await store.move(
            tx, self.handler.name, before=self._stored, after=place
        ):
            raise NotOurs(self.handler.name)

    async def _set_aside(self, rows: Sequence[Row], place: Place, error: Exception) -> None:
        """Set aside what fails: one event, or a few that cannot be taken apart; each is tried alone later."""
        async with self._platform.db.transaction() as tx:
            await self._move(tx, place)
            blocked = await store.blocked(tx, self.handler.name, [row.subject for row in rows])
            await self._park_unsent(tx, rows, blocked, {row.id: error for row in rows})
        self._stand_at(place)

    def _stand_at(self, place: Place) -> None:
        self._stored = self._seen = place
        self._persist_at = time.monotonic() + _PERSIST_EVERY_S

    async def _park(self, tx: Transaction, row: Row, error: Exception) -> None:
        _log.error("%s cannot take %s %s", self.handler.name, row.topic, row.id, exc_info=error)
        pause_s = self._patience.pause_s(1)
        state = "parked" if pause_s is None else "retrying"
        await store.park(tx, self.handler.name, row, state=state, error=_words(error), retry_s=pause_s or 0)

    async def retry(self) -> bool:
        """Try one parked event again; return whether there was one to try."""
        name = self.handler.name
        async with self._platform.db.transaction() as tx:
            found = await store.next_retry(tx, name)
        if found is None:
            return False
        row, attempts = found
        try:
            taken = self._takes(row)
            if taken and self.handler.send is not None:
                await self._send_one(row)
            async with self._platform.db.transaction() as tx:
                await store.hold(tx, name)
                if await store.settle(tx, name, row) and taken and self.handler.handle is not None:
                    await self.handler.handle(tx, [self._envelope(row)])
        except DatabaseUnavailable:
            raise
        except Exception as error:
            if repeatable(error):
                raise
            _log.exception("%s cannot take %s %s, again", name, row.topic, row.id)
            async with self._platform.db.transaction() as tx:
                pause_s = self._patience.pause_s(attempts + 1)
                await store.failed_again(tx, name, row.id, error=_words(error), retry_s=pause_s)
        return True


def _words(error: Exception) -> str:
    """Return an error as it is kept: its kind and what it says, without NUL, not too long."""
    return repr(error).replace("\0", "")[:_ERROR_LENGTH_MAX]
