from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class CheckoutPlaced(Event, frozen=True, kw_only=True):
    """A buyer placed a checkout; its stock is held until `pay_by` (RFC 3339). Amounts in minor units."""

    topic: ClassVar[str] = "trade.checkout_placed"

    checkout_id: UUID
    buyer: UUID
    payment_id: UUID
    orders: tuple[UUID, ...]
    payable: int
    currency: str
    pay_by: str
    shops: tuple[UUID, ...] = ()
    """Whose each order is, by place."""

    def subject(self) -> UUID:
        """The checkout."""
        return self.checkout_id


class OrderMoved(Event, frozen=True, kw_only=True):
    """An order moved along its state machine. `payable` is what its buyer pays, in minor units."""

    topic: ClassVar[str] = "trade.order_moved"

    order_id: UUID
    checkout_id: UUID
    buyer: UUID
    shop_id: UUID
    seller: UUID
    previous: str
    state: str
    order_version: int
    cause: str
    payable: int
    currency: str
    reason: str = ""
    """Why it was cancelled: one of `CancelReason`, where one was given."""

    def subject(self) -> UUID:
        """The order."""
        return self.order_id


class LinesMoved(Event, frozen=True, kw_only=True):
    """Lines of an order moved: sent, received, refunded.

    `previous`, `states` and `quantities` go with `lines`, by place. Pieces of a line that moved by themselves are
    a line of their own from here on. `carrier` and `tracking` say in what they were sent, `reason` why they were
    cancelled, where that was said. It comes with `OrderMoved` when the order's own state follows, and alone when that stays.
    """

    topic: ClassVar[str] = "trade.lines_moved"

    order_id: UUID
    buyer: UUID
    shop_id: UUID
    seller: UUID
    lines: tuple[int, ...]
    previous: tuple[str, ...]
    states: tuple[str, ...]
    order_version: int
    cause: str
    quantities: tuple[int, ...] = ()
    carrier: str = ""
    tracking: str = ""
    reason: str = ""

    def subject(self) -> UUID:
        """The order."""
        return self.order_id


class OrderRedirected(Event, frozen=True, kw_only=True):
    """An order of which nothing was sent yet goes to another address; which, its shop reads with the order."""

    topic: ClassVar[str] = "trade.order_redirected"

    order_id: UUID
    buyer: UUID
    shop_id: UUID
    seller: UUID
    order_version: int

    def subject(self) -> UUID:
        """The order."""
        return self.order_id


class PriceLowered(Event, frozen=True, kw_only=True):
    """A seller lowered what an unpaid order costs: it is paid with `payment_id` from now on."""

    topic: ClassVar[str] = "trade.price_lowered"

    order_id: UUID
    checkout_id: UUID
    buyer: UUID
    shop_id: UUID
    payment_id: UUID
    was: int
    payable: int
    currency: str

    def subject(self) -> UUID:
        """The order."""
        return self.order_id


class DraftMade(Event, frozen=True, kw_only=True):
    """A shop's staff made an order for a buyer, who may accept it until `expires_at` (RFC 3339)."""

    topic: ClassVar[str] = "trade.draft_made"

    draft_id: UUID
    shop_id: UUID
    buyer: UUID
    goods: int
    currency: str
    expires_at: str

    def subject(self) -> UUID:
        """The draft."""
        return self.draft_id


class CartShortened(Event, frozen=True, kw_only=True):
    """A guest's cart joined the account's, and both together were too long: these offers, the oldest, are out of it.

    Those that were put last come first.
    """

    topic: ClassVar[str] = "trade.cart_shortened"

    buyer: UUID
    offers: tuple[UUID, ...]
    lines_max: int

    def subject(self) -> UUID:
        """The buyer."""
        return self.buyer


class LateMoneyArrived(Event, frozen=True, kw_only=True):
    """A payment was captured after its checkout was closed; it is being refunded."""

    topic: ClassVar[str] = "trade.late_money_arrived"

    payment_id: UUID
    minor: int
    currency: str

    def subject(self) -> UUID:
        """The payment."""
        return self.payment_id


EVENTS = (
    CheckoutPlaced,
    OrderMoved,
    LinesMoved,
    OrderRedirected,
    PriceLowered,
    DraftMade,
    CartShortened,
    LateMoneyArrived,
)
