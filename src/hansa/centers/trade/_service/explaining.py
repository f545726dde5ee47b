"""Explain: why an order is as it is, from what was stored with it. Nothing is run again."""

from __future__ import annotations

from hansa.centers.trade import _store
from hansa.centers.trade._service.deciding import decisions_for
from hansa.centers.trade._service.reading import READ_PERMISSION, history, load_order
from hansa.centers.trade.types import Explanation, OrderId
from hansa.kernel.context import Ctx


async def explain(ctx: Ctx, *, order_id: OrderId) -> Explanation:
    """Tell why an order is as it is. For its buyer, staff of its shop, operators. Raises `OrderNotFound`."""
    order = await load_order(ctx, order_id, permission=READ_PERMISSION)
    async with ctx.transaction() as tx:
        checkout = await _store.checkout(tx, (order.buyer, order.checkout_id))
    assert checkout is not None  # noqa: S101 - an order's checkout was written with it
    return Explanation(
        order=order,
        history=await history(ctx, order=order),
        generation=checkout["generation"],
        plan_hash=checkout["plan_hash"],
        decisions=decisions_for(checkout["decisions"], order.id),
    )
