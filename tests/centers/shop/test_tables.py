"""The tables are as the migration makes them, and what is written once stays."""

import asyncpg
import pytest

from centers.mirrored import described, made_of_tables
from hansa.centers.shop._tables import metadata


async def test_the_tables_are_what_the_migration_makes(markets):
    assert await described(markets.owner, "shop") == await made_of_tables(markets.owner, metadata)


@pytest.mark.parametrize("table", ["status_change", "answer", "seller", "staff_step"])
async def test_what_is_written_once_cannot_be_changed(market, table):
    for statement in (f"UPDATE shop.{table} SET shop_id = shop_id", f"DELETE FROM shop.{table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await market.rows(statement)
