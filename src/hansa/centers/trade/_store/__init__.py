"""Every SQL statement of trade. Set-based on the order path; `buyer` leads every key."""

from hansa.centers.trade._store.audits import AUDITS, escrowed
from hansa.centers.trade._store.carts import (
    cart_lines,
    cart_notes,
    drop_cart_notes,
    merge_carts,
    put_cart_line,
    put_cart_note,
    take_from_cart,
)
from hansa.centers.trade._store.drafts import (
    draft_by_id,
    end_drafts,
    insert_draft,
    lock_drafts,
    page_of_drafts,
)
from hansa.centers.trade._store.moving import lock_orders, move_orders
from hansa.centers.trade._store.notes import (
    delete_note,
    erase_texts,
    notes_of,
    orders_under_way,
    set_address,
)
from hansa.centers.trade._store.orders import (
    allocations_by_order,
    checkout,
    checkout_of,
    divided_for_shop,
    held_for_shop,
    history_of,
    keys_of_orders,
    keys_of_payments,
    lines_by_order,
    orders_by_key,
    orders_of_parties,
    orders_of_payments,
    page_of_orders,
)
from hansa.centers.trade._store.placing import (
    delete_checkouts,
    insert_checkouts,
    insert_notes,
    insert_orders,
    placed_checkouts,
)
from hansa.centers.trade._store.repricing import reprice, set_payments

__all__ = [
    "AUDITS",
    "allocations_by_order",
    "cart_lines",
    "cart_notes",
    "checkout",
    "checkout_of",
    "delete_checkouts",
    "delete_note",
    "divided_for_shop",
    "draft_by_id",
    "drop_cart_notes",
    "end_drafts",
    "erase_texts",
    "escrowed",
    "held_for_shop",
    "history_of",
    "insert_checkouts",
    "insert_draft",
    "insert_notes",
    "insert_orders",
    "keys_of_orders",
    "keys_of_payments",
    "lines_by_order",
    "lock_drafts",
    "lock_orders",
    "merge_carts",
    "move_orders",
    "notes_of",
    "orders_by_key",
    "orders_of_parties",
    "orders_of_payments",
    "orders_under_way",
    "page_of_drafts",
    "page_of_orders",
    "placed_checkouts",
    "put_cart_line",
    "put_cart_note",
    "reprice",
    "set_address",
    "set_payments",
    "take_from_cart",
]
