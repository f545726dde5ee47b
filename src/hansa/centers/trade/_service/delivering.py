"""What is paid on delivery: confirmed when it is placed, collected when it is handed over, or not taken in."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.shop.types import shop_object
from hansa.centers.trade import _store
from hansa.centers.trade._rules.states import COLLECTABLE
from hansa.centers.trade._service.moves import stuck
from hansa.centers.trade._service.moving import lane_of, submit
from hansa.centers.trade._service.paysteps import collecting
from hansa.centers.trade._service.reading import assemble, load_order
from hansa.centers.trade._service.step import Step
from hansa.centers.trade._service.steps import advancing
from hansa.centers.trade.errors import AlreadyClosed, IllegalMove, OrderChanged
from hansa.centers.trade.types import Moved, Order, OrderId, OrderState, Placed
from hansa.kernel.context import Ctx
from hansa.kernel.idempotency import IdempotencyKey

COLLECT_PERMISSION = "trade.order.collect"
DRIVE_PERMISSION = "trade.order.drive"
CONFIRMED = "paid on delivery"


def to_confirm(orders: Sequence[Order]) -> bool:
    """Tell whether these orders of a checkout wait for nothing but to be sent: they are paid on delivery."""
    return bool(orders) and all(
        order.state is OrderState.CREATED and order.option.on_delivery for order in orders
    )


def confirming(ctx: Ctx, order: Order) -> Step:
    """Let an order be sent that is paid on delivery: its stock is put by for good."""
    return advancing(ctx, order, OrderState.AWAITING_SHIPMENT, cause=CONFIRMED)


async def confirm_on_delivery(ctx: Ctx, placed: Placed) -> None:
    """Let the orders of a checkout be sent that is paid on delivery. Repeats do nothing more.

    Should this never happen, the deadline for paying finds them and does it.
    """
    keys = [(ctx.party(), order.id) for order in placed.orders]
    async with ctx.transaction() as tx:
        orders = await assemble(tx, await _store.orders_by_key(tx, keys))
    if not to_confirm(orders):
        return
    for order in orders:
        try:
            await lane_of(ctx).submit(confirming(ctx, order))
        except (AlreadyClosed, IllegalMove, OrderChanged):
            continue  # a repeat confirmed it, or it was cancelled in this very moment


async def collect(
    ctx: Ctx,
    *,
    order_id: OrderId,
    courier: UUID | None = None,
    key: IdempotencyKey | None = None,
) -> Moved:
    """Record that an order was handed over and paid on delivery, whole: escrow holds the money from now on.

    The shop's own people collect (`trade.order.collect` of the shop): it owes what it took, and its earnings
    meet that. What a courier, a party, took is recorded by the platform (`trade.order.drive`): the courier
    owes it as a provider does. The buyer has the time to object that every other buyer has.

    Raises `Forbidden`, `OrderNotFound`, `AlreadyClosed`, `IllegalMove` when it is paid, or was not sent.
    """
    if courier is not None:
        ctx.require(DRIVE_PERMISSION)

    async def read() -> Order:
        wanted = COLLECT_PERMISSION if courier is None else DRIVE_PERMISSION
        order = await load_order(ctx, order_id, permission=wanted)
        if courier is None:
            ctx.require(wanted, of=shop_object(order.shop_id))
        return order

    return await submit(ctx, read, lambda order: collecting(ctx, order, key, courier=courier), key=key)


async def give_up_delivery(ctx: Ctx, *, order_id: OrderId, key: IdempotencyKey | None = None) -> Moved:
    """Close an order that was to be paid on delivery and was not taken in: nothing was paid, nothing is owed.

    Its goods come back by a receipt into stock. Needs `trade.order.collect` of the shop. Raises `Forbidden`,
    `OrderNotFound`, `AlreadyClosed`, `IllegalMove` when it is paid, or was not sent.
    """

    async def read() -> Order:
        order = await load_order(ctx, order_id, permission=COLLECT_PERMISSION)
        ctx.require(COLLECT_PERMISSION, of=shop_object(order.shop_id))
        return order

    def step(order: Order) -> Step:
        if order.state not in COLLECTABLE:
            raise stuck(order.state, OrderState.CLOSED)
        return advancing(ctx, order, OrderState.CLOSED, key, cause="not taken in on delivery")

    return await submit(ctx, read, step, key=key)
