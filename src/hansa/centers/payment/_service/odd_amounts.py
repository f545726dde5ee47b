"""A provider reported another amount than was asked for: nobody believed it, and somebody finds out what it was.

The report stays as it came; what was found out stands beside it, once, with who found it. The money itself moves by
other ways, if any moved: a refund at the provider, a statement's row, a journal by hand.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hansa.centers.payment._service.reading import READ
from hansa.centers.payment._store import odd_amounts as store
from hansa.centers.payment._store import payments
from hansa.centers.payment.errors import OddAmountNotFound, OddAmountSettled
from hansa.centers.payment.events import OddAmountExplained
from hansa.centers.payment.types import OddAmount, PaymentId
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import storable

SETTLE = "payment.amount.settle"
REFERENCE_MAX = 200


async def odd_amounts(ctx: Ctx, *, cursor: str | None, limit: int) -> Page[OddAmount]:
    """Return the reports of other amounts that nobody has accounted for, the oldest first."""
    ctx.require(READ)
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[datetime, UUID, str, str]) if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.unsettled(
            tx, business=ctx.business, traffic=ctx.traffic.value, after=after, limit=limit + 1
        )
    return page_of(
        rows, limit=limit, key=lambda one: (one.received_at, one.payment_id, one.provider, one.event_id)
    )


async def settle_odd_amount(
    ctx: Ctx, payment_id: PaymentId, *, provider: str, event_id: str, reference: str
) -> OddAmount:
    """Write down what became of a report of another amount; `hansa verify` is silent about it then."""
    ctx.require(SETTLE)
    said = reference.strip()
    if not 0 < len(said) <= REFERENCE_MAX or not storable(said):
        raise Invalid(FieldError("reference", "length", f"From 1 to {REFERENCE_MAX} characters"))
    if not storable(provider) or not storable(event_id):
        raise OddAmountNotFound
    async with ctx.transaction() as tx:
        row = (await payments.lock(tx, [payment_id])).get(payment_id)
        if row is None or not row.asked_for_in(ctx):
            raise OddAmountNotFound
        found = await store.find(tx, payment_id, provider, event_id)
        if found is None:
            raise OddAmountNotFound
        if found.reference is not None:
            if found.reference != said:
                raise OddAmountSettled(reference=found.reference)
            return found
        await store.settle(tx, found, reference=said, by=ctx.actor.label, at=ctx.now())
        tx.emit(
            ctx,
            OddAmountExplained(
                payment_id=payment_id,
                provider=provider,
                minor=found.reported_minor,
                currency=found.reported_currency,
            ),
        )
        settled = await store.find(tx, payment_id, provider, event_id)
    if settled is None:
        raise OddAmountNotFound
    return settled
