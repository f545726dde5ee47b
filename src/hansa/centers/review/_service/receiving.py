"""Lines are received: from then on they may be reviewed, for a while, whatever becomes of the rest of the order."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.review._service.showing import REVEAL, reveal
from hansa.centers.review._store import receipts as store
from hansa.centers.review._store.receipts import Receipt, ReceivedLine
from hansa.centers.review.terms import Reviews
from hansa.centers.trade import api as trade
from hansa.centers.trade.events import LinesMoved
from hansa.centers.trade.types import Line, LineState, Order, OrderId
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope

ENDED = frozenset({LineState.RECEIVED, LineState.REFUNDED, LineState.CLOSED})
"""Lines that arrived, or never will."""


async def open_received(tx: Transaction, moves: Sequence[Envelope[LinesMoved]]) -> None:
    """Write down which lines were received so far, and when the window of their order ends.

    Safe to repeat, and in any order: it goes by where the lines stand now.
    """
    ended = {OrderId(one.event.order_id): one for one in moves if not ENDED.isdisjoint(one.event.states)}
    if not ended:
        return
    found = await trade.orders_in(tx, keys=[(one.event.buyer, order) for order, one in ended.items()])
    orders = {order.id: order for order in found if _received(order)}
    if not orders:
        return
    news = await store.put_receipts(tx, [_receipt(tx, order, ended[order.id]) for order in orders.values()])
    await store.insert_lines(
        tx,
        [
            _line(orders[OrderId(one.order_id)], line)
            for one in news
            for line in _received(orders[OrderId(one.order_id)])
        ],
    )
    blind = [one for one in news if one.revealed_at is None]
    await deadlines.schedule(
        tx,
        [
            Deadline(
                kind=REVEAL,
                subject=one.order_id,
                business=one.business,
                traffic=Traffic(one.traffic),
                due_at=one.open_until,
            )
            for one in blind
        ],
    )
    # Both had written when the last line that could still arrive was refunded.
    said = await store.all_said(tx, [(one.buyer, one.order_id) for one in blind])
    if said:
        await reveal(
            tx,
            [(one, ended[OrderId(one.order_id)].occurred_at) for one in blind if one.order_id in said],
        )


def _received(order: Order) -> list[Line]:
    """Return what was received, one line of each: what came in parts is reviewed once, as it was bought."""
    received = {_number(line): line for line in order.lines if line.state is LineState.RECEIVED}
    return [received[number] for number in sorted(received)]


def _number(line: Line) -> int:
    return line.part_of or line.line_no


def _line(order: Order, line: Line) -> ReceivedLine:
    return ReceivedLine(
        buyer=order.buyer,
        order_id=order.id,
        line_no=_number(line),
        product_id=line.product_id,
        sku_id=line.sku_id,
        title=line.title,
        options=line.options,
    )


def _receipt(tx: Transaction, order: Order, moved: Envelope[LinesMoved]) -> Receipt:
    """Freeze the business's terms for this order, as they are when its first line is received."""
    terms = tx.context(moved.business, moved.traffic).term(Reviews)
    at = moved.occurred_at
    return Receipt(
        buyer=order.buyer,
        order_id=order.id,
        business=order.business,
        traffic=order.traffic.value,
        shop_id=order.shop_id,
        seller=order.seller,
        lines=len(_received(order)),
        paid_at=order.paid_at,
        received_at=at,
        open_until=at + terms.window,
        revealed_at=None if terms.blind else at,
        complete=all(line.state in ENDED for line in order.lines),
    )
