"""Orders as lists of the desk show them."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, Order, OrderState
from hansa.centers.user.types import Address
from hansa.kernel.money import Money
from hansa.web.i18n import N_
from hansa.web.routes.selling.desk import Desk
from hansa.web.selling import OrderRow
from hansa.web.showing import picture

S = OrderState
_DUE = {
    S.AWAITING_PAYMENT: N_("closes unpaid"),
    S.PAYMENT_PENDING: N_("closes unpaid"),
    S.AWAITING_SHIPMENT: N_("to be sent by"),
    S.PARTLY_SHIPPED: N_("to be sent by"),
    S.SHIPPED: N_("confirms itself"),
}


async def rows(at: Desk, orders: Sequence[Order]) -> tuple[OrderRow, ...]:
    """Show orders; who may see where they go sees to whom."""
    known = await trade.addresses(at.ctx, orders=orders)
    return tuple(_row(at, one, known.get(one.id)) for one in orders)


def _row(at: Desk, order: Order, goes_to: Address | None) -> OrderRow:
    _ = at.seen.gettext
    first, more = order.lines[0].title, len(order.lines) - 1
    what = (
        at.seen.ngettext("%(first)s and %(num)s more", "%(first)s and %(num)s more", more)
        % {"first": first, "num": more}
        if more
        else first
    )
    return OrderRow(
        id=ORDER_ID.show(order.id),
        url=at.at(f"orders/{ORDER_ID.show(order.id)}"),
        state="to_send" if order.state is S.AWAITING_SHIPMENT else order.state.value,
        placed_at=order.placed_at,
        what=what,
        pieces=sum(line.quantity for line in order.lines),
        total=Money(order.payable, order.currency),
        pictures=tuple(picture(line.art) for line in order.lines[:3]),
        to=goes_to.recipient if goes_to else "",
        due=order.due_at,
        due_word=_(_DUE[order.state]) if order.due_at and order.state in _DUE else "",
    )
