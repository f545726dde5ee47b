"""Move: goods go out, arrive, or are given back; stock, money and order change together, or nothing does.

Every step is a call of one lane (`_service.steps` says what each asks of whom). It is worked out from the
order as it was read, and holds for that version alone: when another step came first, it is worked out again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence

from hansa.centers.inventory import api as inventory
from hansa.centers.ledger import api as ledger
from hansa.centers.payment import api as payment
from hansa.centers.payment.errors import AlreadyCaptured
from hansa.centers.shop.types import shop_object
from hansa.centers.trade._rules.states import TRANSITIONS
from hansa.centers.trade._service.collected import COLLECTIONS
from hansa.centers.trade._service.driving import drive
from hansa.centers.trade._service.moves import MOVES, refusal
from hansa.centers.trade._service.paysteps import closing
from hansa.centers.trade._service.reading import checkout_orders, load_order
from hansa.centers.trade._service.reprices import REPRICES
from hansa.centers.trade._service.step import Step
from hansa.centers.trade._service.steps import SENT_FROM, advancing, extending, receiving, refunding, shipping
from hansa.centers.trade.errors import AlreadyExtended, CancelTooLate, IllegalMove, LineMoved, OrderChanged
from hansa.centers.trade.types import CheckoutId, Moved, Order, OrderId, OrderState
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.problem import Busy, Problem

LANE = "trade.move"
SHIP_PERMISSION = "trade.order.ship"
CANCEL_PERMISSION = "trade.order.cancel"
READINGS_MAX = 5
"""How often a step is worked out anew because another one came first."""

PARTICIPANTS = (
    inventory.MOVE,
    ledger.POST,
    payment.CREATE,
    payment.CLOSE,
    payment.UNDER_WAY,
    payment.COLLECT,
    MOVES,
    REPRICES,
    COLLECTIONS,
)


async def ship(
    ctx: Ctx,
    *,
    order_id: OrderId,
    lines: Collection[int] | None = None,
    key: IdempotencyKey | None = None,
) -> Moved:
    """Record that the seller has sent an order, or some of its lines; their stock leaves the house.

    Once everything has left, the buyer's time to confirm receipt starts. Needs `trade.order.ship` of the
    shop. Raises `OrderNotFound`, `Forbidden`, `IllegalMove`, `LineNotFound`, `LineMoved`, `LinesTogether`.
    """

    async def read() -> Order:
        order = await load_order(ctx, order_id, permission=SHIP_PERMISSION)
        ctx.require(SHIP_PERMISSION, of=shop_object(order.shop_id))
        return order

    return await submit(ctx, read, lambda order: shipping(ctx, order, key, lines=lines), key=key)


async def receive(
    ctx: Ctx,
    *,
    order_id: OrderId,
    lines: Collection[int] | None = None,
    key: IdempotencyKey | None = None,
) -> Moved:
    """Confirm that the buyer has the goods, or some lines: the seller is credited for these, commission taken.

    Goods handed over at a counter were never shipped: their stock leaves now. Only the buyer confirms (or
    the platform, when the time to object is over). Raises `OrderNotFound`, `IllegalMove`, `LineNotFound`,
    `LineMoved`, `LinesTogether`.
    """

    async def read() -> Order:
        return await load_order(ctx, order_id)

    return await submit(
        ctx, read, lambda order: receiving(ctx, order, key, cause="received", lines=lines), key=key
    )


async def extend_receipt(ctx: Ctx, *, order_id: OrderId, key: IdempotencyKey | None = None) -> Moved:
    """Give the buyer of a shipped order more time to confirm receipt, once. Only the buyer asks.

    Raises `OrderNotFound`, `IllegalMove`, `AlreadyExtended`.
    """

    async def read() -> Order:
        return await load_order(ctx, order_id)

    def step(order: Order) -> Step:
        if order.extended:
            raise AlreadyExtended
        return extending(ctx, order, key)

    return await submit(ctx, read, step, key=key)


async def cancel(
    ctx: Ctx, *, checkout_id: CheckoutId, key: IdempotencyKey | None = None
) -> tuple[Moved, ...]:
    """Close an unpaid checkout at its buyer's wish: every order, its stock and its payment.

    Raises `OrderNotFound`, `IllegalMove` when it is paid already, `AlreadyClosed`.
    """
    orders = await checkout_orders(ctx, checkout_id)
    call = closing(ctx, orders, key, cause="cancelled by the buyer")
    if key is None:
        for order in orders:
            if (problem := refusal(order.state, call.moves)) is not None:
                raise problem
    try:
        return await lane_of(ctx).submit(call)
    except AlreadyCaptured:
        state = (await checkout_orders(ctx, checkout_id))[0].state
        raise IllegalMove(state=state, wanted=OrderState.CLOSED, may=sorted(TRANSITIONS[state])) from None


async def cancel_order(ctx: Ctx, *, order_id: OrderId, key: IdempotencyKey | None = None) -> Moved:
    """Take back a paid order that was not sent: what was paid goes back, its stock is free.

    One that was to be paid on delivery is closed. The seller may (`trade.order.cancel` of the shop) until it is sent; the buyer for a while after paying
    (`Deadlines.cancel`). Raises `OrderNotFound`, `IllegalMove`, `CancelTooLate`, `LineMoved`.
    """

    async def read() -> Order:
        return await load_order(ctx, order_id, permission=CANCEL_PERMISSION)

    def step(order: Order) -> Step:
        staff = ctx.may(CANCEL_PERMISSION, of=shop_object(order.shop_id))
        if not staff and order.paid_at is not None:
            late_s = (ctx.now() - order.paid_at).total_seconds()
            if late_s > order.terms.cancel_s:
                raise CancelTooLate
        _nothing_sent(order)
        cause = "cancelled by the seller" if staff else "cancelled by the buyer"
        if order.paid_at is None and order.state is OrderState.AWAITING_SHIPMENT:
            return advancing(ctx, order, OrderState.CLOSED, key, cause=cause)  # to be paid on delivery
        return refunding(ctx, order, key, cause=cause, among=SENT_FROM)

    return await submit(ctx, read, step, key=key)


def _nothing_sent(order: Order) -> None:
    """Refuse to cancel what has left in part, or waits for somebody's decision."""
    if order.state in {OrderState.PAID_ON_HOLD, OrderState.AWAITING_SHIPMENT} and (
        elsewhere := [line for line in order.lines if line.state not in SENT_FROM]
    ):
        raise LineMoved(lines=[{"line_no": line.line_no, "state": line.state} for line in elsewhere])
    if order.state in {OrderState.PARTLY_SHIPPED, OrderState.SHIPPED, OrderState.SIGNED}:
        raise IllegalMove(state=order.state, wanted=OrderState.REFUNDED, may=sorted(TRANSITIONS[order.state]))


