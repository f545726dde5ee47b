"""What the stories of trade share: people with permissions, and orders line by line."""

from __future__ import annotations

from hansa.centers.trade import api as trade
from hansa.centers.trade.types import LineRequest, LineState, OrderId
from hansa.kernel.context import Actor, Ctx
from house import Good, House, Seller

OF_A_SHOP = ("read", "ship", "cancel", "price", "draft", "note")


def staff(seller: Seller) -> Ctx:
    """The seller, with every permission that a shop has for orders."""
    grants = frozenset(f"trade.order.{name}@shop:{seller.shop_id}" for name in OF_A_SHOP)
    actor = seller.ctx.actor
    return seller.ctx.with_(actor=Actor(actor.kind, actor.party, grants))


def operator(buyer: Ctx) -> Ctx:
    """Somebody who may drive and refund orders of everybody."""
    grants = frozenset({"trade.order.drive", "trade.order.refund", "trade.order.read"})
    return buyer.with_(actor=Actor(buyer.actor.kind, buyer.actor.party, grants))


async def lines_of(ctx: Ctx, order_id: OrderId) -> dict[int, LineState]:
    """Where the lines of an order stand."""
    return {line.line_no: line.state for line in (await trade.order(ctx, order_id=order_id)).lines}


async def paid(house: House, buyer: Ctx, *goods: Good) -> OrderId:
    """A paid order with one line per good."""
    quote = await trade.quote(
        buyer, lines=[LineRequest(good.offer_id) for good in goods], address_id=await house.home(buyer)
    )
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    return (await house.pay(buyer, placed)).orders[0]
