"""Explain: why an order is as it is, from what was stored with it. Nothing is run again."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from hansa.centers.inventory.extensions import SOURCING
from hansa.centers.product.extensions import PRICE
from hansa.centers.trade import _store
from hansa.centers.trade._service.reading import READ_PERMISSION, history, load_order
from hansa.centers.trade.extensions import POINTS
from hansa.centers.trade.types import Decision, Explanation, OrderId
from hansa.kernel.context import Ctx
from hansa.kernel.plan import BusinessPlan

ASKED = (PRICE, SOURCING, *POINTS)
"""The points that are asked on an order's way, in the order in which they are asked."""


@lru_cache(maxsize=1024)
def decisions_of(plan: BusinessPlan) -> str:
    """Return, as JSON, who answers each question of an order in a business: the same for all its orders."""
    asked = (Decision(point.name, plan.answered_by(point.name)) for point in ASKED)
    return msgspec.json.encode(tuple(asked)).decode()


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
        decisions=msgspec.convert(checkout["decisions"], tuple[Decision, ...]),
    )
