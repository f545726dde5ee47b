from __future__ import annotations

import enum
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.place.types import Destination, PlaceId
from hansa.centers.product.types import CategoryId, OfferId, ProductId, SkuId
from hansa.centers.shop.types import ShopId
from hansa.centers.trade.types.ids import CheckoutId, DraftId, Quantity
from hansa.kernel.context import Traffic


class FunderKind(enum.StrEnum):
    """Who bears a discount."""

    PLATFORM = "platform"
    SHOP = "shop"
    BRAND = "brand"


class Funder(msgspec.Struct, frozen=True, array_like=True):
    """Who bears a discount: a kind, and the party where there are several of the kind."""

    kind: FunderKind
    party: UUID | None = None


class Allocation(msgspec.Struct, frozen=True, array_like=True):
    """A discount's share on one line: the layer it came from, who bears it, how much (minor units, > 0)."""

    layer: str
    funder: Funder
    minor: int


class Measure(msgspec.Struct, frozen=True, array_like=True):
    """How much of measured goods: whole units of the smallest scale (`1250`, `"g"`).

    `per` says for how many of them the line's unit price is (1000: a kilogram); what a request says of it
    is not read.
    """

    amount: int
    unit: str
    per: int = 1


class Attribution(msgspec.Struct, frozen=True):
    """What led to a line: immutable; shares of commission refer to it.

    `token` is the signed word it was read from (`attribute` makes one); after `window_ends_at` it counts
    for nothing.
    """

    source: str
    referrer: str = ""
    place_id: UUID | None = None
    creator: UUID | None = None
    token: str = ""
    window_ends_at: datetime | None = None


class LineRequest(msgspec.Struct, frozen=True):
    """What a buyer wants: an offer and how many; measured goods have quantity 1 and a measure.

    What is measured is put by in its smallest scale: 350 g are 350 of its stock.

    `inputs` are a business's own facts about the line, read by its extensions only.
    """

    offer_id: OfferId
    quantity: Quantity = 1
    measure: Measure | None = None
    attribution: Attribution | None = None
    inputs: dict[str, int | str] = {}

    @property
    def wanted(self) -> int:
        """How much is wanted, as stock and limits count it: pieces, or units of the smallest scale."""
        return self.measure.amount if self.measure else self.quantity


class QuotedLine(msgspec.Struct, frozen=True, array_like=True):
    """A priced line. Its `gross` is the fact; `unit_minor` is for display. Amounts in minor units.

    `unit_minor` is the price of one piece, or of `measure.per` units of measured goods.
    """

    line_no: int
    offer_id: OfferId
    offer_version: int
    sku_id: SkuId
    product_id: ProductId
    shop_id: ShopId
    title: str
    options: str
    art: str
    quantity: int
    unit_minor: int
    gross: int
    place_id: PlaceId | None = None
    measure: Measure | None = None
    allocations: tuple[Allocation, ...] = ()
    tax: int = 0
    attribution: Attribution | None = None
    inputs: dict[str, int | str] = {}
    category_ids: tuple[CategoryId, ...] = ()
    """The product's category and those above it, the nearest first: what rates and promotions go by."""

    @property
    def wanted(self) -> int:
        """How much is wanted, as stock counts it: pieces, or units of the smallest scale."""
        return self.measure.amount if self.measure else self.quantity

    @property
    def discount(self) -> int:
        """The sum of what funders bear."""
        return sum(share.minor for share in self.allocations)

    @property
    def payable(self) -> int:
        """What the buyer pays for the line, freight apart."""
        return self.gross - self.discount + self.tax


class FulfilmentOption(msgspec.Struct, frozen=True, array_like=True):
    """A way to get a group of lines to the buyer. `consents` must be given before it may be chosen.

    What is sent `needs_address`: it is not placed while nobody has said where it goes. With `on_delivery` nothing is paid
    before: whoever hands the goods over collects what the order costs. With `counter` the buyer takes them away in
    person, so that they may be received without having been sent.
    """

    code: str
    price_minor: int
    place_id: PlaceId
    promise: str = ""
    consents: tuple[str, ...] = ()
    expires_at: datetime | None = None
    on_delivery: bool = False
    counter: bool = False
    needs_address: bool = False


class Answered(msgspec.Struct, frozen=True, array_like=True):
    """Who answered a question for one order, where it was not whom the plan alone tells.

    `failed` were asked and failed, or were left alone because they had failed before.
    """

    point: str
    answered_by: tuple[str, ...]
    failed: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True, array_like=True):
    """Lines that become one order: one shop, one place, one way of delivery. Amounts in minor units."""

    shop_id: ShopId
    place_id: PlaceId
    option: FulfilmentOption
    line_nos: tuple[int, ...]
    goods: int
    discount: int
    freight: int
    tax: int
    answered: tuple[Answered, ...] = ()
    """Questions that others answered than usual; kept with the order."""

    @property
    def payable(self) -> int:
        """What the buyer pays for the order."""
        return self.goods - self.discount + self.freight + self.tax


class Quote(msgspec.Struct, frozen=True, array_like=True):
    """A binding offer to one buyer until `expires_at`; `id` becomes the checkout's id when it is placed."""

    id: CheckoutId
    business: str
    traffic: Traffic
    buyer: UUID
    generation: int
    currency: str
    lines: tuple[QuotedLine, ...]
    groups: tuple[Group, ...]
    quoted_at: datetime
    expires_at: datetime
    address_version: UUID | None = None
    notes: dict[str, str] = {}
    """What the buyer writes to shops, by shop id; kept with the order of the shop when it is placed."""
    draft_id: DraftId | None = None
    """The draft order that is accepted by placing this."""
    destination: Destination | None = None
    """Whereabouts it goes, as tax, freight and ways of delivery were asked; None while nobody has said."""

    @property
    def payable(self) -> int:
        """What the buyer pays in all, in minor units."""
        return sum(group.payable for group in self.groups)

    @property
    def on_delivery(self) -> bool:
        """Whether it is paid for when it is handed over: the whole checkout is, or nothing of it."""
        return all(group.option.on_delivery for group in self.groups)
