"""Loading: catalogue, stores and households go in, and as much stock as will be sold.

Everything is looked for first and made only where it is missing, so that a load goes on where another one
stopped, and one that is repeated changes nothing. What a store sells is offered last: a pair of store and
product that has its offer has its stock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import msgspec

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Receipt
from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceId, PlaceKind
from hansa.centers.product import api as product
from hansa.centers.product.types import CategoryId, Measure, NewOffer, NewProduct, NewSku, SkuId
from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import ShopId, ShopStatus
from hansa.centers.user import api as user
from hansa.complete_journey import departments, manifest, names
from hansa.complete_journey.files import MEASURE_UNIT, Files, ProductFacts, Stocked, Weeks
from hansa.kernel.context import Ctx
from hansa.kernel.money import Money
from hansa.kernel.platform import Platform

CHAIN = names.household(0)
"""The party that owns every store; no household has the number 0."""
TOGETHER = 8
"""So many stores are opened at a time."""
PRODUCTS_AT_ONCE, PAIRS_AT_ONCE = 500, 1_000
AMOUNT_MAX = 1_000_000

T = TypeVar("T")
Tell = Callable[[str], None]


class Loaded(msgspec.Struct, kw_only=True):
    """What a load made, and what it found there already."""

    households: int = 0
    stores: int = 0
    categories: int = 0
    products: int = 0
    not_in_catalogue: int = 0
    """Of the products: those that are sold and not in the catalogue."""
    drafts: int = 0
    """Of the products: those nobody ever bought, whose price nobody knows."""
    offers: int = 0
    units: int = 0
    """Stock received: pieces, and thousandths of a gallon."""

    @property
    def nothing(self) -> bool:
        """Whether everything was there already."""
        return not any(msgspec.structs.astuple(self))


class Store(msgspec.Struct, frozen=True):
    """A store as the house knows it."""

    shop_id: ShopId
    place_id: PlaceId


async def load(platform: Platform, files: Files, *, weeks: Weeks | None = None, tell: Tell) -> Loaded:
    """Bring in what is missing: all of the dataset, or what some weeks need of it."""
    ctx = await manifest.publish(platform)
    done = Loaded()
    tell("households")
    done.households = await _households(ctx, files.households(weeks))
    tell("stores")
    head_office = await _head_office(ctx)
    there = await stores(ctx)
    missing = [number for number in files.stores(weeks) if number not in there]
    done.stores = len(missing)
    for some in batched(missing, TOGETHER):
        opened = await asyncio.gather(*[_open_store(ctx, number) for number in some])
        there |= dict(zip(some, opened, strict=True))
    facts = files.products(weeks)
    tell("categories")
    categories, done.categories = await _categories(ctx, facts)
    await _products(ctx, head_office, facts, categories, done, tell)
    await _stock_and_offers(ctx, files.stocked(weeks), facts, there, done, tell)
    return done


async def stores(ctx: Ctx) -> dict[int, Store]:
    """Return the stores that are there, by their numbers."""
    found: dict[int, Store] = {}
    cursor = None
    while True:
        page = await shop.list_shops(ctx, cursor=cursor, limit=100)
        for one in page.items:
            if one.slug.startswith("store-") and (places := await place.places_of_shop(ctx, one.id)):
                found[int(one.slug.removeprefix("store-"))] = Store(one.id, places[0].id)
        cursor = page.cursor
        if cursor is None:
            return found


async def skus(ctx: Ctx, numbers: Iterable[int]) -> dict[int, SkuId]:
    """Return the SKUs of products, by their numbers; a product that is not there is absent."""
    head_office = (await shop.shop_by_slug(ctx, slug=names.CATALOGUE)).id
    found: dict[int, SkuId] = {}
    for some in batched(numbers, 5_000):
        rows = await product.skus_by_code(ctx, {(head_office, names.product(number)) for number in some})
        found |= {int(code): sku_ids[0] for (_, code), sku_ids in rows.items()}
    return found


async def _households(ctx: Ctx, numbers: Sequence[int]) -> int:
    people = {CHAIN: "The Complete Journey"}
    people |= {names.household(number): f"Household {number}" for number in numbers}
    return len(await user.bring_people(ctx, people=people) - {CHAIN})


async def _head_office(ctx: Ctx) -> ShopId:
    """Return the shop that keeps the catalogue; it sells nothing, so what it offers is never on sale."""
    try:
        return (await shop.shop_by_slug(ctx, slug=names.CATALOGUE)).id
    except ShopNotFound:
        name = {"en": "The Complete Journey", "zh": "全程购物总部"}
        opened = await shop.open_shop(ctx, slug=names.CATALOGUE, name=name, owner=CHAIN)
        await shop.set_status(ctx, shop_id=opened.id, status=ShopStatus.SUSPENDED)
        return opened.id


async def _open_store(ctx: Ctx, number: int) -> Store:
    """Open a store with its place; a place that an interrupted load did not make is made now."""
    name = {"en": f"Store {number}", "zh": f"{number} 号店"}
    try:
        shop_id = (await shop.shop_by_slug(ctx, slug=names.store(number))).id
    except ShopNotFound:
        shop_id = (await shop.open_shop(ctx, slug=names.store(number), name=name, owner=CHAIN)).id
    added = await place.add_place(
        ctx,
        name=name,
        kind=PlaceKind.STORE,
        address=f"Store {number}",
        location=None,
        shop_id=shop_id,
    )
    return Store(shop_id, added.id)


async def _categories(ctx: Ctx, facts: Sequence[ProductFacts]) -> tuple[dict[str, CategoryId], int]:
    """Return the branches by slug: departments, and the categories in each; and how many are new."""
    known = {one.slug: one.id for one in await product.categories(ctx)}
    before = len(known)
    for one in facts:
        department = departments.slug(one)
        if department not in known:
            added = await product.add_category(
                ctx, slug=department, names=departments.title(one), attributes=departments.FIELDS
            )
            known[department] = added.id
        if (branch := departments.branch(one)) not in known:
            added = await product.add_category(
                ctx, slug=branch, names=departments.branch_title(one), parent_id=known[department]
            )
            known[branch] = added.id
    return known, len(known) - before


async def _products(
    ctx: Ctx,
    head_office: ShopId,
    facts: Sequence[ProductFacts],
    categories: dict[str, CategoryId],
    done: Loaded,
    tell: Tell,
) -> None:
    there = await skus(ctx, [one.id for one in facts])
    missing = [one for one in facts if one.id not in there]
    for draft in (False, True):
        chosen = [one for one in missing if (one.price is None) is draft]
        for some in batched(chosen, PRODUCTS_AT_ONCE):
            tell(f"products: {done.products:,} of {len(missing):,}")
            await product.create_products(
                ctx,
                shop_id=head_office,
                products=[_new_product(one, categories[departments.branch(one)]) for one in some],
                draft=draft,
            )
            done.products += len(some)
            done.not_in_catalogue += sum(not one.known for one in some)
            done.drafts += len(some) if draft else 0


def _new_product(one: ProductFacts, category_id: CategoryId) -> NewProduct:
    code = names.product(one.id)
    return NewProduct(
        titles={"en": departments.product_title(one)},
        skus=[NewSku(price=_price(one), code=code)],
        category_id=category_id,
        code=code,
        attributes=departments.attributes(one),
        measure=Measure(unit=MEASURE_UNIT, per=1000, minimum=1, maximum=AMOUNT_MAX, step=1)
        if one.measured
        else None,
    )


def _price(one: ProductFacts) -> Money:
    return Money(one.price or 0, manifest.CURRENCY)


async def _stock_and_offers(
    ctx: Ctx,
    wanted: Sequence[Stocked],
    facts: Sequence[ProductFacts],
    there: dict[int, Store],
    done: Loaded,
    tell: Tell,
) -> None:
    """Receive what is missing of the year's stock, then offer it; pairs come by product."""
    prices = {one.id: _price(one) for one in facts}
    sku_of = await skus(ctx, {one.product for one in wanted})
    for number, some in enumerate(batched(wanted, PAIRS_AT_ONCE)):
        tell(f"stock and offers: {number * PAIRS_AT_ONCE:,} of {len(wanted):,}")
        pairs = {(there[one.store].shop_id, sku_of[one.product]): one for one in some}
        offered = await product.offers_by_sku(ctx, pairs)
        missing = [one for pair, one in pairs.items() if pair not in offered]
        if not missing:
            continue
        stock = await inventory.availability(ctx, {sku_of[one.product] for one in missing})
        receipts = []
        for one in missing:
            sku_id, store = sku_of[one.product], there[one.store]
            lacking = one.quantity - stock.get(sku_id, {}).get(store.place_id, 0)
            if lacking > 0:
                receipts.append(Receipt(sku_id=sku_id, place_id=store.place_id, quantity=lacking))
        if receipts:
            await inventory.receive_stock(ctx, receipts=receipts)
        await product.make_offers(
            ctx,
            offers=[
                NewOffer(
                    shop_id=there[one.store].shop_id, sku_id=sku_of[one.product], price=prices[one.product]
                )
                for one in missing
            ],
        )
        done.offers += len(missing)
        done.units += sum(one.quantity for one in receipts)


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut into lists of at most `size` (what `itertools.batched` is from Python 3.12 on)."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
