"""Search's routes: finding products, and suggestions of what to type."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import Parameter

from hansa.centers.place.types import PLACE_ID, Location
from hansa.centers.product.errors import CategoryNotFound
from hansa.centers.product.types import CATEGORY_ID, OFFER_ID, PRODUCT_ID, Measure
from hansa.centers.search import api
from hansa.centers.search.types import NEAR_M, QUERY_MAX, Facets, Filters, Found, Hit, Near, Sort
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import Money
from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import Texts

Query = Annotated[
    str, Parameter(description="What is looked for; empty for everything.", max_length=QUERY_MAX)
]
Typed = Annotated[str, Parameter(description="What was typed so far.", max_length=QUERY_MAX)]
Category = Annotated[str | None, Parameter(description="Only in this category and those under it.")]
ShopParam = Annotated[str | None, Parameter(description="Only what this shop offers.")]
PriceMin = Annotated[int | None, Parameter(description="Lowest price, in minor units.", ge=0)]
PriceMax = Annotated[int | None, Parameter(description="Highest price, in minor units.", ge=0)]
InStock = Annotated[bool, Parameter(description="Only what can be bought now.")]
Lat = Annotated[
    float | None,
    Parameter(description="Degrees north of where one is: only what is collected near there.", ge=-90, le=90),
]
Lon = Annotated[float | None, Parameter(description="Degrees east, with `lat`.", ge=-180, le=180)]
Radius = Annotated[
    float, Parameter(description="How far near is, in metres; with `lat` and `lon`.", ge=0, le=1_000_000)
]
FacetParam = Annotated[
    list[str] | None,
    Parameter(
        description="`field=value`, as the facets say it; of several values of a field one is enough.",
        max_items=100,
    ),
]
SortParam = Annotated[Sort, Parameter(description="The order.")]
WithFacets = Annotated[bool, Parameter(description="Also count how it can be narrowed.")]
Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=2_000)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
Few = Annotated[int, Parameter(description="How many at most.", ge=1, le=20)]


class NearestView(msgspec.Struct, frozen=True, kw_only=True):
    """The nearest place where it can be collected. Whether it lies there now is not said."""

    place_id: str
    name: Texts
    address: str
    distance_m: float


class HitView(msgspec.Struct, frozen=True, kw_only=True):
    """A product that was found, at its lowest price. `rating` is in hundredths of a star.

    With a `measure` the price is for `per` units.
    """

    id: str
    shop_id: str
    titles: Texts
    art: str
    price: Money
    list_price: Money | None
    offer_id: str
    offers: int
    sold: int
    votes: int
    rating: int
    measure: Measure | None
    nearest: NearestView | None
    """Where `lat` and `lon` were given."""


class FacetValueView(msgspec.Struct, frozen=True, kw_only=True):
    """A value to narrow by; `filter` is what to ask for as `facet`, `count` is without its own field's filter."""

    value: str
    filter: str
    names: Texts
    count: int
    chosen: bool


class FacetView(msgspec.Struct, frozen=True, kw_only=True):
    """A field to narrow by."""

    field: str
    names: Texts
    values: list[FacetValueView]


class PriceRangeView(msgspec.Struct, frozen=True, kw_only=True):
    """Prices from `low` to `high`, both included, in minor units."""

    low: int
    high: int
    count: int


class FacetsView(msgspec.Struct, frozen=True, kw_only=True):
    """How what was found can be narrowed; `capped` when there is more than was counted."""

    count: int
    capped: bool
    fields: list[FacetView]
    prices: list[PriceRangeView]


class FoundView(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was found. `corrected` is what was searched for when nothing fits what was typed."""

    items: list[HitView]
    cursor: str | None
    facets: FacetsView | None
    corrected: str | None


class Suggestions(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody may mean to type."""

    items: list[str]


@get(
    "/search",
    summary="Search products",
    responses=problems(Invalid, IdMalformed, CategoryNotFound, CursorMalformed),
)
async def search_products(
    ctx: Ctx,
    *,
    q: Query = "",
    category: Category = None,
    shop: ShopParam = None,
    price_min: PriceMin = None,
    price_max: PriceMax = None,
    in_stock: InStock = False,
    lat: Lat = None,
    lon: Lon = None,
    radius_m: Radius = NEAR_M,
    facet: FacetParam = None,
    sort: SortParam = Sort.RELEVANCE,
    facets: WithFacets = False,
    cursor: Cursor = None,
    limit: Limit = 24,
) -> FoundView:
    """Find products by words of any language, tolerant of typos, narrowed by filters; facets on the first page.

    With `lat` and `lon` it finds what is sold by shops with a place near there where buyers collect (the hundred nearest
    places), with the nearest of them; `sort=distance` has the nearest first.
    """
    found = await api.search(
        ctx,
        query=q,
        filters=Filters(
            category=CATEGORY_ID.read(category) if category else None,
            shop=SHOP_ID.read(shop) if shop else None,
            price_min=price_min,
            price_max=price_max,
            in_stock=in_stock,
            near=_read_near(lat, lon, radius_m),
            facets=_read_facets(facet or []),
        ),
        sort=sort,
        with_facets=facets,
        cursor=cursor,
        limit=limit,
    )
    return _found(found)


@get("/search/suggestions", summary="Suggest what to search for", responses=problems(Invalid))
async def suggest(ctx: Ctx, q: Typed = "", limit: Few = 8) -> Suggestions:
    """Return titles and categories with a word that begins like this, the best first."""
    return Suggestions(items=await api.suggestions(ctx, query=q, limit=limit))


def _read_near(lat: float | None, lon: float | None, radius_m: float) -> Near | None:
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        raise Invalid(FieldError("lat" if lat is None else "lon", "required", "This is missing"))
    return Near(Location(lat, lon), radius_m)


def _read_facets(raw: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in raw:
        field, equals, value = one.partition("=")
        if not (field and equals and value):
            raise Invalid(FieldError("facet", "pattern", "A facet looks like option.glaze=celadon"))
        found.setdefault(field, []).append(value)
    return found


def _found(found: Found) -> FoundView:
    return FoundView(
        items=[_hit(hit) for hit in found.hits],
        cursor=found.cursor,
        facets=_facets(found.facets) if found.facets else None,
        corrected=found.corrected,
    )


def _hit(hit: Hit) -> HitView:
    return HitView(
        id=PRODUCT_ID.show(hit.product_id),
        shop_id=SHOP_ID.show(hit.shop_id),
        titles=hit.titles,
        art=hit.art,
        price=hit.price,
        list_price=hit.list_price,
        offer_id=OFFER_ID.show(hit.offer_id),
        offers=hit.offers,
        sold=hit.sold,
        votes=hit.votes,
        rating=hit.rating,
        measure=hit.measure,
        nearest=NearestView(
            place_id=PLACE_ID.show(hit.nearest.place.id),
            name=hit.nearest.place.name,
            address=hit.nearest.place.address,
            distance_m=hit.nearest.distance_m,
        )
        if hit.nearest
        else None,
    )


def _facets(facets: Facets) -> FacetsView:
    return FacetsView(
        count=facets.count,
        capped=facets.capped,
        fields=[
            FacetView(
                field=one.field,
                names=one.names,
                values=[
                    FacetValueView(
                        value=value.value,
                        filter=f"{one.field}={value.value}",
                        names=value.names,
                        count=value.count,
                        chosen=value.chosen,
                    )
                    for value in one.values
                ],
            )
            for one in facets.fields
        ],
        prices=[PriceRangeView(low=one.low, high=one.high, count=one.count) for one in facets.prices],
    )


ROUTES = (search_products, suggest)
