"""What the platform may do while it runs: read and write rows, never change tables or sealed facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hansa.kernel.db.database import RUNTIME_ROLE
from hansa.kernel.db.errors import RuntimeRoleMissing
from hansa.kernel.db.faults import INSUFFICIENT_PRIVILEGE, sqlstate

if TYPE_CHECKING:
    from hansa.kernel.center import Center


async def runtime_role(conn: AsyncConnection) -> None:
    """See that the runtime role exists and that this log-in may act as it. Raises `RuntimeRoleMissing`."""
    try:
        async with conn.begin_nested():
            await conn.execute(text(_CREATE_ROLE))
            await conn.execute(text(_JOIN_ROLE))
    except Exception as error:
        if sqlstate(error) != INSUFFICIENT_PRIVILEGE:
            raise
        raise RuntimeRoleMissing(await without_role(conn)) from error


async def without_role(conn: AsyncConnection) -> str:
    """Return what an administrator must run so that this log-in may act as the runtime role; empty when it may."""
    row = (await conn.execute(text(_MEMBERSHIP), {"role": RUNTIME_ROLE})).one()
    if row.may:
        return ""
    create = "" if row.exists else f"CREATE ROLE {RUNTIME_ROLE} NOLOGIN; "
    return f"ask an administrator of the database to run {create}GRANT {RUNTIME_ROLE} TO {row.login}"


async def grant_runtime(conn: AsyncConnection, centers: Sequence[Center]) -> None:
    """Grant the runtime role the rows of every schema, and take back what append-only tables forbid."""
    wanted = ["kernel", *sorted({schema for center in centers for schema in _schemas(center)})]
    found = await conn.scalars(
        text("SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname = ANY(:names)"), {"names": wanted}
    )
    for schema in found.all():
        for statement in _GRANTS:
            await conn.execute(text(statement.format(schema=schema, role=RUNTIME_ROLE)))
    for table in ("alembic_version", "applied_migration"):
        await conn.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON kernel.{table} FROM {RUNTIME_ROLE}"))
    await conn.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON kernel.kill_history FROM {RUNTIME_ROLE}"))
    for table, erasable in _append_only(centers):
        await conn.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {RUNTIME_ROLE}"))
        if erasable:
            await conn.execute(text(f"GRANT UPDATE ({', '.join(erasable)}) ON {table} TO {RUNTIME_ROLE}"))


def _schemas(center: Center) -> Iterator[str]:
    yield center.name
    for table in center.tables.tables.values():
        yield table.schema or center.name


def _append_only(centers: Sequence[Center]) -> Iterator[tuple[str, Sequence[str]]]:
    """Return the tables whose rows stay as they were written, each with the columns that may be emptied of a person."""
    for center in centers:
        for table in center.tables.tables.values():
            if table.info.get("append_only"):
                yield f'"{table.schema or center.name}"."{table.name}"', table.info.get("erasable", ())


_MEMBERSHIP = """
SELECT quote_ident(current_user) AS login, count(r.oid) > 0 AS exists,
       coalesce(bool_or(pg_has_role(current_user, r.oid, 'MEMBER')), false) AS may
  FROM (SELECT oid FROM pg_roles WHERE rolname = :role) r
"""

_CREATE_ROLE = f"""
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{RUNTIME_ROLE}') THEN
    CREATE ROLE {RUNTIME_ROLE} NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;  -- another database of this server was migrated at the same moment; roles are shared
END $$
"""

# PostgreSQL 16 told membership and the right to act as a role apart; 15 knows one word for both.
_JOIN_ROLE = f"""
DO $$
DECLARE may text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  IF NOT pg_has_role(current_user, '{RUNTIME_ROLE}', may) THEN
    EXECUTE format('GRANT {RUNTIME_ROLE} TO %I', current_user);
  END IF;
END $$
"""

_GRANTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
)
