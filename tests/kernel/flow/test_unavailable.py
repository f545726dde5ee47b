"""No connection to be had: the answer is to try again, whoever it is that has none left."""

import asyncio

import pytest
from sqlalchemy import make_url

from hansa.kernel.db import Database, DatabaseUnavailable


async def refuses(database):
    for entered in (database.transaction(), database.reading()):
        with pytest.raises(DatabaseUnavailable):
            async with entered:
                pass
    return True


async def test_a_pool_that_is_all_in_use_is_unavailable(url):
    database = Database(url, connections_max=1)
    database.engine.pool._timeout = 0.01  # half a minute for everybody else
    async with database.transaction():
        assert await refuses(database)
    await database.close()


async def test_a_server_with_no_connection_left_is_unavailable(url):
    owner = Database(url, role=None)
    async with owner.transaction() as tx:  # superusers are let in whatever the limit says
        await tx.raw.execute("DROP ROLE IF EXISTS hansa_crowded")
        await tx.raw.execute("CREATE ROLE hansa_crowded LOGIN PASSWORD 'crowded' CONNECTION LIMIT 0")
    login = make_url(url).set(username="hansa_crowded", password="crowded")
    crowded = Database(login.render_as_string(hide_password=False), role=None)
    try:
        assert await refuses(crowded)
    finally:
        await crowded.close()
        async with owner.transaction() as tx:
            await tx.raw.execute("DROP ROLE hansa_crowded")
        await owner.close()


async def test_a_transaction_that_stands_still_is_ended_and_holds_nobody_up(url):
    database = Database(url)
    with pytest.raises(DatabaseUnavailable):
        async with database.transaction() as tx:
            assert await tx.raw.fetchval("SHOW idle_in_transaction_session_timeout") == "1min"
            await tx.raw.execute("SET LOCAL idle_in_transaction_session_timeout = '10ms'")
            async with asyncio.timeout(10):
                while not tx.raw.is_closed():
                    await asyncio.sleep(0.01)
            await tx.raw.fetchval("SELECT 1")
    async with database.transaction() as tx:
        assert await tx.raw.fetchval("SELECT 1") == 1
    await database.close()
