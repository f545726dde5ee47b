"""One step of a shop's life, as every use case takes it: checked, written down, told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hansa.centers.shop._rules.states import may_become
from hansa.centers.shop._service.shops import forget_after
from hansa.centers.shop._store import shops as store
from hansa.centers.shop.errors import StatusUnchangeable
from hansa.centers.shop.events import (
    ShopApproved,
    ShopClosed,
    ShopClosing,
    ShopEvent,
    ShopOpened,
    ShopReinstated,
    ShopRejected,
    ShopStatusChanged,
    ShopSubmitted,
    ShopSuspended,
)
from hansa.centers.shop.types import Reason, Shop, ShopStatus
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction


async def take(
    tx: Transaction,
    ctx: Ctx,
    shop: Shop,
    status: ShopStatus,
    *,
    cause: str,
    reasons: Sequence[Reason] = (),
) -> Shop:
    """Move a locked shop on, write down who did it and why, and tell it. Raises `StatusUnchangeable`."""
    (moved,) = await take_all(tx, [(ctx, shop)], status, cause=cause, reasons=reasons)
    return moved


async def take_all(
    tx: Transaction,
    shops: Sequence[tuple[Ctx, Shop]],
    status: ShopStatus,
    *,
    cause: str,
    reasons: Sequence[Reason] = (),
) -> list[Shop]:
    """Move locked shops on, as `take` does, in one statement."""
    for _, shop in shops:
        if not may_become(shop.status, status):
            raise StatusUnchangeable(current=shop.status, wanted=status)
    times = [ctx.now() for ctx, _ in shops]
    await store.take_steps(
        tx,
        [
            store.Step(shop.id, status, ctx.actor.label, cause, at, tuple(reasons))
            for (ctx, shop), at in zip(shops, times, strict=True)
        ],
    )
    moved = []
    for (ctx, before), at in zip(shops, times, strict=True):
        submitting = status is ShopStatus.READY_FOR_REVIEW
        after = msgspec.structs.replace(
            before,
            status=status,
            version=before.version + 1,
            submission=before.submission + submitting,
            submitted_at=at if submitting else before.submitted_at,
        )
        tx.emit(ctx, *_told(before, after, reasons))
        forget_after(tx, ctx, after.id)
        moved.append(after)
    return moved


def _told(before: Shop, after: Shop, reasons: Sequence[Reason]) -> list[ShopEvent]:
    """Return what is told of a step: that it was taken, and what it means."""
    shop_id = after.id
    told: list[ShopEvent] = [
        ShopStatusChanged(shop_id=shop_id, previous=before.status, status=after.status, sells=after.sells)
    ]
    match after.status:
        case ShopStatus.READY_FOR_REVIEW:
            told.append(ShopSubmitted(shop_id=shop_id, submission=after.submission))
        case ShopStatus.APPROVED:
            told.append(ShopApproved(shop_id=shop_id, owner=after.owner))
        case ShopStatus.REJECTED:
            codes = tuple(reason.code for reason in reasons)
            told.append(ShopRejected(shop_id=shop_id, owner=after.owner, reasons=codes))
        case ShopStatus.ACTIVE if before.status is ShopStatus.APPROVED:
            told.append(ShopOpened(shop_id=shop_id, slug=after.slug, owner=after.owner))
        case ShopStatus.ACTIVE:
            told.append(ShopReinstated(shop_id=shop_id))
        case ShopStatus.SUSPENDED:
            told.append(ShopSuspended(shop_id=shop_id))
        case ShopStatus.CLOSING:
            told.append(ShopClosing(shop_id=shop_id))
        case ShopStatus.CLOSED:
            told.append(ShopClosed(shop_id=shop_id))
        case _:
            pass
    return told
