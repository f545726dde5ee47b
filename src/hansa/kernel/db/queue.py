"""The job queue's tables: PgQueuer declares them, we place them in the kernel's schema.

PgQueuer itself comes in with the first statement: most commands have none for the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncpg
    from pgqueuer.adapters.persistence.queries import Queries

_SCHEMA, _TABLE = "kernel", "pgqueuer"
QUEUE_TABLE = f"{_SCHEMA}.{_TABLE}"
CHANNEL = "ch_pgqueuer"
"""Where the queue announces a job."""


def queries(raw: asyncpg.Connection[Any]) -> Queries:
    """Return PgQueuer's statements on one connection; inside a transaction they are part of it."""
    from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver  # noqa: PLC0415 - as said at the head
    from pgqueuer.adapters.persistence import qb  # noqa: PLC0415
    from pgqueuer.adapters.persistence.queries import Queries  # noqa: PLC0415
    from pgqueuer.domain.settings import DBSettings  # noqa: PLC0415
    from pgqueuer.domain.types import Channel  # noqa: PLC0415

    settings = DBSettings(prefix="", db_schema=_SCHEMA, queue_table=_TABLE, channel=Channel(CHANNEL))
    return Queries(
        AsyncpgDriver(raw),
        qbe=qb.QueryBuilderEnvironment(settings),
        qbq=qb.QueryQueueBuilder(settings),
        qbs=qb.QuerySchedulerBuilder(settings),
    )


async def install_queue(raw: asyncpg.Connection[Any]) -> None:
    """Create the tables, or bring them to what the installed PgQueuer declares. Runs as the owner."""
    statements = queries(raw)
    if await statements.schema_is_installed():
        await statements.upgrade()
    else:
        await statements.install(create_schema=False)
