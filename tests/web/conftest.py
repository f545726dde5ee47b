from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

# The samples, their server and the browser are also programs of their own (shoot.py), so they import each other plainly.
sys.path.insert(0, str(Path(__file__).resolve().parent))

import browser as chromium_of_the_system
import server as sample_server
from desks import email, open_shop
from shopfront import Shopfront
from surfer import Surfer

from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceKind
from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.shop import api as shop
from hansa.centers.user.types import Accounts
from hansa.kernel.embedded import EmbeddedPostgres
from hansa.kernel.settings import Secret, Settings
from house import Seller


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
def server():
    """A server of the pages' own.

    Their stories are plain functions, so whatever else runs in this process rests meanwhile, perhaps within a
    transaction; and an open transaction holds back the events of every database on its server.
    """
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder), settings={"fsync": "off"}) as embedded,
    ):
        yield embedded


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


@pytest.fixture
def seller(surfer):
    """Somebody who has just opened a shop, standing at its desk."""
    surfer.sign_up(email(), name="Qinghe")
    surfer.desk = open_shop(surfer)
    return surfer


@pytest.fixture
def good(seller, front):
    """Something the seller has on sale, and the address of its page for buyers."""

    async def story():
        own = await shop.shop_by_slug(front.house.system, slug=seller.desk.rpartition("/")[2])
        warehouse = await place.add_place(
            front.house.system,
            name={"en": "Dispatch"},
            kind=PlaceKind.WAREHOUSE,
            address="Somewhere 1",
            location=None,
            shop_id=own.id,
        )
        made = await front.house.good(Seller(front.house.system, own.id, warehouse.id), price=2500, stock=9)
        offer = (await product.offers(front.house.system, [made.offer_id]))[made.offer_id]
        return f"/bazaar/products/{PRODUCT_ID.show(offer.product_id)}"

    return front.do(story())


@pytest.fixture
def hire():
    """Let somebody with an account of their own work for a shop, in a role."""

    def hired(seller, somebody, role):
        somebody.sign_up(email(), name="Wang")
        seller.open(f"{seller.desk}/staff")
        address, fields = seller.form("/staff/invite")
        unticked = {name: value for name, value in fields.items() if not name.startswith("role-")}
        page = seller.client.post(address, data=unticked | {f"role-{role}": "on"})
        link = re.search(r'data-text="([^"]+/invitation\?secret=[^"]+)"', page.text).group(1)
        somebody.open(link[link.index("/bazaar") :])
        somebody.send("/invitation/accept")
        return somebody

    return hired
