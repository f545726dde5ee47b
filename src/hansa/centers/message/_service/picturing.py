"""Pictures that people show each other: uploaded first, then shown by one message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.message._service.listening import ANSWER, shop_named
from hansa.centers.message._service.unsubscribing import everybody_that_is
from hansa.centers.message._store import pictures as store
from hansa.centers.message.errors import SubjectUnknown, TooManyUnsaid
from hansa.centers.message.extensions import PICTURES_GONE, SUBJECT, PicturesGone
from hansa.kernel.clock import system_now
from hansa.kernel.context import PLATFORM_BUSINESS, ActorKind, Ctx, Traffic
from hansa.kernel.problem import FieldError, Invalid, Problem

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

SWEEP = "message.sweep_pictures"
UNSAID_MAX = 27
"""How many pictures somebody may have that no message shows yet: enough for three."""
UNSAID_FOR = timedelta(days=1)
_SWEPT_AT_ONCE = 100


async def admit_picture(ctx: Ctx, *, subject: str) -> None:
    """See that the acting party may bring one more picture to speak of something; see `message.api`."""
    party = ctx.author()
    found = await SUBJECT.of(ctx)(ctx, subject)
    if found is None:
        ctx.party()  # a token that does not act for its person learns nothing
        raise SubjectUnknown
    async with ctx.transaction() as tx:
        there = await store.unsaid(tx, await everybody_that_is(tx, party))
        own = await everybody_that_is(tx, ctx.actor.party) if ctx.actor.party else ()
    asks = found.buyer is None and own and ctx.actor.kind is not ActorKind.GUEST
    if not (asks or found.buyer in own or ctx.may(ANSWER, of=shop_named(found.shop_id))):
        raise SubjectUnknown
    if there >= UNSAID_MAX:
        raise TooManyUnsaid(pictures_max=UNSAID_MAX)


async def own_picture(tx: Transaction, ctx: Ctx, media_id: UUID) -> None:
    """Write down that a picture is the acting party's; see `message.api`."""
    await store.insert(
        tx,
        media_id,
        party=ctx.author(),
        business=ctx.business,
        traffic=ctx.traffic.value,
        at=system_now(),
    )


async def show_pictures(
    tx: Transaction, ctx: Ctx, media: Sequence[UUID], *, party: UUID, conversation_id: UUID
) -> None:
    """Have a message show pictures of its author. Raises `Invalid` unless each is, and none is shown elsewhere."""
    if not media:
        return
    found = await store.attach(
        tx,
        media,
        parties=await everybody_that_is(tx, party),
        business=ctx.business,
        traffic=ctx.traffic.value,
        conversation_id=conversation_id,
    )
    if found < len(media):
        raise Invalid(FieldError("media", "unknown", "Upload each picture first, and show it once"))


async def let_go(tx: Transaction, ctx: Ctx, media: Sequence[UUID]) -> None:
    """Have whoever keeps the bytes of pictures remove them: nobody has these any more."""
    if media:
        (refused,) = await PICTURES_GONE.of_batch(tx, [PicturesGone(ctx, tuple(media))])
        if isinstance(refused, Problem):
            raise refused


async def sweep_pictures(platform: Platform, _payload: bytes = b"") -> None:
    """Remove pictures that nobody showed; a periodic job, by real time like the bytes themselves."""
    while True:
        async with platform.db.transaction() as tx:
            old = await store.take_unsaid(tx, system_now() - UNSAID_FOR, limit=_SWEPT_AT_ONCE)
            await let_go(tx, tx.context(PLATFORM_BUSINESS, Traffic.LIVE), old)
        if len(old) < _SWEPT_AT_ONCE:
            return
