"""Every SQL statement of trade. Set-based on the order path; `buyer` leads every key."""

from hansa.centers.trade._store.audits import AUDITS, escrowed
from hansa.centers.trade._store.carts import cart_lines, merge_carts, put_cart_line, take_from_cart
from hansa.centers.trade._store.moving import lock_orders, move_orders
from hansa.centers.trade._store.orders import (
    allocations_by_order,
    checkout,
    history_of,
    keys_of_orders,
    keys_of_payments,
    lines_by_order,
    orders_by_key,
    orders_of_party,
    orders_of_payments,
    page_of_orders,
)
from hansa.centers.trade._store.placing import (
    delete_checkouts,
    insert_checkouts,
    insert_orders,
    placed_checkouts,
)

__all__ = [
    "AUDITS",
    "allocations_by_order",
    "cart_lines",
    "checkout",
    "delete_checkouts",
    "escrowed",
    "history_of",
    "insert_checkouts",
    "insert_orders",
    "keys_of_orders",
    "keys_of_payments",
    "lines_by_order",
    "lock_orders",
    "merge_carts",
    "move_orders",
    "orders_by_key",
    "orders_of_party",
    "orders_of_payments",
    "page_of_orders",
    "placed_checkouts",
    "put_cart_line",
    "take_from_cart",
]
