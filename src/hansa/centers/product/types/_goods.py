from __future__ import annotations

import enum
from collections.abc import Sequence
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
ChangeId = NewType("ChangeId", UUID)
PriceListId = NewType("PriceListId", UUID)
ImportId = NewType("ImportId", UUID)
MediaId = NewType("MediaId", UUID)
CHANGE_ID = IdKind[ChangeId]("chg")
PRICE_LIST_ID = IdKind[PriceListId]("prices")
IMPORT_ID = IdKind[ImportId]("imp")
MEDIA_ID = IdKind[MediaId]("media")

Code = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,47}$")]
"""A name for programs: of an option, of its value, of a category."""


FieldValue = str | int | bool | list[str]
"""What a field can hold; a decimal is a text (`"1.5"`), so that nothing is rounded."""
FieldValues = dict[str, FieldValue]


class FieldKind(enum.StrEnum):
    """What kind of value a field holds."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"


class Target(enum.StrEnum):
    """What a business hangs its own fields on."""

    PRODUCT = "product"
    SKU = "sku"


class ProductState(enum.StrEnum):
    """Whether buyers see a product. An archived one becomes a draft before it can be published again."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Sort(enum.StrEnum):
    """The order of a list of products."""

    NEWEST = "newest"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"


class OptionValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value of an option or a choice: `celadon`, in the languages of buyers."""

    code: Code
    names: Texts


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of a template or of a business's own: its type, and what its values may be."""

    code: Code
    names: Texts
    kind: FieldKind
    required: bool = False
    """Without it a product is not published."""
    facet: bool = False
    """Buyers narrow lists by it."""
    unit: str = ""
    """What numbers count, as it is shown: `mm`."""
    choices: tuple[OptionValue, ...] = ()
    minimum: int | None = None
    """The lowest number."""
    maximum: int | None = None
    """The highest number, or how long a text may be."""


class CustomSchema(msgspec.Struct, frozen=True, kw_only=True):
    """A business's own fields of products or SKUs. Version 0 is one that was never set."""

    business: str
    target: Target
    fields: tuple[Field, ...] = ()
    version: int = 0


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How measured goods are sold: quantity 1 and an amount, in whole units of the smallest scale.

    The price of an offer is for `per` units: `Measure(unit="g", per=1000, ...)` prices a kilogram.
    """

    unit: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9]{0,7}$")]
    per: int
    minimum: int
    maximum: int
    step: int


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of a business's tree of goods. `lineage` is the way down to it, itself last."""

    id: CategoryId
    business: str
    slug: str
    names: Texts
    parent_id: CategoryId | None
    lineage: tuple[CategoryId, ...]
    position: int
    attributes: tuple[Field, ...] = ()
    """What this branch adds to the template of those above it."""
    version: int = 1


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something a buyer chooses: the glaze, the size."""

    code: Code
    names: Texts
    values: tuple[OptionValue, ...]


class NewSku(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A variant to be made: one value for each option of the product, and what its shop asks for it."""

    values: dict[str, str] = {}
    price: Money
    list_price: Money | None = None
    code: str = ""
    """The seller's own number."""
    gtin: str | None = None
    art: str = ""
    custom: FieldValues = {}


class NewProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A product to be made, with its variants. A product without options has one variant with no values."""

    titles: Texts
    skus: Sequence[NewSku]
    options: Sequence[Option] = ()
    descriptions: Texts = {}
    category_id: CategoryId | None = None
    art: str = ""
    code: str = ""
    attributes: FieldValues = {}
    custom: FieldValues = {}
    measure: Measure | None = None
    pictures: tuple[MediaId, ...] = ()


class MatrixRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different for the variants that have all these values."""

    where: dict[str, str]
    price: Money | None = None
    list_price: Money | None = None
    art: str | None = None


class Matrix(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All variants that the options make together, but for the exceptions; of rules the later wins."""

    price: Money
    list_price: Money | None = None
    code: str = ""
    """The seller's number with options named in braces: `TP-{glaze}-{size}`."""
    rules: tuple[MatrixRule, ...] = ()
    exceptions: tuple[dict[str, str], ...] = ()


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
    custom: FieldValues = {}


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
    state: ProductState = ProductState.PUBLISHED
    code: str = ""
    """The seller's own number, once per shop; what an import knows it by."""
    attributes: FieldValues = {}
    custom: FieldValues = {}
    measure: Measure | None = None
    pictures: tuple[MediaId, ...] = ()


class TimedPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What a price list asks for an offer from `starts_at` on, until before `ends_at`."""

    price_list_id: PriceListId
    starts_at: datetime
    ends_at: datetime | None
    priority: int
    price_minor: int


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What one shop asks for one SKU, in one business and traffic class.

    `version` grows with each change of price or state: who quotes it says which version was seen.
    `price` is what the business asks (its `product.price` answered); `base` is what the shop asks at this
    moment: what a price list says that is in force, else what the shop set.
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
    measure: Measure | None = None
    category_ids: tuple[CategoryId, ...] = ()
    """The product's category and those above it, the nearest first: what rules by category go by."""
    schedule: tuple[TimedPrice, ...] = ()
    """All that price lists say of it, past and to come."""

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
    measure: Measure | None = None
    """Where it is sold by amount: the price is for `per` units."""


class ProductPage(msgspec.Struct, frozen=True, kw_only=True):
    """A product with its variants and everything that is offered of it here."""

    product: Product
    skus: tuple[Sku, ...]
    offers: tuple[Offer, ...]


class NewOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop means to ask for a SKU that is in the catalogue already."""

    shop_id: ShopId
    sku_id: SkuId
    price: Money
    list_price: Money | None = None


@dataclass(frozen=True, slots=True)
class OfferDemand:
    """What a placement asks of product: that these offers still are in the version that was quoted."""

    ctx: Ctx
    offers: tuple[tuple[OfferId, int], ...]
    """(offer, version), in the order of the lines; positions in here are what a refusal names."""
