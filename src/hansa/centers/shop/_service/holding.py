"""What somebody holds in a shop: by grants as sessions carry them, and as it is now.

The actor of a context may be up to a minute old; whoever changes staff is looked up again under the lock of
the shop, so of two administrators who remove each other at once, one does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from hansa.centers.shop._rules import staff as rules
from hansa.centers.shop._store import staff as store
from hansa.centers.shop.terms import StaffRoles
from hansa.centers.shop.types import Shop, ShopId
from hansa.centers.user.extensions import Grant
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Forbidden, Problem

CHANGE = "shop.staff.change"


def grantable_permissions(platform: Platform) -> frozenset[str]:
    """Return every permission that can be held for a shop: what centers declare, but for what is the platform's.

    A permission that is asked of the platform as a whole would mean nothing for one shop.
    """
    return frozenset(
        permission
        for center in platform.centers
        for permission in center.permissions
        if permission not in center.platform_permissions
    )


async def grants_of(ctx: Ctx, parties: Sequence[UUID]) -> list[Grant]:
    """Return what parties hold through the shops they own or are staff of."""
    async with ctx.platform.db.reading() as tx:
        posts = await store.posts_of(tx, parties)
    grantable = grantable_permissions(ctx.platform)
    terms = {business: _terms(ctx.platform, business) for business in {post.business for post in posts}}
    return [
        grant
        for post in posts
        for grant in rules.as_grants(post, rules.carried(post, terms[post.business], grantable=grantable))
    ]


async def holders_of(ctx: Ctx, shop_id: ShopId, *, permission: str) -> list[UUID]:
    """Return who holds a permission in a shop: its owner first, then staff by party id."""
    async with ctx.platform.db.reading() as tx:
        return (await holders_at(tx, [shop_id], permission=permission))[shop_id]


async def holders_at(
    tx: Transaction, shop_ids: Collection[ShopId], *, permission: str
) -> dict[ShopId, list[UUID]]:
    """Return who holds a permission in each of these shops now: its owner first, then staff by party id.

    For whoever tells a shop something: the owner of the moment, and the staff it concerns.
    """
    grantable = grantable_permissions(tx.platform)
    found: dict[ShopId, list[UUID]] = {shop_id: [] for shop_id in shop_ids}
    for post in await store.posts_at(tx, found):
        if permission in rules.carried(post, _terms(tx.platform, post.business), grantable=grantable):
            found[ShopId(post.shop_id)].append(post.party)
    return found


async def held_now(tx: Transaction, ctx: Ctx, shop: Shop) -> frozenset[str]:
    """Return what the actor holds in a locked shop now, and see that it still may change staff.

    What its context carries was read a while ago: a post that was changed since counts as it is now, and
    whoever was removed since holds nothing. Who never had a post (an operator, an app) goes by its context.
    Raises `Forbidden`.
    """
    grantable = grantable_permissions(ctx.platform)
    held = frozenset(one for one in grantable if ctx.may(one, of=shop.object))
    party = ctx.actor.author
    if party is not None and not ctx.may(CHANGE):
        post = await store.post_at(tx, shop.id, party)
        if post is not None:
            held &= rules.carried(post, ctx.term(StaffRoles), grantable=grantable)
        elif await store.was_removed(tx, shop.id, party):
            held = frozenset()
    if CHANGE not in held:
        raise Forbidden(permission=CHANGE)
    return held


def _terms(platform: Platform, business: str) -> StaffRoles:
    """Return what roles carry in a business; what they usually do, where it is stopped or ended."""
    try:
        return platform.context(business).term(StaffRoles)
    except Problem:
        return StaffRoles()
