from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from hansa.centers.shop import _rules as rules
from hansa.centers.shop import _store as store
from hansa.centers.shop.errors import (
    OwnerStays,
    PermissionUnknown,
    ShopNotAdmitted,
    ShopNotFound,
    SlugTaken,
    StaffFull,
    StatusUnchangeable,
)
from hansa.centers.shop.events import ShopOpened, ShopReinstated, ShopSuspended, StaffChanged
from hansa.centers.shop.extensions import ADMISSION
from hansa.centers.shop.types import SHOP_ID, Shop, ShopId, ShopStatus, Staff, shop_object
from hansa.centers.user import api as user
from hansa.centers.user.extensions import Grant
from hansa.kernel.context import ActorKind, Ctx
from hansa.kernel.db import Database, Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Invalid, NotFound
from hansa.kernel.snapshot import Snapshot, changes_of
from hansa.kernel.texts import Texts


class ShopSnapshot(Snapshot[ShopId, Shop]):
    """All shops this process has met, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(ids: Sequence[ShopId]) -> Mapping[ShopId, Shop]:
            async with db.reading() as tx:
                return await store.read_shops(tx, ids)

        super().__init__(load=load, changed=changes_of(db, "shop.shop", "id"))


async def open_shop(ctx: Ctx, *, slug: str, name: Texts, owner: UUID, entity: str | None = None) -> Shop:
    """Open a shop for its owner: the acting person, or anybody with `shop.shop.open`.

    `entity` is the legal entity that sells; by default the business's own. Raises `Invalid`,
    `SlugTaken`, `ShopNotAdmitted`, `Unauthenticated`, `Forbidden`.
    """
    if owner != ctx.actor.party or ctx.actor.kind is ActorKind.GUEST:
        ctx.require("shop.shop.open")
    if errors := rules.shop_errors(slug=slug, name=name):
        raise Invalid(*errors)
    if veto := await ADMISSION.of(ctx)(ctx, owner, slug):
        raise ShopNotAdmitted(veto.message, reason=veto.code)
    shop = Shop(
        id=SHOP_ID.new(),
        slug=slug,
        name=name,
        business=ctx.business,
        traffic=ctx.traffic,
        owner=owner,
        entity=entity or ctx.entity,
        status=ShopStatus.ACTIVE,
        opened_at=ctx.now(),
        version=1,
    )
    async with ctx.transaction() as tx:
        await user.grants_changed(tx, ctx, [owner])  # user's rows come before shop's in the lock order
        if not await store.insert_shop(tx, shop):
            raise SlugTaken(slug=slug)
        tx.emit(ctx, ShopOpened(shop_id=shop.id, slug=slug, owner=owner))
    return shop


async def shops(ctx: Ctx, ids: Collection[ShopId]) -> dict[ShopId, Shop]:
    """Return shops by id, whatever their business, at most a second old; unknown ids are absent."""
    return await ctx.platform.service(ShopSnapshot).get(ids)


async def require_shop(ctx: Ctx, shop_id: ShopId) -> Shop:
    """Return a shop of the context's business, or raise `ShopNotFound`."""
    found = (await shops(ctx, [shop_id])).get(shop_id)
    if found is None or found.business != ctx.business:
        raise ShopNotFound
    return found


async def shop_by_slug(ctx: Ctx, *, slug: str) -> Shop:
    """Find a shop of the context's business and traffic class by its slug, or raise `ShopNotFound`."""
    if not rules.is_slug(slug):
        raise ShopNotFound
    async with ctx.transaction() as tx:
        shop = await store.shop_by_slug(tx, business=ctx.business, traffic=ctx.traffic, slug=slug)
    if shop is None:
        raise ShopNotFound
    return shop


async def list_shops(ctx: Ctx, *, cursor: str | None = None, limit: int = 50) -> Page[Shop]:
    """List active shops, newest first."""
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.list_shops(
            tx, business=ctx.business, traffic=ctx.traffic, after=after, limit=limit + 1
        )
    return page_of(rows, limit=limit, key=lambda shop: (shop.id,))


async def rename_shop(ctx: Ctx, *, shop_id: ShopId, name: Texts) -> Shop:
    """Give a shop another name. Needs `shop.shop.edit` in it; raises `Invalid`, `ShopNotFound`."""
    if errors := rules.shop_errors(slug="ok", name=name):
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        await _locked(tx, ctx, shop_id, permission="shop.shop.edit")
        shop = await store.set_name(tx, shop_id, name)
        _forget_after(tx, ctx, shop_id)
    return shop


