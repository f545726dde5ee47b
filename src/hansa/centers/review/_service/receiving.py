"""Orders are received: from then on their lines may be reviewed, for a while."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.review._service.showing import REVEAL
from hansa.centers.review._store import receipts as store
from hansa.centers.review._store.receipts import Receipt, ReceivedLine
from hansa.centers.review.terms import Reviews
from hansa.centers.trade import api as trade
from hansa.centers.trade.events import OrderMoved
from hansa.centers.trade.types import Order, OrderId, OrderState
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope


async def open_received(tx: Transaction, moves: Sequence[Envelope[OrderMoved]]) -> None:
    """Write down which lines were received, and when their window ends."""
    received = {OrderId(one.event.order_id): one for one in moves if one.event.state == OrderState.FINISHED}
    if not received:
        return
    orders = await trade.orders_in(tx, keys=[(one.event.buyer, order) for order, one in received.items()])
    receipts = [_receipt(tx, order, received[order.id]) for order in orders if order.lines]
    new = await store.insert_receipts(tx, receipts)
    await store.insert_lines(
        tx,
        [
            ReceivedLine(
                buyer=order.buyer,
                order_id=order.id,
                line_no=line.line_no,
                product_id=line.product_id,
                sku_id=line.sku_id,
                title=line.title,
                options=line.options,
            )
            for order in orders
            if order.id in new
            for line in order.lines
        ],
    )
    await deadlines.schedule(
        tx,
        [
            Deadline(
                kind=REVEAL,
                subject=receipt.order_id,
                business=receipt.business,
                traffic=received[OrderId(receipt.order_id)].traffic,
                due_at=receipt.open_until,
            )
            for receipt in receipts
            if receipt.order_id in new and receipt.revealed_at is None
        ],
    )


def _receipt(tx: Transaction, order: Order, moved: Envelope[OrderMoved]) -> Receipt:
    """Freeze the business's terms for this order, as they are when it is received."""
    terms = tx.context(moved.business, moved.traffic).term(Reviews)
    at = order.finished_at or moved.occurred_at
    return Receipt(
        buyer=order.buyer,
        order_id=order.id,
        business=order.business,
        traffic=order.traffic.value,
        shop_id=order.shop_id,
        seller=order.seller,
        lines=len(order.lines),
        paid_at=order.paid_at,
        received_at=at,
        open_until=at + terms.window,
        revealed_at=None if terms.blind else at,
    )
