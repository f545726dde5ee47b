"""The steps that the money of orders takes: asked for, waited for, collected, lowered, not wanted any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from hansa.centers.inventory.types import StockStep
from hansa.centers.ledger.types import Posting
from hansa.centers.payment.types import (
    PAYMENT_ID,
    Close,
    Collect,
    NewPayment,
    OrderShare,
    PaymentId,
    UnderWay,
)
from hansa.centers.trade._rules.repricing import Repricing
from hansa.centers.trade._rules.rows import LineMove, NewNote
from hansa.centers.trade._rules.settlement import collected_journal
from hansa.centers.trade._rules.states import COLLECTABLE, PAYABLE, UNPAID
from hansa.centers.trade._service.collected import Collected
from hansa.centers.trade._service.moves import MoveDemand, stuck
from hansa.centers.trade._service.step import (
    Step,
    all_holds,
    key_of,
    make_step,
    of_lines,
    stands,
    stock_of,
)
from hansa.centers.trade.types import LineState, Order, OrderState
from hansa.kernel.context import Ctx
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.money import Money


def closing(
    ctx: Ctx,
    orders: Sequence[Order],
    key: IdempotencyKey | None = None,
    *,
    cause: str,
    details: Mapping[str, int | str] = MappingProxyType({}),
    notes: tuple[NewNote, ...] = (),
) -> Step:
    """Close an unpaid checkout, all its orders, as they were read: a lower price makes its payment another one."""
    payable = sum(order.payable for order in orders)
    asked = all(order.state in PAYABLE for order in orders)
    return make_step(
        ctx,
        key,
        stock=stock_of(ctx, StockStep.RELEASE, tuple(key for order in orders for key in all_holds(order))),
        close=Close(ctx=ctx, payment_id=PaymentId(orders[0].payment_id)) if payable and asked else None,
        moves=MoveDemand(
            ctx=ctx,
            orders=tuple(key_of(order) for order in orders),
            after=UNPAID,
            state=OrderState.CLOSED,
            cause=cause,
            # An unpaid order's lines all wait: its state, seen under the lock, says so.
            lines={
                key_of(order): tuple(
                    LineMove(line.line_no, LineState.WAITING, LineState.CLOSED, line.quantity)
                    for line in order.lines
                )
                for order in orders
            },
            versions={key_of(order): order.version for order in orders},
            details=details,
            notes=notes,
        ),
    )


def waiting(ctx: Ctx, orders: Sequence[Order]) -> Step:
    """Say that the provider has the promise of the money: while an attempt to charge is undecided."""
    return _between(
        ctx,
        orders,
        after=OrderState.AWAITING_PAYMENT,
        state=OrderState.PAYMENT_PENDING,
        cause="the provider has not decided yet",
    )


def awaiting_again(ctx: Ctx, orders: Sequence[Order], *, cause: str) -> Step:
    """Wait for the buyer again: no attempt to charge is under way any more."""
    return _between(
        ctx,
        orders,
        after=OrderState.PAYMENT_PENDING,
        state=OrderState.AWAITING_PAYMENT,
        cause=cause,
    )


def _between(ctx: Ctx, orders: Sequence[Order], *, after: OrderState, state: OrderState, cause: str) -> Step:
    """Move the unpaid orders of a payment; its time to be paid goes on."""
    undecided = state is OrderState.PAYMENT_PENDING
    return make_step(
        ctx,
        None,
        under_way=UnderWay(ctx=ctx, payment_id=PaymentId(orders[0].payment_id), undecided=undecided),
        moves=MoveDemand(
            ctx=ctx,
            orders=tuple(key_of(order) for order in orders),
            after=frozenset({after}),
            state=state,
            cause=cause,
            due=lambda row, _now: row["due_at"],
        ),
    )


def collecting(ctx: Ctx, order: Order, key: IdempotencyKey | None = None, *, courier: UUID | None) -> Step:
    """Take what an order costs when it is handed over: it is paid, and the time to confirm receipt begins."""
    if order.paid_at is not None:
        raise stuck(order.state, OrderState.SIGNED)
    stands(order, COLLECTABLE, OrderState.SIGNED)
    minor = order.payable
    collected = None
    if minor:
        payment = NewPayment(
            ctx=ctx.in_books_of(order.entity),
            id=PAYMENT_ID.new(),
            checkout_id=order.checkout_id,
            payer=order.buyer,
            amount=Money(minor, order.currency),
            shares=(OrderShare(order.id, order.shop_id, minor),),
            expires_at=ctx.now(),
        )
        collected = Collected(key_of(order), Collect(payment=payment))
    journal = collected_journal(ctx, order, courier=courier) if minor else None
    return of_lines(
        ctx,
        key,
        order,
        (),
        state=OrderState.SIGNED,
        cause="paid on delivery",
        post=Posting(ctx=ctx, journals=(journal,)) if journal else None,
        paid=True,
        collected=collected,
    )


def repricing(
    ctx: Ctx, order: Order, key: IdempotencyKey | None, *, lowered: Repricing, beside: Sequence[Order]
) -> Step:
    """Lower what an unpaid order costs: its payment is closed, and another one made over the new amount."""
    return make_step(
        ctx,
        key,
        create=lowered.payment,
        close=Close(ctx=ctx, payment_id=PaymentId(order.payment_id)),
        reprice=lowered,
        moves=MoveDemand(
            ctx=ctx,
            orders=(key_of(order),),
            after=frozenset({OrderState.AWAITING_PAYMENT}),
            state=None,
            cause="price lowered by the seller",
            versions={key_of(one): one.version for one in (order, *beside)},
            details={"was": order.payable, "payable": lowered.payable},
            beside=tuple(key_of(one) for one in beside),
        ),
    )


def asking(ctx: Ctx, orders: Sequence[Order], payment: NewPayment, *, pay_by: datetime) -> Step:
    """Ask for the payment of a checkout that was placed without one."""
    return make_step(
        ctx,
        None,
        create=payment,
        moves=MoveDemand(
            ctx=ctx,
            orders=tuple(key_of(order) for order in orders),
            after=frozenset({OrderState.CREATED}),
            state=OrderState.AWAITING_PAYMENT,
            cause="payment asked for",
            due=lambda _row, _now: pay_by,
        ),
    )
