"""The tables are as the migration makes them, and what is written once stays."""

from itertools import product

import asyncpg
import pytest

from centers.mirrored import described, made_of_tables
from hansa.centers.place._tables import metadata
from hansa.centers.place.types import PlaceStatus

LEGAL = {
    (None, "open"),
    ("open", "paused"),
    ("open", "closed"),
    ("paused", "open"),
    ("paused", "closed"),
}


async def test_the_tables_are_what_the_migration_makes(markets):
    assert await described(markets.owner, "place") == await made_of_tables(markets.owner, metadata)


async def test_versions_cannot_be_changed(market):
    for statement in ("UPDATE place.place_version SET actor = ''", "DELETE FROM place.place_version"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await market.rows(statement)


async def test_the_database_takes_the_legal_steps_of_a_place_and_no_other(market):
    opened, seller = await market.seller()
    await market.place_of(seller, opened.id)
    statuses = [status.value for status in PlaceStatus]
    taken = set()
    for previous, status in product([None, *statuses], statuses):
        try:
            await market.rows("UPDATE place.place SET previous_status = $1, status = $2", previous, status)
        except asyncpg.CheckViolationError:
            continue
        taken.add((previous, status))

    assert taken == LEGAL
