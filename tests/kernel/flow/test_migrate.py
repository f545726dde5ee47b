import asyncio
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, make_url

from hansa.kernel.center import Center
from hansa.kernel.db import Database
from hansa.kernel.db.errors import (
    DatabaseMadeOtherwise,
    DatabaseNewerThanCode,
    DatabaseNotUtf8,
    DatabaseRefused,
    DatabaseUnavailable,
)
from hansa.kernel.db.faults import sqlstate
from hansa.kernel.db.migrate import State, migrate, status

FIRST = """
from alembic import op
revision = "granary_0001"
down_revision = None
branch_labels = ("granary",)
depends_on = None


def upgrade():
    op.execute("CREATE SCHEMA granary")
    op.execute("CREATE TABLE granary.sack (id bigint PRIMARY KEY)")
    op.execute("CREATE TABLE granary.weighing (id bigserial PRIMARY KEY)")
"""
SECOND = """
from alembic import op
revision = "granary_0002"
down_revision = "granary_0001"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("ALTER TABLE granary.sack ADD COLUMN owner uuid")
"""


@pytest.fixture
def granary(tmp_path: Path) -> Center:
    (tmp_path / "0001_granary.py").write_text(FIRST)
    tables = MetaData(schema="granary")
    Table("sack", tables, Column("id", BigInteger, primary_key=True))
    Table("weighing", tables, Column("id", BigInteger, primary_key=True), info={"append_only": True})
    return Center(name="granary", tables=tables, migrations=tmp_path)


@pytest.fixture
def empty(server):
    server.create_database("empty")
    yield server.url("empty")
    server.drop_database("empty")


async def test_an_empty_database_is_migrated_kernel_first_and_only_once(empty, granary):
    assert (await status(empty, [granary])).state is State.BEHIND
    told: list[str] = []

    applied = await migrate(empty, [granary], on_progress=told.append)

    assert applied[0] == "kernel_0001"
    assert applied[-1] == "granary_0001"
    assert set(applied) <= set(told)
    assert (await status(empty, [granary])).state is State.READY
    assert await migrate(empty, [granary]) == []


async def test_two_processes_migrating_at_once_do_it_once(empty, granary):
    first, second = await asyncio.gather(migrate(empty, [granary]), migrate(empty, [granary]))

    assert sorted([bool(first), bool(second)]) == [False, True]
    assert (await status(empty, [granary])).problem() is None


async def test_a_later_revision_is_pending_until_it_is_applied(empty, granary, tmp_path):
    await migrate(empty, [granary])
    (tmp_path / "0002_owner.py").write_text(SECOND)

    found = await status(empty, [granary])

    assert (found.state, found.pending) == (State.BEHIND, ("granary_0002",))
    assert await migrate(empty, [granary]) == ["granary_0002"]


async def test_a_failing_revision_leaves_what_came_before_and_is_taken_up_again(empty, granary, tmp_path):
    (tmp_path / "0002_owner.py").write_text(SECOND.replace("ADD COLUMN", "ADD COLOUMN"))
    with pytest.raises(Exception, match="syntax error"):
        await migrate(empty, [granary])
    (tmp_path / "0002_owner.py").write_text(SECOND)

    assert await migrate(empty, [granary]) == ["granary_0002"]


async def test_old_code_refuses_a_newer_database(empty, granary):
    await migrate(empty, [granary])

    found = await status(empty, [])

    assert (found.state, found.unknown) == (State.NEWER, ("granary_0001",))
    with pytest.raises(DatabaseNewerThanCode):
        await migrate(empty, [])


async def test_a_database_made_by_an_earlier_text_of_a_revision_is_refused(empty, granary, tmp_path):
    await migrate(empty, [granary])
    (tmp_path / "0001_granary.py").write_text(FIRST.replace("id bigint PRIMARY KEY", "id bigint, note text"))
    (tmp_path / "0002_owner.py").write_text(SECOND)

    found = await status(empty, [granary])

    assert (found.state, found.differing) == (State.MADE_OTHERWISE, ("granary_0001",))
    with pytest.raises(DatabaseMadeOtherwise):
        await migrate(empty, [granary])
    (tmp_path / "0001_granary.py").write_text(FIRST)
    assert await migrate(empty, [granary]) == ["granary_0002"]


async def test_a_database_from_before_texts_were_kept_is_refused(empty, granary):
    await migrate(empty, [granary])
    owner = Database(empty, role=None)
    async with owner.transaction() as tx:
        await tx.raw.execute("DROP TABLE kernel.applied_migration")
    await owner.close()

    found = await status(empty, [granary])

    assert found.state is State.MADE_OTHERWISE
    assert {"kernel_0001", "granary_0001"} <= set(found.differing)


