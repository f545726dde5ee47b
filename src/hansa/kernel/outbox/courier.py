"""The courier: runs the deliveries of this process, each handler in one process at a time.

Which process delivers a handler is settled by session-level advisory locks on a connection of its own:
when a process dies, the server lets go of its locks and another one takes over within a second. The locks
only avoid useless work; that `handle` happens once rests on the handler's place in the database alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from hansa.kernel.db import DatabaseUnavailable
from hansa.kernel.db.database import driver_connection
from hansa.kernel.outbox import _store as store
from hansa.kernel.outbox.delivery import Delivery, NotOurs, Patience
from hansa.kernel.outbox.upkeep import subscribe

if TYPE_CHECKING:
    import asyncpg
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from hansa.kernel.outbox.registry import Registry
    from hansa.kernel.platform import Platform

_log = logging.getLogger("hansa.outbox")

_CLAIM_EVERY_S = 1.0
_PAUSE_S_MIN, _PAUSE_S_MAX = 0.1, 5.0


class Courier:
    """Delivers events for as long as it runs."""

    def __init__(
        self,
        platform: Platform,
        registry: Registry,
        *,
        patience: Patience | None = None,
        poll_s: float = 0.1,
        parallel: int = 4,
    ) -> None:
        self._platform = platform
        self._poll_s = poll_s
        patience = patience or Patience()
        self._deliveries = {
            name: Delivery(platform, registry, handler, patience=patience)
            for name, handler in registry.handlers.items()
        }
        self._calls = {name: asyncio.Event() for name in self._deliveries}
        self._retries: set[str] = set()
        self._ours: set[str] = set()
        self._room = asyncio.Semaphore(parallel)

    async def run(self) -> None:
        """Deliver until cancelled; a lost database is waited for."""
        if not self._deliveries:
            return
        async with self._platform.db.transaction() as tx:
            await subscribe(tx, self._deliveries.keys())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._own(), name="outbox claims")
            group.create_task(self._look(), name="outbox look")
            for name in self._deliveries:
                group.create_task(self._serve(name), name=f"outbox {name}")

    async def _own(self) -> None:
        """Hold the locks of as many handlers as nobody else holds."""
        engine = self._platform.db.connections_of_its_own("courier", 1)
        claims = _Claims(engine)
        try:
            while True:
                try:
                    won = await claims.claim(self._deliveries.keys() - self._ours)
                except Exception as error:  # noqa: BLE001 - whatever it was, the locks are gone with the connection
                    if not self._platform.db.presence.missed(error):
                        _log.warning("the courier lost its claims: %s", error)
                    self._ours.clear()
                    await claims.close()
                else:
                    for name in won:
                        self._deliveries[name].forget()
                        self._ours.add(name)
                        self._calls[name].set()
                await asyncio.sleep(_CLAIM_EVERY_S)
        finally:
            await claims.close()

    async def _look(self) -> None:
        """See what there is to deliver: at once when this process told something, else every poll."""
        told = self._platform.db.told
        while True:
            told.clear()
            with contextlib.suppress(DatabaseUnavailable):
                async with self._platform.db.transaction() as tx:
                    head, fence = await store.head(tx)
                    self._retries = await store.due(tx) & self._ours
                for name in self._ours:
                    if name in self._retries or self._deliveries[name].behind(head, fence):
                        self._calls[name].set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await told.wait()

    async def _serve(self, name: str) -> None:
        """Deliver one handler's events whenever there are some and the handler is ours."""
        delivery, called = self._deliveries[name], self._calls[name]
        pause_s = _PAUSE_S_MIN
        while True:
            await called.wait()
            called.clear()
            try:
                async with self._room:
                    await self._drain(name, delivery)
                pause_s = _PAUSE_S_MIN
            except Exception as error:  # noqa: BLE001 - the handler's task goes on, whatever it was
                if isinstance(error, (NotOurs, DatabaseUnavailable)):
                    _log.debug("delivering %s stopped: %r", name, error)
                elif not self._platform.db.presence.explains(error):
                    _log.exception("delivering %s failed", name)
                delivery.forget()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _PAUSE_S_MAX)
                called.set()

    async def _drain(self, name: str, delivery: Delivery) -> None:
        while name in self._ours and await delivery.step():
            pass
        while name in self._ours and name in self._retries and await delivery.retry():
            pass


class _Claims:
    """Advisory locks on a connection that does nothing else."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._conn: AsyncConnection | None = None
        self._raw: asyncpg.Connection[Any] | None = None

    async def claim(self, names: Collection[str]) -> list[str]:
        """Lock the names that nobody holds and return them; also proves that the connection lives."""
        if self._conn is None or self._raw is None:
            self._conn = await self._engine.connect()
            self._raw = await driver_connection(self._conn)
        rows = await self._raw.fetch(
            """SELECT name, pg_try_advisory_lock(hashtextextended('hansa.outbox ' || name, 0)) AS won
                 FROM unnest($1::text[]) AS w (name)""",
            sorted(names),
        )
        return [row["name"] for row in rows if row["won"]]

    async def close(self) -> None:
        """Let go of everything."""
        conn, raw, self._conn, self._raw = self._conn, self._raw, None, None
        if raw is not None:
            raw.terminate()
        if conn is not None:
            with contextlib.suppress(Exception):
                await conn.invalidate()
            with contextlib.suppress(Exception):
                await conn.close()


async def deliver_all(
    platform: Platform, registry: Registry, *, patience: Patience | None = None, rounds_max: int = 100
) -> int:
    """Deliver everything there is, and what that brings about, then return: for tests, demos and scripts.

    Returns the number of events delivered, one for each handler that had it. Raises `RuntimeError` when
    events bring about events without end.
    """
    async with platform.db.transaction() as tx:
        await subscribe(tx, registry.handlers.keys())
    deliveries = [
        Delivery(platform, registry, handler, patience=patience or Patience())
        for handler in registry.handlers.values()
    ]
    total = 0
    for _ in range(rounds_max):
        delivered = 0
        for delivery in deliveries:
            while count := await delivery.step():
                delivered += count
            while await delivery.retry():
                pass
        if not delivered:
            return total
        total += delivered
    raise RuntimeError(f"still events after {rounds_max} rounds")
