"""A platform with every center, run by two processes' worth of lanes on one database."""

from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from house import House

from hansa.app import CENTERS, running
from hansa.centers.user.types import Accounts
from hansa.kernel.db.migrate import migrate
from hansa.kernel.settings import Secret, Settings


@pytest.fixture(scope="session")
async def migrated(server):
    """A database with everything in it; the session's, because stories bring their own people and goods."""
    name = f"house_{uuid4().hex[:12]}"
    server.create_database(name)
    await migrate(server.url(name), CENTERS)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(scope="session")
async def house_settings(migrated, tmp_path_factory):
    cheap = Accounts(hash_memory_kib=64, hash_passes=1)
    folder: Path = tmp_path_factory.mktemp("house")
    return msgspec.structs.replace(
        Settings(), database_url=Secret(migrated), data_dir=folder, access_log=False, _sections={Accounts: cheap}
    )


@pytest.fixture(scope="session")
async def houses(house_settings):
    """Two platforms on one database: what two server processes are to each other."""
    async with AsyncExitStack() as stack:
        yield [House(await stack.enter_async_context(running(house_settings))) for _ in range(2)]


@pytest.fixture
async def house(houses):
    """The first of them; every story leaves the books clean."""
    yield houses[0]
    assert await houses[0].violations() == []


@pytest.fixture
def next_door(houses):
    """The second: another process."""
    return houses[1]
