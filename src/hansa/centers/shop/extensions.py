from __future__ import annotations

from typing import Protocol
from uuid import UUID

from hansa.kernel.context import Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError, Veto


class Admission(Protocol):
    """Say why this party may not open a shop in the business, or None when it may."""

    async def __call__(self, ctx: Ctx, owner: UUID, slug: str) -> Veto | None: ...


async def anybody(ctx: Ctx, owner: UUID, slug: str) -> Veto | None:  # noqa: ARG001 - the point's signature
    """Let anybody open a shop: the platform's answer."""
    return None


ADMISSION = ExtensionPoint[Admission](
    "shop.admission",
    version=1,
    mode=Mode.VETO,
    effects=Effects.IO,
    budget_ms=200,
    on_error=OnError.CLOSED,
    default=anybody,
)

POINTS = (ADMISSION,)