async def submit(
    ctx: Ctx,
    read: Callable[[], Awaitable[Order]],
    step: Callable[[Order], Step],
    *,
    key: IdempotencyKey | None = None,
) -> Moved:
    """Take one order through the lane, working its step out anew when another one came first.

    A call that repeats under its key gets the answer it got, wherever the order stands by now.
    """
    lane = lane_of(ctx)
    for _ in range(READINGS_MAX):
        order = await read()
        try:
            (moved,) = await lane.submit(step(order))
        except OrderChanged:
            continue
        except Problem:
            before = await lane.recall(key)
            if before is None:
                raise
            (moved,) = before
        return moved
    raise Busy


async def move_batch(tx: Transaction, calls: Sequence[Step]) -> list[tuple[Moved, ...] | Problem]:
    """Commit a batch of steps: the lane's program, and what deadlines fire. One verdict per call."""
    problems = await drive(tx, PARTICIPANTS, calls)
    return [problem or _moved(call) for call, problem in zip(calls, problems, strict=True)]


def lane_of(ctx: Ctx) -> Lane[Step, tuple[Moved, ...]]:
    """Return the lane of steps."""
    lane: Lane[Step, tuple[Moved, ...]] = ctx.platform.lanes[LANE]
    return lane


def _moved(call: Step) -> tuple[Moved, ...]:
    """Say where the orders of a call stand; one that leaves its order alone was worked out from one state."""
    (stays,) = call.moves.after if len(call.moves.after) == 1 else (None,)
    state = call.moves.state or stays
    assert state is not None  # noqa: S101 - a step that moves nothing is meant for one state alone
    return tuple(Moved(OrderId(order), state) for _, order in call.moves.orders)
