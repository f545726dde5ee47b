from __future__ import annotations

from uuid import UUID

from hansa.centers.place._service import places
from hansa.centers.place.types import PlaceId
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Veto


async def own_place_in_use(ctx: Ctx, shop_id: ShopId, place_id: UUID) -> Veto | None:
    """Answer `shop.return_place`: goods come back to a place of the shop itself that is in use."""
    found = (await places(ctx, [PlaceId(place_id)])).get(PlaceId(place_id))
    if found is None or found.shop_id != shop_id:
        return Veto("not_yours", "Goods come back to a place of the shop itself")
    return None if found.active else Veto("not_in_use", "This place is not in use")
