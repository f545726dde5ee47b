"""Whether a business may end or a shop close, as far as orders go."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.shop.extensions import ShopClosure
from hansa.centers.shop.types import Objection
from hansa.centers.trade._rules.states import FINAL
from hansa.centers.trade._store.ending import live_orders_outside, open_orders_of_shops
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.extension import Veto


async def no_orders_of_shops(tx: Transaction, commands: Sequence[ShopClosure]) -> list[tuple[Objection, ...]]:
    """Answer `shop.may_close`: not while an order there waits for money, goods or its receipt."""
    found = await open_orders_of_shops(tx, [command.shop.id for command in commands], sorted(FINAL))
    return [
        (Objection("trade.orders_under_way", f"{count} orders are under way", {"orders": count}),)
        if (count := found.get(command.shop.id))
        else ()
        for command in commands
    ]


async def no_orders_under_way(ctx: Ctx) -> Veto | None:
    """Answer `kernel.may_end_business`: not while a live order waits for money, goods or its receipt."""
    async with ctx.transaction() as tx:
        count = await live_orders_outside(tx, ctx.business, sorted(FINAL))
    if not count:
        return None
    return Veto("trade.orders_under_way", f"{count} live orders are under way", {"orders": count})
