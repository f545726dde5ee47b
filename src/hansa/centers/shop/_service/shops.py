"""Opening, reading and describing shops."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from hansa.centers.shop._rules import saying as rules
from hansa.centers.shop._store import saying, staff
from hansa.centers.shop._store import shops as store
from hansa.centers.shop.errors import (
    ProfileChangedSince,
    ReturnPlaceRefused,
    ShopNotAdmitted,
    ShopNotFound,
    ShopOver,
    SlugsFull,
    SlugTaken,
)
from hansa.centers.shop.events import ShopOpened, ShopStatusChanged, SlugChanged
from hansa.centers.shop.extensions import ADMISSION, RETURN_PLACE
from hansa.centers.shop.terms import Onboarding
from hansa.centers.shop.types import (
    SHOP_ID,
    Shop,
    ShopId,
    ShopProfile,
    ShopStatus,
    StatusChange,
    shop_object,
)
from hansa.centers.user import api as user
from hansa.kernel.context import ActorKind, Ctx
from hansa.kernel.db import Database, Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import Invalid
from hansa.kernel.snapshot import Snapshot, changes_of
from hansa.kernel.texts import Texts, storable

EDIT = "shop.shop.edit"


class ShopSnapshot(Snapshot[ShopId, Shop]):
    """All shops this process has met, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(ids: Sequence[ShopId]) -> Mapping[ShopId, Shop]:
            async with db.reading() as tx:
                return await store.read_shops(tx, ids)

        super().__init__(load=load, changed=changes_of(db, "shop.shop", "id"))


async def open_shop(ctx: Ctx, *, slug: str, name: Texts, owner: UUID) -> Shop:
    """Open a shop for its owner: the acting person, or anybody with `shop.shop.open`.

    It sells at once, or (term `Onboarding(review=True)`) is pending until the platform approves it.
    Raises `Invalid`, `SlugTaken`, `ShopNotAdmitted`, `Unauthenticated`, `Forbidden`.
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
        status=ShopStatus.PENDING if ctx.term(Onboarding).review else ShopStatus.ACTIVE,
        opened_at=ctx.now(),
        version=1,
    )
    async with ctx.transaction() as tx:
        await user.grants_changed(tx, ctx, [owner])  # user's rows come before shop's in the lock order
        taken = await store.take_slug(
            tx, business=ctx.business, traffic=ctx.traffic, wanted=slug, shop_id=shop.id, at=shop.opened_at
        )
        if not taken:
            raise SlugTaken(slug=slug)
        await store.insert_shop(tx, shop, actor=ctx.actor.label)
        if shop.sells:
            tx.emit(ctx, ShopOpened(shop_id=shop.id, slug=slug, owner=owner))
        tx.emit(ctx, ShopStatusChanged(shop_id=shop.id, previous=None, status=shop.status, sells=shop.sells))
    return shop


WORDS_MAX = 10
"""Words that a list of shops is narrowed by."""


async def shops(ctx: Ctx, ids: Collection[ShopId]) -> dict[ShopId, Shop]:
    """Return shops by id, whatever their business, at most a second old; unknown ids are absent."""
    return await ctx.platform.service(ShopSnapshot).get(ids)


async def shops_in(tx: Transaction, *, ids: Collection[ShopId]) -> dict[ShopId, Shop]:
    """Return shops as they are, and stay, within the caller's transaction; unknown ids are absent.

    For what must not begin at a shop that has just stopped selling. It locks first of all: ask it first.
    """
    return await store.keep_shops(tx, sorted(ids))


async def require_shop(ctx: Ctx, shop_id: ShopId) -> Shop:
    """Return a shop of the context's business and traffic class, or raise `ShopNotFound`."""
    found = (await shops(ctx, [shop_id])).get(shop_id)
    if found is None or (found.business, found.traffic) != (ctx.business, ctx.traffic):
        raise ShopNotFound
    return found


async def shop_by_slug(ctx: Ctx, *, slug: str) -> Shop:
    """Find a shop of the context's business and traffic class by its slug, or raise `ShopNotFound`.

    A slug that it had before finds it too: whoever shows its page compares and redirects.
    """
    if not rules.is_slug(slug):
        raise ShopNotFound
    async with ctx.platform.db.reading() as tx:
        shop = await store.shop_by_slug(tx, business=ctx.business, traffic=ctx.traffic, wanted=slug)
    if shop is None:
        raise ShopNotFound
    return shop


async def list_shops(ctx: Ctx, *, words: str = "", cursor: str | None = None, limit: int = 50) -> Page[Shop]:
    """List active shops, newest first; with `words`, those that have all of them in a name or the slug."""
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    if not storable(words):  # no shop is called that
        return Page([], None)
    async with ctx.platform.db.reading() as tx:
        rows = await store.list_shops(
            tx,
            business=ctx.business,
            traffic=ctx.traffic,
            status=ShopStatus.ACTIVE,
            words=words.split()[:WORDS_MAX],
            after=after,
            limit=limit + 1,
        )
    return page_of(rows, limit=limit, key=lambda shop: (shop.id,))


