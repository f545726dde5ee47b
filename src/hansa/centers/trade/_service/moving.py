"""Move: goods go out, arrive, or are given back; stock, money and order change together, or nothing does.

Shipping, receiving and closing are calls of one lane: each says which orders move where, and what it asks
of inventory, ledger and payment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import HoldKey, StockStep
from hansa.centers.inventory.types import MoveDemand as StockDemand
from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import Posting
from hansa.centers.payment import api as payment
from hansa.centers.payment.types import Close, PaymentId
from hansa.centers.shop.types import shop_object
from hansa.centers.trade._rules.settlement import borne_by, settlement_journal
from hansa.centers.trade._rules.states import UNPAID
from hansa.centers.trade._service.driving import drive
from hansa.centers.trade._service.moves import MOVES, MoveDemand, refusal
from hansa.centers.trade._service.reading import checkout_orders, load_order
from hansa.centers.trade.types import CheckoutId, Moved, Order, OrderId, OrderState
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.problem import Problem

LANE = "trade.move"
SHIP_PERMISSION = "trade.order.ship"

PARTICIPANTS = (
    inventory.MOVE,
    ledger.POST,
    payment.CLOSE,
    MOVES,
)


@dataclass(frozen=True, slots=True)
class Moving:
    """A call of the moving lane: one step of some orders, with what it asks of each participant."""

    ctx: Ctx
    key: IdempotencyKey | None
    demands: tuple[Any, ...]
    moves: MoveDemand


async def ship(ctx: Ctx, *, order_id: OrderId, key: IdempotencyKey | None = None) -> Moved:
    """Record that the seller has sent an order; its stock leaves the house.

    The buyer's time to confirm receipt starts. Needs `trade.order.ship` of the shop.
    Raises `OrderNotFound`, `Forbidden`, `IllegalMove`.
    """
    order = await load_order(ctx, order_id, permission=SHIP_PERMISSION)
    ctx.require(SHIP_PERMISSION, of=shop_object(order.shop_id))
    return await _submit(ctx, order, shipping(ctx, order, key))


async def receive(ctx: Ctx, *, order_id: OrderId, key: IdempotencyKey | None = None) -> Moved:
    """Confirm that the buyer has the goods: the seller is credited, commission is taken.

    Goods handed over at a counter were never shipped: their stock leaves now. Only the buyer confirms (or
    the platform, when the time to object is over). Raises `OrderNotFound`, `IllegalMove`.
    """
    order = await load_order(ctx, order_id)
    return await _submit(ctx, order, receiving(ctx, order, key, cause="received"))


async def cancel(
    ctx: Ctx, *, checkout_id: CheckoutId, key: IdempotencyKey | None = None
) -> tuple[Moved, ...]:
    """Close an unpaid checkout at its buyer's wish: every order, its stock and its payment.

    Raises `OrderNotFound`, `IllegalMove` when it is paid already, `AlreadyClosed`.
    """
    orders = await checkout_orders(ctx, checkout_id)
    return await _lane(ctx).submit(closing(ctx, orders, key, cause="cancelled by the buyer"))


async def move_batch(tx: Transaction, calls: Sequence[Moving]) -> list[tuple[Moved, ...] | Problem]:
    """Commit a batch of steps: the lane's program, and what deadlines fire. One verdict per call."""
    problems = await drive(tx, PARTICIPANTS, calls)
    return [problem or _moved(call) for call, problem in zip(calls, problems, strict=True)]


def shipping(ctx: Ctx, order: Order, key: IdempotencyKey | None) -> Moving:
    """Say what shipping asks of whom."""
    confirm = timedelta(seconds=order.terms.confirm_s)
    return _moving(
        ctx,
        key,
        stock=_stock(ctx, StockStep.SHIP, (order,)),
        moves=MoveDemand(
            ctx=ctx,
            orders=((order.buyer, order.id),),
            after=frozenset({OrderState.AWAITING_SHIPMENT, OrderState.PARTLY_SHIPPED}),
            state=OrderState.SHIPPED,
            cause="shipped",
            due=lambda _row, now: now + confirm,
        ),
    )


def receiving(ctx: Ctx, order: Order, key: IdempotencyKey | None, *, cause: str) -> Moving:
    """Say what receipt asks of whom. What was shipped already asks nothing more of the stock."""
    shares = borne_by(share for line in order.lines for share in line.allocations)
    journal = settlement_journal(ctx, order, shares)
    return _moving(
        ctx,
        key,
        stock=None if order.state is OrderState.SHIPPED else _stock(ctx, StockStep.SHIP, (order,)),
        post=Posting(ctx=ctx, journals=(journal,)) if journal else None,
        moves=MoveDemand(
            ctx=ctx,
            orders=((order.buyer, order.id),),
            # Exactly the state that was read: had it changed since, the stock's part would be wrong.
            after=frozenset({order.state}) & RECEIVABLE,
            state=OrderState.FINISHED,
            cause=cause,
        ),
    )


RECEIVABLE = frozenset({OrderState.AWAITING_SHIPMENT, OrderState.PARTLY_SHIPPED, OrderState.SHIPPED})


def closing(ctx: Ctx, orders: Sequence[Order], key: IdempotencyKey | None, *, cause: str) -> Moving:
    """Say what closing an unpaid checkout, all its orders, asks of whom."""
    return _moving(
        ctx,
        key,
        stock=_stock(ctx, StockStep.RELEASE, orders),
        close=Close(ctx=ctx, payment_id=PaymentId(orders[0].payment_id)) if _payable(orders) else None,
        moves=MoveDemand(
            ctx=ctx,
            orders=tuple((order.buyer, order.id) for order in orders),
            after=UNPAID,
            state=OrderState.CLOSED,
            cause=cause,
        ),
    )


def _payable(orders: Sequence[Order]) -> int:
    return sum(order.payable for order in orders)


def _stock(ctx: Ctx, step: StockStep, orders: Sequence[Order]) -> StockDemand:
    return StockDemand(
        ctx=ctx,
        step=step,
        holds=tuple(
            HoldKey(order_id=order.id, sku_id=line.sku_id, place_id=order.place_id)
            for order in orders
            for line in order.lines
        ),
    )


def _moving(
    ctx: Ctx,
    key: IdempotencyKey | None,
    *,
    moves: MoveDemand,
    stock: StockDemand | None = None,
    post: Posting | None = None,
    close: Close | None = None,
) -> Moving:
    return Moving(ctx=ctx, key=key, moves=moves, demands=(stock, post, close, moves))


def _lane(ctx: Ctx) -> Lane[Moving, tuple[Moved, ...]]:
    lane: Lane[Moving, tuple[Moved, ...]] = ctx.platform.lanes[LANE]
    return lane


async def _submit(ctx: Ctx, order: Order, call: Moving) -> Moved:
    """Take one order through the lane; what it cannot do as it was read is refused before the stock is asked.

    A call that repeats under its key is let through: the lane has its answer.
    """
    if call.key is None and (problem := refusal(order.state, call.moves)) is not None:
        raise problem
    (moved,) = await _lane(ctx).submit(call)
    return moved


def _moved(call: Moving) -> tuple[Moved, ...]:
    return tuple(Moved(OrderId(order), call.moves.state) for _, order in call.moves.orders)
