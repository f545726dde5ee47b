from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from hansa.centers.inventory._rules.stock import StockKey
from hansa.centers.inventory._store import reading as store
from hansa.centers.inventory.errors import SkuNotFound
from hansa.centers.inventory.extensions import SOURCING
from hansa.centers.inventory.types import Movement, StockLevel
from hansa.centers.place import api as place
from hansa.centers.place.types import Destination, PlaceId
from hansa.centers.product.types import SkuId
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Database, Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.snapshot import Snapshot

SkuTraffic = tuple[SkuId, str]
SINGLE_ROWS_MAX = 2_000
"""How many (SKU, place) are asked for one by one; beyond, all places of the SKUs are cheaper."""


class AvailabilitySnapshot(Snapshot[SkuTraffic, dict[PlaceId, int]]):
    """What was available within the last second. A hint for pages and quotes: only a hold decides."""

    def __init__(self, db: Database) -> None:
        async def load(keys: Sequence[SkuTraffic]) -> Mapping[SkuTraffic, dict[PlaceId, int]]:
            async with db.reading() as tx:
                return await store.available(tx, keys)

        super().__init__(load=load)


class PlacedSnapshot(Snapshot[StockKey, int]):
    """What was available of a SKU at one place within the last second, for who knows where to look."""

    def __init__(self, db: Database) -> None:
        async def load(keys: Sequence[StockKey]) -> Mapping[StockKey, int]:
            async with db.reading() as tx:
                return await store.available_at(tx, keys)

        super().__init__(load=load)


async def availability(
    ctx: Ctx, sku_ids: Collection[SkuId], *, places: Collection[PlaceId] | None = None
) -> dict[SkuId, dict[PlaceId, int]]:
    """Return what can be sold of each SKU, per place, at most about a second old.

    With `places`, at least what is there: a chain has what everybody buys in each of its hundreds of stores,
    and a quote looks at one of them.
    """
    traffic = ctx.traffic.value
    if places is not None and len(sku_ids) * len(places) <= SINGLE_ROWS_MAX:
        rows = await ctx.platform.service(PlacedSnapshot).get(
            [(sku_id, place_id, traffic) for sku_id in sku_ids for place_id in places]
        )
        there: dict[SkuId, dict[PlaceId, int]] = {sku_id: {} for sku_id in sku_ids}
        for (sku_id, place_id, _), left in rows.items():
            there[SkuId(sku_id)][PlaceId(place_id)] = left
        return there
    found = await ctx.platform.service(AvailabilitySnapshot).get([(sku_id, traffic) for sku_id in sku_ids])
    return {sku_id: places for (sku_id, _), places in found.items()}


async def available_in(
    tx: Transaction, *, skus: Collection[tuple[SkuId, Traffic]]
) -> set[tuple[SkuId, Traffic]]:
    """Return of which SKUs something can be sold somewhere, as it is within the caller's transaction."""
    found = await store.available(tx, [(sku_id, traffic.value) for sku_id, traffic in skus])
    return {(sku_id, Traffic(traffic)) for (sku_id, traffic), places in found.items() if any(places.values())}


async def rank_places(
    ctx: Ctx, *, shop_id: ShopId, sku_ids: Sequence[SkuId], destination: Destination | None = None
) -> list[PlaceId]:
    """Rank the places from which a shop serves these SKUs, best first, as the business answers it."""
    ranking = await SOURCING.of(ctx)(ctx, shop_id, sku_ids, destination)
    return list(ranking or ())


async def stock_of_place(
    ctx: Ctx, *, place_id: PlaceId, cursor: str | None = None, limit: int = 50
) -> Page[StockLevel]:
    """List what there is at a place, for those who may see it."""
    checked_limit(limit)
    await require_of_places(ctx, "inventory.stock.see", [place_id])
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.stock_of_place(
            tx, place_id=place_id, traffic=ctx.traffic, after=after, limit=limit + 1
        )
    return page_of(rows, limit=limit, key=lambda level: (level.sku_id,))


async def stock_of_skus(
    ctx: Ctx, *, sku_ids: Collection[SkuId], place_ids: Collection[PlaceId]
) -> list[StockLevel]:
    """Return what there is of up to 100 SKUs at these places, for those who may see all of these.

    What was never kept at a place is not in the answer. Raises `SkuNotFound` for a place that is not there,
    `Invalid` for too many SKUs.
    """
    if not sku_ids or not place_ids:
        return []
    checked_limit(len(sku_ids))
    await require_of_places(ctx, "inventory.stock.see", place_ids)
    async with ctx.transaction() as tx:
        return await store.stock_of_skus(
            tx, sku_ids=list(sku_ids), place_ids=list(place_ids), traffic=ctx.traffic
        )


async def movements(
    ctx: Ctx, *, sku_id: SkuId, place_id: PlaceId, cursor: str | None = None, limit: int = 50
) -> Page[Movement]:
    """List why the quantity on hand changed, newest first, for those who may see it."""
    checked_limit(limit)
    await require_of_places(ctx, "inventory.stock.see", [place_id])
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.movements(
            tx, sku_id=sku_id, place_id=place_id, traffic=ctx.traffic, before=before, limit=limit + 1
        )
    return page_of(rows, limit=limit, key=lambda movement: (movement.id,))


async def require_of_places(ctx: Ctx, permission: str, place_ids: Collection[PlaceId]) -> None:
    """Require a permission of the shop of each place; of the platform for its own places.

    A place that does not exist, or is of another business or traffic class, reads as one that is not the
    caller's: `SkuNotFound`.
    """
    found = await place.places(ctx, place_ids)
    for place_id in place_ids:
        known = found.get(place_id)
        if known is None or (known.business, known.traffic) != (ctx.business, ctx.traffic):
            raise SkuNotFound
        ctx.require(permission, of=shop_object(known.shop_id) if known.shop_id else None)
