"""The tables are as the migration makes them, and refuse what cannot be."""

import asyncpg
import pytest

from centers.searching import made_up
from hansa.centers.search._tables import metadata


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
async def test_a_table_is_as_its_migration_makes_it(house, table):
    rows = await read(
        house,
        """SELECT column_name AS name, is_nullable = 'YES' AS nullable
             FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2""",
        table.schema,
        table.name,
    )
    assert {(row["name"], row["nullable"]) for row in rows} == {
        (column.name, column.nullable) for column in table.columns
    }
    indexes = await read(
        house,
        "SELECT indexname AS name FROM pg_indexes WHERE schemaname = $1 AND tablename = $2",
        table.schema,
        table.name,
    )
    assert {row["name"] for row in indexes} == {index.name for index in table.indexes} | {
        f"{table.name}_pkey"
    }


async def test_no_table_is_forgotten(house):
    rows = await read(house, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'search'")

    assert {row["name"] for row in rows} == {table.name for table in metadata.tables.values()}


async def test_nothing_needs_an_extension_of_postgresql(house):
    """Whoever may not create pg_trgm loses nothing."""
    rows = await read(
        house,
        """SELECT c.relname, o.opcname FROM pg_index i
           JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_opclass o ON o.oid = ANY(i.indclass)
           JOIN pg_depend d ON d.objid = o.oid AND d.deptype = 'e'
           WHERE n.nspname = 'search'""",
    )

    assert rows == []


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (
            "UPDATE search.generation SET previous_state = state, state = 'building' WHERE state = 'active'",
            asyncpg.CheckViolationError,
        ),
        (
            "INSERT INTO search.generation (id, slot, state, began_at) VALUES (0, 0, 'active', now())",
            asyncpg.UniqueViolationError,
        ),
        (
            """INSERT INTO search.generation (id, slot, state, began_at)
               SELECT 0, slot, 'building', now() FROM search.generation WHERE state = 'active'""",
            asyncpg.UniqueViolationError,
        ),
        (
            """INSERT INTO search.popularity (product_id, business, traffic, sold, votes, rating)
               VALUES (gen_random_uuid(), 'b', 'live', -1, 0, 0)""",
            asyncpg.CheckViolationError,
        ),
    ],
)
async def test_the_database_refuses_what_cannot_be(house, statement, refusal):
    with pytest.raises(refusal):
        await run(house, statement)


async def test_a_document_that_tells_other_sales_is_named(library, house):
    page = await library.put(made_up())
    slot = (await read(house, "SELECT slot FROM search.generation WHERE state = 'active'"))[0]["slot"]
    change = f"UPDATE search.document_{slot} SET sold = $2 WHERE product_id = $1"
    await run(house, change, page.product.id, 7)
    (said,) = await house.violations()
    await run(house, change, page.product.id, 0)

    assert str(page.product.id) in said


async def read(house, sql, *args):
    async with house.platform.db.transaction() as tx:
        return await tx.raw.fetch(sql, *args)


async def run(house, sql, *args):
    async with house.platform.db.transaction() as tx:
        await tx.raw.execute(sql, *args)
