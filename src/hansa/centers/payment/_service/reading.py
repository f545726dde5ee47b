"""Reading payments."""

from __future__ import annotations

from uuid import UUID

from hansa.centers.payment._store import payments as store
from hansa.centers.payment.errors import PaymentNotFound
from hansa.centers.payment.types import Payment, PaymentId
from hansa.kernel.context import Ctx

READ = "payment.payment.read"


async def payment(ctx: Ctx, payment_id: PaymentId) -> Payment:
    """Return a payment to its payer, or to whoever may read payments."""
    async with ctx.transaction() as tx:
        found = await store.payment(tx, payment_id, ctx.traffic)
    if found is None or not (found.payer == ctx.actor.party or ctx.may(READ)):
        raise PaymentNotFound
    return found


async def payments_of_checkout(ctx: Ctx, checkout_id: UUID) -> list[PaymentId]:
    """Return the ids of a checkout's payments."""
    async with ctx.transaction() as tx:
        return await store.payments_of_checkout(tx, checkout_id, ctx.traffic)
