"""What trade does when a provider reports, when a deadline falls due, and whom it tells about orders."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.message import api as message
from hansa.centers.message.types import Notification
from hansa.centers.trade import _store
from hansa.centers.trade._service.moving import closing, move_batch, receiving
from hansa.centers.trade._service.reading import assemble
from hansa.centers.trade.events import OrderMoved
from hansa.centers.trade.types import ORDER_ID, Order, OrderId, OrderState
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope
from hansa.kernel.money import Money
from hansa.kernel.problem import Problem

TELLS_BUYER = frozenset(
    {OrderState.AWAITING_SHIPMENT, OrderState.SHIPPED, OrderState.FINISHED, OrderState.CLOSED}
)


async def close_unpaid(tx: Transaction, due: Sequence[Deadline]) -> None:
    """The time to pay is over: close every order of the payment; its stock is free again.

    What was paid or closed meanwhile is left as it is.
    """
    by_payment = await _store.keys_of_payments(tx, [deadline.subject for deadline in due])
    keys = [key for of_payment in by_payment.values() for key in of_payment]
    orders: dict[UUID, list[Order]] = {}
    for order in await assemble(tx, await _store.orders_by_key(tx, keys)):
        orders.setdefault(order.payment_id, []).append(order)
    await move_batch(
        tx,
        [
            closing(
                tx.context(deadline.business, deadline.traffic),
                orders[deadline.subject],
                None,
                cause="not paid in time",
            )
            for deadline in due
            if deadline.subject in orders
        ],
    )


async def confirm_receipt(tx: Transaction, due: Sequence[Deadline]) -> None:
    """The time to object is over: the goods count as received, and the seller is credited."""
    keys = await _store.keys_of_orders(tx, [deadline.subject for deadline in due])
    orders = {order.id: order for order in await assemble(tx, await _store.orders_by_key(tx, keys))}
    calls = [
        receiving(
            tx.context(deadline.business, deadline.traffic), order, None, cause="receipt taken as confirmed"
        )
        for deadline in due
        if (order := orders.get(OrderId(deadline.subject))) and order.state is OrderState.SHIPPED
    ]
    for verdict in await move_batch(tx, calls):
        if isinstance(verdict, Problem):
            raise verdict


async def tell_people(tx: Transaction, moves: Sequence[Envelope[OrderMoved]]) -> None:
    """Tell the buyer what happened to an order, and the seller that one was paid."""
    told: list[tuple[Ctx, Notification]] = []
    for envelope in moves:
        moved = envelope.event
        ctx = tx.context(envelope.business, envelope.traffic, trace=envelope.trace)
        params = {
            "order": ORDER_ID.show(moved.order_id),
            "amount": str(Money(moved.payable, moved.currency)),
        }
        if OrderState(moved.state) in TELLS_BUYER:
            template = f"trade.order_{moved.state}"
            told.append((ctx, Notification(party=moved.buyer, template=template, params=params)))
        if moved.state == OrderState.AWAITING_SHIPMENT:
            template = "trade.order_to_ship"
            told.append((ctx, Notification(party=moved.seller, template=template, params=params)))
    await message.notify_all(tx, told)