async def set_status(ctx: Ctx, *, shop_id: ShopId, status: ShopStatus) -> Shop:
    """Suspend or reinstate a shop: the operator's decision, so no permission in the shop suffices.

    Raises `ShopNotFound`, `StatusUnchangeable`.
    """
    ctx.require("shop.shop.suspend")
    async with ctx.transaction() as tx:
        shop = await store.lock_shop(tx, shop_id)
        if shop is None or shop.business != ctx.business:
            raise ShopNotFound
        if shop.status is status:
            return shop
        if status not in rules.TRANSITIONS[shop.status]:
            raise StatusUnchangeable(status=shop.status, wanted=status)
        shop = await store.set_status(tx, shop_id, status)
        event = ShopSuspended if status is ShopStatus.SUSPENDED else ShopReinstated
        tx.emit(ctx, event(shop_id=shop_id))
        _forget_after(tx, ctx, shop_id)
    return shop


async def add_staff(ctx: Ctx, *, shop_id: ShopId, party: UUID, permissions: Collection[str]) -> Staff:
    """Let a party act for a shop, with these permissions in place of what it had.

    Needs `shop.staff.change` in the shop, and nobody grants what they do not hold there themselves.
    Raises `PermissionUnknown`, `OwnerStays`, `StaffFull`, `ShopNotFound`.
    """
    wanted = tuple(sorted(set(permissions)))
    known = known_permissions(ctx.platform)
    of = shop_object(shop_id)
    async with ctx.transaction() as tx:
        await user.grants_changed(tx, ctx, [party])
        shop = await _locked(tx, ctx, shop_id, permission="shop.staff.change")
        if refused := [held for held in wanted if held not in known or not ctx.may(held, of=of)]:
            raise PermissionUnknown(permissions=[held[:80] for held in refused[:20]])
        if not wanted:
            raise PermissionUnknown(permissions=[])
        if party == shop.owner:
            raise OwnerStays
        if await store.count_staff(tx, shop_id, besides=party) >= rules.STAFF_MAX:
            raise StaffFull(staff_max=rules.STAFF_MAX)
        member = await store.put_staff(
            tx, Staff(shop_id=shop_id, party=party, permissions=wanted, added_at=ctx.now())
        )
        tx.emit(ctx, StaffChanged(shop_id=shop_id, party=party, permissions=wanted))
    return member


async def remove_staff(ctx: Ctx, *, shop_id: ShopId, party: UUID) -> None:
    """End a party's acting for a shop. Needs `shop.staff.change`; raises `NotFound`, `OwnerStays`."""
    async with ctx.transaction() as tx:
        await user.grants_changed(tx, ctx, [party])
        shop = await _locked(tx, ctx, shop_id, permission="shop.staff.change")
        if party == shop.owner:
            raise OwnerStays
        if not await store.delete_staff(tx, shop_id, party):
            raise NotFound
        tx.emit(ctx, StaffChanged(shop_id=shop_id, party=party, permissions=()))


async def list_staff(ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50) -> Page[Staff]:
    """List a shop's staff, by party id. Needs `shop.staff.see` in the shop."""
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    ctx.require("shop.staff.see", of=shop_object(shop_id))
    async with ctx.transaction() as tx:
        rows = await store.list_staff(tx, shop_id, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda member: (member.party,))


def known_permissions(platform: Platform) -> frozenset[str]:
    """Return every permission a center declares; for one shop, its owner holds them all.

    What must stay the operator's alone (suspending a shop) is required without naming an object, which
    a grant for one shop never satisfies.
    """
    return frozenset(permission for center in platform.centers for permission in center.permissions)


async def grants_of(ctx: Ctx, parties: Sequence[UUID]) -> list[Grant]:
    """Return what parties hold through the shops they own or are staff of."""
    async with ctx.platform.db.reading() as tx:
        posts = await store.posts_of(tx, parties)
    everything = sorted(known_permissions(ctx.platform)) if posts else []
    return rules.grants(posts, of_owners=everything)


async def _locked(tx: Transaction, ctx: Ctx, shop_id: ShopId, *, permission: str) -> Shop:
    ctx.require(permission, of=shop_object(shop_id))
    shop = await store.lock_shop(tx, shop_id)
    if shop is None:
        raise ShopNotFound
    return shop


def _forget_after(tx: Transaction, ctx: Ctx, shop_id: ShopId) -> None:
    snapshot = ctx.platform.service(ShopSnapshot)
    tx.after_commit(lambda: snapshot.forget([shop_id]))
