from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

UNIQUE_VIOLATION = "23505"
CHECK_VIOLATION = "23514"


class Database:
    """The engine with its pool, and two ways in: to read, and to write in one transaction."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        """Take an asyncpg URL; `pool_size` connections per process are opened as they are needed."""
        self.engine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=pool_size,
            max_overflow=0,
            skip_autocommit_rollback=True,
            connect_args={"prepared_statement_cache_size": 500},
        )
        self._writing = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._reading = async_sessionmaker(
            self.engine.execution_options(isolation_level="AUTOCOMMIT"),
            expire_on_commit=False,
            autoflush=False,
        )

    def read(self) -> AsyncSession:
        """Open a session whose statements run by themselves, without BEGIN."""
        return self._reading()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction; commits at the end, rolls back on an exception."""
        async with self._writing.begin() as session:
            yield session


def sqlstate(error: IntegrityError) -> str:
    """Return PostgreSQL's code of a violated constraint."""
    return str(getattr(error.orig, "sqlstate", ""))
