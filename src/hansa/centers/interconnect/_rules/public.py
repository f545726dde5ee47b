"""What public events say: the form of all, and the fields of each type. Within a version fields are only added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class OrderMovedData(msgspec.Struct, frozen=True, kw_only=True):
    """An order of the shop moved from `previous` to `state`; `order_version` grows with each move.

    Ask for the order itself at `/api/orders/{order_id}`: events may arrive late, twice and out of order.
    """

    order_id: str
    checkout_id: str
    previous: str
    state: str
    order_version: int
    payable_minor: int
    currency: str
    reason: str | None = None
    """Why it was cancelled, where that was said."""


class OrderPlacedData(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer ordered from the shop; its goods are held, and until `pay_by` the buyer can pay."""

    order_id: str
    checkout_id: str
    pay_by: datetime


class MovedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order by its number, where it stood and stands, and how many pieces it has."""

    line_no: int
    previous: str
    state: str
    quantity: int | None = None


class LinesMovedData(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of an order were sent, received, or refunded, each by itself; `order_version` grows with each move.

    Pieces of a line that moved by themselves are a line of their own from here on: ask for the order.
    """

    order_id: str
    order_version: int
    lines: tuple[MovedLine, ...]
    carrier: str | None = None
    """Who carries what was sent, where that was said."""
    tracking: str | None = None
    reason: str | None = None
    """Why it was cancelled, where that was said."""


class OrderRedirectedData(msgspec.Struct, frozen=True, kw_only=True):
    """An order of which nothing was sent yet goes to another address: ask for the order, it says which."""

    order_id: str
    order_version: int


class OrderRepricedData(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is not paid yet costs less from now on, in minor units."""

    order_id: str
    checkout_id: str
    was_minor: int
    payable_minor: int
    currency: str


class PaymentCapturedData(msgspec.Struct, frozen=True, kw_only=True):
    """What an order of the shop costs is there: the part of the payment that is for this order.

    It is held for the buyer until the goods are received.
    """

    payment_id: str
    order_id: str
    minor: int
    currency: str
    on_delivery: bool
    """Whether it was paid when the goods were handed over."""


class RefundData(msgspec.Struct, frozen=True, kw_only=True):
    """Money goes back to who paid an order of the shop: `minor` of it, by its provider or `by_hand`."""

    refund_id: str
    payment_id: str
    order_id: str | None
    minor: int
    currency: str
    by_hand: bool = False


class StockLimitsData(msgspec.Struct, frozen=True, kw_only=True):
    """How far the stock of a SKU at a place may be sold: pieces kept back, pieces beyond what is there, a mark."""

    sku_id: str
    place_id: str
    safety: int
    backorder: int
    low_at: int


class StockCountedData(msgspec.Struct, frozen=True, kw_only=True):
    """A place was counted, and what was `found` and `lost` in so many lines was posted."""

    stocktake_id: str
    place_id: str
    lines: int
    found: int
    lost: int


class StagedChangeData(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a product waits for a decision (`pending`), or was `confirmed`, `declined` or `withdrawn`."""

    product_id: str
    change_id: str
    kind: str
    state: str


class ReviewShownData(msgspec.Struct, frozen=True, kw_only=True):
    """Something written about an order can be read from now on; read it at `/api/orders/{order_id}/reviews`.

    `scores` of a review: item, service, delivery.
    """

    entry_id: str
    kind: str
    order_id: str
    line_no: int
    product_id: str | None
    scores: tuple[int, ...]


class ReviewHiddenData(msgspec.Struct, frozen=True, kw_only=True):
    """Moderation took out what could be read before."""

    entry_id: str
    kind: str
    order_id: str
    line_no: int
    product_id: str | None


class StockChangedData(msgspec.Struct, frozen=True, kw_only=True):
    """The stock of a SKU at a place changed by `difference`, for a reason.

    `low` and `sold_out` tell that orders used it up, and have no difference; of goods that were `transferred`,
    `to_place_id` tells where they are now. Of goods that were `sent` it tells where they go: there they have `arrived`,
    unless they were `recalled`, when they are here again.
    """

    sku_id: str
    place_id: str
    reason: str
    difference: int | None = None
    to_place_id: str | None = None


class ProductChangedData(msgspec.Struct, frozen=True, kw_only=True):
    """A product was `created`, `edited`, `published` or `archived`."""

    product_id: str
    change: str


class OfferChangedData(msgspec.Struct, frozen=True, kw_only=True):
    """An offer was made, or its price or state changed; `active` tells whether it can be bought."""

    offer_id: str
    product_id: str
    sku_id: str
    offer_version: int
    price_minor: int
    currency: str
    active: bool


class ShopStatusData(msgspec.Struct, frozen=True, kw_only=True):
    """The shop took a step of its life; `sells` says whether it makes new sales from here on."""

    previous: str | None
    status: str
    sells: bool


class InstallationData(msgspec.Struct, frozen=True, kw_only=True):
    """What the app may do in the shop from now on; no scopes once it was removed."""

    app_id: str
    scopes: tuple[str, ...]


class PingData(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing happened: somebody tests the endpoint."""


class PublicEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: the same form for all types, `data` by type and version."""

    id: str
    type: str
    version: int
    timestamp: datetime
    """When it happened, by the clock of its traffic class."""
    business: str
    traffic: str
    shop_id: str | None
    data: Any
