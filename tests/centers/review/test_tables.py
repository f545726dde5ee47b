"""The tables are as the migration makes them, and refuse what cannot be."""

import asyncpg
import pytest

from centers.reviewing import BAD, words
from hansa.centers.review._tables import metadata


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
    rows = await read(house, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'review'")

    assert {row["name"] for row in rows} == {table.name for table in metadata.tables.values()}


@pytest.mark.parametrize(
    "change",
    [
        "state = 'held', previous_state = 'published'",
        "item = 6",
        "service = NULL",
        "state = 'refused', previous_state = 'published'",  # while it is shown
        "erased = true",  # with its words
        "line_no = 0",
    ],
)
async def test_the_database_refuses_what_cannot_be(bazaar, house, change):
    _, written = await bazaar.reviewed(BAD, words())

    with pytest.raises(asyncpg.CheckViolationError):
        await run(house, f"UPDATE review.entry SET {change} WHERE id = $1", written)


async def test_a_summary_that_does_not_add_up_is_refused_and_one_that_lies_is_named(bazaar, house):
    received, _ = await bazaar.reviewed(BAD)
    about = "WHERE kind = 'product' AND subject = $1"
    with pytest.raises(asyncpg.CheckViolationError):
        await run(house, f"UPDATE review.summary SET votes = votes + 1 {about}", received.product_id)

    better = "star1 = star1 - 1, star5 = star5 + 1, item = item + 4"
    await run(house, f"UPDATE review.summary SET {better} {about}", received.product_id)
    (said,) = await house.violations()
    worse = "star1 = star1 + 1, star5 = star5 - 1, item = item - 4"
    await run(house, f"UPDATE review.summary SET {worse} {about}", received.product_id)

    assert str(received.product_id) in said


@pytest.mark.parametrize("table", ["decision", "signal"])
async def test_what_was_decided_cannot_be_changed(house, table):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await run(house, f"DELETE FROM review.{table}")


async def read(house, sql, *args):
    async with house.platform.db.transaction() as tx:
        return await tx.raw.fetch(sql, *args)


async def run(house, sql, *args):
    async with house.platform.db.transaction() as tx:
        await tx.raw.execute(sql, *args)
