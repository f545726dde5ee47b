"""Refunds that a provider refused for good: somebody gives the money back another way, and says how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment._service.reading import READ
from hansa.centers.payment._store import parts as parts_store
from hansa.centers.payment._store import payments, refunds
from hansa.centers.payment.errors import RefundNotFound, RefundNotRefused, RefundReturned
from hansa.centers.payment.events import RefundSettled
from hansa.centers.payment.types import NewRefund, Refund, RefundId, RefundState
from hansa.centers.shop.extensions import ShopClosure
from hansa.centers.shop.types import Objection
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid, Problem
from hansa.kernel.texts import storable

RETURN = "payment.refund.return"
REFERENCE_MAX = 200


async def refused_refunds(ctx: Ctx, *, cursor: str | None, limit: int) -> Page[Refund]:
    """Return what providers refused to give back and nobody has since, the oldest first."""
    ctx.require(READ)
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[datetime, UUID]) if cursor else None
    async with ctx.transaction() as tx:
        rows = await refunds.refused(
            tx, business=ctx.business, traffic=ctx.traffic.value, after=after, limit=limit + 1
        )
    return page_of(rows, limit=limit, key=lambda one: (one.requested_at, one.id))


async def return_by_hand(ctx: Ctx, refund_id: RefundId, reference: str) -> Refund:
    """Record that what was refused was given back another way; it counts as refunded again."""
    ctx.require(RETURN)
    if not 0 < len(reference.strip()) <= REFERENCE_MAX or not storable(reference):
        raise Invalid(FieldError("reference", "length", f"From 1 to {REFERENCE_MAX} characters"))
    async with ctx.transaction() as tx:
        payment_id = await refunds.payment_of(tx, refund_id)
        row = (await payments.lock(tx, [payment_id])).get(payment_id) if payment_id else None
        if row is None or not row.asked_for_in(ctx):
            raise RefundNotFound
        key = (row.id, refund_id)
        found = (await refunds.find(tx, [key]))[key]
        if found.by_hand_minor:
            if found.by_hand_reference != reference.strip():
                raise RefundReturned(reference=found.by_hand_reference)
            return found
        if not found.refused_minor:
            raise RefundNotRefused(state=found.state)
        await _count(tx, ctx, found)
        await refunds.give_by_hand(tx, found, reference=reference.strip(), by=ctx.actor.label, at=ctx.now())
        tx.emit(
            ctx.in_books_of(row.entity),
            RefundSettled(
                payment_id=row.id,
                refund_id=refund_id,
                order_id=found.order_id,
                minor=found.refused_minor,
                currency=found.currency,
                by_hand=True,
                shop_id=row.shop_of(found.order_id),
            ),
        )
        return (await refunds.find(tx, [key]))[key]


async def _count(tx: Transaction, ctx: Ctx, refund: Refund) -> None:
    """Count what was refused as refunded again: the share, the attempt and its sources still must have it."""
    minor, key = refund.refused_minor, (refund.payment_id, refund.attempt)
    row = (await payments.lock(tx, [refund.payment_id]))[refund.payment_id]
    attempt = (await payments.attempts(tx, [refund.payment_id]))[key]
    again = NewRefund(
        ctx=ctx,
        id=refund.id,
        payment_id=refund.payment_id,
        minor=minor,
        reason=refund.reason,
        order_id=refund.order_id,
    )
    counted = rules.give_back(row, attempt, again)
    if isinstance(counted, Problem):
        raise counted
    await payments.update_refunded(tx, [counted])
    await payments.update_attempts(
        tx, [msgspec.structs.replace(attempt, refunded_minor=attempt.refunded_minor + minor)]
    )
    if attempt.parts:
        cut = await parts_store.slices(tx, refund.payment_id, refund.id)
        back = {(*key, one.part): one.minor for one in cut if one.state is RefundState.REFUSED}
        await parts_store.count_back(tx, back)


async def nothing_to_give_back(
    tx: Transaction, commands: Sequence[ShopClosure]
) -> list[tuple[Objection, ...]]:
    """Answer `shop.may_close`: not while a refund of what the shop sold is on its way, or was refused."""
    found = await refunds.open_of_shops(tx, [command.shop.id for command in commands])
    return [
        (Objection("payment.refunds_under_way", f"{count} refunds are not settled", {"refunds": count}),)
        if (count := found.get(command.shop.id))
        else ()
        for command in commands
    ]
