"""Reading payments."""

from __future__ import annotations

from uuid import UUID

from hansa.centers.payment._store import payments as store
from hansa.centers.payment.errors import PaymentNotFound
from hansa.centers.payment.types import Payment, PaymentId
from hansa.centers.user import api as user
from hansa.kernel.context import Ctx

READ = "payment.payment.read"


async def payment(ctx: Ctx, payment_id: PaymentId) -> Payment:
    """Return a payment of this business to its payer, or to whoever may read payments."""
    async with ctx.transaction() as tx:
        found = await store.payment(tx, payment_id, ctx)
    if found is None or not (ctx.may(READ) or await pays_for(ctx, found.payer)):
        raise PaymentNotFound
    return found


async def pays_for(ctx: Ctx, payer: UUID) -> bool:
    """Tell whether the acting party is a payer, as itself or as a guest that turned out to be it."""
    if ctx.actor.party is None or payer == ctx.actor.party:
        return ctx.actor.party is not None
    async with ctx.transaction() as tx:
        return payer in await user.merged_guests(tx, ctx.actor.party)


async def payer_of(ctx: Ctx, payment_id: PaymentId) -> UUID | None:
    """Return the payer of a payment that the acting party may pay, None for others'."""
    async with ctx.transaction() as tx:
        found = await store.payment(tx, payment_id, ctx)
    return found.payer if found is not None and await pays_for(ctx, found.payer) else None


async def payments_of_checkout(ctx: Ctx, checkout_id: UUID) -> list[PaymentId]:
    """Return the ids of a checkout's payments."""
    async with ctx.transaction() as tx:
        return await store.payments_of_checkout(tx, checkout_id, ctx)
