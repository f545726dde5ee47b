"""What plays and later centers ask of orders: hold them, let them go, move presales along, refund lines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from hansa.centers.payment.types import NewPayment, OrderShare, PaymentId
from hansa.centers.trade import _store
from hansa.centers.trade._rules.rows import OrderKey
from hansa.centers.trade._rules.states import DRIVEN
from hansa.centers.trade._service.delivering import DRIVE_PERMISSION
from hansa.centers.trade._service.moves import stuck
from hansa.centers.trade._service.moving import lane_of, move_batch, submit
from hansa.centers.trade._service.paysteps import asking
from hansa.centers.trade._service.reading import assemble, load_order
from hansa.centers.trade._service.step import Step
from hansa.centers.trade._service.steps import Lines, advancing, deciding, refunding, resuming
from hansa.centers.trade.errors import OrderNotFound
from hansa.centers.trade.types import LinePart, Moved, Order, OrderId, OrderState
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.money import Money
from hansa.kernel.problem import Problem

REFUND_PERMISSION = "trade.order.refund"


@dataclass(frozen=True, slots=True)
class Advance:
    """An order is to go to `state`, because of `cause`; its key is (buyer, order)."""

    ctx: Ctx
    order: OrderKey
    state: OrderState
    cause: str


async def advance(tx: Transaction, commands: Sequence[Advance]) -> list[Moved | Problem]:
    """Move orders as plays and later centers say, in their transaction: one verdict each, in the order given.

    The moves of `DRIVEN` alone. Whoever asks has seen that it may, and keeps the money of these moves: from
    `awaiting_shipment` or `paid_on_hold` on, escrow holds what a paid order costs. Stock goes along.
    Verdicts: `OrderNotFound`, `AlreadyClosed`, `IllegalMove`, `OrderChanged`, `LineMoved`.
    """
    rows = await _store.orders_by_key(tx, [command.order for command in commands])
    orders: dict[OrderKey, Order] = {(order.buyer, order.id): order for order in await assemble(tx, rows)}
    steps = [_step_or_problem(command, orders.get(command.order)) for command in commands]
    taken = iter(await move_batch(tx, [step for step in steps if isinstance(step, Step)]))
    verdicts: list[Moved | Problem] = []
    for step in steps:
        verdict = step if isinstance(step, Problem) else next(taken)
        verdicts.append(verdict if isinstance(verdict, Problem) else verdict[0])
    return verdicts


async def hold(ctx: Ctx, *, order_id: OrderId, cause: str) -> Moved:
    """Keep a paid order from being sent: a group is forming, a check is running. Needs `trade.order.drive`.

    Raises `Forbidden`, `OrderNotFound`, `IllegalMove`.
    """
    return await _drive(ctx, order_id, lambda order: _driven(ctx, order, OrderState.PAID_ON_HOLD, cause))


async def release(ctx: Ctx, *, order_id: OrderId, cause: str) -> Moved:
    """Let an order that was kept back be sent; the time to send begins. Needs `trade.order.drive`.

    Raises `Forbidden`, `OrderNotFound`, `IllegalMove`.
    """
    return await _drive(ctx, order_id, lambda order: _driven(ctx, order, OrderState.AWAITING_SHIPMENT, cause))


async def request_payment(ctx: Ctx, *, order_id: OrderId) -> tuple[Moved, ...]:
    """Ask for the payment of a checkout that was placed without one. Needs `trade.order.drive`.

    All orders of the checkout are paid together, in the time that is left. Raises `Forbidden`,
    `OrderNotFound`, `IllegalMove`.
    """
    ctx.require(DRIVE_PERMISSION)
    order = await load_order(ctx, order_id, permission=DRIVE_PERMISSION)
    async with ctx.transaction() as tx:
        checkout = await _store.checkout(tx, (order.buyer, order.checkout_id))
        assert checkout is not None  # noqa: S101 - an order's checkout was written with it
        keys = [(order.buyer, one) for one in checkout["orders"]]
        orders = await assemble(tx, await _store.orders_by_key(tx, keys))
    if order.state is not OrderState.CREATED or order.option.on_delivery:
        raise stuck(order.state, OrderState.AWAITING_PAYMENT)
    payment = NewPayment(
        ctx=ctx.in_books_of(order.entity),
        id=PaymentId(order.payment_id),
        checkout_id=order.checkout_id,
        payer=order.buyer,
        amount=Money(checkout["payable"], order.currency),
        shares=tuple(OrderShare(one.id, one.shop_id, one.payable) for one in orders if one.payable),
        expires_at=checkout["pay_by"],
    )
    return await lane_of(ctx).submit(asking(ctx, orders, payment, pay_by=checkout["pay_by"]))


async def start_refund(
    ctx: Ctx, *, order_id: OrderId, lines: Collection[int | LinePart], cause: str
) -> Moved:
    """Keep lines, or so many pieces of them, back while their refund is decided. Needs `trade.order.refund`.

    Raises `Forbidden`, `OrderNotFound`, `IllegalMove`, `LineNotFound`, `LineMoved`.
    """
    return await _refund(ctx, order_id, lambda order: deciding(ctx, order, lines=lines, cause=cause))


async def decline_refund(ctx: Ctx, *, order_id: OrderId, lines: Collection[int], cause: str) -> Moved:
    """Let lines go on from where they stood. Needs `trade.order.refund`. Raises as `start_refund`."""
    return await _refund(ctx, order_id, lambda order: resuming(ctx, order, lines=lines, cause=cause))


async def refund_lines(ctx: Ctx, *, order_id: OrderId, cause: str, lines: Lines = None) -> Moved:
    """Refund lines, or all that are not settled: their stored shares go back, as they are.

    Needs `trade.order.refund`. Stock that was not sent is free; what was sent comes back by a receipt.
    Raises `Forbidden`, `OrderNotFound`, `IllegalMove`, `LineNotFound`, `LineMoved`, `PiecesExceeded`.
    """
    return await _refund(ctx, order_id, lambda order: refunding(ctx, order, cause=cause, lines=lines))


def _step_or_problem(command: Advance, order: Order | None) -> Step | Problem:
    if order is None:
        return OrderNotFound()
    try:
        return _driven(command.ctx, order, command.state, command.cause)
    except Problem as problem:
        return problem


def _driven(ctx: Ctx, order: Order, state: OrderState, cause: str) -> Step:
    if (order.state, state) not in DRIVEN:
        raise stuck(order.state, state)
    return advancing(ctx, order, state, cause=cause)


async def _drive(ctx: Ctx, order_id: OrderId, step: Callable[[Order], Step]) -> Moved:
    ctx.require(DRIVE_PERMISSION)
    return await submit(ctx, lambda: load_order(ctx, order_id, permission=DRIVE_PERMISSION), step)


async def _refund(ctx: Ctx, order_id: OrderId, step: Callable[[Order], Step]) -> Moved:
    ctx.require(REFUND_PERMISSION)
    return await submit(ctx, lambda: load_order(ctx, order_id, permission=REFUND_PERMISSION), step)
