"""Which events leave the house, and what each says outside: a list of what is told, never of what is left out.

A public event has a name, a version and fields of its own. Within a version fields are only added. Nothing
personal is in any of them, no party's id either: whom a shop sells to it learns from its orders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

import msgspec

from hansa.centers.interconnect._rules.public import (
    InstallationData,
    LinesMovedData,
    MovedLine,
    OfferChangedData,
    OrderMovedData,
    OrderPlacedData,
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
from hansa.centers.interconnect.events import AppInstalled, AppUninstalled
from hansa.centers.interconnect.types import MESSAGE_ID, MessageId
from hansa.centers.inventory.events import (
    LimitsSet,
    LowStock,
    SoldOut,
    StockAdjusted,
    StockEvent,
    StockReceived,
    StocktakeApproved,
    StockTransferred,
)
from hansa.centers.inventory.types import STOCKTAKE_ID
from hansa.centers.payment.events import PaymentCaptured, RefundRefused, RefundRequested, RefundSettled
from hansa.centers.payment.types import PAYMENT_ID, REFUND_ID, PaymentId, RefundId
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.events import (
    ChangeEnded,
    ChangeProposed,
    OfferChanged,
    ProductArchived,
    ProductCreated,
    ProductEdited,
    ProductEvent,
    ProductPublished,
)
from hansa.centers.product.types import CHANGE_ID, OFFER_ID, PRODUCT_ID, SKU_ID, ChangeId, ProductId
from hansa.centers.review.events import EntryEvent, EntryHidden, EntryShown
from hansa.centers.review.types import ENTRY_ID, EntryId
from hansa.centers.shop.events import ShopStatusChanged
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade.events import CheckoutPlaced, LinesMoved, OrderMoved, PriceLowered
from hansa.centers.trade.types import CHECKOUT_ID, ORDER_ID, CheckoutId, OrderId
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.event import Envelope, Event
from hansa.kernel.texts import Texts

E = TypeVar("E", bound=Event)


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
    tell: Callable[[E], msgspec.Struct | Sequence[Telling]]
    """What is said of it. An event that concerns several shops is told to each by itself."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Telling:
    """What one shop is told: under which id, and what."""

    id: UUID
    shop_id: UUID | None
    data: msgspec.Struct


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


def _placed(event: CheckoutPlaced) -> list[Telling]:
    return [
        Telling(
            # The order's id in the checkout's names it once and for all: told again it is the same.
            uuid5(event.checkout_id, str(order_id)),
            shop_id,
            OrderPlacedData(
                order_id=ORDER_ID.show(OrderId(order_id)),
                checkout_id=CHECKOUT_ID.show(CheckoutId(event.checkout_id)),
                pay_by=datetime.fromisoformat(event.pay_by),
            ),
        )
        for order_id, shop_id in zip(event.orders, event.shops, strict=True)
    ]


def _captured(event: PaymentCaptured) -> list[Telling]:
    return [
        Telling(
            uuid5(event.payment_id, str(order_id)),
            shop_id,
            PaymentCapturedData(
                payment_id=PAYMENT_ID.show(PaymentId(event.payment_id)),
                order_id=ORDER_ID.show(OrderId(order_id)),
                minor=minor,
                currency=event.currency,
                on_delivery=event.on_delivery,
            ),
        )
        for order_id, shop_id, minor in zip(event.orders, event.shops, event.minors, strict=True)
    ]


def _refund(event: RefundRequested | RefundSettled | RefundRefused) -> RefundData:
    return RefundData(
        refund_id=REFUND_ID.show(RefundId(event.refund_id)),
        payment_id=PAYMENT_ID.show(PaymentId(event.payment_id)),
        order_id=ORDER_ID.show(OrderId(event.order_id)) if event.order_id else None,
        minor=event.minor,
        currency=event.currency,
        by_hand=isinstance(event, RefundSettled) and event.by_hand,
    )


def _lines(event: LinesMoved) -> LinesMovedData:
    return LinesMovedData(
        order_id=ORDER_ID.show(OrderId(event.order_id)),
        order_version=event.order_version,
        lines=tuple(
            MovedLine(line_no=line_no, previous=previous, state=state, quantity=quantity)
            for line_no, previous, state, quantity in zip_longest(
                event.lines, event.previous, event.states, event.quantities
            )
        ),
        carrier=event.carrier or None,
        tracking=event.tracking or None,
        reason=event.reason or None,
    )


def _staged(event: ChangeProposed | ChangeEnded) -> StagedChangeData:
    return StagedChangeData(
        product_id=PRODUCT_ID.show(ProductId(event.product_id)),
        change_id=CHANGE_ID.show(ChangeId(event.change_id)),
        kind=event.kind,
        state=event.state if isinstance(event, ChangeEnded) else "pending",
    )


def _entry(event: EntryEvent) -> dict[str, Any]:
    return {
        "entry_id": ENTRY_ID.show(EntryId(event.entry_id)),
        "kind": event.kind,
        "order_id": ORDER_ID.show(OrderId(event.order_id)),
        "line_no": event.line_no,
        "product_id": PRODUCT_ID.show(ProductId(event.product_id)) if event.product_id else None,
    }


_PRODUCT_CHANGES: dict[type[ProductEvent], str] = {
    ProductCreated: "created",
    ProductEdited: "edited",
    ProductPublished: "published",
    ProductArchived: "archived",
}

PING = "ping"

CATALOGUE: tuple[Published[Any], ...] = (
    Published(
        "order.placed",
        (CheckoutPlaced,),
        "trade.order.read",
        {"en": "A buyer ordered, and has not paid yet", "zh": "买家已下单，尚未付款"},
        OrderPlacedData,
        _placed,
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
        _lines,
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
        _captured,
    ),
    Published(
        "refund.requested",
        (RefundRequested,),
        "trade.order.read",
        {"en": "Money of an order is to go back to its payer", "zh": "订单退款已发起"},
        RefundData,
        _refund,
    ),
    Published(
        "refund.settled",
        (RefundSettled,),
        "trade.order.read",
        {"en": "Money of an order went back to its payer", "zh": "订单退款已到账"},
        RefundData,
        _refund,
    ),
    Published(
        "refund.refused",
        (RefundRefused,),
        "trade.order.read",
        {"en": "A provider refused to give money of an order back", "zh": "支付渠道拒绝了订单退款"},
        RefundData,
        _refund,
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
        "product.change_staged",
        (ChangeProposed, ChangeEnded),
        "product.product.edit",
        {"en": "A change of a product waits, or was decided", "zh": "商品变更待审核或已有结果"},
        StagedChangeData,
        _staged,
    ),
    Published(
        "review.shown",
        (EntryShown,),
        "review.order.read",
        {"en": "A review, a follow-up or a reply can be read", "zh": "评价、追评或回复已公开"},
        ReviewShownData,
        lambda e: ReviewShownData(**_entry(e), scores=e.scores),
    ),
    Published(
        "review.hidden",
        (EntryHidden,),
        "review.order.read",
        {"en": "Moderation took a review out", "zh": "评价已被下架"},
        ReviewHiddenData,
        lambda e: ReviewHiddenData(**_entry(e)),
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
