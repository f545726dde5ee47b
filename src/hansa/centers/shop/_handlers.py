from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.shop import _store as store
from hansa.centers.shop._service import grants_of
from hansa.centers.user.extensions import Grant
from hansa.kernel.context import Ctx


async def grants_of_shops(ctx: Ctx, parties: Sequence[UUID]) -> Sequence[Grant]:
    """Answer `user.grants`: what parties may do for the shops they own or are staff of."""
    return await grants_of(ctx, parties)


async def desk_of(ctx: Ctx, shop_id: UUID) -> Sequence[UUID]:
    """Answer `message.desk`: the owner, and staff that may answer buyers."""
    async with ctx.transaction() as tx:
        return await store.holders_of(tx, shop_id, permission="message.conversation.answer")
