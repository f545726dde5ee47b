from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from benchmarks.baseline.app import create_app
from benchmarks.baseline.contender import Baseline
from benchmarks.contender import Sizes
from benchmarks.storefront import Storefront

from hansa.kernel.embedded import EmbeddedPostgres

STOCK = 5


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A cluster that may be lost."""
    folder = tmp_path_factory.mktemp("benchmarks")
    with EmbeddedPostgres(folder / "postgres", settings={"fsync": "off"}) as postgres:
        yield postgres


@pytest.fixture
def baseline(cluster: EmbeddedPostgres, tmp_path: Path) -> Baseline:
    """The baseline with no database yet."""
    cluster.drop_database("baseline")
    return Baseline(cluster, tmp_path, processes=1)


@pytest.fixture(scope="session")
async def filled(cluster: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Storefront:
    """A small shop with five pieces of everything, kept as the database `baseline_filled`."""
    cluster.drop_database("baseline")
    shop = Baseline(cluster, tmp_path_factory.mktemp("filled"), processes=1)
    storefront = await shop.prepare(Sizes(buyers=6, products=6, stock=STOCK))
    cluster.create_database("baseline_filled", template="baseline")
    return storefront


@pytest.fixture
def storefront(cluster: EmbeddedPostgres, filled: Storefront, baseline: Baseline) -> Storefront:
    """That shop, as good as new."""
    cluster.drop_database("baseline")
    cluster.create_database("baseline", template="baseline_filled")
    return filled


@pytest.fixture
async def client(
    baseline: Baseline, storefront: Storefront, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The application in this process, and the first buyer's way to it."""
    for name, value in baseline.command()[1].items():
        monkeypatch.setenv(name, value)
    app = create_app()
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url=f"http://shop{storefront.prefix}",
            headers={"authorization": f"Bearer {storefront.tokens[0]}"},
        ) as client,
    ):
        yield client
    gc.unfreeze()
