from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from hansa.centers.shop.types import Objection, Shop, ShopId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError, Veto


class Admission(Protocol):
    """Say why this party may not open a shop in the business, or None when it may."""

    async def __call__(self, ctx: Ctx, owner: UUID, slug: str) -> Veto | None: ...


@dataclass(frozen=True, slots=True)
class ShopClosure:
    """A shop wants to close. It sells no more; its row is locked."""

    ctx: Ctx
    shop: Shop


class MayClose(Protocol):
    """Say, per shop, why it cannot close yet: open orders, payouts to come, liens. Nothing to say lets it.

    Asked a minute after the closing began, and again at intervals until nobody objects.
    """

    async def __call__(
        self, tx: Transaction, commands: Sequence[ShopClosure]
    ) -> Sequence[Sequence[Objection]]: ...


class ReturnPlace(Protocol):
    """Say why goods cannot be sent back to this place of the shop, or None when they can."""

    async def __call__(self, ctx: Ctx, shop_id: ShopId, place_id: UUID) -> Veto | None: ...


async def anybody(ctx: Ctx, owner: UUID, slug: str) -> Veto | None:  # noqa: ARG001 - the point's signature
    """Let anybody open a shop: the platform's answer."""
    return None


async def nothing_open(
    tx: Transaction,  # noqa: ARG001 - the point's signature
    commands: Sequence[ShopClosure],
) -> Sequence[Sequence[Objection]]:
    """Object to nothing."""
    return [() for _ in commands]


async def anywhere(ctx: Ctx, shop_id: ShopId, place_id: UUID) -> Veto | None:  # noqa: ARG001 - as above
    """Take any place: nobody here knows places."""
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
MAY_CLOSE = ExtensionPoint[MayClose](
    "shop.may_close",
    version=1,
    mode=Mode.ALL,
    effects=Effects.TX,
    budget_ms=1_000,
    on_error=OnError.CLOSED,
    default=nothing_open,
)
RETURN_PLACE = ExtensionPoint[ReturnPlace](
    "shop.return_place",
    version=1,
    mode=Mode.VETO,
    effects=Effects.IO,
    budget_ms=100,
    on_error=OnError.CLOSED,
    default=anywhere,
)

POINTS = (ADMISSION, MAY_CLOSE, RETURN_PLACE)
