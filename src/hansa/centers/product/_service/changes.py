"""Editing products: drafts at once, what is published by a staged change; publishing and archiving."""

from __future__ import annotations

from uuid import UUID

from hansa.centers.product._service import staging
from hansa.centers.product._service.offers import follow_up, settle
from hansa.centers.product._service.products import EDIT_PRODUCT, require_pictures
from hansa.centers.product._store import catalogue, categories, offers
from hansa.centers.product._store import changes as store
from hansa.centers.product.errors import (
    CategoryNotFound,
    ChangeDecided,
    ChangeNotFound,
    ChangePending,
    ProductChangedSince,
    ProductNotFound,
    ProductStateWrong,
)
from hansa.centers.product.events import ProductArchived
from hansa.centers.product.types import (
    Change,
    ChangeId,
    ChangeState,
    Edited,
    HistoryEntry,
    Product,
    ProductEdit,
    ProductId,
    ProductReview,
    ProductState,
)
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import plain_errors

DECIDE_CHANGE = "product.change.decide"

NOTE_MAX = 1_000


async def edit_product(
    ctx: Ctx, *, product_id: ProductId, edit: ProductEdit, seen_version: int | None = None, note: str = ""
) -> Edited:
    """Change what is given of a product; what is None stays. Needs `product.product.edit` in its shop.

    A draft is changed at once. An edit of a published product is a staged change: confirmed at once, unless
    the business reviews edits, or other shops sell the product too, whose offers would say something else: then
    it waits, unless whoever asks may decide. With `seen_version`, refuses when somebody changed the product
    since. Raises `ProductNotFound`, `ProductChangedSince`, `ProductStateWrong`, `ChangePending`, `Invalid`,
    `CategoryNotFound`, `PicturesUnknown`.
    """
    _check_note(note)
    async with ctx.transaction() as tx:
        product = await _locked(tx, ctx, product_id, seen_version=seen_version)
        if product.state is ProductState.ARCHIVED:
            raise ProductStateWrong(state=product.state)
        await _check(tx, ctx, product, edit)
        if product.state is ProductState.DRAFT:
            if await store.pending_change(tx, product_id):
                raise ChangePending
            skus = (await catalogue.skus_of_products(tx, [product_id])).get(product_id, [])
            after = await staging.carry_out(tx, ctx, product, edit, skus)
            detail = {"fields": staging.changed_fields(edit)}
            await store.remember(tx, ctx, "draft_edited", {product_id: detail})
            return Edited(product=after, change=None)
        change = await staging.propose(tx, ctx, product, edit, note=note)
        waits = ctx.term(ProductReview).edits or await _concerns_others(tx, ctx, product)
        return await _unless_reviewed(tx, ctx, product, change, waits=waits)


async def publish_product(
    ctx: Ctx, *, product_id: ProductId, seen_version: int | None = None, note: str = ""
) -> Edited:
    """Put a draft before buyers, or have it wait where the business reviews new products, or others sell it too.

    Needs `product.product.edit` in its shop. Raises `Invalid` for what it still lacks, `ProductNotFound`,
    `ProductChangedSince`, `ProductStateWrong`, `ChangePending`.
    """
    _check_note(note)
    async with ctx.transaction() as tx:
        product = await _locked(tx, ctx, product_id, seen_version=seen_version)
        if product.state is not ProductState.DRAFT:
            raise ProductStateWrong(state=product.state)
        if errors := await staging.publishing_errors(ctx, product):
            raise Invalid(*errors)
        change = await staging.propose_publishing(tx, ctx, product, note=note)
        waits = ctx.term(ProductReview).new_products or await _concerns_others(tx, ctx, product)
        return await _unless_reviewed(tx, ctx, product, change, waits=waits)


