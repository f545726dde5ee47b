from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NewType
from uuid import UUID

import msgspec

from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.ids import IdKind
from hansa.kernel.money import Money
from hansa.kernel.texts import Texts, pick

CategoryId = NewType("CategoryId", UUID)
ProductId = NewType("ProductId", UUID)
SkuId = NewType("SkuId", UUID)
OfferId = NewType("OfferId", UUID)
CATEGORY_ID = IdKind[CategoryId]("cat")
PRODUCT_ID = IdKind[ProductId]("prod")
SKU_ID = IdKind[SkuId]("sku")
OFFER_ID = IdKind[OfferId]("offer")

Code = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,47}$")]
"""A name for programs: of an option, of its value, of a category."""


class OfferState(enum.StrEnum):
    """Whether a shop sells at this offer. A withdrawn one can be renewed by setting a price."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class Sort(enum.StrEnum):
    """The order of a list of products."""

    NEWEST = "newest"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of a business's tree of goods. `lineage` is the way down to it, itself last."""

    id: CategoryId
    business: str
    slug: str
    names: Texts
    parent_id: CategoryId | None
    lineage: tuple[CategoryId, ...]
    position: int


class OptionValue(msgspec.Struct, frozen=True):
    """One value of an option: `celadon`, in the languages of buyers."""

    code: Code
    names: Texts


class Option(msgspec.Struct, frozen=True):
    """Something a buyer chooses: the glaze, the size."""

    code: Code
    names: Texts
    values: tuple[OptionValue, ...]


class NewSku(msgspec.Struct, frozen=True, kw_only=True):
    """A variant to be made: one value for each option of the product, and what its shop asks for it."""

    values: dict[str, str] = {}
    price: Money
    list_price: Money | None = None
    code: str = ""
    """The seller's own number."""
    gtin: str | None = None
    art: str = ""


class Sku(msgspec.Struct, frozen=True, kw_only=True):
    """A stock keeping unit: one variant of a product."""

    id: SkuId
    product_id: ProductId
    values: dict[str, str]
    """Option code to value code."""
    code: str
    gtin: str | None
    art: str
    position: int


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A product (SPU): what its variants have in common. `shop_id` is the shop that keeps its texts."""

    id: ProductId
    business: str
    shop_id: ShopId
    category_id: CategoryId | None
    titles: Texts
    descriptions: Texts
    options: tuple[Option, ...]
    art: str
    created_at: datetime
    version: int


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What one shop asks for one SKU, in one business and traffic class.

    `version` grows with each change of price or state: who quotes it says which version was seen.
    `price` is what the business asks (its `product.price` answered); `base` is what the shop set.
    """

    id: OfferId
    sku_id: SkuId
    product_id: ProductId
    shop_id: ShopId
    business: str
    traffic: Traffic
    titles: Texts
    options: Texts
    """The chosen values, by language: `Celadon, large`; empty for a product without options."""
    price: Money
    base: Money
    list_price: Money | None
    """What it cost before, or is recommended to cost; shown struck through."""
    version: int
    active: bool
    art: str

    def title_in(self, locale: str) -> str:
        """Return the title in a language, or the nearest there is."""
        return pick(self.titles, locale)

    def options_in(self, locale: str) -> str:
        """Return the chosen options in a language, or the nearest there is."""
        return pick(self.options, locale)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A product in a list: with the lowest active price in this business and traffic class."""

    id: ProductId
    shop_id: ShopId
    category_id: CategoryId | None
    titles: Texts
    art: str
    price: Money
    list_price: Money | None
    offer_id: OfferId
    """The cheapest offer, whose price and picture are shown."""
    offers: int
    """How many offers are active; with several, the price is a `from`."""


class ProductPage(msgspec.Struct, frozen=True, kw_only=True):
    """A product with its variants and everything that is offered of it here."""

    product: Product
    skus: tuple[Sku, ...]
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class OfferDemand:
    """What a placement asks of product: that these offers still are in the version that was quoted."""

    ctx: Ctx
    offers: tuple[tuple[OfferId, int], ...]
    """(offer, version), in the order of the lines; positions in here are what a refusal names."""
