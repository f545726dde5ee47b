"""Somebody who wants to be forgotten, or to know what is held: their shops, their posts, their invitations."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from hansa.centers.shop._rules.states import NEVER_SOLD
from hansa.centers.shop._service import steps
from hansa.centers.shop._service.stopping import ask_when_settled
from hansa.centers.shop._store import personal as store
from hansa.centers.shop._store import shops
from hansa.centers.shop.events import StaffChanged
from hansa.centers.shop.types import SHOP_ID, Shop, ShopId, ShopStatus
from hansa.centers.user import api as user
from hansa.centers.user.extensions import Erasure
from hansa.centers.user.types import PersonalRecord
from hansa.kernel.context import SYSTEM, Actor, ActorKind, Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.extension import Veto
from hansa.kernel.plan.errors import BusinessEnded, UnknownBusiness

_STOPPABLE = frozenset({ShopStatus.ACTIVE, ShopStatus.SUSPENDED})
_CAUSE = "owner_forgotten"
_CLOSED = {"en": "A seller that has left", "zh": "已离开的卖家"}
"""What a shop that was somebody's own is called once they are forgotten."""


async def no_shop_open(tx: Transaction, commands: Sequence[Erasure]) -> list[Veto | None]:
    """Answer `user.may_erase`: not while a live shop is theirs, which is closed or handed over first."""
    found = await store.open_shops_of(tx, [party for command in commands for party in command.parties])
    owners = [owner for owner, business in found if _context(tx, business, Traffic.LIVE) is not None]
    return [_objection(sum(owner in command.parties for owner in owners)) for command in commands]


async def leave_shops(tx: Transaction, commands: Sequence[Erasure]) -> list[tuple[str, ...]]:
    """Answer `user.erase`: their posts and invitations end, and shops that nobody owns any more stop selling.

    Who sold there as a sole trader, or applied and never sold, is a person: names, answers and the sentences of
    decisions go, and so do name and address of the shop; a company's stay. What the owner said on the shop's page goes whoever sold.

    Those are shops that are not live, or were opened while the erasure was under way.
    """
    parties = [party for command in commands for party in command.parties]
    theirs = await shops.lock_shops(tx, [ShopId(one) for one in await store.shops_named_by(tx, parties)])
    wheres = {one.id: _context(tx, one.business, one.traffic) for one in theirs.values()}
    left = await store.end_posts(tx, parties)
    times = [(wheres[ShopId(shop_id)] or commands[0].ctx).now() for shop_id, _ in left]
    await store.insert_departures(tx, left, actor=SYSTEM.label, cause="forgotten", at=times)
    for shop_id, party in left:
        if (ctx := wheres[ShopId(shop_id)]) is not None:
            tx.emit(ctx, StaffChanged(shop_id=shop_id, party=party, permissions=(), roles=()))
    await store.end_invitations(tx, parties)
    owned = [(wheres[one.id], one) for one in theirs.values() if one.owner in set(parties)]
    await _forget_words(tx, [one.id for _, one in owned], commands)
    await _stop(tx, [(ctx, one) for ctx, one in owned if ctx is not None])
    gone = {party for _, party in left}
    return [("shop.staff",) if gone.intersection(command.parties) else () for command in commands]


async def shops_owned_by(tx: Transaction, parties: Sequence[UUID]) -> dict[ShopId, UUID]:
    """Return the shops that parties own, whatever their business, traffic and status, with whose each is.

    For centers that answer `user.erase`: a shop whose owner is forgotten is over.
    """
    return await store.shops_owned_by(tx, parties)


async def held_about(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: posts at shops; of those somebody owns, also what was answered and decided."""
    async with ctx.platform.db.reading() as tx:
        everybody = [party, *await user.merged_guests(tx, party)]
        posts = await store.posts_with_names(tx, everybody)
        told = await store.dossiers_of(tx, everybody)
    held = [
        PersonalRecord(
            kind="shop.post",
            content={
                "shop": SHOP_ID.show(one.shop_id),
                "business": one.business,
                "name": one.name,
                "roles": one.roles,
                "permissions": one.permissions,
            },
        )
        for one in posts
    ]
    return [*held, *(PersonalRecord(kind=one.kind, content=msgspec.json.decode(one.content)) for one in told)]


async def _forget_words(tx: Transaction, owned: Sequence[ShopId], commands: Sequence[Erasure]) -> None:
    parties = [party for command in commands for party in command.parties]
    labels = [Actor(ActorKind.PERSON, party).label for party in parties]
    once = await store.shops_left_by(tx, parties)
    await store.forget_sole_traders(tx, shops=owned, everywhere=once, labels=labels)
    await store.forget_dossiers(tx, shops=owned, everywhere=once, labels=labels)
    await store.forget_profiles(tx, owned)
    await store.forget_names(tx, owned, name=_CLOSED)


def _objection(count: int) -> Veto | None:
    if not count:
        return None
    return Veto("shop.shops_open", f"Shops to close or to hand over first: {count}", {"shops": count})


def _context(tx: Transaction, business: str, traffic: Traffic) -> Ctx | None:
    """Return where something happens to a shop; None where its business is over, and every shop with it."""
    try:
        return tx.context(business, traffic)
    except (BusinessEnded, UnknownBusiness):
        return None


async def _stop(tx: Transaction, owned: Sequence[tuple[Ctx, Shop]]) -> None:
    over = [(ctx, one) for ctx, one in owned if one.status in NEVER_SOLD]
    ending = [(ctx, one) for ctx, one in owned if one.status in _STOPPABLE]
    if over:
        await steps.take_all(tx, over, ShopStatus.CLOSED, cause=_CAUSE)
    if ending:
        await steps.take_all(tx, ending, ShopStatus.CLOSING, cause=_CAUSE)
    for ctx, one in ending:
        await ask_when_settled(tx, ctx, [one.id])