async def archive_product(ctx: Ctx, *, product_id: ProductId, seen_version: int | None = None) -> Product:
    """Take a published product away from buyers. Needs `product.product.edit` in its shop.

    While other shops sell it too, it stays, and only the shop's own offers end; whoever decides about changes takes
    it away whoever offers it.

    Raises `ProductNotFound`, `ProductChangedSince`, `ProductStateWrong`, `ChangePending`.
    """
    async with ctx.transaction() as tx:
        product = await _locked(tx, ctx, product_id, seen_version=seen_version)
        if product.state is ProductState.PUBLISHED and await _concerns_others(tx, ctx, product):
            ended = await offers.withdraw_of_shop(tx, product_id, product.shop_id)
            await follow_up(tx, ctx, ended, [product_id])
            await store.remember(tx, ctx, "offers_withdrawn", {product_id: {"offers": len(ended)}})
            return (await catalogue.read_products(tx, [product_id]))[product_id]
        return await _move(tx, ctx, product, ProductState.PUBLISHED, ProductState.ARCHIVED)


async def redraft_product(ctx: Ctx, *, product_id: ProductId, seen_version: int | None = None) -> Product:
    """Make an archived product a draft again. Needs `product.product.edit` in its shop.

    Raises `ProductNotFound`, `ProductChangedSince`, `ProductStateWrong`.
    """
    async with ctx.transaction() as tx:
        product = await _locked(tx, ctx, product_id, seen_version=seen_version)
        return await _move(tx, ctx, product, ProductState.ARCHIVED, ProductState.DRAFT)


async def decide_change(ctx: Ctx, *, change_id: ChangeId, state: ChangeState, reason: str = "") -> Edited:
    """Confirm or decline a change that waits: the operator's decision. Needs `product.change.decide`.

    Raises `ChangeNotFound`, `ChangeDecided`, `ChangeOutdated`, `Invalid` (declining takes a reason).
    """
    ctx.require(DECIDE_CHANGE)
    if errors := plain_errors(
        "reason", reason, length_max=NOTE_MAX, required=state is not ChangeState.CONFIRMED
    ):
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        change = await _change(tx, ctx, change_id)
        return await _end(tx, ctx, change, state, reason=reason)


async def withdraw_change(ctx: Ctx, *, change_id: ChangeId) -> Edited:
    """Take back a change that waits. Needs `product.product.edit` in the shop of its product.

    Raises `ChangeNotFound`, `ChangeDecided`.
    """
    async with ctx.transaction() as tx:
        change = await _change(tx, ctx, change_id)
        ctx.require(EDIT_PRODUCT, of=shop_object(change.shop_id))
        return await _end(tx, ctx, change, ChangeState.WITHDRAWN, reason="")


async def change(ctx: Ctx, change_id: ChangeId) -> Change:
    """Return a change, to its shop and to whoever decides. Raises `ChangeNotFound`."""
    async with ctx.transaction() as tx:
        found = await _change(tx, ctx, change_id)
    _require_reader(ctx, found.shop_id)
    return found