async def test_how_a_checkout_ends_its_lines_is_no_other_text(empty, granary, tmp_path):
    await migrate(empty, [granary])
    (tmp_path / "0001_granary.py").write_bytes(FIRST.replace("\n", "\r\n").encode())

    assert (await status(empty, [granary])).state is State.READY


async def test_the_runtime_role_writes_rows_but_neither_tables_nor_sealed_facts(empty, granary):
    await migrate(empty, [granary])
    db = Database(empty)
    async with db.transaction() as tx:
        await tx.raw.execute("INSERT INTO granary.sack (id) VALUES (1)")
        await tx.raw.execute("UPDATE granary.sack SET id = 2")
        await tx.raw.execute("INSERT INTO granary.weighing DEFAULT VALUES")

    for forbidden in (
        "UPDATE granary.weighing SET id = 7",
        "DELETE FROM granary.weighing",
        "TRUNCATE granary.weighing",
        "DROP TABLE granary.sack",
        "CREATE TABLE granary.chaff (id int)",
        "DELETE FROM kernel.alembic_version",
        "UPDATE kernel.applied_migration SET digest = ''",
    ):
        with pytest.raises(Exception, match=r"denied|owner") as refused:
            async with db.transaction() as tx:
                await tx.raw.execute(forbidden)
        assert sqlstate(refused.value) == "42501", forbidden
    await db.close()


async def test_a_server_that_is_not_there_is_one_clear_sentence(tmp_path):
    nowhere = f"postgresql://postgres@/hansa?host={tmp_path}"

    assert (await status(nowhere, [])).state is State.UNAVAILABLE
    with pytest.raises(DatabaseUnavailable):
        await migrate(nowhere, [])


async def test_a_database_of_another_encoding_is_refused(server, empty):
    owner = Database(empty, role=None)
    async with owner.engine.connect() as conn:
        await conn.exec_driver_sql(
            "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
    await owner.close()
    latin = server.url("latin")

    assert (await status(latin, [])).state is State.NOT_UTF8
    with pytest.raises(DatabaseNotUtf8):
        await migrate(latin, [])
    server.drop_database("latin")


async def test_what_the_server_says_to_a_log_in_is_told(server, empty, granary):
    nowhere = server.url("never_made")
    stranger = make_url(empty).set(username="nobody_knows").render_as_string()

    assert (await status(nowhere, [])).reason == 'database "never_made" does not exist'
    assert (await status(stranger, [])).reason == 'role "nobody_knows" does not exist'
    with pytest.raises(DatabaseRefused, match="does not exist"):
        await migrate(nowhere, [])


async def test_a_log_in_that_may_too_little_is_told_so(empty, granary):
    owner = Database(empty, role=None)
    async with owner.transaction() as tx:
        await tx.raw.execute("CREATE ROLE hansa_timid LOGIN")
    timid = make_url(empty).set(username="hansa_timid").render_as_string()
    try:
        with pytest.raises(DatabaseRefused, match="permission denied for database"):
            await migrate(timid, [granary])
        await migrate(empty, [granary])
        assert (await status(timid, [granary])).state is State.REFUSED
        async with owner.transaction() as tx:
            await tx.raw.execute("GRANT USAGE ON SCHEMA kernel TO hansa_timid")
            await tx.raw.execute("GRANT SELECT ON ALL TABLES IN SCHEMA kernel TO hansa_timid")
        found = await status(timid, [granary])
        assert found.state is State.ROLE_MISSING
        assert (
            found.reason == "ask an administrator of the database to run GRANT hansa_runtime TO hansa_timid"
        )
    finally:
        async with owner.transaction() as tx:
            await tx.raw.execute("DROP OWNED BY hansa_timid")
            await tx.raw.execute("DROP ROLE hansa_timid")
        await owner.close()


async def test_a_url_says_what_libpq_understands(empty, granary):
    spoken = make_url(empty).update_query_dict({"sslmode": "prefer", "work_mem": "5MB"})
    url = spoken.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)

    await migrate(url, [granary])
    database = Database(url)
    async with database.transaction() as tx:
        assert await tx.raw.fetchval("SHOW work_mem") == "5MB"
    await database.close()
    nonsense = make_url(empty).update_query_dict({"shine": "1"}).render_as_string(hide_password=False)
    assert (await status(nonsense, [granary])).reason == 'unrecognized configuration parameter "shine"'
