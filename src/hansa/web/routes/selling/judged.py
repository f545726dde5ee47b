"""What a shop has said of the buyer of an order, or may say."""

from __future__ import annotations

from hansa.centers.review import api as review
from hansa.centers.review.errors import LineNotReceived
from hansa.centers.trade.types import ORDER_ID, LineState, Order
from hansa.web.parts import Scale
from hansa.web.routes.selling.desk import Desk
from hansa.web.selling import JudgeBuyer

WRITE = "review.buyer.write"
"""What saying something of a buyer needs."""

_READ = "review.order.read"


async def judged(at: Desk, order: Order) -> JudgeBuyer | None:
    """Return what the shop said of the buyer, or the form for it; None where neither is there."""
    if not (at.may(_READ) and any(line.state is LineState.RECEIVED for line in order.lines)):
        return None
    try:
        said = await review.order_reviews(at.ctx, order_id=order.id)
    except LineNotReceived:
        return None  # the receipt is not known to reviews yet
    if said.of_buyer is not None:
        return JudgeBuyer(
            stars=said.of_buyer.score,
            text=said.of_buyer.words.body,
            shown=said.of_buyer.words.shown_at is not None,
        )
    if at.ctx.now() > said.open_until or not at.may(WRITE):
        return None
    return JudgeBuyer(
        post_url=at.at(f"orders/{ORDER_ID.show(order.id)}/buyer"),
        scale=Scale(name="score", label=at.seen.gettext("How was it to deal with the buyer?")),
        until=said.open_until,
    )
