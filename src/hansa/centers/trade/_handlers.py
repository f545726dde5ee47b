"""What trade does when a provider reports, when a deadline falls due, and whom it tells about drafts, carts and prices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from hansa.centers.message import api as message
from hansa.centers.message.types import Notification, Reference, ReferenceKind
from hansa.centers.payment import api as payment
from hansa.centers.payment.types import NewRefund, PaymentId, RefundId
from hansa.centers.product import api as product
from hansa.centers.product.types import OfferId
from hansa.centers.trade import _store
from hansa.centers.trade._rules.settlement import refund_id
from hansa.centers.trade._rules.states import UNPAID
from hansa.centers.trade._rules.timing import CANCEL_UNSHIPPED, DEADLINES
from hansa.centers.trade._service.delivering import confirming, to_confirm
from hansa.centers.trade._service.moving import move_batch
from hansa.centers.trade._service.overdue import undecided, unreceived, unsent
from hansa.centers.trade._service.paysteps import closing
from hansa.centers.trade._service.reading import assemble
from hansa.centers.trade._service.step import Step
from hansa.centers.trade.events import CartShortened, DraftMade, LinesMoved, PriceLowered
from hansa.centers.trade.types import DRAFT_ID, ORDER_ID, DraftId, LineState, Order, OrderId
from hansa.centers.user import api as user
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope
from hansa.kernel.money import Money
from hansa.kernel.problem import Problem
from hansa.kernel.texts import pick

_NAMED_MAX = 20
REFUND_REASON = "the order, or a part of it, was cancelled"


async def close_unpaid(tx: Transaction, due: Sequence[Deadline]) -> None:
    """The time to pay is over: close every order of the payment; its stock is free again.

    What is paid on delivery waits for no payment, and goes on. What was paid meanwhile is given its next deadline here, the one for sending it: so paying itself, which
    happens in crowds, writes no deadline. What was closed meanwhile is left as it is.
    """
    by_payment = await _store.keys_of_payments(tx, [deadline.subject for deadline in due])
    keys = [key for of_payment in by_payment.values() for key in of_payment]
    orders: dict[UUID, list[Order]] = {}
    for order in await assemble(tx, await _store.orders_by_key(tx, keys)):
        orders.setdefault(order.payment_id, []).append(order)
    calls = []
    for deadline in due:
        ctx, found = tx.context(deadline.business, deadline.traffic), orders.get(deadline.subject, [])
        if to_confirm(found):
            calls += [confirming(ctx, order) for order in found]
        elif found and all(order.state in UNPAID for order in found):
            calls.append(closing(ctx, found, cause="not paid in time"))
    for verdict in await move_batch(tx, calls):
        # Paid in this very moment: raising has the deadline looked at again, and the order found paid.
        if isinstance(verdict, Problem):
            raise verdict
    await deadlines.schedule(
        tx,
        [
            Deadline(
                kind=CANCEL_UNSHIPPED,
                subject=order.id,
                business=order.business,
                traffic=order.traffic,
                due_at=order.due_at,
            )
            for found in orders.values()
            for order in found
            if DEADLINES.get(order.state) == CANCEL_UNSHIPPED and order.due_at is not None
        ],
    )


async def cancel_unshipped(tx: Transaction, due: Sequence[Deadline]) -> None:
    """The time to send is over: what was not sent is refunded. What has moved on is left."""
    await _step_each(tx, due, unsent)


async def confirm_receipt(tx: Transaction, due: Sequence[Deadline]) -> None:
    """The time to object is over: the goods count as received, and the seller is credited."""
    await _step_each(tx, due, unreceived)


async def refund_undecided(tx: Transaction, due: Sequence[Deadline]) -> None:
    """The time to decide is over: what nobody has decided on is refunded."""
    await _step_each(tx, due, undecided)


async def _step_each(
    tx: Transaction, due: Sequence[Deadline], step: Callable[[Ctx, Order], Step | None]
) -> None:
    """Take the step of each order that is due, if it still has one."""
    keys = await _store.keys_of_orders(tx, [deadline.subject for deadline in due])
    orders = {order.id: order for order in await assemble(tx, await _store.orders_by_key(tx, keys))}
    asked = [
        step(tx.context(deadline.business, deadline.traffic), order)
        for deadline in due
        if (order := orders.get(OrderId(deadline.subject)))
    ]
    for verdict in await move_batch(tx, [call for call in asked if call is not None]):
        if isinstance(verdict, Problem):
            raise verdict


async def refund_lines(tx: Transaction, moves: Sequence[Envelope[LinesMoved]]) -> None:
    """Have what was paid for refunded lines returned; the books owe it to the buyer since they were.

    Safe to repeat: the refund's id follows from its lines.
    """
    refunded = [one for one in moves if LineState.REFUNDED in one.event.states]
    keys = [(one.event.buyer, one.event.order_id) for one in refunded]
    orders = {order.id: order for order in await assemble(tx, await _store.orders_by_key(tx, keys))}
    asked = []
    for envelope in refunded:
        order = orders[OrderId(envelope.event.order_id)]
        lines = [line for line in order.lines if line.line_no in envelope.event.lines]
        minor = sum(line.total for line in lines)
        if minor and order.paid_at is not None:
            asked.append(
                NewRefund(
                    ctx=tx.context(envelope.business, envelope.traffic, trace=envelope.trace),
                    id=RefundId(refund_id(order, lines)),
                    payment_id=PaymentId(order.payment_id),
                    order_id=order.id,
                    minor=minor,
                    reason=REFUND_REASON,
                )
            )
    for verdict in await payment.request_refunds(tx, refunds=asked):
        if isinstance(verdict, Problem):
            raise verdict


async def tell_of_drafts(tx: Transaction, made: Sequence[Envelope[DraftMade]]) -> None:
    """Tell buyers that a shop made an order for them."""
    told = [
        (
            tx.context(one.business, one.traffic, trace=one.trace),
            Notification(
                party=one.event.buyer,
                template="trade.draft_made",
                params={
                    "draft": DRAFT_ID.show(DraftId(one.event.draft_id)),
                    "amount": str(Money(one.event.goods, one.event.currency)),
                },
                about=Reference(ReferenceKind.DRAFT, DRAFT_ID.show(DraftId(one.event.draft_id))),
            ),
        )
        for one in made
    ]
    await message.notify_all(tx, told)


async def tell_of_carts(tx: Transaction, shortened: Sequence[Envelope[CartShortened]]) -> None:
    """Tell buyers what did not fit in their cart when they logged in, by name as far as it is still on offer."""
    contacts = await user.contacts(tx, [one.event.buyer for one in shortened])
    told = []
    for one in shortened:
        ctx, left = tx.context(one.business, one.traffic, trace=one.trace), one.event.offers
        contact = contacts.get(one.event.buyer)
        locale = contact.locale if contact else ctx.locale
        found = await product.offers(ctx, [OfferId(offer_id) for offer_id in left[:_NAMED_MAX]])
        names = [pick(found[OfferId(one)].titles, locale) for one in left if one in found]
        params = {"count": len(left), "goods": ", ".join(names), "lines_max": one.event.lines_max}
        told.append(
            (ctx, Notification(party=one.event.buyer, template="trade.cart_shortened", params=params))
        )
    await message.notify_all(tx, told)


async def tell_of_prices(tx: Transaction, lowered: Sequence[Envelope[PriceLowered]]) -> None:
    """Tell buyers that their order costs less now."""
    told = [
        (
            tx.context(one.business, one.traffic, trace=one.trace),
            Notification(
                party=one.event.buyer,
                template="trade.price_lowered",
                params={
                    "order": ORDER_ID.show(OrderId(one.event.order_id)),
                    "amount": str(Money(one.event.payable, one.event.currency)),
                },
                about=Reference(ReferenceKind.ORDER, ORDER_ID.show(OrderId(one.event.order_id))),
            ),
        )
        for one in lowered
    ]
    await message.notify_all(tx, told)
