"""A real server, a template migrated once, and a fresh database for every test."""

import tempfile
from pathlib import Path
from uuid import uuid4

import pytest

from hansa.kernel.db import Database
from hansa.kernel.db.migrate import migrate
from hansa.kernel.embedded import EmbeddedPostgres


@pytest.fixture(scope="session")
def server():
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder), settings={"fsync": "off"}) as running,
    ):
        yield running


@pytest.fixture(scope="session")
async def template(server):
    server.create_database("template_flow")
    await migrate(server.url("template_flow"), [])
    return "template_flow"


@pytest.fixture
def url(server, template):
    name = f"test_{uuid4().hex}"
    server.create_database(name, template=template)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
async def db(url):
    database = Database(url)
    yield database
    await database.close()
