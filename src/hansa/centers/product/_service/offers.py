from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.product._rules.prices import offer_at, version_at
from hansa.centers.product._rules.products import price_errors, sold_errors
from hansa.centers.product._store import beside, catalogue
from hansa.centers.product._store import offers as store
from hansa.centers.product._store.imports import FLIPPED
from hansa.centers.product.errors import (
    OfferChangedSince,
    OfferExists,
    OfferNotFound,
    ProductNotFound,
    SkuUnknown,
)
from hansa.centers.product.events import OfferChanged
from hansa.centers.product.extensions import PRICE, Price
from hansa.centers.product.types import (
    OFFER_ID,
    Currencies,
    ImportId,
    Offer,
    OfferDemand,
    OfferId,
    ProductId,
    ProductState,
    SkuId,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.db import Database, Transaction
from hansa.kernel.money import Money
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid, Problem
from hansa.kernel.snapshot import Changed, Snapshot, changes_of

_log = logging.getLogger(__name__)

PRICE_OFFER = "product.offer.price"
WITHDRAW_OFFER = "product.offer.withdraw"


class OfferSnapshot(Snapshot[OfferId, Offer]):
    """The offers this process has met, as shops set them, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(ids: Sequence[OfferId]) -> Mapping[OfferId, Offer]:
            async with db.reading() as tx:
                return await store.read_offers(tx, ids)

        super().__init__(load=load, changed=_changes(db))


def _changes(db: Database) -> Changed[OfferId]:
    """Tell which offers changed; when an import has flipped, which is one row for many, any may have."""
    one_by_one: Changed[OfferId] = changes_of(db, "product.offer", "id")
    at_once: Changed[ImportId] = changes_of(db, FLIPPED, "id")

    async def changed(mark: str | None) -> tuple[str, Collection[OfferId] | None]:
        before = mark.split() if mark is not None else (None, None)
        (offer_mark, keys), (flip_mark, flips) = await one_by_one(before[0]), await at_once(before[1])
        return f"{offer_mark} {flip_mark}", None if flips is None or flips else keys

    return changed


async def offers(ctx: Ctx, offer_ids: Collection[OfferId]) -> dict[OfferId, Offer]:
    """Return offers of the context's business and traffic class, priced as the business answers.

    From a snapshot at most about a second old, without a query when warm; unknown ids are absent. Which price
    list is in force is decided by the context's clock. An offer whose price cannot be worked out (its extension failed, or the guard refused) is not active.
    """
    found = await ctx.platform.service(OfferSnapshot).get(offer_ids)
    ask, now = PRICE.of(ctx), ctx.now()
    return {
        offer_id: _priced(ctx, ask, offer_at(offer, now))
        for offer_id, offer in found.items()
        if offer.business == ctx.business and offer.traffic is ctx.traffic
    }


async def set_price(
    ctx: Ctx,
    *,
    offer_id: OfferId,
    price: Money,
    list_price: Money | None = None,
    seen_version: int | None = None,
) -> Offer:
    """Set what a shop asks; a withdrawn offer is on sale again. Needs `product.offer.price` in the shop.

    With `seen_version`, refuses when somebody changed the offer since. Raises `Invalid`, `OfferNotFound`,
    `OfferChangedSince`.
    """
    if errors := _unfit(ctx, price, list_price):
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        before = await _locked(tx, ctx, offer_id, permission=PRICE_OFFER)
        if seen_version is not None and seen_version != before.version:
            raise OfferChangedSince(lines=[0], offers=[OFFER_ID.show(offer_id)])
        if before.schedule and price.currency != before.base.currency:
            raise Invalid(FieldError("price.currency", "other", "Price lists name it in another currency"))
        await store.set_price(tx, offer_id, price, list_price)
        return (await follow_up(tx, ctx, [offer_id], [before.product_id]))[offer_id]


def _unfit(ctx: Ctx, price: Money, list_price: Money | None) -> list[FieldError]:
    return price_errors(price, list_price) or sold_errors([("price", price)], sold_in(ctx))


def sold_in(ctx: Ctx) -> frozenset[str]:
    """Return the currencies in which the context's business sells: its own first of all."""
    return frozenset({ctx.plan.business.currency, *ctx.term(Currencies).also})


async def withdraw_offer(ctx: Ctx, *, offer_id: OfferId) -> Offer:
    """Take an offer off sale; one that is withdrawn already stays so. Needs `product.offer.withdraw`.

    Raises `OfferNotFound`.
    """
    async with ctx.transaction() as tx:
        before = await _locked(tx, ctx, offer_id, permission=WITHDRAW_OFFER)
        if not await store.withdraw(tx, offer_id):
            return before
        return (await follow_up(tx, ctx, [offer_id], [before.product_id]))[offer_id]


async def make_offer(
    ctx: Ctx, *, shop_id: ShopId, sku_id: SkuId, price: Money, list_price: Money | None = None
) -> Offer:
    """Offer a SKU that is in the catalogue already, as one more seller of it. Needs `product.offer.price`.

    While the shop makes no sales, the offer waits off sale until it does. Raises `Invalid`, `ShopNotFound`,
    `SkuUnknown`, `OfferExists`.
    """
    ctx.require(PRICE_OFFER, of=shop_object(shop_id))
    if errors := _unfit(ctx, price, list_price):
        raise Invalid(*errors)
    await shop.require_shop(ctx, shop_id)
    async with ctx.transaction() as tx:
        suspended = await stopped(tx, [shop_id])
        sku = (await catalogue.read_skus(tx, [sku_id])).get(sku_id)
        if sku is None:
            raise SkuUnknown
        product = (await catalogue.lock_products(tx, [sku.product_id]))[sku.product_id]
        published = product.state is ProductState.PUBLISHED
        if product.business != ctx.business or not (published or product.shop_id == shop_id):
            raise SkuUnknown
        await settle(tx, ctx, [product.id])
        new = new_offer(
            ctx,
            shop_id=shop_id,
            product_id=product.id,
            sku_id=sku_id,
            price=price,
            list_price=list_price,
            unpublished=not published,
            suspended=shop_id in suspended,
        )
        if not await store.insert_offers(tx, [new]):
            raise OfferExists
        return (await follow_up(tx, ctx, [OfferId(new.id)], [product.id]))[OfferId(new.id)]


async def offers_beside(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50
) -> Page[Offer]:
    """List what a shop offers of products that other shops keep, the latest first, as the shop set it.

    Needs `product.offer.price` in the shop.
    """
    checked_limit(limit)
    ctx.require(PRICE_OFFER, of=shop_object(shop_id))
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        ids = await beside.offers_beside(
            tx, shop_id, business=ctx.business, traffic=ctx.traffic, before=before, limit=limit + 1
        )
        found = await store.read_offers(tx, ids)
    return page_of([found[one] for one in ids], limit=limit, key=lambda one: (one.id,))


async def stopped(tx: Transaction, shop_ids: Collection[ShopId]) -> set[ShopId]:
    """Return which of these shops make no new sales, so that what they offer starts off sale.

    They stay as they are until the transaction ends: an offer that begins while its shop is stopped would be on
    sale for good, because whoever takes the shop's offers off sale does not see it yet.
    """
    found = await shop.shops_in(tx, ids=shop_ids)
    return {shop_id for shop_id in shop_ids if shop_id not in found or not found[shop_id].sells}


def new_offer(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    product_id: ProductId,
    sku_id: SkuId,
    price: Money,
    list_price: Money | None,
    unpublished: bool,
    suspended: bool,
    import_id: ImportId | None = None,
) -> store.NewOffer:
    """Write down a new offer in the context's business and traffic class."""
    return store.NewOffer(
        id=OFFER_ID.new(),
        business=ctx.business,
        traffic=ctx.traffic.value,
        shop_id=shop_id,
        product_id=product_id,
        sku_id=sku_id,
        price_minor=price.minor,
        list_price_minor=list_price.minor if list_price else None,
        currency=price.currency,
        created_at=ctx.now(),
        unpublished=unpublished,
        suspended=suspended,
        import_id=import_id,
    )


async def settle(tx: Transaction, ctx: Ctx, product_ids: Sequence[ProductId]) -> list[OfferId]:
    """Write down what flipped imports say of locked products, and tell of it; returns what was settled.

    Whoever changes offers does this first, so that the import's word does not come after theirs.
    """
    settled = await store.settle(tx, product_ids)
    if settled:
        await follow_up(tx, ctx, settled, product_ids)
    return settled


async def follow_up(
    tx: Transaction, ctx: Ctx, offer_ids: Sequence[OfferId], product_ids: Sequence[ProductId]
) -> dict[OfferId, Offer]:
    """Follow up changed offers of locked products: current price, list, event, snapshots.

    Returns the offers as they stand at this moment, as shops set them.
    """
    now = ctx.now()
    read = {
        offer_id: offer_at(offer, now) for offer_id, offer in (await store.read_offers(tx, offer_ids)).items()
    }
    await store.set_current(tx, {offer_id: offer.base.minor for offer_id, offer in read.items()})
    await store.refresh_listing(tx, product_ids)
    await catalogue.touch_products(tx, product_ids)
    tx.emit(ctx, *(offer_changed(offer) for offer in read.values()))
    snapshot = ctx.platform.service(OfferSnapshot)
    tx.after_commit(lambda: snapshot.forget(offer_ids))
    return read


def offer_changed(offer: Offer) -> OfferChanged:
    """Tell the state of an offer after a change."""
    return OfferChanged(
        product_id=offer.product_id,
        shop_id=offer.shop_id,
        offer_id=offer.id,
        sku_id=offer.sku_id,
        offer_version=offer.version,
        price_minor=offer.base.minor,
        currency=offer.base.currency,
        active=offer.active,
    )


@dataclass(slots=True)
class OfferState:
    """The offers of a batch, as they are at the moment of placing."""

    known: Mapping[OfferId, Mapping[str, Any]]


class CheckOffers:
    """See that quoted offers are still what was quoted; refuses with `OfferChangedSince`.

    It takes nothing, so it has nothing to lock (see `_store.offers.versions`), to undo or to write.
    """

    async def lock(self, tx: Transaction, demands: Sequence[OfferDemand]) -> OfferState:
        """Read the versions of all offers of the batch."""
        ids = {offer_id for demand in demands for offer_id, _ in demand.offers}
        return OfferState(await store.versions(tx, list(ids)) if ids else {})

    def decide(self, state: OfferState, demand: OfferDemand) -> Problem | None:
        """Compare what was quoted with what is, within the demand's business and traffic class."""
        ctx = demand.ctx
        now = ctx.now()
        changed = [
            at
            for at, (offer_id, version) in enumerate(demand.offers)
            if (row := state.known.get(offer_id)) is None
            or version_at(row["version"], row["changes_at"], now) != version
            or not row["active"]
            or row["business"] != ctx.business
            or row["traffic"] != ctx.traffic.value
        ]
        if not changed:
            return None
        return OfferChangedSince(
            lines=changed, offers=[OFFER_ID.show(demand.offers[at][0]) for at in changed]
        )

    def undo(self, state: OfferState, demand: OfferDemand) -> None:
        """Nothing was taken."""

    async def write(self, tx: Transaction, state: OfferState) -> None:
        """Nothing was decided that is to be stored."""


CHECK_OFFERS = CheckOffers()


async def _locked(tx: Transaction, ctx: Ctx, offer_id: OfferId, *, permission: str) -> Offer:
    """Return an offer as shops set it, its product locked, for somebody who may change it."""
    offer = (await store.read_offers(tx, [offer_id])).get(offer_id)
    if offer is None or offer.business != ctx.business or offer.traffic is not ctx.traffic:
        raise OfferNotFound
    ctx.require(permission, of=shop_object(offer.shop_id))
    if not await catalogue.lock_products(tx, [offer.product_id]):
        raise ProductNotFound
    await settle(tx, ctx, [offer.product_id])
    return offer_at((await store.read_offers(tx, [offer_id]))[offer_id], ctx.now())  # again: now it stays so


def _priced(ctx: Ctx, ask: Price, offer: Offer) -> Offer:
    try:
        price = ask(ctx, offer.base, offer)
    except Problem as problem:
        _log.warning("offer %s has no price: %s", OFFER_ID.show(offer.id), problem.code)
        return msgspec.structs.replace(offer, active=False)
    return offer if price == offer.base else msgspec.structs.replace(offer, price=price)
