"""Facets with names that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from hansa.centers.product import api as product
from hansa.centers.search._rules.facets import by_field, price_ranges
from hansa.centers.search._store import queries
from hansa.centers.search.types import Facet, Facets, FacetValue
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Ctx
from hansa.kernel.page import COUNT_CAP
from hansa.kernel.texts import Texts

_CATEGORY: Texts = {"en": "Category", "zh": "分类"}
_SHOP: Texts = {"en": "Shop", "zh": "店铺"}

Names = Mapping[tuple[str, str], Texts]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, over at most one document more than `COUNT_CAP`."""

    found: int
    prices: Sequence[int]
    facets: Mapping[str, int]
    """`field=value`, and how many have it."""
    chosen: Mapping[str, Sequence[str]]
    """Fields and values that are narrowed by already."""


async def describe(ctx: Ctx, counts: Counts) -> Facets:
    """Name what was counted."""
    fields = by_field(counts.facets, chosen=counts.chosen)
    names = await _names(ctx, fields)
    return Facets(
        count=min(counts.found, COUNT_CAP),
        capped=counts.found > COUNT_CAP,
        fields=tuple(
            Facet(
                field,
                names.get((field, ""), {}),
                tuple(
                    FacetValue(
                        value, names.get((field, value), {}), count, value in counts.chosen.get(field, ())
                    )
                    for value, count in values
                ),
            )
            for field, values in fields
        ),
        prices=tuple(price_ranges(counts.prices)),
    )


async def _names(ctx: Ctx, fields: Sequence[tuple[str, list[tuple[str, int]]]]) -> Names:
    by_name = dict(fields)
    found: dict[tuple[str, str], Texts] = {("category", ""): _CATEGORY, ("shop", ""): _SHOP}
    if "category" in by_name:
        found |= {("category", str(one.id)): one.names for one in await product.categories(ctx)}
    if "shop" in by_name:
        ids = [ShopId(UUID(value)) for value, _ in by_name["shop"]]
        found |= {("shop", str(key)): one.name for key, one in (await shop.shops(ctx, ids)).items()}
    others = [
        f"{field}={value}"
        for field, values in fields
        for value, _ in values
        if field not in {"category", "shop"}
    ]
    if others:
        async with ctx.transaction() as tx:
            found |= await queries.labels(tx, ctx.business, ctx.traffic.value, others)
    return found
