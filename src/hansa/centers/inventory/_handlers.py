from __future__ import annotations

from hansa.centers.inventory._service.holding import release_expired
from hansa.kernel.platform import Platform

_ROUNDS_MAX = 100


async def release_lost_holds(platform: Platform, _: bytes) -> None:
    """Release what expired and nobody released, in rounds; the next run takes up what is left."""
    for _round in range(_ROUNDS_MAX):
        if not await release_expired(platform):
            return
