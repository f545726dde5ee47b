"""The steps of orders: what each asks of stock, ledger, payment and the orders themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from hansa.centers.inventory.types import HoldKey, StockStep
from hansa.centers.inventory.types import MoveDemand as StockDemand
from hansa.centers.ledger.types import Posting
from hansa.centers.payment.types import Close, NewPayment, PaymentId
from hansa.centers.trade._rules.fulfilment import choose, holds_of, line_moves, state_after
from hansa.centers.trade._rules.repricing import Repricing
from hansa.centers.trade._rules.rows import LineMove, OrderKey, Row
from hansa.centers.trade._rules.settlement import refund_journal, settlement_journal
from hansa.centers.trade._rules.states import PAYABLE, REFUNDABLE, SENDABLE, UNPAID
from hansa.centers.trade._rules.states import RECEIVABLE as RECEIVABLE_STATES
from hansa.centers.trade._service.moves import MoveDemand, stuck
from hansa.centers.trade.types import LineState, Order, OrderState
from hansa.kernel.context import Ctx
from hansa.kernel.idempotency import IdempotencyKey

SENT_FROM = frozenset({LineState.WAITING})
RECEIVED_FROM = frozenset({LineState.WAITING, LineState.SHIPPED})
REFUNDED_FROM = RECEIVED_FROM | {LineState.REFUNDING}


@dataclass(frozen=True, slots=True)
class Step:
    """A call of the moving lane: one step of some orders, with what it asks of each participant."""

    ctx: Ctx
    key: IdempotencyKey | None
    demands: tuple[Any, ...]
    moves: MoveDemand


def shipping(
    ctx: Ctx, order: Order, key: IdempotencyKey | None = None, *, lines: Collection[int] | None = None
) -> Step:
    """Send lines, or all that wait. When everything has left, the time to confirm receipt begins."""
    _stands(order, SENDABLE, OrderState.SHIPPED)
    chosen = choose(order, lines, among=SENT_FROM)
    moves = line_moves(chosen, LineState.SHIPPED)
    state = state_after(order, moves)
    return _of_lines(
        ctx,
        key,
        order,
        moves,
        state=state,
        cause="shipped",
        stock=_stock(ctx, StockStep.SHIP, holds_of(order, chosen)),
        due_s=order.terms.confirm_s if state is OrderState.SHIPPED else None,
    )


def receiving(
    ctx: Ctx,
    order: Order,
    key: IdempotencyKey | None = None,
    *,
    cause: str,
    lines: Collection[int] | None = None,
) -> Step:
    """Receive lines, or all that may be: each is settled with its seller. What was sent asks no more stock."""
    _stands(order, RECEIVABLE_STATES, OrderState.FINISHED)
    _paid(order, OrderState.FINISHED)
    chosen = choose(order, lines, among=RECEIVED_FROM)
    moves = line_moves(chosen, LineState.RECEIVED)
    journal = settlement_journal(ctx, order, chosen)
    holds = holds_of(order, chosen)
    return _of_lines(
        ctx,
        key,
        order,
        moves,
        state=state_after(order, moves),
        cause=cause,
        stock=_stock(ctx, StockStep.SHIP, holds) if holds else None,
        post=Posting(ctx=ctx, journals=(journal,)) if journal else None,
    )


def refunding(
    ctx: Ctx,
    order: Order,
    key: IdempotencyKey | None = None,
    *,
    cause: str,
    lines: Collection[int] | None = None,
    among: Collection[LineState] = REFUNDED_FROM,
) -> Step:
    """Close lines after payment: what was paid for them is owed to the buyer, what waits is free again."""
    _stands(order, REFUNDABLE, OrderState.REFUNDED)
    _paid(order, OrderState.REFUNDED)
    chosen = choose(order, lines, among=among)
    moves = line_moves(chosen, LineState.REFUNDED)
    journal = refund_journal(ctx, order, chosen)
    holds = holds_of(order, chosen)
    return _of_lines(
        ctx,
        key,
        order,
        moves,
        state=state_after(order, moves),
        cause=cause,
        stock=_stock(ctx, StockStep.RELEASE, holds) if holds else None,
        post=Posting(ctx=ctx, journals=(journal,)) if journal else None,
    )


def deciding(ctx: Ctx, order: Order, *, lines: Collection[int], cause: str) -> Step:
    """Keep lines back while somebody decides about their refund."""
    _stands(order, REFUNDABLE, OrderState.REFUNDED)
    chosen = choose(order, lines, among=RECEIVED_FROM)
    moves = line_moves(chosen, LineState.REFUNDING)
    return _of_lines(ctx, None, order, moves, state=state_after(order, moves), cause=cause)


def resuming(ctx: Ctx, order: Order, *, lines: Collection[int], cause: str) -> Step:
    """Let lines go on from where they stood before their refund was asked for."""
    chosen = choose(order, lines, among=frozenset({LineState.REFUNDING}))
    moves = tuple(LineMove(line.line_no, line.state, line.previous or LineState.WAITING) for line in chosen)
    return _of_lines(ctx, None, order, moves, state=state_after(order, moves), cause=cause)


def closing(ctx: Ctx, orders: Sequence[Order], key: IdempotencyKey | None = None, *, cause: str) -> Step:
    """Close an unpaid checkout, all its orders."""
    payable = sum(order.payable for order in orders)
    asked = all(order.state in PAYABLE for order in orders)
    return _step(
        ctx,
        key,
        stock=_stock(ctx, StockStep.RELEASE, tuple(key for order in orders for key in _all_holds(order))),
        close=Close(ctx=ctx, payment_id=PaymentId(orders[0].payment_id)) if payable and asked else None,
        moves=MoveDemand(
            ctx=ctx,
            orders=tuple(_key(order) for order in orders),
            after=UNPAID,
            state=OrderState.CLOSED,
            cause=cause,
            # An unpaid order's lines all wait: its state, seen under the lock, says so.
            lines={
                _key(order): tuple(
                    LineMove(line.line_no, LineState.WAITING, LineState.CLOSED) for line in order.lines
                )
                for order in orders
            },
        ),
    )


def advancing(ctx: Ctx, order: Order, state: OrderState, *, cause: str) -> Step:
    """Move an order as a play or a later center says: its stock is put by, or free again, as that needs."""
    stock = None
    moves: tuple[LineMove, ...] = ()
    waiting = [line for line in order.lines if line.state in RECEIVED_FROM]
    if (order.state, state) in _ALLOCATES:
        stock = _stock(ctx, StockStep.ALLOCATE, _all_holds(order))
    elif state in _ENDS:
        moves = line_moves(waiting, _ENDS[state])
        holds = holds_of(order, waiting)
        stock = _stock(ctx, StockStep.RELEASE, holds) if holds else None
    if state is OrderState.CLOSED and order.paid_at is not None:
        raise stuck(order.state, state)
    due_s = order.terms.ship_s if state is OrderState.AWAITING_SHIPMENT else None
    return _of_lines(
        ctx,
        None,
        order,
        moves,
        state=state,
        cause=cause,
        stock=stock,
        due_s=due_s,
        paid=(order.state, state) in _PAYS,
    )


_ALLOCATES = frozenset(
    {
        (OrderState.CREATED, OrderState.AWAITING_SHIPMENT),
        (OrderState.DEPOSIT_UNPAID, OrderState.DEPOSIT_PAID),
    }
)
_PAYS = frozenset(
    {
        (OrderState.FULLY_PAID, OrderState.AWAITING_SHIPMENT),
        (OrderState.FULLY_PAID, OrderState.PAID_ON_HOLD),
    }
)
_ENDS = MappingProxyType({OrderState.CLOSED: LineState.CLOSED, OrderState.REFUNDED: LineState.REFUNDED})


def extending(ctx: Ctx, order: Order, key: IdempotencyKey | None) -> Step:
    """Give the buyer more time to confirm receipt."""
    _stands(order, frozenset({OrderState.SHIPPED}), OrderState.SHIPPED)
    more = timedelta(seconds=order.terms.extension_s)

    def later(row: Row, now: datetime) -> datetime:
        return (row["due_at"] or now) + more

    return _step(
        ctx,
        key,
        moves=MoveDemand(
            ctx=ctx,
            orders=(_key(order),),
            after=frozenset({OrderState.SHIPPED}),
            state=None,
            cause="extended",
            due=later,
            extended=True,
            versions={_key(order): order.version},
        ),
    )


def repricing(
    ctx: Ctx, order: Order, key: IdempotencyKey | None, *, lowered: Repricing, beside: Sequence[Order]
) -> Step:
    """Lower what an unpaid order costs: its payment is closed, and another one made over the new amount."""
    return _step(
        ctx,
        key,
        create=lowered.payment,
        close=Close(ctx=ctx, payment_id=PaymentId(order.payment_id)),
        reprice=lowered,
        moves=MoveDemand(
            ctx=ctx,
            orders=(_key(order),),
            after=frozenset({OrderState.AWAITING_PAYMENT}),
            state=None,
            cause="price lowered by the seller",
            versions={_key(one): one.version for one in (order, *beside)},
            details={"was": order.payable, "payable": lowered.payable},
            beside=tuple(_key(one) for one in beside),
        ),
    )


def asking(ctx: Ctx, orders: Sequence[Order], payment: NewPayment, *, pay_by: datetime) -> Step:
    """Ask for the payment of a checkout that was placed without one."""
    return _step(
        ctx,
        None,
        create=payment,
        moves=MoveDemand(
            ctx=ctx,
            orders=tuple(_key(order) for order in orders),
            after=frozenset({OrderState.CREATED}),
            state=OrderState.AWAITING_PAYMENT,
            cause="payment asked for",
            due=lambda _row, _now: pay_by,
        ),
    )


def _of_lines(
    ctx: Ctx,
    key: IdempotencyKey | None,
    order: Order,
    moves: tuple[LineMove, ...],
    *,
    state: OrderState,
    cause: str,
    stock: StockDemand | None = None,
    post: Posting | None = None,
    due_s: int | None = None,
    paid: bool = False,
) -> Step:
    """Move lines of one order as it was read; had it changed since, all of this would be wrong."""
    after_s = None if due_s is None else timedelta(seconds=due_s)
    return _step(
        ctx,
        key,
        stock=stock,
        post=post,
        moves=MoveDemand(
            ctx=ctx,
            orders=(_key(order),),
            after=frozenset({order.state}),
            state=state,
            cause=cause,
            due=None if after_s is None else lambda _row, now: now + after_s,
            paid=paid,
            versions={_key(order): order.version},
            lines={_key(order): moves},
        ),
    )


def _step(
    ctx: Ctx,
    key: IdempotencyKey | None,
    *,
    moves: MoveDemand,
    stock: StockDemand | None = None,
    post: Posting | None = None,
    create: NewPayment | None = None,
    close: Close | None = None,
    reprice: Repricing | None = None,
) -> Step:
    return Step(ctx=ctx, key=key, moves=moves, demands=(stock, post, create, close, moves, reprice))


def _stands(order: Order, within: frozenset[OrderState], wanted: OrderState) -> None:
    if order.state not in within:
        raise stuck(order.state, wanted)


def _paid(order: Order, wanted: OrderState) -> None:
    """Refuse what would take money out of escrow that this order never put there."""
    if order.paid_at is None:
        raise stuck(order.state, wanted)


def _key(order: Order) -> OrderKey:
    return (order.buyer, order.id)


def _all_holds(order: Order) -> tuple[HoldKey, ...]:
    return tuple(
        HoldKey(order_id=order.id, sku_id=sku_id, place_id=order.place_id)
        for sku_id in dict.fromkeys(line.sku_id for line in order.lines)
    )


def _stock(ctx: Ctx, step: StockStep, holds: tuple[HoldKey, ...]) -> StockDemand:
    return StockDemand(ctx=ctx, step=step, holds=holds)
