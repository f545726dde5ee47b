from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.shop._service import grants_of
from hansa.kernel.context import Ctx


async def grants_of_shops(ctx: Ctx, party: UUID) -> Sequence[str]:
    """Answer `user.grants`: what a party may do for the shops it owns or is staff of."""
    return await grants_of(ctx, party)
