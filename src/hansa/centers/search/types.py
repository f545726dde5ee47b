from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.place.types import Location, Place
from hansa.centers.product.types import CategoryId, Measure, OfferId, ProductId
from hansa.centers.shop.types import ShopId
from hansa.kernel.money import Money
from hansa.kernel.texts import Texts

QUERY_MAX = 100
"""Characters of what somebody typed."""
FILTERS_MAX = 20
VALUES_MAX = 50
NEAR_PLACES_MAX = 100
"""What is near is found at so many places, the nearest."""
NEAR_M = 50_000.0
"""How far near is, unless somebody says otherwise."""


class Sort(enum.StrEnum):
    """The order of what is found."""

    RELEVANCE = "relevance"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    NEWEST = "newest"
    SALES = "sales"
    DISTANCE = "distance"
    """The nearest first; for what is near somewhere."""


class Synonyms(msgspec.Struct, frozen=True):
    """Words that mean the same, of any language: what one of them finds, each of them finds."""

    words: tuple[str, ...]


class Near(msgspec.Struct, frozen=True):
    """Where somebody is, and how far they would go to collect something, in metres."""

    center: Location
    radius_m: float = NEAR_M


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What is found must fit all of these.

    With `near`, a shop that sells it has a place within the distance where buyers collect; whether it lies there now is
    for the product's page to say. Looked at are the `NEAR_PLACES_MAX` nearest places.

    With `in_stock` something of it can be sold somewhere now, as far as the index has heard.

    `facets` are field to values: `{"option.glaze": ["celadon", "moss"]}`; one of the values of each field is
    enough. Prices are in minor units, as shops set them, both ends included.
    """

    category: CategoryId | None = None
    shop: ShopId | None = None
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool = False
    near: Near | None = None
    facets: Mapping[str, Sequence[str]] = {}


class Nearest(msgspec.Struct, frozen=True):
    """The nearest place where what was found can be collected, and how far it is, in metres."""

    place: Place
    distance_m: float


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A product that was found, shown by its cheapest offer, priced as the business asks."""

    product_id: ProductId
    shop_id: ShopId
    titles: Texts
    art: str
    price: Money
    list_price: Money | None
    offer_id: OfferId
    offers: int
    sold: int
    votes: int
    rating: int
    """In hundredths of a star; look at `votes` first."""
    measure: Measure | None = None
    """Where it is sold by amount: the price is for `per` units."""
    nearest: Nearest | None = None
    """Where something near was asked for."""


class FacetValue(msgspec.Struct, frozen=True):
    """A value of a facet, what it is called, how many have it, and whether it is narrowed by already.

    It is counted under all filters but its own field's: so many would be found by it alone.
    """

    value: str
    names: Texts
    count: int
    chosen: bool = False


class Facet(msgspec.Struct, frozen=True):
    """A field that what was found can be narrowed by; the commonest values first, chosen ones always there."""

    field: str
    names: Texts
    values: tuple[FacetValue, ...]


class PriceRange(msgspec.Struct, frozen=True):
    """Prices from `low` to `high`, both included, in minor units, and how many are in there."""

    low: int
    high: int
    count: int


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """How what was found can be narrowed. Counted over at most `COUNT_CAP` products; `capped` says if it was.

    `count` is of what was found; the values of a field, and the prices, are counted without their own filter.
    """

    count: int
    capped: bool
    fields: tuple[Facet, ...]
    prices: tuple[PriceRange, ...]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was found. `facets` are those of the whole list, on the first page alone, if asked for.

    `corrected` is what was searched for instead when nothing fits what was typed.
    """

    hits: list[Hit]
    cursor: str | None
    facets: Facets | None
    corrected: str | None


class Popularity(msgspec.Struct, frozen=True, kw_only=True):
    """How a product fares in a business: pieces paid for, votes, and the rating in hundredths of a star."""

    sold: int = 0
    votes: int = 0
    rating: int = 0


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """What a product's rank is made of."""

    product_id: ProductId
    shop_ids: tuple[ShopId, ...]
    price_minor: int
    offers: int
    languages: int
    described: bool
    created_at: datetime
    popularity: Popularity


class Rebuilt(msgspec.Struct, frozen=True):
    """A rebuild that went through: the new generation, how many products were read, how many are on sale."""

    generation: int
    products: int
    documents: int


class Progress(msgspec.Struct, frozen=True):
    """How far a rebuild has come: so many products read of about so many, or so many old rows deleted."""

    step: str
    done: int
    total: int | None


Scope = tuple[str, str]
"""(business, traffic class): what is found in one is found in no other."""

DocumentKey = tuple[str, str, UUID]
"""(business, traffic class, product)."""
