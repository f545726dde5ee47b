"""What the database itself refuses, what it does without, and what `hansa verify` names."""

import asyncpg
import pytest

from centers.searching import made_up


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
