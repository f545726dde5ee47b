from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hansa.centers.inventory._rules.ranking import nearest
from hansa.centers.place import api as place
from hansa.centers.place.types import Capability, Destination, PlaceId
from hansa.centers.product.types import SkuId
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError


class Sourcing(Protocol):
    """Rank the places from which a shop may serve these SKUs, best first; None leaves it to the next.

    `destination` is whereabouts the goods go, when that is known. A place that is not ranked does not serve.
    """

    async def __call__(
        self, ctx: Ctx, shop_id: ShopId, sku_ids: Sequence[SkuId], destination: Destination | None
    ) -> Sequence[PlaceId] | None: ...


async def nearest_first(
    ctx: Ctx,
    shop_id: ShopId,
    sku_ids: Sequence[SkuId],  # noqa: ARG001 - the point's signature
    destination: Destination | None,
) -> Sequence[PlaceId] | None:
    """Rank the shop's places that ship, the nearest first; without a destination, the oldest.

    Near is what is few metres away, where both locations are known; else what lies in the same country, and there
    shares the longer beginning of the postcode.
    """
    places = [
        p for p in await place.places_of_shop(ctx, shop_id) if p.active and Capability.SHIP in p.capabilities
    ]
    return nearest(places, destination)


SOURCING = ExtensionPoint[Sourcing](
    "inventory.sourcing",
    version=1,
    mode=Mode.FIRST,
    effects=Effects.IO,
    budget_ms=50,
    on_error=OnError.PARENT,
    default=nearest_first,
)

POINTS = (SOURCING,)
