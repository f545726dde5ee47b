"""Reading without a transaction: what it sees, and what becomes of it when the server hangs up."""

import asyncio
from uuid import uuid4

import pytest

from hansa.kernel.db import DatabaseUnavailable


async def test_every_statement_sees_what_was_committed_before_it(db):
    async with db.reading() as tx:
        assert await tx.raw.fetchval("SELECT count(*) FROM toy.stock") == 0
        async with db.transaction() as other:
            await other.raw.execute("INSERT INTO toy.stock VALUES ('tea', 1)")
            assert await tx.raw.fetchval("SELECT count(*) FROM toy.stock") == 0
        assert await tx.raw.fetchval("SELECT count(*) FROM toy.stock") == 1


async def test_a_pool_of_dead_connections_is_passed_over(db, terminate):
    async with db.reading(), db.reading():
        pass
    await terminate("application_name = 'hansa'")
    await asyncio.sleep(0.05)  # the end of a connection is told by the operating system
    async with db.reading() as tx:
        assert await tx.raw.fetchval("SELECT 1") == 1


async def test_a_server_that_hangs_up_is_unavailable_and_the_next_reading_goes_on(db, terminate):
    with pytest.raises(DatabaseUnavailable):
        async with db.reading() as tx:
            await terminate("application_name = 'hansa'")
            await tx.raw.fetchval("SELECT 1")
    async with db.reading() as tx:
        assert await tx.raw.fetchval("SELECT 1") == 1


async def test_an_error_gives_the_connection_back_whole(db):
    with pytest.raises(ZeroDivisionError):
        async with db.reading():
            raise ZeroDivisionError
    async with db.reading() as tx:
        assert await tx.raw.fetchval("SELECT pg_current_xact_id_if_assigned()") is None


async def test_nothing_can_be_told_where_nothing_is_committed(db):
    with pytest.raises(RuntimeError, match="told"):
        async with db.reading() as tx:
            tx.set_deadline(uuid4(), "toy.close", None)
