"""The PostgreSQL that all tests share: an embedded one, or the one that HANSA_TEST_DATABASE_URL names."""

import asyncio
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from hansa.kernel.embedded import EmbeddedPostgres


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

        with asyncio.Runner() as runner:
            runner.run(run())


@pytest.fixture(scope="session")
def server():
    """A server to make databases on. Nothing in it outlives the run, so it need not survive a power cut."""
    external = os.environ.get("HANSA_TEST_DATABASE_URL")
    if external:
        yield ExternalServer(external)
        return
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder), settings={"fsync": "off"}) as running,
    ):
        yield running


def pytest_addoption(parser):
    parser.addoption("--short", action="store_true", help="chaos for seconds instead of minutes")
