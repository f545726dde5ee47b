"""`python -m benchmarks.ours.fill SIZES`: fills a migrated database through the centers, prints a `Storefront`."""

from __future__ import annotations

import asyncio
import sys
from random import Random

import msgspec

from benchmarks.contender import Sizes
from benchmarks.ours.business import PATH
from benchmarks.storefront import Offered, Storefront
from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Receipt
from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceKind
from hansa.centers.product import api as product
from hansa.centers.product.types import OFFER_ID, NewSku, SkuId
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.user import api as user
from hansa.centers.user.types import ADDRESS_ID, Address
from hansa.cli.startup import with_platform
from hansa.kernel.context import SYSTEM, Ctx
from hansa.kernel.ids import uuid7
from hansa.kernel.money import Money
from hansa.kernel.platform import Platform

CARD = "9000000000000019"  # the sandbox's card that is charged at once
_RECEIPTS_AT_ONCE = 500
_HOME = Address(
    recipient="Somebody",
    phone="+8613800138000",
    country="CN",
    region="Jiangxi",
    city="Jingdezhen",
    street="Kiln Lane 1",
    postcode="333000",
)
_AT_ONCE = 4  # fewer than the pool has connections


async def fill(platform: Platform, sizes: Sizes) -> Storefront:
    """Open a shop with goods and stock, and give every buyer a session."""
    ctx = platform.context(PATH, actor=SYSTEM)
    opened = await shop.open_shop(
        ctx, slug="tea-bowls", name={"en": "Tea bowls", "zh": "茶碗"}, owner=uuid7()
    )
    warehouse = await place.add_place(
        ctx,
        name={"en": "Dispatch", "zh": "发货仓"},
        kind=PlaceKind.WAREHOUSE,
        address="Jingdezhen",
        location=None,
        shop_id=opened.id,
    )
    gate = asyncio.Semaphore(_AT_ONCE)
    random = Random(7)
    prices = [random.randint(100, 50_000) for _ in range(sizes.products + 1)]
    made = await asyncio.gather(
        *(_offer(gate, ctx, opened.id, number=number, price=price) for number, price in enumerate(prices))
    )
    receipts = [
        Receipt(sku_id=sku_id, place_id=warehouse.id, quantity=sizes.stock, reference="bench")
        for sku_id, _ in made
    ]
    for at in range(0, len(receipts), _RECEIPTS_AT_ONCE):
        await inventory.receive_stock(ctx, receipts=receipts[at : at + _RECEIPTS_AT_ONCE])
    buyers = await asyncio.gather(*(_buyer(gate, platform) for _ in range(sizes.buyers)))
    offers = [offered for _, offered in made]
    return Storefront(
        prefix=f"/{PATH}/api",
        tokens=[token for token, _ in buyers],
        offers=offers[1:],
        hot=offers[0],
        card=CARD,
        addresses=[address for _, address in buyers],
    )


async def _offer(
    gate: asyncio.Semaphore, ctx: Ctx, shop_id: ShopId, *, number: int, price: int
) -> tuple[SkuId, Offered]:
    async with gate:
        page = await product.create_product(
            ctx,
            shop_id=shop_id,
            titles={"en": f"Tea bowl no. {number}", "zh": f"茶碗 {number}"},
            skus=[NewSku(price=Money(price, "CNY"))],
        )
    return page.skus[0].id, Offered(OFFER_ID.show(page.offers[0].id), price)


async def _buyer(gate: asyncio.Semaphore, platform: Platform) -> tuple[str, str]:
    """Start a session without a password (hashing a thousand of them would take minutes), with an address."""
    async with gate:
        ctx = platform.context(PATH)
        session = await user.start_guest(ctx)
        address_id = await user.add_address(ctx.with_(actor=session.actor), _HOME)
    return session.token, ADDRESS_ID.show(address_id)


if __name__ == "__main__":
    sizes = msgspec.json.decode(sys.argv[1], type=Sizes)
    print(msgspec.json.encode(with_platform(lambda platform: fill(platform, sizes))).decode())
