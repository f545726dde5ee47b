"""The tables are as the migration makes them, and the platform may not do more than it must."""

import pytest

from hansa.centers.user._tables import metadata


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
async def test_a_table_is_as_its_migration_makes_it(house, table):
    rows = await house.rows(
        """SELECT column_name AS name, is_nullable = 'YES' AS nullable
             FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2""",
        table.schema,
        table.name,
    )
    assert {(row["name"], row["nullable"]) for row in rows} == {
        (column.name, column.nullable) for column in table.columns
    }
    indexes = await house.rows(
        "SELECT indexname AS name FROM pg_indexes WHERE schemaname = $1 AND tablename = $2",
        table.schema,
        table.name,
    )
    assert {row["name"] for row in indexes} == {index.name for index in table.indexes} | {
        f"{table.name}_pkey"
    }


async def test_no_table_is_forgotten(house):
    rows = await house.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'user'")
    assert {row["name"] for row in rows} == {table.name for table in metadata.tables.values()}
