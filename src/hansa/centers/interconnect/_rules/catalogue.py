"""Which events leave the house, and what each says outside: a list of what is told, never of what is left out.

A public event has a name, a version and fields of its own. Within a version fields are only added. Nothing
personal is in any of them, no party's id either: whom a shop sells to it learns from its orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.interconnect._rules.public import (
    InstallationData,
    LinesMovedData,
    OfferChangedData,
    OrderMovedData,
    OrderPlacedData,
    OrderRedirectedData,
    OrderRepricedData,
    PaymentCapturedData,
    ProductChangedData,
    PublicEvent,
    RefundData,
    ReviewHiddenData,
    ReviewShownData,
    ShopStatusData,
    StagedChangeData,
    StockChangedData,
    StockCountedData,
    StockLimitsData,
)
from hansa.centers.interconnect._rules.telling import (
    PRODUCT_CHANGES,
    Published,
    Telling,
    change_staged,
    entry_of,
    lines_moved,
    orders_paid,
    orders_placed,
    refund_moved,
    stock_changed,
)
from hansa.centers.interconnect.events import AppInstalled, AppUninstalled
from hansa.centers.interconnect.types import MESSAGE_ID, MessageId
from hansa.centers.inventory.events import (
    LimitsSet,
    LowStock,
    SoldOut,
    StockAdjusted,
    StockArrived,
    StockEvent,
    StockRecalled,
    StockReceived,
    StockSent,
    StocktakeApproved,
    StockTransferred,
)
from hansa.centers.inventory.types import STOCKTAKE_ID
from hansa.centers.payment.events import PaymentCaptured, RefundRefused, RefundRequested, RefundSettled
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.events import (
    ChangeEnded,
    ChangeProposed,
    OfferChanged,
)
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID, SKU_ID
from hansa.centers.review.events import EntryHidden, EntryShown
from hansa.centers.shop.events import ShopStatusChanged
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade.events import CheckoutPlaced, LinesMoved, OrderMoved, OrderRedirected, PriceLowered
from hansa.centers.trade.types import CHECKOUT_ID, ORDER_ID
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.event import Envelope, Event

PING = "ping"

CATALOGUE: tuple[Published[Any], ...] = (
    Published(
        "order.placed",
        (CheckoutPlaced,),
        "trade.order.read",
        {"en": "A buyer ordered, and has not paid yet", "zh": "买家已下单，尚未付款"},
        OrderPlacedData,
        orders_placed,
    ),
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
            reason=e.reason or None,
        ),
    ),
    Published(
        "order.lines_moved",
        (LinesMoved,),
        "trade.order.read",
        {
            "en": "Lines of an order were sent, received or refunded",
            "zh": "订单中的部分商品已发货、收货或退款",
        },
        LinesMovedData,
        lines_moved,
    ),
    Published(
        "order.redirected",
        (OrderRedirected,),
        "trade.order.read",
        {"en": "An order goes to another address", "zh": "订单的收货地址已更改"},
        OrderRedirectedData,
        lambda e: OrderRedirectedData(
            order_id=ORDER_ID.show(e.order_id),
            order_version=e.order_version,
        ),
    ),
    Published(
        "order.repriced",
        (PriceLowered,),
        "trade.order.read",
        {"en": "An unpaid order's price was lowered", "zh": "未付款订单已改价"},
        OrderRepricedData,
        lambda e: OrderRepricedData(
            order_id=ORDER_ID.show(e.order_id),
            checkout_id=CHECKOUT_ID.show(e.checkout_id),
            was_minor=e.was,
            payable_minor=e.payable,
            currency=e.currency,
        ),
    ),
    Published(
        "payment.captured",
        (PaymentCaptured,),
        "trade.order.read",
        {"en": "What an order costs was paid", "zh": "订单款项已到账"},
        PaymentCapturedData,
        orders_paid,
    ),
    Published(
        "refund.requested",
        (RefundRequested,),
        "trade.order.read",
        {"en": "Money of an order is to go back to its payer", "zh": "订单退款已发起"},
        RefundData,
        refund_moved,
    ),
    Published(
        "refund.settled",
        (RefundSettled,),
        "trade.order.read",
        {"en": "Money of an order went back to its payer", "zh": "订单退款已到账"},
        RefundData,
        refund_moved,
    ),
    Published(
        "refund.refused",
        (RefundRefused,),
        "trade.order.read",
        {"en": "A provider refused to give money of an order back", "zh": "支付渠道拒绝了订单退款"},
        RefundData,
        refund_moved,
    ),
    Published(
        "stock.limits_set",
        (LimitsSet,),
        "inventory.stock.see",
        {"en": "How far stock may be sold was changed", "zh": "库存的可售范围已变更"},
        StockLimitsData,
        lambda e: StockLimitsData(
            sku_id=SKU_ID.show(e.sku_id),
            place_id=PLACE_ID.show(e.place_id),
            safety=e.safety,
            backorder=e.backorder,
            low_at=e.low_at,
        ),
    ),
    Published(
        "stock.counted",
        (StocktakeApproved,),
        "inventory.stock.see",
        {"en": "A place was counted", "zh": "盘点已完成"},
        StockCountedData,
        lambda e: StockCountedData(
            stocktake_id=STOCKTAKE_ID.show(e.stocktake_id),
            place_id=PLACE_ID.show(e.place_id),
            lines=e.lines,
            found=e.found,
            lost=e.lost,
        ),
    ),
    Published(
        "stock.changed",
        (
            StockReceived,
            StockAdjusted,
            StockTransferred,
            StockSent,
            StockArrived,
            StockRecalled,
            LowStock,
            SoldOut,
        ),
        "inventory.stock.see",
        {"en": "Stock came in, was corrected, moved or ran low", "zh": "库存已入库、调整、调拨或不足"},
        StockChangedData,
        stock_changed,
    ),
    Published(
        "product.changed",
        tuple(PRODUCT_CHANGES),
        "product.product.edit",
        {"en": "A product was created, edited, published or archived", "zh": "商品已创建、修改、上架或归档"},
        ProductChangedData,
        lambda e: ProductChangedData(
            product_id=PRODUCT_ID.show(e.product_id), change=PRODUCT_CHANGES[type(e)]
        ),
    ),
    Published(
        "product.change_staged",
        (ChangeProposed, ChangeEnded),
        "product.product.edit",
        {"en": "A change of a product waits, or was decided", "zh": "商品变更待审核或已有结果"},
        StagedChangeData,
        change_staged,
    ),
    Published(
        "review.shown",
        (EntryShown,),
        "review.order.read",
        {"en": "A review, a follow-up or a reply can be read", "zh": "评价、追评或回复已公开"},
        ReviewShownData,
        lambda e: ReviewShownData(**entry_of(e), scores=e.scores),
    ),
    Published(
        "review.hidden",
        (EntryHidden,),
        "review.order.read",
        {"en": "Moderation took a review out", "zh": "评价已被下架"},
        ReviewHiddenData,
        lambda e: ReviewHiddenData(**entry_of(e)),
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
    return event.place_id if isinstance(event, StockEvent | StocktakeApproved) else None


def shop_of(event: Event) -> UUID | None:
    """Return the shop that an event names itself."""
    named: UUID | None = getattr(event, "shop_id", None)
    return named


def app_of(event: Event) -> UUID | None:
    """Return the app that an event is for, and for no other listener of the shop."""
    return event.app_id if isinstance(event, AppInstalled | AppUninstalled) else None


def tellings(envelope: Envelope[Any], *, shop_id: UUID | None) -> Sequence[Telling]:
    """Return what is told of an event, and to whom: most events concern one shop."""
    told = published(envelope.event).tell(envelope.event)
    return told if isinstance(told, Sequence) else [Telling(envelope.id, shop_id, told)]


def render(envelope: Envelope[Any], telling: Telling) -> str:
    """Write an event as it is sent: once, so that every attempt and every repeat has the same octets."""
    one, shop_id = published(envelope.event), telling.shop_id
    return write(
        PublicEvent(
            id=MESSAGE_ID.show(MessageId(telling.id)),
            type=one.name,
            version=one.version,
            timestamp=envelope.occurred_at,
            business=envelope.business,
            traffic=envelope.traffic.value,
            shop_id=SHOP_ID.show(shop_id) if shop_id else None,
            data=telling.data,
        )
    )


def write(event: PublicEvent) -> str:
    """Return the octets of a public event, as text."""
    return msgspec.json.encode(event).decode()
