from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hansa.kernel.db.transaction import Transaction
from hansa.kernel.problem import Problem

RUNTIME_ROLE = "hansa_runtime"
"""What the running platform may do; migrations run as the owner. Append-only tables revoke from it."""


class DatabaseUnavailable(Problem):
    """PostgreSQL cannot be reached just now; nothing was changed, or the repeat will tell."""

    code = "database.unavailable"
    status = 503
    title = "The database is not answering just now, please try again in a moment"


class Database:
    """One PostgreSQL database: ordinary connections for use cases, a few of their own for the lanes."""

    def __init__(self, url: str, *, connections_max: int = 8, role: str | None = RUNTIME_ROLE) -> None:
        self.url = url
        settings = {"application_name": "hansa", "jit": "off", "timezone": "UTC"}
        if role:
            settings["role"] = role
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            # The kernel says BEGIN and COMMIT itself (below); SQLAlchemy would begin only with its own
            # first statement, and raw statements before that would run outside the transaction.
            isolation_level="AUTOCOMMIT",
            pool_size=connections_max,
            max_overflow=0,
            connect_args={"server_settings": settings, "statement_cache_size": 512},
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction (READ COMMITTED); commits on leaving, rolls back on an exception."""
        async with self.engine.connect() as conn:
            driver = (await conn.get_raw_connection()).driver_connection
            assert driver is not None  # noqa: S101 - a checked-out connection has its driver
            raw: Any = driver
            begun = raw.transaction()
            await begun.start()
            tx = Transaction(conn, raw)
            try:
                yield tx
                await tx.flush()
            except BaseException:
                if not raw.is_closed():
                    await begun.rollback()
                raise
            await begun.commit()
        tx.committed()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
