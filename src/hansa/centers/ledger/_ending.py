"""Whether a business may end, as far as the books go."""

from __future__ import annotations

from hansa.centers.ledger._store.ending import owed_live
from hansa.centers.ledger.types import AccountClass
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Veto
from hansa.kernel.money import Money

OTHERS_MONEY = tuple(kind for kind in AccountClass if kind.floor_minor is not None)


async def nobody_is_owed(ctx: Ctx) -> Veto | None:
    """Answer `kernel.may_end_business`: not while the business holds live money that is not its own."""
    async with ctx.transaction() as tx:
        owed = await owed_live(tx, ctx.business, OTHERS_MONEY)
    if not owed:
        return None
    amounts = [f"{kind} {Money(minor, currency)}" for kind, currency, minor in owed]
    return Veto("ledger.money_held", f"It holds money of others: {', '.join(amounts)}", {"held": amounts})
