"""Which events leave the house, and what each says outside: a list of what is told, never of what is left out.

A public event has a name, a version and fields of its own. Within a version fields are only added. Nothing
personal is in any of them, no party's id either: whom a shop sells to it learns from its orders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from hansa.centers.interconnect.events import AppInstalled, AppUninstalled
from hansa.centers.interconnect.types import MESSAGE_ID
from hansa.centers.inventory.events import (
    LowStock,
    SoldOut,
    StockAdjusted,
    StockEvent,
    StockReceived,
    StockTransferred,
)
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.events import (
    OfferChanged,
    ProductArchived,
    ProductCreated,
    ProductEdited,
    ProductEvent,
    ProductPublished,
)
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID, SKU_ID
from hansa.centers.shop.events import ShopStatusChanged
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade.events import OrderMoved
from hansa.centers.trade.types import CHECKOUT_ID, ORDER_ID
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.event import Envelope, Event
from hansa.kernel.texts import Texts

E = TypeVar("E", bound=Event)


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


class StockChangedData(msgspec.Struct, frozen=True, kw_only=True):
    """The stock of a SKU at a place changed by `difference`, for a reason.

    `low` and `sold_out` tell that orders used it up, and have no difference; of goods that were `transferred`,
    `to_place_id` tells where they are now.
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


@dataclass(frozen=True, slots=True)
class Published(Generic[E]):
    """One type of public event: which facts it tells, whom it may be told, and how it reads.

    `permission` is what the endpoint must be allowed in the shop; None for what concerns the app itself.
    """

    name: str
    kinds: tuple[type[E], ...]
    permission: str | None
    means: Texts
    data: type[msgspec.Struct]
    tell: Callable[[E], msgspec.Struct]
    version: int = 1


def _stock(event: StockEvent) -> StockChangedData:
    reason, difference, to_place = "sold_out", None, None
    if isinstance(event, StockReceived):
        reason, difference = "received", event.quantity
    elif isinstance(event, StockAdjusted):
        reason, difference = "adjusted", event.difference
    elif isinstance(event, StockTransferred):
        reason, difference, to_place = "transferred", -event.quantity, PLACE_ID.show(event.to_place_id)
    elif isinstance(event, LowStock):
        reason = "low"
    return StockChangedData(
        sku_id=SKU_ID.show(event.sku_id),
        place_id=PLACE_ID.show(event.place_id),
        reason=reason,
        difference=difference,
        to_place_id=to_place,
    )


_PRODUCT_CHANGES: dict[type[ProductEvent], str] = {
    ProductCreated: "created",
    ProductEdited: "edited",
    ProductPublished: "published",
    ProductArchived: "archived",
}

PING = "ping"

CATALOGUE: tuple[Published[Any], ...] = (
    Published(
        "order.moved",
        (OrderMoved,),
        "trade.order.read",
        {"en": "An order was paid, shipped, received or closed", "zh": "订单已付款、发货、收货或关闭"},
        OrderMovedData,
        lambda e: OrderMovedData(
            order_id=ORDER_ID.show(e.order_id),
            checkout_id=CHECKOUT_ID.show(e.checkout_id),
            previous=e.previous,
            state=e.state,
            order_version=e.order_version,
            payable_minor=e.payable,
            currency=e.currency,
        ),
    ),
    Published(
        "stock.changed",
        (StockReceived, StockAdjusted, StockTransferred, LowStock, SoldOut),
        "inventory.stock.see",
        {"en": "Stock came in, was corrected, moved or ran low", "zh": "库存已入库、调整、调拨或不足"},
        StockChangedData,
        _stock,
    ),
    Published(
        "product.changed",
        tuple(_PRODUCT_CHANGES),
        "product.product.edit",
        {"en": "A product was created, edited, published or archived", "zh": "商品已创建、修改、上架或归档"},
        ProductChangedData,
        lambda e: ProductChangedData(
            product_id=PRODUCT_ID.show(e.product_id), change=_PRODUCT_CHANGES[type(e)]
        ),
    ),
    Published(
        "offer.changed",
        (OfferChanged,),
        "product.product.edit",
        {"en": "A price was set, or something went on or off sale", "zh": "价格已变更，或商品上架、下架"},
        OfferChangedData,
        lambda e: OfferChangedData(
            offer_id=OFFER_ID.show(e.offer_id),
            product_id=PRODUCT_ID.show(e.product_id),
            sku_id=SKU_ID.show(e.sku_id),
            offer_version=e.offer_version,
            price_minor=e.price_minor,
            currency=e.currency,
            active=e.active,
        ),
    ),
    Published(
        "shop.status_changed",
        (ShopStatusChanged,),
        None,
        {"en": "The shop took a step of its life", "zh": "店铺状态已变更"},
        ShopStatusData,
        lambda e: ShopStatusData(previous=e.previous, status=e.status, sells=e.sells),
    ),
    Published(
        "app.installed",
        (AppInstalled,),
        None,
        {"en": "A shop let the app in, or changed what it may do", "zh": "店铺安装了应用，或变更了授权"},
        InstallationData,
        lambda e: InstallationData(app_id=PARTY_ID.show(e.app_id), scopes=e.scopes),
    ),
    Published(
        "app.uninstalled",
        (AppUninstalled,),
        None,
        {"en": "A shop removed the app", "zh": "店铺移除了应用"},
        InstallationData,
        lambda e: InstallationData(app_id=PARTY_ID.show(e.app_id), scopes=()),
    ),
)

TYPES: dict[str, Published[Any]] = {one.name: one for one in CATALOGUE}
_BY_KIND: dict[type[Event], Published[Any]] = {kind: one for one in CATALOGUE for kind in one.kinds}
KINDS: Sequence[type[Event]] = tuple(_BY_KIND)


def published(event: Event) -> Published[Any]:
    """Return how an event of the catalogue is told."""
    return _BY_KIND[type(event)]


def place_of(event: Event) -> UUID | None:
    """Return the place of an event that names its shop only by it."""
    return event.place_id if isinstance(event, StockEvent) else None


def shop_of(event: Event) -> UUID | None:
    """Return the shop that an event names itself."""
    named: UUID | None = getattr(event, "shop_id", None)
    return named


def app_of(event: Event) -> UUID | None:
    """Return the app that an event is for, and for no other listener of the shop."""
    return event.app_id if isinstance(event, AppInstalled | AppUninstalled) else None


def render(envelope: Envelope[Any], *, shop_id: UUID | None) -> str:
    """Write an event as it is sent: once, so that every attempt and every repeat has the same octets."""
    one = published(envelope.event)
    return write(
        PublicEvent(
            id=MESSAGE_ID.show(envelope.id),
            type=one.name,
            version=one.version,
            timestamp=envelope.occurred_at,
            business=envelope.business,
            traffic=envelope.traffic.value,
            shop_id=SHOP_ID.show(shop_id) if shop_id else None,
            data=one.tell(envelope.event),
        )
    )


def write(event: PublicEvent) -> str:
    """Return the octets of a public event, as text."""
    return msgspec.json.encode(event).decode()
