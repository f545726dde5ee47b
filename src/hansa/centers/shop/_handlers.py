from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.shop._service import grants_of
from hansa.centers.user.extensions import Grant
from hansa.kernel.context import Ctx


async def grants_of_shops(ctx: Ctx, parties: Sequence[UUID]) -> Sequence[Grant]:
    """Answer `user.grants`: what parties may do for the shops they own or are staff of."""
    return await grants_of(ctx, parties)
