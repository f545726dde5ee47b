"""What other centers, plays, businesses and faces may ask of trade."""

from __future__ import annotations

from hansa.centers.trade._rules.pricing import LAYERS_IN_ORDER, base_of, spread
from hansa.centers.trade._rules.settlement import earnings
from hansa.centers.trade._service.addressing import addresses, sku_codes
from hansa.centers.trade._service.advancing import (
    Advance,
    advance,
    decline_refund,
    hold,
    refund_lines,
    release,
    request_payment,
    start_refund,
)
from hansa.centers.trade._service.attributing import attribute, read_attribution
from hansa.centers.trade._service.cancelling import cancel, cancel_order
from hansa.centers.trade._service.carts import (
    cart,
    put_in_cart,
    quote_cart,
    review_cart,
    take_out,
    write_to_shop,
)
from hansa.centers.trade._service.delivering import collect, give_up_delivery
from hansa.centers.trade._service.drafting import (
    accept_draft,
    draft,
    drafts,
    make_draft,
    shop_drafts,
    withdraw_draft,
)
from hansa.centers.trade._service.explaining import explain
from hansa.centers.trade._service.linking import linked_order, receive_linked
from hansa.centers.trade._service.moving import extend_receipt, receive, ship
from hansa.centers.trade._service.notes import add_note, notes, redirect, remove_note
from hansa.centers.trade._service.paying import pay
from hansa.centers.trade._service.placing import place
from hansa.centers.trade._service.quoting import delivery_options, quote, quote_to, seal, unseal
from hansa.centers.trade._service.reading import (
    checkout_orders,
    checkouts_in,
    held_for_shop,
    history,
    order,
    orders,
    orders_in,
    shop_orders,
)
from hansa.centers.trade._service.repricing import lower_price

__all__ = [
    "LAYERS_IN_ORDER",
    "Advance",
    "accept_draft",
    "add_note",
    "addresses",
    "advance",
    "attribute",
    "base_of",
    "cancel",
    "cancel_order",
    "cart",
    "checkout_orders",
    "checkouts_in",
    "collect",
    "decline_refund",
    "delivery_options",
    "draft",
    "drafts",
    "earnings",
    "explain",
    "extend_receipt",
    "give_up_delivery",
    "held_for_shop",
    "history",
    "hold",
    "linked_order",
    "lower_price",
    "make_draft",
    "notes",
    "order",
    "orders",
    "orders_in",
    "pay",
    "place",
    "put_in_cart",
    "quote",
    "quote_cart",
    "quote_to",
    "read_attribution",
    "receive",
    "receive_linked",
    "redirect",
    "refund_lines",
    "release",
    "remove_note",
    "request_payment",
    "review_cart",
    "seal",
    "ship",
    "shop_drafts",
    "shop_orders",
    "sku_codes",
    "spread",
    "start_refund",
    "take_out",
    "unseal",
    "withdraw_draft",
    "write_to_shop",
]
