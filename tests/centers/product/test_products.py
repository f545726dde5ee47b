"""Products and their offers: creating, editing, pricing, listing, and who may."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from hansa.centers.product import api as product
from hansa.centers.product._handlers import follow_shop_status
from hansa.centers.product._service.offers import OfferSnapshot
from hansa.centers.product.errors import (
    CategoryNotFound,
    CategorySlugTaken,
    OfferChangedSince,
    OfferExists,
    OfferNotFound,
    ProductNotFound,
    SkuUnknown,
)
from hansa.centers.product.extensions import PRICE
from hansa.centers.product.types import NewSku, OfferDemand, Option, OptionValue, ProductEdit, Sort
from hansa.centers.shop import api as shop
from hansa.centers.shop.events import ShopReinstated, ShopSuspended
from hansa.centers.shop.types import ShopStatus
from hansa.kernel.context import Traffic
from hansa.kernel.event import Envelope
from hansa.kernel.money import Money
from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.snapshot import Snapshot

GLAZE = Option(
    "glaze",
    {"en": "Glaze"},
    (OptionValue("celadon", {"en": "Celadon", "zh": "梅子青"}), OptionValue("ink", {"en": "Dark clay"})),
)


def eur(minor):
    return Money(minor, "EUR")


@pytest.fixture
async def seller(market):
    """A shop and the context in which its owner acts."""
    return await market.seller()


async def make(seller, *, title="Teapot", price=1000, category=None, **about):
    opened, ctx = seller
    return await product.create_product(
        ctx,
        **{
            "shop_id": opened.id,
            "titles": {"en": title},
            "skus": [NewSku(price=eur(price))],
            "category_id": category.id if category else None,
            **about,
        },
    )


async def check(market, *pairs, ctx=None):
    """The verdict on one placement that quoted these (offer, version) pairs."""
    return (await market.run(product.CHECK_OFFERS, OfferDemand(ctx or market.ctx, pairs)))[0]


async def test_a_product_is_on_sale_as_soon_as_it_is_created(market, seller):
    page = await make(
        seller,
        titles={"en": "Teapot", "zh": "茶壶"},
        options=[GLAZE],
        skus=[
            NewSku(values={"glaze": "celadon"}, price=eur(12800), list_price=eur(15000)),
            NewSku(values={"glaze": "ink"}, price=eur(9900), art="teapot ink stone"),
        ],
        art="teapot celadon mist",
    )

    shown = await product.product(market.ctx, page.product.id)
    listed = await product.list_products(market.ctx)

    assert shown == page
    celadon, ink = shown.offers
    assert (celadon.title_in("zh-Hans"), celadon.options_in("zh"), celadon.art) == (
        "茶壶",
        "梅子青",
        "teapot celadon mist",
    )
    assert (ink.options_in("en"), ink.art, ink.version, ink.active) == (
        "Dark clay",
        "teapot ink stone",
        1,
        True,
    )
    assert [(one.id, one.price, one.offers) for one in listed.items] == [(page.product.id, eur(9900), 2)]
    assert len(await market.told("product.created")) == 1
    assert len(await market.told("product.offer_changed")) == 2
    assert await market.verify() == []


async def test_nothing_is_kept_of_a_wrong_product(market, seller):
    with pytest.raises(Invalid):
        await make(seller, price=-1)
    with pytest.raises(CategoryNotFound):
        await make(seller, category_id=uuid4())

    assert await market.rows("SELECT * FROM product.product") == []


async def test_a_price_change_raises_the_version(market, seller):
    page = await make(seller)
    [offer] = page.offers
    assert await check(market, (offer.id, 1)) is None

    changed = await product.set_price(seller[1], offer_id=offer.id, price=eur(900), list_price=eur(1000))

    assert (changed.version, changed.price, changed.list_price) == (2, eur(900), eur(1000))
    assert (await product.offers(market.ctx, [offer.id]))[offer.id] == changed  # in this process at once
    assert (await product.list_products(market.ctx)).items[0].price == eur(900)
    refusal = await check(market, (offer.id, 1))
    assert isinstance(refusal, OfferChangedSince)
    assert refusal.extras["lines"] == [0]
    assert await check(market, (offer.id, 2)) is None
    assert await market.verify() == []


async def test_only_the_lines_that_changed_are_named(market, seller):
    first, second = [(await make(seller, title=title)).offers[0] for title in ("a", "b")]
    await product.set_price(seller[1], offer_id=second.id, price=eur(1))

    refusal = await check(market, (first.id, 1), (second.id, 1), (uuid4(), 1))

    assert refusal.extras["lines"] == [1, 2]


async def test_one_placement_of_a_batch_does_not_disturb_the_others(market, seller):
    [offer] = (await make(seller)).offers

    verdicts = await market.run(
        product.CHECK_OFFERS,
        OfferDemand(market.ctx, ((offer.id, 1),)),
        OfferDemand(market.ctx, ((offer.id, 7),)),
        OfferDemand(market.ctx, ((offer.id, 1),)),
    )

    assert [verdict is None for verdict in verdicts] == [True, False, True]


async def test_offers_of_another_business_or_traffic_class_cannot_be_bought(market, seller):
    [offer] = (await make(seller)).offers
    live = replace(market.ctx, traffic=Traffic.LIVE)
    fair = market.platform.context("fair", actor=market.ctx.actor)

    for elsewhere in (live, fair):
        assert await product.offers(elsewhere, [offer.id]) == {}
        assert isinstance(await check(market, (offer.id, 1), ctx=elsewhere), OfferChangedSince)
        assert (await product.list_products(elsewhere)).items == []
        with pytest.raises(ProductNotFound):
            await product.product(replace(elsewhere, actor=market.person().actor), offer.product_id)
        with pytest.raises(OfferNotFound):
            await product.set_price(elsewhere, offer_id=offer.id, price=eur(1))


async def test_a_withdrawn_offer_is_off_sale_until_it_is_priced_again(market, seller):
    page = await make(seller)
    [offer] = page.offers

    withdrawn = await product.withdraw_offer(seller[1], offer_id=offer.id)
    again = await product.withdraw_offer(seller[1], offer_id=offer.id)

    assert (withdrawn.active, withdrawn.version) == (False, 2)
    assert again == withdrawn
    assert isinstance(await check(market, (offer.id, 2)), OfferChangedSince)
    assert (await product.list_products(market.ctx)).items == []
    assert not (await product.product(market.ctx, page.product.id)).offers[0].active
    renewed = await product.set_price(seller[1], offer_id=offer.id, price=eur(5))
    assert (renewed.active, renewed.version) == (True, 3)
    assert len((await product.list_products(market.ctx)).items) == 1
    assert await market.verify() == []


async def test_the_database_itself_refuses_an_illegal_transition(market, seller):
    await make(seller)
    for wrong in (
        "previous_state = 'withdrawn', state = 'withdrawn'",
        "price_minor = -1",
        "list_price_minor = -1",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await market.rows(f"UPDATE product.offer SET {wrong}")


async def test_who_prices_what_somebody_else_just_priced_is_told(seller):
    [offer] = (await make(seller)).offers
    await product.set_price(seller[1], offer_id=offer.id, price=eur(2), seen_version=1)

    with pytest.raises(OfferChangedSince):
        await product.set_price(seller[1], offer_id=offer.id, price=eur(3), seen_version=1)


async def test_prices_set_at_once_leave_the_lowest_in_the_list(market, seller):
    page = await make(
        seller,
        options=[GLAZE],
        skus=[NewSku(values={"glaze": value}, price=eur(5000)) for value in ("celadon", "ink")],
    )

    await asyncio.gather(
        *(
            product.set_price(seller[1], offer_id=offer.id, price=eur(price))
            for offer in page.offers
            for price in (900, 700, 800)
        )
    )

    assert {row["version"] for row in await market.rows("SELECT version FROM product.offer")} == {4}
    assert await market.verify() == []


async def test_seller_a_cannot_touch_the_product_of_seller_b(market, seller):
    page = await make(seller)
    _, other = await market.seller("other")
    [offer] = page.offers
    for doing in (
        lambda ctx: product.edit_product(
            ctx, product_id=page.product.id, edit=ProductEdit(titles={"en": "Mine"})
        ),
        lambda ctx: product.set_price(ctx, offer_id=offer.id, price=eur(1)),
        lambda ctx: product.withdraw_offer(ctx, offer_id=offer.id),
        lambda ctx: product.products_of_shop(ctx, shop_id=seller[0].id),
        lambda ctx: product.make_offer(ctx, shop_id=seller[0].id, sku_id=offer.sku_id, price=eur(1)),
        lambda ctx: make((seller[0], ctx)),
    ):
        with pytest.raises(Forbidden):
            await doing(other)
        with pytest.raises(Unauthenticated):
            await doing(market.platform.context("bazaar"))
    assert (await product.offers(market.ctx, [offer.id]))[offer.id] == offer


async def test_two_shops_offer_one_product(market, seller):
    page = await make(seller, price=1000)
    other_shop, other = await market.seller("other")
    sku = page.skus[0].id

    second = await product.make_offer(other, shop_id=other_shop.id, sku_id=sku, price=eur(900))

    assert [one.id for one in (await product.product(market.ctx, page.product.id)).offers] == [
        page.offers[0].id,
        second.id,
    ]
    [listed] = (await product.list_products(market.ctx)).items
    assert (listed.price, listed.offers, listed.shop_id) == (eur(900), 2, other_shop.id)
    with pytest.raises(OfferExists):
        await product.make_offer(other, shop_id=other_shop.id, sku_id=sku, price=eur(1))
    with pytest.raises(SkuUnknown):
        await product.make_offer(other, shop_id=other_shop.id, sku_id=uuid4(), price=eur(1))
    for shop_id in (seller[0].id, other_shop.id):
        assert len((await product.list_products(market.ctx, shop_id=shop_id)).items) == 1
    assert await market.verify() == []


async def test_an_edited_title_shows_in_offers_and_is_found(market, seller):
    page = await make(seller)
    await product.offers(market.ctx, [page.offers[0].id])

    edited = await product.edit_product(
        seller[1], product_id=page.product.id, edit=ProductEdit(titles={"en": "Kettle"})
    )

    assert edited.product.version == 2
    assert (await product.offers(market.ctx, [page.offers[0].id]))[page.offers[0].id].titles == {
        "en": "Kettle"
    }
    assert (await product.product(market.ctx, page.product.id)).product.titles == {"en": "Kettle"}
    assert len((await product.list_products(market.ctx, query="kett")).items) == 1
    assert await check(market, (page.offers[0].id, 1)) is None  # a text is no reason to quote again
    assert await market.verify() == []


async def test_lists_are_sorted_and_paged_without_gaps(market, seller):
    for number, price in enumerate((300, 100, 200, 100, 300)):
        await make(seller, title=f"Pot {number}", price=price)

    for sort, expected in (
        (Sort.NEWEST, [300, 100, 200, 100, 300]),
        (Sort.PRICE_UP, [100, 100, 200, 300, 300]),
        (Sort.PRICE_DOWN, [300, 300, 200, 100, 100]),
    ):
        seen, cursor, counts = [], None, []
        while True:
            page = await product.list_products(market.ctx, sort=sort, cursor=cursor, limit=2)
            seen += page.items
            counts.append(page.count)
            cursor = page.cursor
            if cursor is None:
                break
        assert [one.price.minor for one in seen] == expected
        assert len({one.id for one in seen}) == 5
        assert counts == [5, None, None]


async def test_a_cursor_of_another_list_is_refused(market, seller):
    for _ in range(2):
        await make(seller)
    cursor = (await product.list_products(market.ctx, limit=1)).cursor

    for wrong, sort in (
        (cursor, Sort.PRICE_UP),
        ("!!", Sort.NEWEST),
        ("e30", Sort.NEWEST),
        ("é", Sort.NEWEST),
    ):
        with pytest.raises(CursorMalformed):
            await product.list_products(market.ctx, cursor=wrong, sort=sort)
    for limit in (0, 101, -1):
        with pytest.raises(Invalid):
            await product.list_products(market.ctx, limit=limit)


@pytest.mark.parametrize(
    ("query", "found"),
    [("tea", 2), ("TEA pot", 1), ("茶", 1), ("100%", 1), ("%", 1), ("_", 0), ("\\", 0), ("a\0b", 0), ("", 3)],
)
async def test_words_are_found_in_titles_of_any_language(market, seller, query, found):
    await make(seller, titles={"en": "Teapot", "zh": "茶壶"})
    await make(seller, title="Tea, 100% leaf")
    await make(seller, title="Bowl")

    page = await product.list_products(market.ctx, query=query)

    assert (len(page.items), page.count) == (found, found)


async def test_an_offer_knows_the_categories_of_its_product_the_nearest_first(market, seller):
    ware = await product.add_category(market.ctx, slug="tea-ware", names={"en": "Tea ware"})
    pots = await product.add_category(market.ctx, slug="pots", names={"en": "Pots"}, parent_id=ware.id)
    silk = await product.add_category(market.ctx, slug="silk", names={"en": "Silk"})
    page, loose = await make(seller, category=pots), await make(seller, title="Loose")
    ids = [page.offers[0].id, loose.offers[0].id]

    before = await product.offers(market.ctx, ids)
    await product.edit_product(seller[1], product_id=page.product.id, edit=ProductEdit(category_id=silk.id))
    after = await product.offers(market.ctx, ids)

    assert [before[one].category_ids for one in ids] == [(pots.id, ware.id), ()]
    assert [after[one].category_ids for one in ids] == [(silk.id,), ()]
    assert after[ids[0]].version == before[ids[0]].version  # its price is what it was


async def test_a_category_brings_what_is_under_it(market, seller):
    ware = await product.add_category(market.ctx, slug="tea-ware", names={"en": "Tea ware"})
    pots = await product.add_category(market.ctx, slug="pots", names={"en": "Pots"}, parent_id=ware.id)
    silk = await product.add_category(market.ctx, slug="silk", names={"en": "Silk"})
    page = await make(seller, category=pots)
    await make(seller, category=silk)

    for category, found in ((ware, 1), (pots, 1), (silk, 1)):
        assert len((await product.list_products(market.ctx, category=category.id)).items) == found
    await product.edit_product(seller[1], product_id=page.product.id, edit=ProductEdit(category_id=silk.id))
    assert len((await product.list_products(market.ctx, category=silk.id)).items) == 2

    assert await product.categories(market.ctx) == (ware, silk, pots)
    assert await product.categories(market.platform.context("fair")) == ()
    with pytest.raises(CategorySlugTaken):
        await product.add_category(market.ctx, slug="silk", names={"en": "Silk"})
    with pytest.raises(CategoryNotFound):
        await product.list_products(market.ctx, category=uuid4())
    with pytest.raises(Forbidden):
        await product.add_category(seller[1], slug="mine", names={"en": "Mine"})
    assert await market.verify() == []


async def test_a_business_prices_by_its_own_rule(markets):
    def member_price(ctx, price, offer):
        return Money(price.minor * 9 // 10, price.currency)

    market = await markets(extends=[PRICE.by(member_price)])
    seller = await market.seller()
    [offer] = (await make(seller)).offers

    priced = (await product.offers(market.ctx, [offer.id]))[offer.id]

    assert (priced.price, priced.base, priced.version) == (eur(900), eur(1000), 1)
    assert (await product.list_products(market.ctx)).items[0].price == eur(900)


@pytest.mark.parametrize("answer", [Money(-1, "EUR"), Money(1, "USD"), ZeroDivisionError()])
async def test_what_cannot_be_priced_is_not_sold(markets, answer):
    def broken(ctx, price, offer):
        if isinstance(answer, Exception):
            raise answer
        return answer

    market = await markets(extends=[PRICE.by(broken)])
    page = await make(await market.seller())

    assert not (await product.offers(market.ctx, [page.offers[0].id]))[page.offers[0].id].active
    assert not (await product.product(market.ctx, page.product.id)).offers[0].active
    assert (await product.list_products(market.ctx)).items == []


async def tell(market, *events):
    def envelope(event):
        return Envelope(
            id=uuid4(),
            business="bazaar",
            traffic=Traffic.SANDBOX,
            entity="house",
            actor="system",
            trace="",
            occurred_at=market.ctx.now(),
            event=event,
        )

    async with market.db.transaction() as tx:
        await follow_shop_status(tx, [envelope(event) for event in events])


async def test_an_offer_made_while_its_shop_does_not_sell_starts_off_sale(market, seller):
    other = await make(await market.seller("other"))
    shop_id = seller[0].id
    await shop.set_status(market.ctx, shop_id=shop_id, status=ShopStatus.SUSPENDED)
    await tell(market, ShopSuspended(shop_id=shop_id))

    page = await make(seller)
    made = await product.make_offer(
        seller[1], shop_id=shop_id, sku_id=other.skus[0].id, price=Money(1, "EUR")
    )

    there = await product.offers(market.ctx, [page.offers[0].id, made.id])
    assert [one.active for one in there.values()] == [False, False]
    assert isinstance(await check(market, (made.id, 1)), OfferChangedSince)
    assert [one.id for one in (await product.list_products(market.ctx)).items] == [other.product.id]
    assert await market.verify() == []

    await shop.set_status(market.ctx, shop_id=shop_id, status=ShopStatus.ACTIVE)
    await tell(market, ShopReinstated(shop_id=shop_id))

    there = await product.offers(market.ctx, [page.offers[0].id, made.id])
    assert [one.active for one in there.values()] == [True, True]


async def test_the_offers_of_a_suspended_shop_are_off_sale(market, seller):
    page = await make(seller)
    other = await market.seller("other")
    stays = await make(other)
    shop_id = seller[0].id

    await tell(market, ShopSuspended(shop_id=shop_id))
    await tell(market, ShopSuspended(shop_id=shop_id))

    offer = (await product.offers(market.ctx, [page.offers[0].id]))[page.offers[0].id]
    assert (offer.active, offer.version) == (False, 2)
    assert isinstance(await check(market, (offer.id, 1)), OfferChangedSince)
    assert [one.id for one in (await product.list_products(market.ctx)).items] == [stays.product.id]
    assert await market.verify() == []

    await tell(
        market,
        ShopReinstated(shop_id=shop_id),
        ShopSuspended(shop_id=shop_id),
        ShopReinstated(shop_id=shop_id),
    )

    assert (await product.offers(market.ctx, [offer.id]))[offer.id].active
    assert len((await product.list_products(market.ctx)).items) == 2
    assert await market.verify() == []


async def test_a_warm_offer_needs_no_query_and_another_process_sees_a_change_within_a_second(markets):
    class Stopwatch:
        now = 0.0

        def __call__(self):
            return self.now

    here, there = await markets(), await markets()
    seller = await here.seller()
    [offer] = (await make(seller)).offers
    watch = Stopwatch()
    snapshot = there.platform.service(OfferSnapshot)
    snapshot._monotonic = watch
    loads = []
    load = snapshot._load
    snapshot._load = lambda keys: loads.append(list(keys)) or load(keys)
    assert (await product.offers(there.ctx, [offer.id]))[offer.id].version == 1

    await product.set_price(seller[1], offer_id=offer.id, price=eur(1))
    watch.now += 0.9
    assert (await product.offers(there.ctx, [offer.id]))[offer.id].version == 1
    assert len(loads) == 1  # the second time it was warm
    watch.now += 0.2
    assert (await product.offers(there.ctx, [offer.id]))[offer.id].version == 2
    watch.now += 60
    assert (await product.offers(there.ctx, [offer.id]))[offer.id].version == 2
    assert len(loads) <= 3


async def test_a_snapshot_never_misses_a_change_that_was_slow_to_commit(markets):
    """A price set in a transaction that began early and commits late is still seen."""
    here, there = await markets(), await markets()
    seller = await here.seller()
    [offer] = (await make(seller)).offers
    snapshot = there.platform.service(OfferSnapshot)
    snapshot._age_max_s = 0  # ask what changed at every look

    async with here.db.transaction() as slow:
        await slow.raw.execute(
            "UPDATE product.offer SET version = 9, changed_xid = pg_current_xact_id() WHERE id = $1", offer.id
        )
        for _ in range(3):  # others come and go, and the snapshot looks
            await make(seller, title="Bowl")
            assert (await product.offers(there.ctx, [offer.id]))[offer.id].version == 1

    assert (await product.offers(there.ctx, [offer.id]))[offer.id].version == 9


async def test_a_snapshot_is_bounded():
    async def load(keys):
        return {key: key for key in keys}

    snapshot = Snapshot(load=load, entries_max=10)

    for key in range(100):
        assert await snapshot.get([key]) == {key: key}

    assert len(snapshot) == 10


async def test_verify_names_a_wrong_row_of_the_list(market, seller):
    page = await make(seller)
    await market.rows("UPDATE product.listing SET price_minor = 1")

    [sentence] = await market.verify()

    assert "bazaar" in sentence
    assert str(page.offers[0].id) in sentence