async def own_shops(ctx: Ctx) -> list[Shop]:
    """List the shops, in whatever status, that the acting party owns or is staff of, oldest first."""
    async with ctx.platform.db.reading() as tx:
        posts = await staff.posts_of(tx, [ctx.party()])
        return await store.shops_of_party(
            tx, business=ctx.business, traffic=ctx.traffic, ids=[post.shop_id for post in posts]
        )


async def rename_shop(ctx: Ctx, *, shop_id: ShopId, name: Texts) -> Shop:
    """Give a shop another name. Needs `shop.shop.edit` in it; raises `Invalid`, `ShopNotFound`, `ShopOver`."""
    if errors := rules.shop_errors(slug="ok", name=name):
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        await locked(tx, ctx, shop_id, permission=EDIT)
        shop = await store.change_shop(tx, shop_id, name=name)
        forget_after(tx, ctx, shop_id)
    return shop


async def change_slug(ctx: Ctx, *, shop_id: ShopId, slug: str) -> Shop:
    """Give a shop another address; the old ones stay its own and lead to it.

    Needs `shop.shop.edit` in it. Raises `Invalid`, `SlugTaken`, `SlugsFull`, `ShopNotFound`, `ShopOver`.
    """
    if errors := rules.slug_errors(slug):
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        before = await locked(tx, ctx, shop_id, permission=EDIT)
        if before.slug == slug:
            return before
        taken = await store.take_slug(
            tx, business=before.business, traffic=before.traffic, wanted=slug, shop_id=shop_id, at=ctx.now()
        )
        if not taken:
            raise SlugTaken(slug=slug)
        if await store.count_slugs(tx, shop_id) > rules.SLUGS_MAX:
            raise SlugsFull(slugs_max=rules.SLUGS_MAX)
        shop = await store.change_shop(tx, shop_id, slug=slug)
        tx.emit(ctx, SlugChanged(shop_id=shop_id, slug=slug, former=before.slug))
        forget_after(tx, ctx, shop_id)
    return shop


async def profile(ctx: Ctx, *, shop_id: ShopId) -> ShopProfile:
    """Return how a shop of the business presents itself. Raises `ShopNotFound`."""
    await require_shop(ctx, shop_id)
    async with ctx.platform.db.reading() as tx:
        said = await saying.read_profile(tx, shop_id)
    return said or _silent(shop_id)


async def change_profile(ctx: Ctx, *, profile: ShopProfile) -> ShopProfile:
    """Say how a shop presents itself; `profile.version` is the one it was read at.

    Needs `shop.shop.edit` in it. Raises `Invalid`, `ReturnPlaceRefused`, `ProfileChangedSince`,
    `ShopNotFound`, `ShopOver`.
    """
    ctx.require(EDIT, of=shop_object(profile.shop_id))
    errors = rules.profile_errors(tagline=profile.tagline, story=profile.story, returns=profile.returns)
    if errors:
        raise Invalid(*errors)
    if profile.return_place is not None:
        veto = await RETURN_PLACE.of(ctx)(ctx, profile.shop_id, profile.return_place)
        if veto is not None:
            raise ReturnPlaceRefused(veto.message, reason=veto.code)
    async with ctx.transaction() as tx:
        await locked(tx, ctx, profile.shop_id, permission=EDIT)
        before = await saying.read_profile(tx, profile.shop_id) or _silent(profile.shop_id)
        if before.version != profile.version:
            raise ProfileChangedSince(version=before.version)
        after = msgspec.structs.replace(profile, version=before.version + 1)
        await saying.put_profile(tx, after)
    return after


async def status_history(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50
) -> Page[StatusChange]:
    """List the steps of a shop's life, the latest first. Needs `shop.shop.see` in it."""
    checked_limit(limit)
    ctx.require("shop.shop.see", of=shop_object(shop_id))
    before = decode_cursor(cursor, tuple[int])[0] if cursor else None
    await require_shop(ctx, shop_id)
    async with ctx.platform.db.reading() as tx:
        rows = await store.status_changes(tx, shop_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda change: (change.version,))


async def locked(tx: Transaction, ctx: Ctx, shop_id: ShopId, *, permission: str) -> Shop:
    """Return a shop, locked, once the actor is seen to hold a permission in it; see `lock_open`."""
    ctx.require(permission, of=shop_object(shop_id))
    return await lock_open(tx, ctx, shop_id)


async def lock_open(tx: Transaction, ctx: Ctx, shop_id: ShopId) -> Shop:
    """Return a shop of the context's business and traffic class, locked.

    Raises `ShopNotFound`, `ShopOver` when it is closed.
    """
    shop = (await store.lock_shops(tx, [shop_id])).get(shop_id)
    if shop is None or (shop.business, shop.traffic) != (ctx.business, ctx.traffic):
        raise ShopNotFound
    if shop.status is ShopStatus.CLOSED:
        raise ShopOver
    return shop


def forget_after(tx: Transaction, ctx: Ctx, *shop_ids: ShopId) -> None:
    """Have this process see changed shops at once."""
    snapshot = ctx.platform.service(ShopSnapshot)
    tx.after_commit(lambda: snapshot.forget(shop_ids))


def _silent(shop_id: ShopId) -> ShopProfile:
    return ShopProfile(
        shop_id=shop_id, tagline={}, story={}, returns={}, logo=None, return_place=None, version=0
    )
