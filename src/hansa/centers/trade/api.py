"""What other centers, plays, businesses and faces may ask of trade."""

from __future__ import annotations

from hansa.centers.trade._rules.pricing import spread
from hansa.centers.trade._service.carts import cart, put_in_cart, take_out
from hansa.centers.trade._service.explaining import explain
from hansa.centers.trade._service.moving import cancel, receive, ship
from hansa.centers.trade._service.paying import pay
from hansa.centers.trade._service.placing import place
from hansa.centers.trade._service.quoting import delivery_options, quote, seal, unseal
from hansa.centers.trade._service.reading import (
    checkout_orders,
    history,
    order,
    orders,
    orders_in,
    shop_orders,
)

__all__ = [
    "cancel",
    "cart",
    "checkout_orders",
    "delivery_options",
    "explain",
    "history",
    "order",
    "orders",
    "orders_in",
    "pay",
    "place",
    "put_in_cart",
    "quote",
    "receive",
    "seal",
    "ship",
    "shop_orders",
    "spread",
    "take_out",
    "unseal",
]
