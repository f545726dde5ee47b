from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.shop._service.holding import grants_of, holders_of
from hansa.centers.shop._service.stopping import MAY_CLOSE_NOW, close_where_nobody_objects
from hansa.centers.shop.types import ShopId
from hansa.centers.user.extensions import Grant
from hansa.kernel.center import DeadlineKind
from hansa.kernel.context import Ctx

ANSWER = "message.conversation.answer"


async def grants_of_shops(ctx: Ctx, parties: Sequence[UUID]) -> Sequence[Grant]:
    """Answer `user.grants`: what parties may do for the shops they own or are staff of."""
    return await grants_of(ctx, parties)


async def desk_of(ctx: Ctx, shop_id: UUID) -> Sequence[UUID]:
    """Answer `message.desk`: the owner, and staff that may answer buyers."""
    return await holders_of(ctx, ShopId(shop_id), permission=ANSWER)


DEADLINES = (DeadlineKind(MAY_CLOSE_NOW, close_where_nobody_objects),)
