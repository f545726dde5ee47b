"""Whom trade tells what happens to orders: the buyer, and those who send for the shop at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from uuid import UUID

from hansa.centers.message import api as message
from hansa.centers.message.types import Notification, Reference, ReferenceKind
from hansa.centers.payment.events import RefundRefused, RefundSettled
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.trade import _store
from hansa.centers.trade._rules.states import COLLECTABLE
from hansa.centers.trade._service.cancelling import BY_SELLER
from hansa.centers.trade._service.delivering import COLLECT_PERMISSION, CONFIRMED
from hansa.centers.trade._service.moving import SHIP_PERMISSION
from hansa.centers.trade._service.reading import assemble
from hansa.centers.trade.events import LinesMoved, OrderMoved
from hansa.centers.trade.types import ORDER_ID, LineState, Order, OrderId, OrderState
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope
from hansa.kernel.money import Money

TELLS_BUYER = frozenset(
    {
        OrderState.PAID_ON_HOLD,
        OrderState.AWAITING_SHIPMENT,
        OrderState.PARTLY_SHIPPED,
        OrderState.SHIPPED,
        OrderState.FINISHED,
        OrderState.REFUNDED,
        OrderState.CLOSED,
        OrderState.BALANCE_DUE,
    }
)
TELLS_SHOP = MappingProxyType(
    {
        OrderState.AWAITING_SHIPMENT: "trade.order_to_ship",
        OrderState.REFUNDED: "trade.order_not_to_ship",
    }
)
Told = list[tuple[Ctx, Notification]]


async def tell_people(tx: Transaction, moves: Sequence[Envelope[OrderMoved]]) -> None:
    """Tell the buyer what happened to an order, and those who send for the shop what they are to send or not to.

    Of the shop it is whoever may send now: its owner may be another than when the order was placed.
    """
    shops = {ShopId(one.event.shop_id) for one in moves if OrderState(one.event.state) in TELLS_SHOP}
    crew = await shop.holders_at(tx, shops, permission=SHIP_PERMISSION)
    told: Told = []
    for one in moves:
        moved, state = one.event, OrderState(one.event.state)
        amount = Money(moved.payable, moved.currency)
        later = moved.cause == CONFIRMED and moved.previous == OrderState.CREATED
        if state in TELLS_BUYER:
            template = "trade.order_on_delivery" if later else f"trade.order_{moved.state}"
            told.append(_word(tx, one, moved.buyer, template, amount))
        if state in TELLS_SHOP:
            template = "trade.order_to_collect" if later else TELLS_SHOP[state]
            told += [_word(tx, one, party, template, amount) for party in crew[ShopId(moved.shop_id)]]
    await message.notify_all(tx, told)


async def tell_of_lines(tx: Transaction, moves: Sequence[Envelope[LinesMoved]]) -> None:
    """Tell of a part of an order what nothing else tells: that it was cancelled, or sent after another part.

    What moves the whole order tells `tell_people`; its history says which of the two it was.
    """
    keys = {(one.event.buyer, one.event.order_id) for one in moves}
    orders = {one.id: one for one in await assemble(tx, await _store.orders_by_key(tx, sorted(keys)))}
    steps = await _store.states_after(tx, [(one.event.order_id, one.event.order_version) for one in moves])
    crew = await shop.holders_at(tx, {ShopId(one.event.shop_id) for one in moves}, permission=SHIP_PERMISSION)
    told: Told = []
    for one in moves:
        moved, order = one.event, orders[OrderId(one.event.order_id)]
        before, after = steps[moved.order_id, moved.order_version]
        if LineState.REFUNDED in moved.states and after is not OrderState.REFUNDED:
            given_back = Money(_given_back(order, moved), order.currency)
            told.append(_word(tx, one, moved.buyer, "trade.lines_cancelled", given_back))
            if moved.cause != BY_SELLER:
                told += [
                    _word(tx, one, party, "trade.lines_not_to_ship", given_back)
                    for party in crew[ShopId(moved.shop_id)]
                ]
        elif LineState.SHIPPED in moved.states and before is after is OrderState.PARTLY_SHIPPED:
            amount = Money(order.payable, order.currency)
            told.append(_word(tx, one, moved.buyer, "trade.order_partly_shipped", amount))
    await message.notify_all(tx, told)


async def tell_of_refunds(
    tx: Transaction, refunds: Sequence[Envelope[RefundSettled] | Envelope[RefundRefused]]
) -> None:
    """Tell the buyer that money is back, or that the way it came is shut and it comes another way."""
    ids = [one.event.order_id for one in refunds if one.event.order_id is not None]
    buyers = {order_id: buyer for buyer, order_id in await _store.keys_of_orders(tx, ids)}
    told: Told = []
    for one in refunds:
        if one.event.order_id in buyers:
            back = isinstance(one.event, RefundSettled)
            template = "trade.refund_returned" if back else "trade.refund_refused"
            amount = Money(one.event.minor, one.event.currency)
            told.append(_word(tx, one, buyers[one.event.order_id], template, amount))
    await message.notify_all(tx, told)


async def remind_to_collect(tx: Transaction, due: Sequence[Deadline]) -> None:
    """Ask the shop whether what it sent was paid on delivery: soon it counts as not taken in."""
    keys = await _store.keys_of_orders(tx, [one.subject for one in due])
    orders = await assemble(tx, await _store.orders_by_key(tx, keys))
    unsaid = [one for one in orders if one.paid_at is None and one.due_at and one.state in COLLECTABLE]
    crew = await shop.holders_at(tx, {one.shop_id for one in unsaid}, permission=COLLECT_PERMISSION)
    await message.notify_all(
        tx,
        [
            (
                tx.context(one.business, one.traffic),
                Notification(
                    party=party,
                    template="trade.order_unaccounted",
                    params={
                        "order": ORDER_ID.show(one.id),
                        "amount": str(Money(one.payable, one.currency)),
                        "until": one.due_at.date().isoformat() if one.due_at else "",
                    },
                    about=Reference(ReferenceKind.ORDER, ORDER_ID.show(one.id)),
                ),
            )
            for one in unsaid
            for party in crew[one.shop_id]
        ],
    )


def _given_back(order: Order, moved: LinesMoved) -> int:
    """Return what goes back for the lines of a step, in minor units."""
    gone = {no for no, state in zip(moved.lines, moved.states, strict=True) if state == LineState.REFUNDED}
    return sum(line.refunded(order.paid_at) for line in order.lines if line.line_no in gone)


def _word(
    tx: Transaction,
    one: Envelope[OrderMoved] | Envelope[LinesMoved] | Envelope[RefundSettled] | Envelope[RefundRefused],
    party: UUID,
    template: str,
    amount: Money,
) -> tuple[Ctx, Notification]:
    order = ORDER_ID.show(OrderId(one.event.order_id)) if one.event.order_id is not None else ""
    return tx.context(one.business, one.traffic, trace=one.trace), Notification(
        party=party,
        template=template,
        params={"order": order, "amount": str(amount)},
        about=Reference(ReferenceKind.ORDER, order),
    )