async def waiting_changes(ctx: Ctx, *, cursor: str | None = None, limit: int = 50) -> Page[Change]:
    """List the business's changes that wait, the oldest first. Needs `product.change.decide`."""
    checked_limit(limit)
    ctx.require(DECIDE_CHANGE)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.waiting_changes(tx, ctx.business, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def shop_waiting_changes(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50
) -> Page[Change]:
    """List the changes of a shop's products that wait for a decision, the oldest first.

    Needs `product.product.edit` in the shop, or `product.change.decide`.
    """
    checked_limit(limit)
    _require_reader(ctx, shop_id)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.waiting_changes(tx, ctx.business, shop_id=shop_id, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def changes_of_product(
    ctx: Ctx, *, product_id: ProductId, cursor: str | None = None, limit: int = 50
) -> Page[Change]:
    """List the changes of a product, the latest first, to its shop and to whoever decides.

    Raises `ProductNotFound`.
    """
    checked_limit(limit)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        product = await _product(tx, ctx, product_id)
        _require_reader(ctx, product.shop_id)
        rows = await store.changes_of_product(tx, product_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def product_history(
    ctx: Ctx, *, product_id: ProductId, cursor: str | None = None, limit: int = 50
) -> Page[HistoryEntry]:
    """List what was done to a product, by whom, the latest first; to its shop and to whoever decides.

    Raises `ProductNotFound`.
    """
    checked_limit(limit)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        product = await _product(tx, ctx, product_id)
        _require_reader(ctx, product.shop_id)
        rows = await store.history(tx, product_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def _unless_reviewed(
    tx: Transaction, ctx: Ctx, product: Product, change: Change, *, waits: bool
) -> Edited:
    if waits:
        staging.tell_proposed(tx, ctx, change)
        return Edited(product=product, change=change)
    after, ended = await staging.end(tx, ctx, product, change, ChangeState.CONFIRMED, reason="")
    return Edited(product=after, change=ended)


async def _end(tx: Transaction, ctx: Ctx, change: Change, state: ChangeState, *, reason: str) -> Edited:
    product = (await catalogue.lock_products(tx, [change.product_id]))[change.product_id]
    await settle(tx, ctx, [product.id])
    change = await _change(tx, ctx, change.id)  # again: now nobody else decides it
    if change.state is not ChangeState.PENDING:
        raise ChangeDecided(state=change.state)
    after, ended = await staging.end(tx, ctx, product, change, state, reason=reason)
    return Edited(product=after, change=ended)


async def _concerns_others(tx: Transaction, ctx: Ctx, product: Product) -> bool:
    """Tell whether other shops sell a locked product, and who acts may not decide for them."""
    return not ctx.may(DECIDE_CHANGE) and await offers.others_sell(tx, product.id, product.shop_id)


async def _move(
    tx: Transaction, ctx: Ctx, product: Product, before: ProductState, after: ProductState
) -> Product:
    if product.state is not before:
        raise ProductStateWrong(state=product.state)
    if await store.pending_change(tx, product.id):
        raise ChangePending
    moved = await staging.show(tx, ctx, product, after)
    await store.remember(tx, ctx, after.value, {product.id: {"before": before.value}})
    if after is ProductState.ARCHIVED:
        tx.emit(ctx, ProductArchived(product_id=product.id, shop_id=product.shop_id))
    return moved


async def _check(tx: Transaction, ctx: Ctx, product: Product, edit: ProductEdit) -> None:
    category_id = edit.category_id
    if category_id and not await categories.category_exists(tx, category_id, business=ctx.business):
        raise CategoryNotFound
    skus = (await catalogue.skus_of_products(tx, [product.id])).get(product.id, [])
    if errors := await staging.edit_errors(ctx, product, edit, skus):
        raise Invalid(*errors)
    await require_pictures(tx, product.shop_id, edit.pictures or ())


def _check_note(note: str) -> None:
    if errors := plain_errors("note", note, length_max=NOTE_MAX, required=False):
        raise Invalid(*errors)


async def _product(tx: Transaction, ctx: Ctx, product_id: ProductId) -> Product:
    found = (await catalogue.read_products(tx, [product_id])).get(product_id)
    if found is None or found.business != ctx.business:
        raise ProductNotFound
    return found


async def _locked(tx: Transaction, ctx: Ctx, product_id: ProductId, *, seen_version: int | None) -> Product:
    """Return a product, locked, for somebody who may edit it and saw it as it is."""
    found = await _product(tx, ctx, product_id)
    ctx.require(EDIT_PRODUCT, of=shop_object(found.shop_id))
    product = (await catalogue.lock_products(tx, [product_id]))[product_id]
    if seen_version is not None and seen_version != product.version:
        raise ProductChangedSince(version=product.version)
    await settle(tx, ctx, [product_id])
    return product


async def _change(tx: Transaction, ctx: Ctx, change_id: ChangeId) -> Change:
    found = await store.read_change(tx, change_id)
    if found is None or found.business != ctx.business:
        raise ChangeNotFound
    return found


def _require_reader(ctx: Ctx, shop_id: UUID) -> None:
    if not ctx.may(DECIDE_CHANGE):
        ctx.require(EDIT_PRODUCT, of=shop_object(shop_id))
