"""Whether a business may end, as far as payments go."""

from __future__ import annotations

from hansa.centers.payment._store.ending import live_under_way
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Veto


async def no_money_under_way(ctx: Ctx) -> Veto | None:
    """Answer `kernel.may_end_business`: not while live money is being charged or given back."""
    async with ctx.transaction() as tx:
        count = await live_under_way(tx, ctx.business)
    if not count:
        return None
    return Veto("payment.under_way", f"{count} live payments are not settled yet", {"payments": count})
