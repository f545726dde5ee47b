"""A migrated database that story after story finds empty: a copy of one for each would cost some ten times more.

Deleted, not truncated: TRUNCATE makes new files for every table and its indexes, however empty they were, and waits
for whoever still reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import asyncpg

from hansa.kernel.center import Center
from hansa.kernel.db.migrate import migrate

_OWN = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
_TABLES = f"""
SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND {_OWN} ORDER BY 1
"""
_GROWN = f"""
SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND {_OWN} AND pg_relation_size(c.oid) > $1 ORDER BY 1
"""
_SEQUENCES = """
SELECT format('setval(%L, %s, %L)', format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value),
              last_value IS NOT NULL) AS name
  FROM pg_sequences ORDER BY 1
"""
_LEAVE = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_GROWN_BYTES = 1 << 20


class Emptied:
    """A database as its migrations left it, whenever it is asked to be."""

    def __init__(self, server: Any, name: str, again: str) -> None:
        self.url = server.url(name)
        self._server = server
        self._name = name
        self._again = again

    @classmethod
    async def made(
        cls, server: Any, name: str, centers: Sequence[Center], *, also: Sequence[str] = ()
    ) -> Emptied:
        """Make it on a server, with these centers in it and whatever else the statements `also` make.

        Stories may change rows; one that changes tables needs a database of its own.
        """
        name = f"{name}_{uuid4().hex[:12]}"
        await asyncio.to_thread(server.create_database, name)
        await migrate(server.url(name), centers)
        connection = await asyncpg.connect(server.url(name))
        try:
            for statement in also:
                await connection.execute(statement)
            return cls(server, name, await _as_it_is(connection))
        finally:
            await connection.close()

    async def drop(self) -> None:
        """Take it off the server."""
        await asyncio.to_thread(self._server.drop_database, self._name)

    async def empty(self, *, ending_sessions: bool = False) -> None:
        """Take out what stories brought, and put back what the migrations wrote and stories changed.

        With `ending_sessions` nobody else is left in the database afterwards, whatever the last story forgot.
        """
        connection = await asyncpg.connect(self.url)
        try:
            if ending_sessions:
                await connection.execute(_LEAVE)
            grown = [row["name"] for row in await connection.fetch(_GROWN, _GROWN_BYTES)]
            first = f"TRUNCATE {', '.join(grown)} CASCADE;" if grown else ""
            await connection.execute(f"BEGIN; SET LOCAL lock_timeout = '20s'; {first} {self._again}; COMMIT")
        finally:
            await connection.close()


async def _as_it_is(connection: asyncpg.Connection[Any]) -> str:
    """Return the statements that make a database again what it is now; no key is looked up meanwhile."""
    statements = ["SET LOCAL session_replication_role = replica"]
    for (table,) in await connection.fetch(_TABLES):
        statements.append(f"DELETE FROM {table}")
        rows = await connection.fetchval(f"SELECT jsonb_agg(to_jsonb(t)) FROM {table} t")
        if rows:
            quoted = await connection.fetchval("SELECT quote_literal($1)", rows)
            statements.append(
                f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, {quoted})"
            )
    statements += [f"SELECT {setval}" for (setval,) in await connection.fetch(_SEQUENCES)]
    return "; ".join(statements)
