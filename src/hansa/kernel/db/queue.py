"""The job queue's tables: PgQueuer declares them, we place them in the kernel's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings

if TYPE_CHECKING:
    import asyncpg

SETTINGS = DBSettings(prefix="", db_schema="kernel")


def queries(raw: asyncpg.Connection[Any]) -> Queries:
    """Return PgQueuer's statements on one connection; inside a transaction they are part of it."""
    return Queries(
        AsyncpgDriver(raw),
        qbe=QueryBuilderEnvironment(SETTINGS),
        qbq=QueryQueueBuilder(SETTINGS),
        qbs=QuerySchedulerBuilder(SETTINGS),
    )


async def install_queue(raw: asyncpg.Connection[Any]) -> None:
    """Create the tables, or bring them to what the installed PgQueuer declares. Runs as the owner."""
    statements = queries(raw)
    if await statements.schema_is_installed():
        await statements.upgrade()
    else:
        await statements.install(create_schema=False)
