"""What tests share: a PostgreSQL (embedded, or the one HANSA_TEST_DATABASE_URL names), and a house that runs on it."""

import asyncio
import gc
import os
import signal
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import hypothesis
import msgspec
import pytest

from hansa.app import CENTERS, running
from hansa.centers.user.types import Accounts
from hansa.kernel.db.migrate import migrate
from hansa.kernel.embedded import EmbeddedPostgres
from hansa.kernel.settings import Secret, Settings
from house import House

# How long a rule takes is no matter of a story: the machine may be busy.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

gc.set_threshold(50_000, 20, 20)  # as `hansa` itself has it: stories make many things that stay


class ExternalServer:
    """Somebody else's server, with as much of the embedded one's face as tests need."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, database: str = "hansa") -> str:
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}"))

    def create_database(self, name: str = "hansa", *, template: str | None = None) -> None:
        # A server set up with the C locale still holds UTF-8 databases when made from template0.
        copied = f'TEMPLATE "{template}"' if template else "TEMPLATE template0 ENCODING 'UTF8'"
        self._run(f'CREATE DATABASE "{name}" {copied}')

    def drop_database(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self._url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        # In a thread of its own: some fixtures call this from within the tests' event loop.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(lambda: asyncio.run(run())).result()


@pytest.fixture(scope="session")
def server():
    """A server to make databases on. Nothing in it outlives the run, so it need not survive a power cut."""
    external = os.environ.get("HANSA_TEST_DATABASE_URL")
    if external:
        yield ExternalServer(external)
        return
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder), settings={"fsync": "off"}) as embedded,
    ):
        yield embedded


@pytest.fixture(scope="session")
def made_cluster(tmp_path_factory):
    """Put a cluster into a data folder, where a story is not of how it is made: a copy takes a tenth of the time."""
    made = tmp_path_factory.mktemp("made")
    with EmbeddedPostgres(made, settings={"fsync": "off"}):
        pass

    def put(data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", made / "cluster", data_dir], check=True)

    return put


@pytest.fixture(scope="session")
async def blank(server):
    """The name of a migrated database that nobody uses, to be copied."""
    name = f"blank_{uuid4().hex[:12]}"
    server.create_database(name)
    await migrate(server.url(name), CENTERS)
    yield name
    server.drop_database(name)


@pytest.fixture(scope="session")
def migrated(server, blank):
    """A database with everything in it; the session's, because stories bring their own people and goods."""
    name = f"house_{uuid4().hex[:12]}"
    server.create_database(name, template=blank)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(scope="session")
async def house_settings(migrated, tmp_path_factory):
    cheap = Accounts(hash_memory_kib=64, hash_passes=1)
    folder: Path = tmp_path_factory.mktemp("house")
    return msgspec.structs.replace(
        Settings(),
        database_url=Secret(migrated),
        data_dir=folder,
        access_log=False,
        entities=("clubs",),
        _sections={Accounts: cheap},
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


@pytest.fixture
def counter(houses, monkeypatch):
    """What is bought is taken away in person: it may be received without having been sent."""
    for one in houses:
        calls = one.system.plan.calls
        asked = calls["trade.fulfilment_options"]

        async def taken_away(*said, asked=asked):
            return [msgspec.structs.replace(option, counter=True) for option in await asked(*said)]

        monkeypatch.setitem(calls, "trade.fulfilment_options", taken_away)


def pytest_configure():
    """Collect garbage seldom, for thousands of tests are made before the first runs; and run as in a terminal."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # begun in the background, as would be all we start
        signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.set_threshold(50_000, 20, 20)


def pytest_collection_finish():
    """Leave them out of it from here on."""
    gc.freeze()


def pytest_unconfigure():
    """Let go of everything: DuckDB counts what it made, and complains after the last line of what was never freed."""
    gc.unfreeze()


LONG = ("docs/test_tutorial.py", "web/test_in_browser.py", "cli/", "kernel/embedded/")


def pytest_collection_modifyitems(items):
    """Begin with what starts programs and browsers: begun last, it would keep one core busy and the others idle."""
    tests = Path(__file__).parent
    items.sort(key=lambda item: not item.path.relative_to(tests).as_posix().startswith(LONG))


def pytest_xdist_auto_num_workers():
    """Run more workers than there are cores: stories wait for disks, browsers and programs."""
    return (os.cpu_count() or 1) * 2


def pytest_addoption(parser):
    parser.addoption("--short", action="store_true", help="chaos for seconds instead of minutes")
