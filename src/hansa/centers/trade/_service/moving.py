"""Move: goods go out, arrive, or are given back; stock, money and order change together, or nothing does.

Every step is a call of one lane (`_service.steps` says what each asks of whom). It is worked out from the
order as it was read, and holds for that version alone: when another step came first, it is worked out again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from hansa.centers.inventory import api as inventory
from hansa.centers.ledger import api as ledger
from hansa.centers.payment import api as payment
from hansa.centers.shop.types import shop_object
from hansa.centers.trade._rules.fulfilment import check_parcel
from hansa.centers.trade._service.collected import COLLECTIONS
from hansa.centers.trade._service.driving import drive
from hansa.centers.trade._service.moves import MOVES
from hansa.centers.trade._service.reading import load_order
from hansa.centers.trade._service.reprices import REPRICES
from hansa.centers.trade._service.step import Step
from hansa.centers.trade._service.steps import Lines, extending, receiving, shipping
from hansa.centers.trade.errors import AlreadyExtended, OrderChanged, OrderNotFound
from hansa.centers.trade.types import Moved, Order, OrderId, Parcel
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.problem import Busy, Problem

LANE = "trade.move"
SHIP_PERMISSION = "trade.order.ship"
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
    lines: Lines = None,
    parcel: Parcel | None = None,
    key: IdempotencyKey | None = None,
) -> Moved:
    """Record that the seller has sent an order, some of its lines, or so many pieces of them; stock leaves the house.

    `parcel` says who carries them. Once everything has left, the buyer's time to confirm receipt starts. Needs
    `trade.order.ship` of the shop. Raises `OrderNotFound`, `Forbidden`, `IllegalMove`, `LineNotFound`,
    `LineMoved`, `PiecesExceeded`, `TooManyParts`, `Invalid`.
    """
    check_parcel(parcel)

    async def read() -> Order:
        order = await load_order(ctx, order_id, permission=SHIP_PERMISSION)
        ctx.require(SHIP_PERMISSION, of=shop_object(order.shop_id))
        return order

    return await submit(
        ctx, read, lambda order: shipping(ctx, order, key, lines=lines, parcel=parcel), key=key
    )


async def receive(
    ctx: Ctx,
    *,
    order_id: OrderId,
    lines: Lines = None,
    key: IdempotencyKey | None = None,
) -> Moved:
    """Confirm that the buyer has the goods, or some lines: the seller is credited for these, commission taken.

    Goods handed over at a counter (`FulfilmentOption.counter`) were never sent: their stock leaves now. All others
    are received once they were sent. Only the buyer confirms (or the platform, when the time to object is over). Raises `OrderNotFound`, `IllegalMove`, `LineNotFound`,
    `LineMoved`, `PiecesExceeded`, `TooManyParts`, `Invalid`.
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
        if (order.business, order.traffic) != (ctx.business, ctx.traffic):
            raise OrderNotFound  # the platform reads it from everywhere, and books where it was placed alone
        try:
            (moved,) = await lane.submit(step(order))
        except OrderChanged:
            continue
        except Problem:
            before = await lane.recall(key)
            if before is None:
                # Stock or money may refuse what another step has done before the order says that it changed.
                if (await read()).version != order.version:
                    continue
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
