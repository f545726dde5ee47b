"""The work of an import, in short transactions, so that nobody's events wait for it.

Reading stages rows; judging puts them together to products and finds what is wrong; writing puts everything
where it will be, seen by nobody; the flip is one row; settling makes what it wrote like anything else. Each
step can be repeated, so an import that was interrupted goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.product._rules import importing as rules
from hansa.centers.product._rules.importing import ImportRow
from hansa.centers.product._rules.products import SKUS_MAX, option_key, price_errors
from hansa.centers.product._service.giving_way import GivesWay
from hansa.centers.product._service.import_reading import ROWS_AT_ONCE, Work, read_file, step
from hansa.centers.product._service.offers import new_offer, settle
from hansa.centers.product._service.products import new_product_errors, new_sku, product_of
from hansa.centers.product._service.snapshots import custom_fields_of, tree_of
from hansa.centers.product._store import catalogue, changes
from hansa.centers.product._store import imports as store
from hansa.centers.product._store import offers as offer_store
from hansa.centers.product.errors import ProductCodeTaken
from hansa.centers.product.events import ProductCreated
from hansa.centers.product.types import (
    IMPORT_ID,
    ImportId,
    ImportState,
    NewProduct,
    OfferId,
    ProductId,
    ProductReview,
    ProductState,
    Target,
)
from hansa.kernel.context import SYSTEM, Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.platform import Platform
from hansa.kernel.problem import FieldError

PRODUCTS_AT_ONCE = 200
SETTLED_AT_ONCE = 100
"""So many products are told of in one breath: what others tell waits for no more than these."""

Group = Sequence[tuple[int, ImportRow]]


async def run_import(platform: Platform, payload: bytes) -> None:
    """Bring an import as far as it can come: the job. Of two that work on one import the later one goes on."""
    import_id = ImportId(UUID(bytes=payload))
    async with platform.db.transaction() as tx:
        one = await store.begin_run(tx, import_id)
    if one is None:
        return
    ctx = platform.context(one.business, traffic=one.traffic, actor=SYSTEM)
    tree = await tree_of(ctx)
    work = Work(
        ctx,
        one,
        slugs={category.slug: category.id for category in tree},
        known=rules.Columns(
            attributes={attribute.code: attribute for category in tree for attribute in category.attributes},
            custom={each.code: each for each in await custom_fields_of(ctx, Target.PRODUCT)},
            sku_custom={each.code: each for each in await custom_fields_of(ctx, Target.SKU)},
        ),
    )
    if one.state is ImportState.READING and await read_file(work):
        await _judge(work)
    if (await _state(work)) is ImportState.WRITING:
        await _write(work)
    if (await _state(work)) is ImportState.FLIPPED:
        await _settle(work)
    if (await _state(work)) in {ImportState.REJECTED, ImportState.CANCELLED}:
        await _take_back(work)


async def _state(work: Work) -> ImportState | None:
    """Return where the import stands; None when it is somebody else's work by now."""
    async with work.ctx.transaction() as tx:
        one = await store.read_import(tx, work.one.id)
    return one.state if one and one.runs == work.one.runs else None


async def _groups(work: Work, tx: Transaction, after: str) -> list[tuple[str, Group]]:
    """Return the next products of the file with their rows."""
    codes = await store.product_codes(tx, work.one.id, after=after, limit=PRODUCTS_AT_ONCE)
    rows = await store.rows_of_products(tx, work.one.id, codes)
    return [
        (code, [(line, msgspec.convert(said, ImportRow)) for _, line, said in group])
        for code, group in groupby(rows, key=lambda row: row[0])
    ]


async def _judge(work: Work) -> None:
    """Put rows together to products, find what is wrong, and decide: all or nothing."""
    after = ""
    while True:
        async with work.ctx.transaction() as tx:
            groups = await _groups(work, tx, after)
            kept = await _kept(work, tx, groups)
        if not groups:
            break
        after = groups[-1][0]
        wrong: dict[int, list[FieldError]] = {}
        for code, group in groups:
            found = _price_errors(group, kept[code]) if code in kept else await _new_errors(work, group)
            wrong |= found
        async with step(work, ImportState.READING) as tx:
            if tx is None:
                return
            if wrong:
                await store.mark_bad(tx, work.one.id, wrong)
            judged = sum(len(group) for _, group in groups)
            await store.count(tx, work.one.id, rows_bad=len(wrong), rows_judged=judged)
    async with step(work, ImportState.READING) as tx:
        if tx is not None:
            one = await store.read_import(tx, work.one.id)
            good = one is not None and one.rows_read > 0 and one.rows_bad == 0
            await store.move_import(tx, work.one.id, ImportState.WRITING if good else ImportState.REJECTED)


