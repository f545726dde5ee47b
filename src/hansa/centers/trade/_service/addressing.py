"""Where orders go, and what their shop calls the goods: for whoever packs and sends them."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.product import api as product
from hansa.centers.product.types import SkuId
from hansa.centers.shop.types import shop_object
from hansa.centers.trade._service.reading import READ_PERMISSION, kin
from hansa.centers.trade.types import Order, OrderId
from hansa.centers.user import api as user
from hansa.centers.user.types import Address, AddressVersionId
from hansa.kernel.context import Ctx

PERMISSION = "trade.order.address"


async def addresses(ctx: Ctx, *, orders: Sequence[Order]) -> dict[OrderId, Address]:
    """Return where orders go: to their buyer, and to who holds `trade.order.address` of their shop.

    Absent is what has no address, and what is not the actor's to see. Of a buyer who was forgotten the country
    is left.
    """
    sent = [one for one in orders if one.address_version is not None]
    seen = [one for one in sent if ctx.may(PERMISSION, of=shop_object(one.shop_id))]
    party = ctx.actor.party
    if not sent or (not seen and party is None):
        return {}
    async with ctx.transaction() as tx:
        if len(seen) < len(sent) and party is not None:
            own = set(await kin(tx, party))
            seen += [one for one in sent if one.buyer in own and one not in seen]
        versions = {AddressVersionId(one.address_version) for one in seen if one.address_version is not None}
        found = await user.frozen_addresses(tx, ctx, sorted(versions)) if versions else {}
    return {
        one.id: found[version]
        for one in seen
        if one.address_version is not None and (version := AddressVersionId(one.address_version)) in found
    }


async def sku_codes(ctx: Ctx, *, orders: Sequence[Order]) -> dict[SkuId, str]:
    """Return what shops call the variants in their orders, in their own numbers, to who reads these for the shop.

    It is the number a variant has now, by which its stock is set. Variants without one are absent.
    """
    skus = {
        line.sku_id
        for one in orders
        if ctx.may(READ_PERMISSION, of=shop_object(one.shop_id))
        for line in one.lines
    }
    found = await product.skus(ctx, skus) if skus else {}
    return {sku_id: one.code for sku_id, one in found.items() if one.code}
