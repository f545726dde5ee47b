"""An order is what its buyer and its shop may speak of; what is told of orders is a topic of its own."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.message.types import ConversationSubject, Topic
from hansa.centers.trade import _store
from hansa.centers.trade.types import ORDER_ID
from hansa.kernel.context import Ctx
from hansa.kernel.ids import IdMalformed


async def spoken_of(ctx: Ctx, reference: str) -> ConversationSubject | None:
    """Answer `message.subject` for `ord_...`: message lets nobody speak but the buyer and the shop's staff."""
    if not reference.startswith(f"{ORDER_ID.prefix}_"):
        return None
    try:
        order_id = ORDER_ID.read(reference)
    except IdMalformed:
        return None
    async with ctx.transaction() as tx:
        found = await _store.orders_by_key(tx, await _store.keys_of_orders(tx, [order_id]))
    if not found or (found[0]["business"], found[0]["traffic"]) != (ctx.business, ctx.traffic.value):
        return None
    return ConversationSubject(
        kind="order",
        reference=reference,
        title="",
        shop_id=found[0]["shop_id"],
        buyer=found[0]["buyer"],
    )


def topics(ctx: Ctx) -> Sequence[Topic]:  # noqa: ARG001 - the point's signature
    """Answer `message.topics`: what buyers are told of their orders, and sellers of those they are to send."""
    return (
        Topic(
            name="selling",
            titles={"en": "Orders to your shop", "zh": "店铺的订单"},
            templates=(
                "trade.order_to_ship",
                "trade.order_to_collect",
                "trade.order_not_to_ship",
                "trade.order_unaccounted",
                "trade.lines_not_to_ship",
            ),
        ),
        Topic(name="orders", titles={"en": "Your orders", "zh": "我的订单"}, templates=("trade.*",)),
    )
