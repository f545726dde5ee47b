from __future__ import annotations

import sys
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

# The samples, their server and the browser are also programs of their own (shoot.py), so they import each other plainly.
sys.path.insert(0, str(Path(__file__).resolve().parent))

import browser as chromium_of_the_system
import server as sample_server
from shopfront import Shopfront
from surfer import Surfer

from hansa.centers.user.types import Accounts
from hansa.kernel.settings import Secret, Settings


@pytest.fixture(scope="module")
def chromium():
    """A real browser; the tests that need one are skipped, with the reason, where there is none.

    Playwright keeps an event loop running as long as it is there, so it goes before other modules want theirs.
    """
    if not chromium_of_the_system.found():
        pytest.skip("no Chromium found: install it (Debian: chromium) or set HANSA_CHROMIUM to its path")
    with chromium_of_the_system.chromium() as running:
        yield running


@pytest.fixture(scope="session")
def site():
    """The address of a server that shows the sample views."""
    running = sample_server.serve()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="session")
def front(server, tmp_path_factory):
    """The real pages: every center, a migrated database, the demo."""
    name = f"front_{uuid4().hex[:12]}"
    server.create_database(name)
    settings = msgspec.structs.replace(
        Settings(),
        database_url=Secret(server.url(name)),
        data_dir=tmp_path_factory.mktemp("front"),
        access_log=False,
        _sections={Accounts: Accounts(hash_memory_kib=64, hash_passes=1)},
    )
    with Shopfront().open(settings) as running:
        yield running
    server.drop_database(name)


@pytest.fixture
def surfer(front):
    """A visitor who speaks English."""
    made = Surfer(front.url)
    yield made
    made.client.close()


@pytest.fixture
def somebody_else(front):
    """Another visitor."""
    made = Surfer(front.url)
    yield made
    made.client.close()
