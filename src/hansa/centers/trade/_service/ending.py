"""Whether a business may end, as far as orders go."""

from __future__ import annotations

from hansa.centers.trade._rules.states import FINAL
from hansa.centers.trade._store.ending import live_orders_outside
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Veto


async def no_orders_under_way(ctx: Ctx) -> Veto | None:
    """Answer `kernel.may_end_business`: not while a live order waits for money, goods or its receipt."""
    async with ctx.transaction() as tx:
        count = await live_orders_outside(tx, ctx.business, sorted(FINAL))
    if not count:
        return None
    return Veto("trade.orders_under_way", f"{count} live orders are under way", {"orders": count})
