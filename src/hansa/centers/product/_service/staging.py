"""Staged changes of products: proposing, deciding and carrying them out, under a locked product."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hansa.centers.product._rules import products as rules
from hansa.centers.product._rules.fields import template, value_errors
from hansa.centers.product._service.offers import OfferSnapshot, new_offer, offer_changed, sold_in
from hansa.centers.product._service.snapshots import ProductSnapshot, custom_fields_of, tree_of
from hansa.centers.product._store import catalogue, changes, media
from hansa.centers.product._store import offers as offer_store
from hansa.centers.product.errors import ChangeOutdated, ChangePending
from hansa.centers.product.events import ChangeEnded, ChangeProposed, ProductEdited, ProductPublished
from hansa.centers.product.types import (
    CHANGE_ID,
    SKU_ID,
    Change,
    ChangeKind,
    ChangeState,
    NewSku,
    OfferId,
    Product,
    ProductEdit,
    ProductState,
    Sku,
    Target,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import FieldError, Invalid

PLAIN = ("titles", "descriptions", "category_id", "art", "attributes", "custom", "pictures", "options")
"""What of an edit takes the place of what the product says."""


def changed_fields(edit: ProductEdit) -> list[str]:
    """Name what an edit changes."""
    return [name for name in (*PLAIN, "add_skus") if getattr(edit, name) is not None]


def before_edit(product: Product, edit: ProductEdit) -> ProductEdit:
    """Return what is there now, of everything an edit takes the place of."""
    return ProductEdit(**{name: getattr(product, name) for name in PLAIN if getattr(edit, name) is not None})


def edited(product: Product, edit: ProductEdit) -> Product:
    """Return a product as it is after an edit."""
    said = {name: new for name in PLAIN if (new := getattr(edit, name)) is not None}
    return msgspec.structs.replace(product, **said, version=product.version + 1)


async def edit_errors(ctx: Ctx, product: Product, edit: ProductEdit, skus: Sequence[Sku]) -> list[FieldError]:
    """Say what is wrong with a product after an edit; what an edit leaves alone is not looked at again."""
    after = edited(product, edit)
    complete = product.state is not ProductState.DRAFT
    errors = rules.product_errors(titles=after.titles, descriptions=after.descriptions, art=after.art)
    if edit.attributes is not None or edit.category_id is not None:
        fields = template(await tree_of(ctx), after.category_id)
        errors += value_errors("attributes", fields, after.attributes, complete=complete)
    if edit.custom is not None:
        fields = await custom_fields_of(ctx, Target.PRODUCT)
        errors += value_errors("custom", fields, after.custom, complete=complete)
    errors += rules.picture_errors(after.pictures)
    if edit.options is not None:
        errors += rules.option_errors(product.options, edit.options, skus)
    if edit.add_skus is not None and not errors:
        fields = await custom_fields_of(ctx, Target.SKU)
        errors += rules.sku_errors(after.options, edit.add_skus, taken=skus, custom=fields, name="add_skus")
        priced = [(f"add_skus.{at}.price", sku.price) for at, sku in enumerate(edit.add_skus)]
        errors += rules.sold_errors(priced, sold_in(ctx))
    return errors


async def propose(tx: Transaction, ctx: Ctx, product: Product, edit: ProductEdit, *, note: str) -> Change:
    """Stage an edit of a locked product. Raises `ChangePending`."""
    return await _propose(tx, ctx, product, ChangeKind.EDIT, edit, note=note)


async def propose_publishing(tx: Transaction, ctx: Ctx, product: Product, *, note: str) -> Change:
    """Stage the publication of a locked draft. Raises `ChangePending`."""
    return await _propose(tx, ctx, product, ChangeKind.PUBLISH, ProductEdit(), note=note)


async def _propose(
    tx: Transaction, ctx: Ctx, product: Product, kind: ChangeKind, edit: ProductEdit, *, note: str
) -> Change:
    new = Change(
        id=CHANGE_ID.new(),
        business=ctx.business,
        product_id=product.id,
        shop_id=product.shop_id,
        kind=kind,
        edit=edit,
        before=before_edit(product, edit),
        note=note,
        state=ChangeState.PENDING,
        proposed_by=ctx.actor.label,
        proposed_at=ctx.now(),
        decided_by=None,
        decided_at=None,
        reason="",
    )
    if not await changes.insert_change(tx, new):
        raise ChangePending
    detail = {"change": CHANGE_ID.show(new.id), "fields": changed_fields(edit)}
    await changes.remember(tx, ctx, f"{kind}_proposed", {product.id: detail})
    return new


def tell_proposed(tx: Transaction, ctx: Ctx, change: Change) -> None:
    """Tell that a change waits for a decision."""
    tx.emit(
        ctx,
        ChangeProposed(
            product_id=change.product_id, shop_id=change.shop_id, change_id=change.id, kind=change.kind.value
        ),
    )


async def end(
    tx: Transaction, ctx: Ctx, product: Product, change: Change, state: ChangeState, *, reason: str
) -> tuple[Product, Change]:
    """End a pending change of a locked product; what is confirmed is carried out.

    Raises `ChangeOutdated`, and `Invalid` when rules that changed since no longer let it pass.
    """
    if state is ChangeState.CONFIRMED:
        skus = (await catalogue.skus_of_products(tx, [product.id])).get(product.id, [])
        if change.kind is ChangeKind.PUBLISH:
            product = await _publish(tx, ctx, product)
        else:
            _require_current(product, change)
            if errors := await edit_errors(ctx, product, change.edit, skus):
                raise Invalid(*errors)
            if await media.unknown_pictures(tx, product.shop_id, change.edit.pictures or ()):
                raise ChangeOutdated(fields=["pictures"])
            product = await carry_out(tx, ctx, product, change.edit, skus)
    ended = await changes.decide_change(tx, ctx, change.id, state=state, reason=reason)
    detail = {"change": CHANGE_ID.show(change.id), "reason": reason}
    await changes.remember(tx, ctx, f"{change.kind}_{state}", {product.id: detail})
    tx.emit(
        ctx,
        ChangeEnded(
            product_id=product.id,
            shop_id=product.shop_id,
            change_id=change.id,
            kind=change.kind.value,
            state=state.value,
        ),
    )
    return product, ended


async def carry_out(
    tx: Transaction, ctx: Ctx, product: Product, edit: ProductEdit, skus: Sequence[Sku]
) -> Product:
    """Write a checked edit of a locked product, tell of it, and have every snapshot read it again."""
    after = edited(product, edit)
    await catalogue.update_product(tx, after)
    made = await _add_skus(tx, ctx, after, edit.add_skus or (), position=len(skus))
    await offer_store.touch_offers(tx, product.id)
    await offer_store.refresh_listing(tx, [product.id])
    tx.emit(ctx, ProductEdited(product_id=product.id, shop_id=product.shop_id))
    read = await offer_store.read_offers(tx, made)
    tx.emit(ctx, *(offer_changed(read[offer_id]) for offer_id in made))
    await forget(tx, ctx, after)
    return after


async def forget(tx: Transaction, ctx: Ctx, product: Product) -> None:
    """Have this process read a product and its offers again once the transaction has committed."""
    offer_ids = [offer_id for _, offer_id in await offer_store.offers_of_products(tx, [product.id])]
    tx.after_commit(lambda: ctx.platform.service(ProductSnapshot).forget([product.id]))
    tx.after_commit(lambda: ctx.platform.service(OfferSnapshot).forget(offer_ids))


async def show(tx: Transaction, ctx: Ctx, product: Product, state: ProductState) -> Product:
    """Bring a locked product into another state, and its offers before buyers or away from them."""
    after = msgspec.structs.replace(product, state=state, version=product.version + 1)
    await catalogue.update_product(tx, after)
    changed = await offer_store.publish(tx, product.id, published=state is ProductState.PUBLISHED)
    await offer_store.refresh_listing(tx, [product.id])
    read = await offer_store.read_offers(tx, changed)
    tx.emit(ctx, *(offer_changed(offer) for offer in read.values()))
    await forget(tx, ctx, after)
    return after


async def publishing_errors(ctx: Ctx, product: Product) -> list[FieldError]:
    """Say what a draft lacks to be published."""
    fields = template(await tree_of(ctx), product.category_id)
    errors = value_errors("attributes", fields, product.attributes, complete=True)
    custom = await custom_fields_of(ctx, Target.PRODUCT)
    return errors + value_errors("custom", custom, product.custom, complete=True)


async def _publish(tx: Transaction, ctx: Ctx, product: Product) -> Product:
    if errors := await publishing_errors(ctx, product):
        raise Invalid(*errors)
    after = await show(tx, ctx, product, ProductState.PUBLISHED)
    tx.emit(ctx, ProductPublished(product_id=product.id, shop_id=product.shop_id))
    return after


async def _add_skus(
    tx: Transaction, ctx: Ctx, product: Product, wanted: Sequence[NewSku], *, position: int
) -> list[OfferId]:
    if not wanted:
        return []
    made = [
        Sku(
            id=SKU_ID.new(),
            product_id=product.id,
            values=one.values,
            code=one.code,
            gtin=one.gtin,
            art=one.art,
            position=at,
            custom=one.custom,
        )
        for at, one in enumerate(wanted, position)
    ]
    suspended = await offer_store.is_suspended(tx, product.id, product.shop_id)
    new_offers = [
        new_offer(
            ctx,
            shop_id=product.shop_id,
            product_id=product.id,
            sku_id=sku.id,
            price=one.price,
            list_price=one.list_price,
            unpublished=product.state is not ProductState.PUBLISHED,
            suspended=suspended,
        )
        for sku, one in zip(made, wanted, strict=True)
    ]
    await catalogue.insert_skus(tx, made)
    await offer_store.insert_offers(tx, new_offers)
    return [OfferId(offer.id) for offer in new_offers]


def _require_current(product: Product, change: Change) -> None:
    """See that what a change takes the place of is what stood there when it was proposed."""
    now = before_edit(product, change.edit)
    outdated = [name for name in PLAIN if getattr(now, name) != getattr(change.before, name)]
    if change.edit.category_id is not None and "category_id" not in outdated:
        outdated += ["category_id"] if now.category_id != change.before.category_id else []
    if outdated:
        raise ChangeOutdated(fields=outdated)
