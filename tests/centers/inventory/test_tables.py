"""The tables are as the migration makes them."""

import pytest

from hansa.centers.inventory._tables import metadata

pytestmark = pytest.mark.external


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
async def test_a_table_is_as_its_migration_makes_it(market, table):
    columns = await market.rows(
        """SELECT column_name AS name, is_nullable = 'YES' AS nullable
             FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2""",
        table.schema,
        table.name,
    )
    assert {(row["name"], row["nullable"]) for row in columns} == {
        (column.name, column.nullable) for column in table.columns
    }
    indexes = await market.rows(
        "SELECT indexname AS name FROM pg_indexes WHERE schemaname = $1 AND tablename = $2",
        table.schema,
        table.name,
    )
    assert {row["name"] for row in indexes} == {index.name for index in table.indexes} | {
        f"{table.name}_pkey"
    }
    checks = await market.rows(
        "SELECT conname AS name FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c'",
        f'"{table.schema}"."{table.name}"',
    )
    named = {one.name for one in table.constraints if one.name}
    assert named <= {row["name"] for row in checks}


async def test_no_table_is_forgotten(market):
    rows = await market.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'inventory'")
    assert {row["name"] for row in rows} == {table.name for table in metadata.tables.values()}
