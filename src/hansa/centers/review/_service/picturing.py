"""Pictures that buyers take of what they received: uploaded first, then shown by one review or follow-up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID

from hansa.centers.product import api as product
from hansa.centers.product.types import MediaId
from hansa.centers.review._service.persons import kin
from hansa.centers.review._store import pictures as store
from hansa.centers.review._store import receipts
from hansa.centers.review.errors import LineNotReceived, TooManyPictures
from hansa.kernel.clock import system_now
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.platform import Platform
from hansa.kernel.problem import FieldError, Invalid

SWEEP = "review.sweep_pictures"
UNUSED_MAX = 27
"""How many pictures somebody may have that nothing shows yet: enough for three reviews."""
UNUSED_FOR = timedelta(days=1)
SWEPT_AT_ONCE = 100


async def add_picture(ctx: Ctx, *, content: bytes | AsyncIterator[bytes]) -> MediaId:
    """Take in a picture of the acting party for a review: looked at by content, nothing kept but its pixels.

    Whoever has received nothing has nothing to review, and keeps no pictures here. What no review shows within a day
    is removed. Raises `Unauthenticated`, `LineNotReceived`, `TooManyPictures`, `product.picture_refused`, `product.pictures_unavailable`.
    """
    party = ctx.party()
    async with ctx.transaction() as tx:
        persons = await kin(tx, party)
        if not await receipts.received_any(
            tx, buyers=persons, business=ctx.business, traffic=ctx.traffic.value
        ):
            raise LineNotReceived
        if await store.unused(tx, persons) >= UNUSED_MAX:
            raise TooManyPictures(pictures_max=UNUSED_MAX)
    media_id = await product.keep_picture(ctx, content=content)
    async with ctx.transaction() as tx:
        await store.insert(
            tx,
            media_id,
            party=party,
            business=ctx.business,
            traffic=ctx.traffic.value,
            at=system_now(),
        )
        await product.own_pictures(tx, [media_id])
    return media_id


async def show_pictures(tx: Transaction, ctx: Ctx, media: Sequence[MediaId], *, entry_id: UUID) -> None:
    """Have an entry show pictures of its author. Raises `Invalid` unless each is, and none is shown elsewhere."""
    if not media:
        return
    found = await store.attach(
        tx,
        media,
        parties=await kin(tx, ctx.party()),
        business=ctx.business,
        traffic=ctx.traffic.value,
        entry_id=entry_id,
    )
    if found < len(media):
        raise Invalid(FieldError("pictures", "unknown", "Upload each picture first, and show it once"))


async def forget_pictures(tx: Transaction, parties: Sequence[UUID]) -> None:
    """Remove every picture of these persons."""
    await product.disown_pictures(tx, await store.take_of_parties(tx, parties))


async def drop_pictures(tx: Transaction, entry_ids: Sequence[UUID]) -> None:
    """Remove the pictures of entries that are gone."""
    await product.disown_pictures(tx, await store.take_of_entries(tx, entry_ids))


async def sweep_pictures(platform: Platform, _payload: bytes = b"") -> None:
    """Remove pictures that nobody showed; a periodic job, by real time like the bytes themselves."""
    while True:
        async with platform.db.transaction() as tx:
            old = await store.take_unused(tx, system_now() - UNUSED_FOR, limit=SWEPT_AT_ONCE)
            await product.disown_pictures(tx, old)
        if len(old) < SWEPT_AT_ONCE:
            return
