"""Whether `_tables.py` says what the migrations make: both are made, and PostgreSQL is asked to describe them."""

from contextlib import suppress

from sqlalchemy import text

_DESCRIBED = """
SELECT c.relname || '.' || a.attname AS what,
       format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
         || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') AS how
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT c.relname || ' constraint', pg_get_constraintdef(k.oid)
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1
UNION ALL
SELECT tablename || ' index', indexdef FROM pg_indexes WHERE schemaname = $1
"""


async def described(database, schema):
    """What PostgreSQL says of every column, constraint and index of a schema."""
    async with database.transaction() as tx:
        return sorted((row["what"], row["how"]) for row in await tx.raw.fetch(_DESCRIBED, schema))


async def made_of_tables(database, metadata):
    """What it would say if the tables were made from `metadata`; nothing of it stays."""

    class NotKept(Exception):
        pass

    schema, found = metadata.schema, []
    with suppress(NotKept):
        async with database.transaction() as tx:
            await tx.conn.execute(text(f"ALTER SCHEMA {schema} RENAME TO {schema}_as_migrated"))
            await tx.conn.execute(text(f"CREATE SCHEMA {schema}"))
            await tx.conn.run_sync(metadata.create_all)
            found = sorted((row["what"], row["how"]) for row in await tx.raw.fetch(_DESCRIBED, schema))
            raise NotKept
    return found
