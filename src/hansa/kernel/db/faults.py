"""Telling the faults of a database apart: what a repeat may cure from what it never will."""

from __future__ import annotations

import asyncpg
from asyncpg.exceptions import InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

INSUFFICIENT_PRIVILEGE = "42501"
LOCK_NOT_AVAILABLE = "55P03"
TOO_MANY_CONNECTIONS = "53300"
CANNOT_CONNECT_NOW = "57P03"

_LOST_CLASSES = ("08",)  # connection exceptions
_LOST = frozenset(
    {"57P01", "57P02", CANNOT_CONNECT_NOW, "25P03", "57P05"}
)  # shut down, crashed, starting, idle too long
_REPEATABLE = frozenset(
    {"40001", "40P01", TOO_MANY_CONNECTIONS, "53200"}
)  # serialization, deadlock, no memory


def sqlstate(error: BaseException) -> str:
    """Return the SQLSTATE of a database error however it was wrapped, or an empty string."""
    for link in _chain(error):
        state = getattr(link, "sqlstate", None)
        if isinstance(state, str):
            return state
    return ""


def words(error: BaseException) -> str:
    """Return what the server itself said, or an empty string when it said nothing."""
    return next((str(link) for link in _chain(error) if isinstance(link, asyncpg.PostgresError)), "")


def unreachable(error: BaseException) -> bool:
    """Tell whether connecting failed because the server is not there, hung up, or has no connection to give.

    The same of the process's own pool: all of it was in use for as long as one waits.

    Only for errors of connecting: inside a transaction an `OSError` may be anybody's.
    """
    return hung_up(error) or crowded(error) or cut(error) or not_there(error)


def not_there(error: BaseException) -> bool:
    """Tell whether nothing answers where the server should be, or it is starting or stopping.

    Only for errors of connecting, as `unreachable`.
    """
    if state := sqlstate(error):
        return state == CANNOT_CONNECT_NOW
    return any(isinstance(link, OSError) for link in _chain(error))


def crowded(error: BaseException) -> bool:
    """Tell whether the server, or the process's own pool, has no connection left to give."""
    return sqlstate(error) == TOO_MANY_CONNECTIONS or any(
        isinstance(link, PoolTimeoutError) for link in _chain(error)
    )


def cut(error: BaseException) -> bool:
    """Tell whether the driver noticed by itself that its connection is gone, or could not be made."""
    return not sqlstate(error) and any(_driver_lost(link) for link in _chain(error))


def hung_up(error: BaseException) -> bool:
    """Tell whether the server said that it ends the connection, or ended it between two statements."""
    state = sqlstate(error)
    if state:
        return state.startswith(_LOST_CLASSES) or state in _LOST
    # A farewell that arrives while nothing is asked leaves asyncpg's protocol in a state it calls its own error.
    return any(isinstance(link, asyncpg.InternalClientError) for link in _chain(error))


def repeatable(error: BaseException) -> bool:
    """Tell whether the same transaction may succeed when it is simply run again."""
    return hung_up(error) or sqlstate(error) in _REPEATABLE


def _driver_lost(error: BaseException) -> bool:
    if isinstance(error, asyncpg.PostgresConnectionError):
        return True
    # asyncpg says so in words alone when the connection went away between two statements.
    return isinstance(error, InterfaceError) and ("closed" in str(error) or "lost" in str(error))


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error and what it wraps: SQLAlchemy keeps the driver's error in `orig`, Python in the cause."""
    links: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is None or link in links:
            continue
        links.append(link)
        waiting += [link.__cause__, getattr(link, "orig", None)]
    return links