Kept = dict[str, dict[str, tuple[OfferId, str, bool]]]
"""What the shop has already: product number, options, then (offer, currency, in price lists)."""


async def _kept(work: Work, tx: Transaction, groups: Sequence[tuple[str, Group]]) -> Kept:
    one = work.one
    ids = await store.kept_under(tx, one.shop_id, [code for code, _ in groups], besides=one.id)
    offers = await store.offers_by_options(
        tx, list(ids.values()), shop_id=one.shop_id, business=one.business, traffic=one.traffic
    )
    codes = {product_id: code for code, product_id in ids.items()}
    kept: Kept = {code: {} for code in ids}
    for (product_id, options), offer in offers.items():
        kept[codes[product_id]][options] = offer
    return kept


def _price_errors(
    group: Group, there: Mapping[str, tuple[OfferId, str, bool]]
) -> dict[int, list[FieldError]]:
    """Say why these rows cannot price what the shop has already."""
    wrong = rules.group_errors(group)
    for line, row in group:
        offer = there.get(option_key(row.options))
        if offer is None:
            errors = [FieldError("options", "unknown", "The product is there, but has no such variant")]
        else:
            [sku] = rules.skus_of([row])
            errors = price_errors(sku.price, sku.list_price)
            if row.currency != offer[1]:
                errors.append(FieldError("currency", "other", f"The offer is in {offer[1]}"))
        if errors:
            wrong[line] = [*wrong.get(line, []), *errors]
    return wrong


async def _new_errors(work: Work, group: Group) -> dict[int, list[FieldError]]:
    """Say why these rows make no product; what is about the product stands at its first row."""
    wrong = rules.group_errors(group)
    line, first = group[0]
    errors = []
    if first.category and first.category not in work.slugs:
        errors.append(FieldError("category", "unknown", "There is no such category"))
    if len(group) > SKUS_MAX:
        errors.append(FieldError("product", "too_many", f"At most {SKUS_MAX} variants"))
    if not errors and not wrong:
        complete = not work.ctx.term(ProductReview).new_products
        for error in await new_product_errors(work.ctx, _new(work, group), complete=complete):
            head, _, rest = error.field.partition(".")
            at, _, name = rest.partition(".")
            of = group[int(at)][0] if head == "skus" and at.isdigit() else line
            said = FieldError(name, error.code, error.message) if of != line or head == "skus" else error
            wrong.setdefault(of, []).append(said)
    if errors:
        wrong[line] = [*wrong.get(line, []), *errors]
    return wrong


def _new(work: Work, group: Group) -> NewProduct:
    rows = [row for _, row in group]
    first = rows[0]
    return NewProduct(
        titles=first.titles,
        skus=rules.skus_of(rows),
        options=rules.options_of(rows),
        descriptions=first.descriptions,
        category_id=rules.category_of(work.slugs, first),
        art=first.art,
        code=first.product,
        attributes=first.attributes,
        custom=first.custom,
        measure=first.measure,
    )


async def _write(work: Work) -> None:
    """Put everything where it will be, seen by nobody; then flip."""
    after = ""
    while True:
        try:
            async with step(work, ImportState.WRITING) as tx:
                if tx is None:
                    return
                groups = await _groups(work, tx, after)
                if not groups:
                    await store.move_import(tx, work.one.id, ImportState.FLIPPED)
                    return
                await _write_groups(work, tx, groups)
            after = groups[-1][0]
        except ProductCodeTaken:  # somebody made one of these products meanwhile
            await _reject(work, [code for code, _ in groups])
            return


async def _write_groups(work: Work, tx: Transaction, groups: Sequence[tuple[str, Group]]) -> None:
    kept = await _kept(work, tx, groups)
    done = await store.written_under(tx, work.one.id, [code for code, _ in groups])
    fresh = [group for code, group in groups if code not in kept and code not in done]
    prices = {
        kept[code][option_key(row.options)][0]: (row.price_minor, row.list_price_minor)
        for code, group in groups
        if code in kept
        for _, row in group
        if option_key(row.options) in kept[code]
    }
    if prices:
        await catalogue.lock_products(tx, await _products_of(tx, list(prices)))
        await store.write_ahead(tx, work.one.id, prices)
    if fresh:
        await _insert(work, tx, fresh)
    written = sum(len(group) for code, group in groups if code not in done)
    await store.count(tx, work.one.id, rows_written=written)


