"""A worker's own connection: opened when needed, kept open, thrown away when it fails."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import TYPE_CHECKING, Any

from hansa.kernel.db.database import driver_connection
from hansa.kernel.db.transaction import Transaction

if TYPE_CHECKING:
    import asyncpg
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from hansa.kernel.db import Database

_ROLLBACK_S_MAX = 5
_PAUSE_S_MIN, _PAUSE_S_MAX = 0.02, 1.0


class Seat:
    """One connection for one worker, one transaction at a time."""

    def __init__(self, db: Database, engine: AsyncEngine) -> None:
        self._db = db
        self._engine = engine
        self._conn: AsyncConnection | None = None
        self._raw: asyncpg.Connection[Any] | None = None
        self._misses = 0

    async def begin(self) -> Transaction:
        """Begin a transaction, connecting first where there is no connection. Raises what connecting raises."""
        if self._conn is None or self._raw is None:
            conn = await self._engine.connect()
            try:
                self._raw = await driver_connection(conn)
            except BaseException:
                await conn.invalidate()
                await conn.close()
                raise
            self._conn = conn
        await self._raw.execute("BEGIN")
        self._misses = 0
        return Transaction(self._conn, self._raw, self._db.platform)

    async def rollback(self) -> None:
        """Roll back; a connection that cannot even do that is thrown away."""
        raw = self._raw
        if raw is not None and not raw.is_closed():
            try:
                await raw.execute("ROLLBACK", timeout=_ROLLBACK_S_MAX)
            except Exception:  # noqa: BLE001, S110 - whatever it was, the connection goes
                pass
            else:
                return
        await self.close()

    async def pause(self) -> None:
        """Wait before connecting again: longer each time it fails, never in step with others."""
        pause_s = min(_PAUSE_S_MIN * 2**self._misses, _PAUSE_S_MAX)
        self._misses = min(self._misses + 1, 10)
        await asyncio.sleep(pause_s * random.uniform(0.5, 1))  # noqa: S311 - spreads load, keeps no secret

    async def close(self) -> None:
        """Let go of the connection."""
        conn, raw, self._conn, self._raw = self._conn, self._raw, None, None
        if conn is None:
            return
        if raw is not None:
            raw.terminate()
        with contextlib.suppress(Exception):
            await conn.invalidate()
        with contextlib.suppress(Exception):
            await conn.close()

    @property
    def lost(self) -> bool:
        """Whether the connection is gone."""
        return self._raw is None or self._raw.is_closed()
