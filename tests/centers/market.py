"""A market: shop, place, product and inventory on one database, as their tests speak of it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from emptied import Emptied
from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.plug import INVENTORY
from hansa.centers.inventory.types import HoldDemand, HoldKey, HoldLine, Receipt, StockDemand
from hansa.centers.message.plug import MESSAGE
from hansa.centers.place import api as place
from hansa.centers.place.plug import PLACE
from hansa.centers.place.types import PlaceKind
from hansa.centers.product import api as product
from hansa.centers.product.plug import PRODUCT
from hansa.centers.product.types import NewSku
from hansa.centers.shop import api as shop
from hansa.centers.shop.plug import SHOP
from hansa.centers.user.extensions import GRANTS
from hansa.centers.user.plug import USER
from hansa.centers.user.types import Accounts
from hansa.kernel.business import Business
from hansa.kernel.clock import Clocks
from hansa.kernel.context import GUEST, SYSTEM, Actor, ActorKind, Ctx, Traffic
from hansa.kernel.db import Database
from hansa.kernel.lane import Part, decide_whole
from hansa.kernel.metering import Meter
from hansa.kernel.money import Money
from hansa.kernel.plan import KERNEL_POINTS, compile_plan
from hansa.kernel.platform import Platform
from hansa.kernel.settings import Settings

CENTERS = [USER, MESSAGE, SHOP, PLACE, PRODUCT, INVENTORY]


@pytest.fixture(scope="session")
async def market_database(server):
    """One migrated database for all these tests: (it, as its owner sees it)."""
    database = await Emptied.made(server, "market", CENTERS)
    owner = Database(database.url, connections_max=1, role=None)
    yield database, owner
    await owner.close()
    await database.drop()


class OnePlan:
    """Contexts of one compiled plan that never changes."""

    def __init__(self, plan):
        self.plan = plan

    def context(self, platform, business, *, traffic=None, actor=None, locale="", trace=""):
        traffic = traffic or self.plan.businesses[business].traffic or Traffic.LIVE
        plan = self.plan.of(business, traffic)
        return Ctx(platform, plan, business, traffic, "house", actor or GUEST, locale or "en", trace)


class Market:
    """One process of a platform with goods, and what tests do there."""

    def __init__(self, url, *, extends=(), terms=(), connections_max=8):
        self.db = Database(url, connections_max=connections_max)
        self.clocks = Clocks()
        manifests = [
            Business("bazaar", traffic=Traffic.SANDBOX, extends=list(extends), terms=list(terms)),
            Business("fair", traffic=Traffic.SANDBOX),
        ]
        points = [point for center in CENTERS for point in center.points]
        answers = {f"center {center.name}": list(center.answers) for center in CENTERS}
        plan = compile_plan(
            [*KERNEL_POINTS, *points], [term for c in CENTERS for term in c.terms], [], manifests, answers
        )
        settings = Settings(_sections={Accounts: Accounts(hash_memory_kib=64, hash_passes=1)})
        self.platform = Platform(settings, self.db, self.clocks, OnePlan(plan), Meter(), CENTERS)
        self.ctx = self.acting(SYSTEM)

    async def start(self):
        for center in CENTERS:
            for start in center.starts:
                await start(self.platform)
        return self

    def acting(self, actor, *, business="bazaar", traffic=None):
        return self.platform.context(business, actor=actor, traffic=traffic)

    def person(self, *grants, party=None):
        return self.acting(Actor(ActorKind.PERSON, party or uuid4(), frozenset(grants)))

    async def seller(self, slug="celadon"):
        """Open a shop, and return it with the context in which its owner acts."""
        owner = self.person()
        opened = await shop.open_shop(owner, slug=slug, name={"en": slug.title()}, owner=owner.actor.party)
        grants = await shop_grants(owner, owner.actor.party)
        return opened, replace(owner, actor=Actor(ActorKind.PERSON, owner.actor.party, frozenset(grants)))

    async def goods(self, *, stock=0, price=1000, slug="celadon"):
        """Open a shop with a place and one product, and put some of it there: (seller, place, product page)."""
        opened, seller = await self.seller(slug)
        where = await self.place_of(seller, opened.id)
        page = await product.create_product(
            seller,
            shop_id=opened.id,
            titles={"en": "Teapot", "zh": "茶壶"},
            skus=[NewSku(price=Money(price, "EUR"))],
            art="teapot celadon mist",
        )
        if stock:
            await self.receive(page.skus[0].id, where.id, stock)
        return seller, where, page

    async def place_of(self, ctx, shop_id, **about):
        return await place.add_place(
            ctx,
            **{
                "name": {"en": "Kiln"},
                "kind": PlaceKind.WAREHOUSE,
                "address": "1 Kiln Road",
                "location": None,
                "shop_id": shop_id,
                **about,
            },
        )

    async def receive(self, sku_id, place_id, quantity, *, ctx=None):
        await inventory.receive_stock(
            ctx or self.ctx, receipts=[Receipt(sku_id=sku_id, place_id=place_id, quantity=quantity)]
        )

    def hold(
        self, sku_id, place_id, quantity=1, *, order_id=None, ctx=None, expires_in=timedelta(minutes=30)
    ):
        """What one order with one line asks."""
        return self.hold_lines(
            (order_id or uuid4(), sku_id, place_id, quantity), ctx=ctx, expires_in=expires_in
        )

    def hold_lines(self, *lines, ctx=None, expires_in=timedelta(minutes=30)):
        ctx = ctx or self.ctx
        return HoldDemand(
            ctx,
            tuple(HoldLine(order, at, sku, where, n) for at, (order, sku, where, n) in enumerate(lines, 1)),
            ctx.now() + expires_in,
        )

    def of(self, demand):
        """The demand for the next step of what `demand` put by."""
        return StockDemand(
            demand.ctx, tuple(HoldKey(one.order_id, one.sku_id, one.place_id) for one in demand.lines)
        )

    async def run(self, participant, *demands):
        """Take demands through one participant in one transaction; a verdict each."""
        async with self.db.transaction() as tx:
            return await decide_whole(tx, [Part(participant, demands)], refused=[None] * len(demands))

    async def level(self, sku_id, place_id, traffic="sandbox"):
        """(on hand, held, allocated) of a stock row."""
        rows = await self.rows(
            "SELECT on_hand, held, allocated FROM inventory.stock WHERE sku_id=$1 AND place_id=$2 AND traffic=$3",
            sku_id,
            place_id,
            traffic,
        )
        return tuple(rows[0].values()) if rows else (0, 0, 0)

    async def rows(self, sql, *args):
        async with self.db.transaction() as tx:
            return [dict(row) for row in await tx.raw.fetch(sql, *args)]

    async def told(self, topic):
        """The payloads of events of one topic."""
        found = await self.rows("SELECT payload::text FROM kernel.outbox WHERE topic = $1 ORDER BY id", topic)
        return [row["payload"] for row in found]

    async def verify(self):
        async with self.db.transaction() as tx:
            return [line for center in CENTERS for check in center.checks for line in await check.run(tx)]


async def shop_grants(ctx, party: UUID):

    return [grant.permission for grant in await GRANTS.of(ctx)(ctx, [party])]


class Markets:
    """Processes on one database; calling it opens another."""

    def __init__(self, database, owner):
        self.url = database.url
        self.owner = owner
        """The database as its owner sees it, who may change what the platform may not."""
        self.opened = []

    async def __call__(self, **about):
        market = await Market(self.url, **about).start()
        self.opened.append(market)
        return market


@pytest.fixture
async def markets(market_database):
    """Open processes on an empty database."""
    database, owner = market_database
    await database.empty()
    opened = Markets(database, owner)
    yield opened
    for market in opened.opened:
        await market.db.close()


@pytest.fixture
async def market(markets):
    return await markets()
