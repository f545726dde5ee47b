"""What an event says outside: the words of the catalogue, each made of what the event inside knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

import msgspec

from hansa.centers.interconnect._rules.public import (
    LinesMovedData,
    MovedLine,
    OrderPlacedData,
    PaymentCapturedData,
    RefundData,
    StagedChangeData,
    StockChangedData,
)
from hansa.centers.inventory.events import (
    LowStock,
    StockAdjusted,
    StockArrived,
    StockEvent,
    StockRecalled,
    StockReceived,
    StockSent,
    StockTransferred,
)
from hansa.centers.payment.events import PaymentCaptured, RefundRefused, RefundRequested, RefundSettled
from hansa.centers.payment.types import PAYMENT_ID, REFUND_ID, PaymentId, RefundId
from hansa.centers.place.types import PLACE_ID
from hansa.centers.product.events import (
    ChangeEnded,
    ChangeProposed,
    ProductArchived,
    ProductCreated,
    ProductEdited,
    ProductEvent,
    ProductPublished,
)
from hansa.centers.product.types import CHANGE_ID, PRODUCT_ID, SKU_ID, ChangeId, ProductId
from hansa.centers.review.events import EntryEvent
from hansa.centers.review.types import ENTRY_ID, EntryId
from hansa.centers.trade.events import CheckoutPlaced, LinesMoved
from hansa.centers.trade.types import CHECKOUT_ID, ORDER_ID, CheckoutId, OrderId
from hansa.kernel.event import Event
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


def stock_changed(event: StockEvent) -> StockChangedData:
    """Tell what became of stock, and why."""
    reason, difference, to_place = "sold_out", None, None
    if isinstance(event, StockReceived):
        reason, difference = "received", event.quantity
    elif isinstance(event, StockAdjusted):
        reason, difference = "adjusted", event.difference
    elif isinstance(event, StockTransferred):
        reason, difference, to_place = "transferred", -event.quantity, PLACE_ID.show(event.to_place_id)
    elif isinstance(event, StockSent):
        reason, difference, to_place = "sent", -event.quantity, PLACE_ID.show(event.to_place_id)
    elif isinstance(event, StockArrived):
        reason, difference = "arrived", event.received
    elif isinstance(event, StockRecalled):
        reason, difference = "recalled", event.quantity
    elif isinstance(event, LowStock):
        reason = "low"
    return StockChangedData(
        sku_id=SKU_ID.show(event.sku_id),
        place_id=PLACE_ID.show(event.place_id),
        reason=reason,
        difference=difference,
        to_place_id=to_place,
    )


def orders_placed(event: CheckoutPlaced) -> list[Telling]:
    """Tell each shop of its order in a checkout."""
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


def orders_paid(event: PaymentCaptured) -> list[Telling]:
    """Tell each shop of the money for its order."""
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


def refund_moved(event: RefundRequested | RefundSettled | RefundRefused) -> RefundData:
    """Tell how far a refund is."""
    return RefundData(
        refund_id=REFUND_ID.show(RefundId(event.refund_id)),
        payment_id=PAYMENT_ID.show(PaymentId(event.payment_id)),
        order_id=ORDER_ID.show(OrderId(event.order_id)) if event.order_id else None,
        minor=event.minor,
        currency=event.currency,
        by_hand=isinstance(event, RefundSettled) and event.by_hand,
    )


def lines_moved(event: LinesMoved) -> LinesMovedData:
    """Tell which lines moved, and how they travel."""
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


def change_staged(event: ChangeProposed | ChangeEnded) -> StagedChangeData:
    """Tell how far a change is that waits for review."""
    return StagedChangeData(
        product_id=PRODUCT_ID.show(ProductId(event.product_id)),
        change_id=CHANGE_ID.show(ChangeId(event.change_id)),
        kind=event.kind,
        state=event.state if isinstance(event, ChangeEnded) else "pending",
    )


def entry_of(event: EntryEvent) -> dict[str, Any]:
    """Return what every event of a review says of it."""
    return {
        "entry_id": ENTRY_ID.show(EntryId(event.entry_id)),
        "kind": event.kind,
        "order_id": ORDER_ID.show(OrderId(event.order_id)),
        "line_no": event.line_no,
        "product_id": PRODUCT_ID.show(ProductId(event.product_id)) if event.product_id else None,
    }


PRODUCT_CHANGES: Mapping[type[ProductEvent], str] = MappingProxyType(
    {
        ProductCreated: "created",
        ProductEdited: "edited",
        ProductPublished: "published",
        ProductArchived: "archived",
    }
)
