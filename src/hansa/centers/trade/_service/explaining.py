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
from hansa.kernel.plan import Plan

ASKED = (PRICE, SOURCING, *POINTS)
"""The points that are asked on an order's way, in the order in which they are asked."""


def decisions_of(ctx: Ctx) -> str:
    """Return, as JSON, who answers each question of an order in this business under the pinned plan."""
    return _decisions(ctx.plan.source, ctx.business)


async def explain(ctx: Ctx, *, order_id: OrderId) -> Explanation:
    """Tell why an order is as it is. For its buyer, staff of its shop, operators. Raises `OrderNotFound`."""
    order = await load_order(ctx, order_id, permission=READ_PERMISSION)
    async with ctx.transaction() as tx:
        checkout = await _store.checkout(tx, checkout_id=order.checkout_id)
    assert checkout is not None  # noqa: S101 - an order's checkout was written with it
    return Explanation(
        order=order,
        history=await history(ctx, order=order),
        generation=checkout["generation"],
        plan_hash=checkout["plan_hash"],
        decisions=msgspec.json.decode(checkout["decisions"], type=tuple[Decision, ...]),
    )


@lru_cache(maxsize=1024)
def _decisions(plan: Plan, business: str) -> str:
    decided = tuple(
        Decision(point.name, tuple(link.name for link in plan.links(point.name, business)) or ("default",))
        for point in ASKED
    )
    return msgspec.json.encode(decided).decode()
