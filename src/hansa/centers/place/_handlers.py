from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.place._service import places
from hansa.centers.place._store_erasing import forget_places
from hansa.centers.place.types import PlaceId
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.user.extensions import Erasure
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Veto

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def forget_owners(tx: Transaction, commands: Sequence[Erasure]) -> list[tuple[str, ...]]:
    """Answer `user.erase`: the places of their shops, which are over, lose name and address."""
    owners = await shop.shops_owned_by(tx, [party for command in commands for party in command.parties])
    gone = {owners[ShopId(one)] for one in await forget_places(tx, list(owners))} if owners else set()
    return [("place.place",) if gone.intersection(command.parties) else () for command in commands]


async def own_place_in_use(ctx: Ctx, shop_id: ShopId, place_id: UUID) -> Veto | None:
    """Answer `shop.return_place`: goods come back to a place of the shop itself that is in use."""
    found = (await places(ctx, [PlaceId(place_id)])).get(PlaceId(place_id))
    if found is None or found.shop_id != shop_id:
        return Veto("not_yours", "Goods come back to a place of the shop itself")
    return None if found.active else Veto("not_in_use", "This place is not in use")
