"""What `_tables.py` says and what the migrations make are the same: columns, types, keys, indexes, rights."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.dialects.postgresql.base import ischema_names

from hansa.app import CENTERS
from hansa.kernel.db import Database
from hansa.kernel.snapshot import Xid8


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    schema = metadata.schema

    def own(name, kind, _parents):
        return name == schema if kind == "schema" else True

    context = MigrationContext.configure(
        connection,
        opts={"include_schemas": True, "include_name": own, "compare_type": True},
    )
    return list(compare_metadata(context, metadata))


@pytest.fixture(scope="module")
async def owner(migrated):
    database = Database(migrated, role=None)
    yield database
    await database.close()


@pytest.mark.parametrize("center", CENTERS, ids=lambda center: center.name)
async def test_the_tables_are_as_the_migrations_make_them(owner, center, monkeypatch):
    monkeypatch.setitem(ischema_names, "xid8", Xid8)  # SQLAlchemy does not know the type
    async with owner.transaction() as tx:
        assert await tx.conn.run_sync(differences, center.tables) == []


@pytest.mark.parametrize("center", CENTERS, ids=lambda center: center.name)
async def test_what_is_only_appended_to_cannot_be_changed_by_the_platform(owner, center):
    async with owner.transaction() as tx:
        rows = await tx.raw.fetch(
            """SELECT table_name, privilege_type FROM information_schema.role_table_grants
                WHERE table_schema = $1 AND grantee = 'hansa_runtime'""",
            center.name,
        )
    granted = {(row["table_name"], row["privilege_type"]) for row in rows}
    for table in center.tables.tables.values():
        may = {privilege for name, privilege in granted if name == table.name}
        changing = {"UPDATE", "DELETE"}
        assert {"SELECT", "INSERT"} <= may, table.name
        assert may & changing == (set() if table.info.get("append_only") else changing), table.name
        assert "TRUNCATE" not in may, table.name
