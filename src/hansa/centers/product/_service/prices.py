"""Price lists of shops, with the time for which they hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.product._rules.prices import SCHEDULE_MAX, timed_price_errors
from hansa.centers.product._rules.products import NAME_MAX
from hansa.centers.product._service.offers import PRICE_OFFER, follow_up, settle
from hansa.centers.product._store import catalogue
from hansa.centers.product._store import offers as offer_store
from hansa.centers.product._store import prices as store
from hansa.centers.product.errors import (
    OfferNotFound,
    PriceListChangedSince,
    PriceListFull,
    PriceListNotFound,
)
from hansa.centers.product.types import (
    OFFER_ID,
    PRICE_LIST_ID,
    OfferId,
    OfferPrice,
    PriceList,
    PriceListId,
    ProductId,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import Texts, text_errors

STARTS, ENDS = "product.price_list_starts", "product.price_list_ends"

LISTS_MAX = 200
PRICES_MAX = 1_000
"""How many offers a list may name: when it starts, they change in one transaction."""
PRIORITY_MAX = 1_000
YEARS = (2000, 2200)


async def create_price_list(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    names: Texts,
    starts_at: datetime,
    ends_at: datetime | None,
    priority: int = 0,
) -> PriceList:
    """Begin a list of prices. Needs `product.offer.price` in the shop.

    Raises `Invalid`, `ShopNotFound`, `PriceListFull`.
    """
    ctx.require(PRICE_OFFER, of=shop_object(shop_id))
    await shop.require_shop(ctx, shop_id)
    new = PriceList(
        id=PRICE_LIST_ID.new(),
        business=ctx.business,
        traffic=ctx.traffic,
        shop_id=shop_id,
        names=names,
        starts_at=starts_at,
        ends_at=ends_at,
        priority=priority,
        created_at=ctx.now(),
        version=1,
    )
    _check(new)
    async with ctx.transaction() as tx:
        if not await store.insert_price_list(tx, new, lists_max=LISTS_MAX, now=ctx.now()):
            raise PriceListFull(lists_max=LISTS_MAX)
        await _watch(tx, ctx, new)
    return new


async def change_price_list(
    ctx: Ctx,
    *,
    price_list_id: PriceListId,
    names: Texts,
    starts_at: datetime,
    ends_at: datetime | None,
    priority: int,
    seen_version: int | None = None,
) -> PriceList:
    """Say anew when a list holds, and what it is called. Needs `product.offer.price` in its shop.

    Raises `Invalid`, `PriceListNotFound`, `PriceListChangedSince`.
    """
    async with ctx.transaction() as tx:
        before = await _locked(tx, ctx, price_list_id, seen_version=seen_version)
        after = msgspec.structs.replace(
            before,
            names=names,
            starts_at=starts_at,
            ends_at=ends_at,
            priority=priority,
            version=before.version + 1,
        )
        _check(after)
        named = await _hold(tx, ctx, await store.offers_of_lists(tx, [price_list_id]))
        await store.update_price_list(tx, after)
        await _reschedule(tx, ctx, named)
        await _watch(tx, ctx, after)
    return after


async def set_prices(
    ctx: Ctx, *, price_list_id: PriceListId, prices: Sequence[OfferPrice], seen_version: int | None = None
) -> PriceList:
    """Put prices into a list, in place of those it has for the same offers. Needs `product.offer.price` in its shop.

    Raises `Invalid`, `PriceListNotFound`, `PriceListChangedSince`, `PriceListFull`, and `OfferNotFound` for an
    offer that is not the shop's.
    """
    wanted = {one.offer_id: one.price for one in prices}
    async with ctx.transaction() as tx:
        before = await _locked(tx, ctx, price_list_id, seen_version=seen_version)
        if not 1 <= len(wanted) <= PRICES_MAX or len(wanted) < len(prices):
            raise Invalid(FieldError("prices", "length", f"From 1 to {PRICES_MAX}, each offer once"))
        there = await offer_store.read_offers(tx, list(wanted))
        own = (before.shop_id, before.business, before.traffic)
        if unknown := [
            OFFER_ID.show(offer_id)
            for offer_id in wanted
            if (one := there.get(offer_id)) is None or (one.shop_id, one.business, one.traffic) != own
        ]:
            raise OfferNotFound(offers=unknown)
        named = await _hold(tx, ctx, {offer_id: one.product_id for offer_id, one in there.items()})
        held = await offer_store.read_offers(tx, list(wanted))
        if errors := [
            error
            for at, one in enumerate(prices)
            for error in timed_price_errors(f"prices.{at}", one.price, held[one.offer_id].base.currency)
        ]:
            raise Invalid(*errors)
        count, lists = await store.put_prices(
            tx, price_list_id, {offer_id: price.minor for offer_id, price in wanted.items()}
        )
        if count > PRICES_MAX or lists > SCHEDULE_MAX:
            raise PriceListFull(prices_max=PRICES_MAX, lists_per_offer_max=SCHEDULE_MAX)
        await _reschedule(tx, ctx, named)
        return await _changed(tx, before)


async def drop_prices(
    ctx: Ctx, *, price_list_id: PriceListId, offer_ids: Sequence[OfferId], seen_version: int | None = None
) -> PriceList:
    """Take offers out of a list; those it does not name are out already. Needs `product.offer.price` in its shop.

    Raises `PriceListNotFound`, `PriceListChangedSince`.
    """
    async with ctx.transaction() as tx:
        before = await _locked(tx, ctx, price_list_id, seen_version=seen_version)
        there = await store.offers_of_lists(tx, [price_list_id])
        named = await _hold(
            tx, ctx, {offer_id: there[offer_id] for offer_id in offer_ids if offer_id in there}
        )
        await store.drop_prices(tx, price_list_id, list(named))
        await _reschedule(tx, ctx, named)
        return await _changed(tx, before)


async def clear_price_list(ctx: Ctx, *, price_list_id: PriceListId) -> PriceList:
    """Take every offer out of a list: what it asked is asked no more. Needs `product.offer.price` in its shop.

    Raises `PriceListNotFound`.
    """
    async with ctx.transaction() as tx:
        before = await _locked(tx, ctx, price_list_id, seen_version=None)
        named = await _hold(tx, ctx, await store.offers_of_lists(tx, [price_list_id]))
        await store.drop_prices(tx, price_list_id, list(named))
        await _reschedule(tx, ctx, named)
        return await _changed(tx, before)


async def price_list(ctx: Ctx, price_list_id: PriceListId) -> PriceList:
    """Return a price list. Needs `product.offer.price` in its shop. Raises `PriceListNotFound`."""
    async with ctx.transaction() as tx:
        return await _readable(tx, ctx, price_list_id)


async def price_lists(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50
) -> Page[PriceList]:
    """List a shop's price lists, the latest first. Needs `product.offer.price` in the shop."""
    checked_limit(limit)
    ctx.require(PRICE_OFFER, of=shop_object(shop_id))
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.price_lists(tx, shop_id, business=ctx.business, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def prices_of_list(
    ctx: Ctx, *, price_list_id: PriceListId, cursor: str | None = None, limit: int = 50
) -> Page[OfferPrice]:
    """List what a price list asks, by offer. Needs `product.offer.price` in its shop. Raises `PriceListNotFound`."""
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        await _readable(tx, ctx, price_list_id)
        rows = await store.prices_of_list(tx, price_list_id, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.offer_id,))


