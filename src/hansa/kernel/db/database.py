from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hansa.kernel.db.address import dsn
from hansa.kernel.db.errors import DatabaseUnavailable
from hansa.kernel.db.faults import hung_up, unreachable
from hansa.kernel.db.presence import Presence
from hansa.kernel.db.scope import enter, leave
from hansa.kernel.db.transaction import Transaction
from hansa.kernel.db.turns import Turns
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    import asyncpg

    from hansa.kernel.platform import Platform

RUNTIME_ROLE = "hansa_runtime"
"""What the running platform may do; migrations run as the owner. Append-only tables revoke from it."""

_CONNECT_S_MAX = 15
_ROLLBACK_S_MAX = 5

# A server that lost its client must notice, or its locks outlive the process that took them.
_KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}


# Readers of the outbox pass no transaction that is open. A process that stands still in the middle of one (stopped,
# its machine asleep) must not hold up everybody's events: no use case waits this long between two statements.
_IDLE_IN_TRANSACTION_MAX = "60s"


class Database:
    """One PostgreSQL database: ordinary connections for use cases, a few of their own for the lanes."""

    def __init__(self, url: str, *, connections_max: int = 8, role: str | None = RUNTIME_ROLE) -> None:
        self.url = url
        self.role = role
        self._connections_max = connections_max
        self.platform: Platform | None = None
        """The platform this database serves, for handlers that must make contexts; `Platform` sets it."""
        self.told = asyncio.Event()
        """Set when a transaction of this process committed events: the worker need not wait for its poll."""
        self.presence = Presence()
        """Whether the server is there: loops ask it whether their trouble is only that."""
        self.turns = Turns()
        """Whose turn it is among the lanes of this process."""
        self._lane_engines: list[AsyncEngine] = []
        self.engine: AsyncEngine = self._engine("hansa", connections_max)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction (READ COMMITTED); commits on leaving, rolls back on an exception.

        Raises `DatabaseUnavailable` when the server cannot be reached or hangs up; when that happens
        while committing, only a repeat under the same key or id tells whether it happened.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                conn, raw = await self._check_out(stack, begin=True)
            except Exception as error:
                self.presence.missed(error)
                if unreachable(error):
                    raise DatabaseUnavailable from error
                raise
            if self.presence.gone:
                self.presence.met()
            tx = Transaction(conn, raw, self.platform)
            before = enter()
            try:
                yield tx
                await tx.flush()
                await raw.execute("COMMIT")
            except BaseException as error:
                lost = raw.is_closed() or hung_up(error)
                await _abandon(conn, raw)
                if lost and isinstance(error, Exception) and not isinstance(error, Problem):
                    raise DatabaseUnavailable from error
                raise
            finally:
                leave(before)
        self.after(tx)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Check a connection out to read: every statement stands alone, and sees what is committed when it begins.

        That is all a transaction gives to statements that only read (READ COMMITTED), without its two round
        trips. Raises `DatabaseUnavailable` as `transaction` does, `RuntimeError` when something was told.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                conn, raw = await self._check_out(stack, begin=False)
            except Exception as error:
                self.presence.missed(error)
                if unreachable(error):
                    raise DatabaseUnavailable from error
                raise
            if self.presence.gone:
                self.presence.met()
            tx = Transaction(conn, raw, self.platform)
            before = enter()
            try:
                yield tx
            except BaseException as error:
                lost = raw.is_closed() or hung_up(error)
                if lost or not isinstance(error, Exception):
                    raw.terminate()
                    await conn.invalidate()
                if lost and isinstance(error, Exception) and not isinstance(error, Problem):
                    raise DatabaseUnavailable from error
                raise
            finally:
                leave(before)
        if tx.has_something_to_tell:
            raise RuntimeError("nothing can be told where nothing is committed")

    def after(self, tx: Transaction) -> None:
        """Run what waits for the commit of a transaction. Called by whoever committed it."""
        if tx.told:
            self.told.set()
        tx.committed()

    def connections_of_its_own(self, name: str, count: int, **server_settings: str) -> AsyncEngine:
        """Return an engine of exactly `count` connections that no use case competes for: a lane's."""
        engine = self._engine(f"hansa {name}", count, **server_settings)
        self._lane_engines.append(engine)
        return engine

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        for engine in self._lane_engines:
            await engine.dispose()

    def _engine(self, name: str, connections_max: int, **server_settings: str) -> AsyncEngine:
        settings = {
            "application_name": name,
            "jit": "off",
            "timezone": "UTC",
            "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION_MAX,
            **server_settings,
        }
        if self.role:
            settings["role"] = self.role
        if make_url(self.url).host:  # keep-alives mean nothing on a unix socket
            settings |= _KEEPALIVE
        return create_async_engine(
            "postgresql+asyncpg://",
            # The kernel says BEGIN and COMMIT itself (above); SQLAlchemy would begin only with its own
            # first statement, and raw statements before that would run outside the transaction.
            isolation_level="AUTOCOMMIT",
            json_deserializer=msgspec.json.decode,
            pool_size=connections_max,
            max_overflow=0,
            connect_args={
                "dsn": dsn(self.url),
                "server_settings": settings,
                "statement_cache_size": 512,
                "timeout": _CONNECT_S_MAX,
            },
        )

    async def _check_out(
        self, stack: contextlib.AsyncExitStack, *, begin: bool
    ) -> tuple[AsyncConnection, asyncpg.Connection[Any]]:
        """Check a connection out, and begin. After a restart of the server the pool holds dead ones."""
        for left in range(self._connections_max, -1, -1):
            conn = await stack.enter_async_context(self.engine.connect())
            raw = await driver_connection(conn)
            try:
                await _ready(raw, begin=begin)
            except Exception:
                # BEGIN has no other reason to fail than a dead connection; once all of the pool's were
                # tried, a fresh one failed as well.
                await conn.invalidate()
                if not left:
                    raise
                await stack.aclose()
                continue
            except BaseException:  # cancelled while beginning: nobody knows how far it came
                await conn.invalidate()
                raise
            return conn, raw
        raise AssertionError("the last round returns or raises")


async def _ready(raw: asyncpg.Connection[Any], *, begin: bool) -> None:
    """Begin; where that is not wanted, a connection that is known to be dead fails without being asked."""
    if begin:
        await raw.execute("BEGIN")
    elif raw.is_closed():
        raise ConnectionError


async def driver_connection(conn: AsyncConnection) -> asyncpg.Connection[Any]:
    """Return the asyncpg connection under a Core connection."""
    driver: Any = (await conn.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - a checked-out connection has its driver
    raw: asyncpg.Connection[Any] = driver
    return raw


async def _abandon(conn: AsyncConnection, raw: asyncpg.Connection[Any]) -> None:
    """Roll back, or throw the connection away: none with an open transaction returns to the pool."""
    try:
        if not raw.is_closed():
            await raw.execute("ROLLBACK", timeout=_ROLLBACK_S_MAX)
            return
    except Exception:  # noqa: BLE001, S110 - whatever it was, the connection goes
        pass
    except BaseException:
        raw.terminate()
        await conn.invalidate()
        raise
    raw.terminate()
    await conn.invalidate()
