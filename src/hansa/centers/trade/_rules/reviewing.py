"""What changed about a line of a cart since it was put there."""

from __future__ import annotations

from hansa.centers.product.types import Offer
from hansa.centers.trade._rules.sourcing import Stock
from hansa.centers.trade.types import CartChange, CartLine, ChangeKind, ReviewedLine


def review_line(
    line: CartLine, offer: Offer | None, *, stock: Stock, limit: int | None, fits: bool
) -> ReviewedLine:
    """Say what is no longer as the buyer saw it: the first reason not to buy it, and a changed price."""
    if offer is None or not offer.active:
        return ReviewedLine(line, offer.shop_id if offer else None, (CartChange(kind=ChangeKind.WITHDRAWN),))
    if not fits:
        return ReviewedLine(line, offer.shop_id, (CartChange(kind=ChangeKind.MEASURE),))
    changes = []
    there = max(stock.get(offer.sku_id, {}).values(), default=0)
    if there < line.wanted:
        changes.append(CartChange(kind=ChangeKind.SOLD_OUT, available=max(there, 0)))
    if limit is not None and limit < line.wanted:
        changes.append(CartChange(kind=ChangeKind.LIMITED, available=max(limit, 0)))
    if offer.price.minor != line.unit_minor:
        changes.append(
            CartChange(kind=ChangeKind.PRICE, was_minor=line.unit_minor, now_minor=offer.price.minor)
        )
    return ReviewedLine(line, offer.shop_id, tuple(changes))