async def turn(tx: Transaction, due: Sequence[Deadline]) -> None:
    """Follow lists that have just started or ended: the order of lists, and events. The price turned by itself."""
    lists = await store.lock_price_lists(tx, [PriceListId(one.subject) for one in due])
    for business, traffic in sorted({(one.business, one.traffic) for one in lists}):
        ctx = tx.context(business, traffic)
        ids = [one.id for one in lists if (one.business, one.traffic) == (business, traffic)]
        named = await _hold(tx, ctx, await store.offers_of_lists(tx, ids))
        if named:
            await follow_up(tx, ctx, list(named), list(set(named.values())))


def _check(new: PriceList) -> None:
    errors = text_errors("names", new.names, length_max=NAME_MAX)
    if new.starts_at.tzinfo is None or (new.ends_at is not None and new.ends_at.tzinfo is None):
        errors.append(FieldError("starts_at", "zone", "A time says its zone"))
    elif not all(YEARS[0] <= at.year <= YEARS[1] for at in (new.starts_at, new.ends_at) if at is not None):
        errors.append(FieldError("starts_at", "range", f"From {YEARS[0]} to {YEARS[1]}"))
    elif new.ends_at is not None and new.ends_at <= new.starts_at:
        errors.append(FieldError("ends_at", "range", "After the start"))
    if not -PRIORITY_MAX <= new.priority <= PRIORITY_MAX:
        errors.append(FieldError("priority", "range", f"From -{PRIORITY_MAX} to {PRIORITY_MAX}"))
    if errors:
        raise Invalid(*errors)


async def _watch(tx: Transaction, ctx: Ctx, one: PriceList) -> None:
    """Have the house come back when the list starts and ends; what is over needs no coming back."""
    for kind, at in ((STARTS, one.starts_at), (ENDS, one.ends_at)):
        if at is not None and at > ctx.now():
            due = Deadline(kind=kind, subject=one.id, business=one.business, traffic=one.traffic, due_at=at)
            await deadlines.schedule(tx, [due])
        else:
            await deadlines.cancel(tx, [(kind, one.id)])


async def _readable(tx: Transaction, ctx: Ctx, price_list_id: PriceListId) -> PriceList:
    found = await store.read_price_list(tx, price_list_id)
    if found is None or found.business != ctx.business or found.traffic is not ctx.traffic:
        raise PriceListNotFound
    ctx.require(PRICE_OFFER, of=shop_object(found.shop_id))
    return found


async def _locked(
    tx: Transaction, ctx: Ctx, price_list_id: PriceListId, *, seen_version: int | None
) -> PriceList:
    await _readable(tx, ctx, price_list_id)
    locked = await store.lock_price_lists(tx, [price_list_id])
    if not locked:
        raise PriceListNotFound
    if seen_version is not None and seen_version != locked[0].version:
        raise PriceListChangedSince(version=locked[0].version)
    return locked[0]


async def _hold(tx: Transaction, ctx: Ctx, named: dict[OfferId, ProductId]) -> dict[OfferId, ProductId]:
    """Lock the products of offers that are about to change."""
    product_ids = sorted(set(named.values()))
    await catalogue.lock_products(tx, product_ids)
    await settle(tx, ctx, product_ids)
    return named


async def _reschedule(tx: Transaction, ctx: Ctx, named: dict[OfferId, ProductId]) -> None:
    if named:
        await store.reschedule(tx, list(named))
        await follow_up(tx, ctx, list(named), list(set(named.values())))


async def _changed(tx: Transaction, before: PriceList) -> PriceList:
    after = msgspec.structs.replace(before, version=before.version + 1)
    await store.update_price_list(tx, after)
    return after