async def _products_of(tx: Transaction, offer_ids: Sequence[OfferId]) -> list[ProductId]:
    offers = await offer_store.read_offers(tx, offer_ids)
    return sorted({offer.product_id for offer in offers.values()})


async def _insert(work: Work, tx: Transaction, groups: Sequence[Group]) -> None:
    published = not work.ctx.term(ProductReview).new_products
    products, skus, offers = [], [], []
    for group in groups:
        new = _new(work, group)
        product = product_of(work.ctx, work.one.shop_id, new, published=published)
        products.append(product)
        for at, wanted in enumerate(new.skus):
            sku = new_sku(product.id, at, wanted)
            skus.append(sku)
            offers.append(
                new_offer(
                    work.ctx,
                    shop_id=work.one.shop_id,
                    product_id=product.id,
                    sku_id=sku.id,
                    price=wanted.price,
                    list_price=wanted.list_price,
                    unpublished=not published,
                    suspended=work.suspended,
                    import_id=work.one.id,
                )
            )
    await catalogue.insert_products(tx, products, import_id=work.one.id)
    await catalogue.insert_skus(tx, skus)
    await offer_store.insert_offers(tx, offers)
    await offer_store.refresh_listing(tx, [product.id for product in products])


async def _reject(work: Work, codes: Sequence[str]) -> None:
    async with step(work, ImportState.WRITING) as tx:
        if tx is None:
            return
        taken = set(await store.kept_under(tx, work.one.shop_id, codes, besides=work.one.id))
        rows = await store.rows_of_products(tx, work.one.id, codes)
        said = [FieldError("product", "taken", "Somebody has made this product in the meantime")]
        wrong = {line: said for code, line, _ in rows if code in taken}
        await store.mark_bad(tx, work.one.id, wrong)
        await store.count(tx, work.one.id, rows_bad=len(wrong))
        await store.move_import(tx, work.one.id, ImportState.REJECTED)


async def _settle(work: Work) -> None:
    """Make what a flipped import wrote like anything else, and tell of it, no quicker than others can take it."""
    ctx, import_id = work.ctx, work.one.id
    way = GivesWay(ctx.platform, center="product")
    while True:
        await way.wait()
        async with step(work, ImportState.FLIPPED) as tx:
            if tx is None:
                return
            ids = await store.unsettled(tx, import_id, limit=SETTLED_AT_ONCE)
            if not ids:
                if await store.forget_staged(tx, import_id, limit=ROWS_AT_ONCE):
                    continue
                await store.move_import(tx, import_id, ImportState.DONE)
                return
            await catalogue.lock_products(tx, ids)
            states = await store.settle_products(tx, import_id, ids)
            await _tell_created(tx, ctx, states, import_id)
            settled = await settle(tx, ctx, ids)
            await store.count(tx, import_id, rows_settled=len(settled))


async def _tell_created(
    tx: Transaction, ctx: Ctx, states: Mapping[ProductId, str], import_id: ImportId
) -> None:
    products = await catalogue.read_products(tx, list(states))
    skus = await catalogue.skus_of_products(tx, list(states))
    detail: dict[str, Any] = {"import": IMPORT_ID.show(import_id)}
    await changes.remember(tx, ctx, "imported", dict.fromkeys(states, detail))
    tx.emit(
        ctx,
        *(
            ProductCreated(
                product_id=one.id,
                shop_id=one.shop_id,
                category_id=one.category_id,
                skus=tuple(sku.id for sku in skus.get(one.id, ())),
                published=one.state is ProductState.PUBLISHED,
            )
            for one in products.values()
        ),
    )


async def _take_back(work: Work) -> None:
    """Leave nothing of an import that nobody will see, but the report of its bad rows."""
    while True:
        async with work.ctx.transaction() as tx:
            one = await store.lock_import(tx, work.one.id)
            if one is None or one.runs != work.one.runs:
                return
            if not await store.undo(
                tx, work.one.id, limit=PRODUCTS_AT_ONCE
            ) and not await store.forget_staged(tx, work.one.id, limit=ROWS_AT_ONCE):
                return
