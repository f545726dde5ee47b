"""Price lists with validity: which price applies at a moment, by the business's clock, and what placing makes of it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centers.product.kiln import check, eur, make
from hansa.centers.product import api as product
from hansa.centers.product._rules.prices import changes_at, in_force, offer_at, version_at
from hansa.centers.product._service.offers import OfferSnapshot
from hansa.centers.product.errors import (
    OfferChangedSince,
    OfferNotFound,
    PriceListChangedSince,
    PriceListNotFound,
)
from hansa.centers.product.types import Offer, OfferPrice, Sort, TimedPrice
from hansa.kernel.context import Traffic
from hansa.kernel.deadlines import run_due
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)


@st.composite
def schedules(draw):
    """Price lists that name one offer, with moments that often meet."""
    made = []
    for at in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, 12))
        length = draw(st.one_of(st.none(), st.integers(1, 8)))
        made.append(
            TimedPrice(
                price_list_id=UUID(int=at),
                starts_at=NOON + start * HOUR,
                ends_at=None if length is None else NOON + (start + length) * HOUR,
                priority=draw(st.integers(0, 2)),
                price_minor=draw(st.integers(0, 5)),
            )
        )
    return tuple(made)


@given(schedules(), st.integers(-1, 25))
def test_the_price_in_force_is_the_most_important_that_holds(schedule, hours):
    now = NOON + hours * HOUR
    chosen = in_force(schedule, now)

    holding = [one for one in schedule if one.starts_at <= now and (one.ends_at is None or one.ends_at > now)]
    assert (chosen is None) is (not holding)
    if chosen is not None:
        assert chosen in holding
        assert all(one.priority <= chosen.priority for one in holding)
        rivals = [one for one in holding if one.priority == chosen.priority]
        assert all(one.starts_at <= chosen.starts_at for one in rivals)


@given(schedules(), st.integers(-2, 50), st.integers(-2, 50))
def test_one_version_never_stands_for_two_prices(schedule, early, late):
    """Half hours, so that moments themselves and those between are looked at."""
    offer = offered(schedule)
    one, two = (offer_at(offer, NOON + half * HOUR / 2) for half in (early, late))

    if one.version == two.version:
        assert (one.price, one.list_price) == (two.price, two.list_price)
    assert (one.version <= two.version) is (early <= late) or one.version == two.version
    assert offer.version <= one.version <= offer.version + len(changes_at(schedule))


def offered(schedule):
    return Offer(
        id=uuid4(),
        sku_id=uuid4(),
        product_id=uuid4(),
        shop_id=uuid4(),
        business="bazaar",
        traffic=Traffic.SANDBOX,
        titles={"en": "Pot"},
        options={},
        price=eur(3),
        base=eur(3),
        list_price=None,
        version=7,
        active=True,
        art="",
        schedule=schedule,
    )


def test_a_price_holds_from_its_start_until_before_its_end():
    [sale] = schedule = [
        TimedPrice(price_list_id=uuid4(), starts_at=NOON, ends_at=NOON + HOUR, priority=0, price_minor=2)
    ]
    tick = timedelta(microseconds=1)
    assert in_force(schedule, NOON - tick) is None
    assert in_force(schedule, NOON) is sale
    assert in_force(schedule, NOON + HOUR - tick) is sale
    assert in_force(schedule, NOON + HOUR) is None
    assert [version_at(1, changes_at(schedule), NOON + n * HOUR) for n in (-1, 0, 1)] == [1, 2, 3]


async def pass_time(market, span):
    """Let time pass for the bazaar's sandbox."""
    moved = market.clocks.moved().get(("bazaar", "sandbox"), (timedelta(), None))[0]
    async with market.db.transaction() as tx:
        await market.clocks.move(tx, business="bazaar", traffic=Traffic.SANDBOX, offset=moved + span)


async def fire(market):
    kinds = {kind.kind: kind for center in market.platform.centers for kind in center.deadlines}
    return await run_due(market.platform, kinds)


@pytest.fixture
async def sale(market):
    """A shop with a teapot for 10, and a list that asks 8 for an hour, in an hour."""
    seller = await market.seller()
    page = await make(seller, price=1000)
    now = market.ctx.now()
    made = await product.create_price_list(
        seller[1],
        shop_id=seller[0].id,
        names={"en": "Sale"},
        starts_at=now + HOUR,
        ends_at=now + 2 * HOUR,
    )
    made = await product.set_prices(
        seller[1], price_list_id=made.id, prices=[OfferPrice(page.offers[0].id, eur(800))]
    )
    return seller, page.offers[0].id, made


async def shown(market, offer_id):
    return (await product.offers(market.ctx, [offer_id]))[offer_id]


async def test_time_alone_turns_the_price_and_what_was_quoted_before_is_asked_again(market, sale):
    _, offer_id, _ = sale
    before = await shown(market, offer_id)
    assert (before.price, before.list_price) == (eur(1000), None)
    assert await check(market, (offer_id, before.version)) is None

    await pass_time(market, HOUR)

    during = await shown(market, offer_id)
    assert (during.price, during.base, during.list_price) == (eur(800), eur(800), eur(1000))
    assert isinstance(await check(market, (offer_id, before.version)), OfferChangedSince)
    assert await check(market, (offer_id, during.version)) is None

    await pass_time(market, HOUR)

    after = await shown(market, offer_id)
    assert (after.price, after.list_price) == (eur(1000), None)
    assert isinstance(await check(market, (offer_id, during.version)), OfferChangedSince)
    assert isinstance(await check(market, (offer_id, before.version)), OfferChangedSince)
    assert await check(market, (offer_id, after.version)) is None


async def test_a_warm_offer_turns_without_a_query(market, sale):
    _, offer_id, _ = sale
    await shown(market, offer_id)
    snapshot = market.platform.service(OfferSnapshot)
    loads = []
    load = snapshot._load
    snapshot._load = lambda keys: loads.append(list(keys)) or load(keys)
    snapshot._age_max_s = 3600  # nor does it ask what changed

    await pass_time(market, HOUR)

    assert (await shown(market, offer_id)).price == eur(800)
    assert loads == []


async def test_the_list_and_whoever_listens_follow_when_a_price_turns(market, sale):
    seller, offer_id, _ = sale
    cheaper = await make(seller, title="Bowl", price=900)
    told = len(await market.told("product.offer_changed"))

    await pass_time(market, HOUR)
    assert await fire(market) == 1

    assert [one.offer_id for one in await cheapest_first(market)] == [offer_id, cheaper.offers[0].id]
    assert len(await market.told("product.offer_changed")) == told + 1
    assert await market.verify() == []

    await pass_time(market, HOUR)
    assert await fire(market) == 1
    assert [one.offer_id for one in await cheapest_first(market)] == [cheaper.offers[0].id, offer_id]
    assert await market.verify() == []


async def cheapest_first(market):
    return (await product.list_products(market.ctx, sort=Sort.PRICE_UP)).items


async def test_every_change_of_a_list_is_a_new_version_of_what_it_names(market, sale):
    (opened, ctx), offer_id, made = sale
    seen = [(await shown(market, offer_id)).version]
    now = market.ctx.now()

    async def note():
        offer = await shown(market, offer_id)
        seen.append(offer.version)
        return offer.price

    await product.change_price_list(
        ctx, price_list_id=made.id, names={"en": "Now"}, starts_at=now - HOUR, ends_at=None, priority=1
    )
    assert await note() == eur(800)
    await product.set_prices(ctx, price_list_id=made.id, prices=[OfferPrice(offer_id, eur(700))])
    assert await note() == eur(700)
    await product.set_price(ctx, offer_id=offer_id, price=eur(1200))
    assert await note() == eur(700)
    stronger = await product.create_price_list(
        ctx, shop_id=opened.id, names={"en": "Stronger"}, starts_at=now, ends_at=None, priority=2
    )
    await product.set_prices(ctx, price_list_id=stronger.id, prices=[OfferPrice(offer_id, eur(600))])
    assert await note() == eur(600)
    await product.drop_prices(ctx, price_list_id=stronger.id, offer_ids=[offer_id, uuid4()])
    assert await note() == eur(700)
    await product.clear_price_list(ctx, price_list_id=made.id)
    assert await note() == eur(1200)

    assert seen == sorted(set(seen))
    for version in seen[:-1]:
        assert isinstance(await check(market, (offer_id, version)), OfferChangedSince)
    assert await check(market, (offer_id, seen[-1])) is None
    assert await market.verify() == []


async def test_only_prices_that_can_be_asked_are_taken(market, sale):
    (opened, ctx), offer_id, made = sale
    now = market.ctx.now()
    for prices in ([], [OfferPrice(offer_id, eur(1))] * 2, [OfferPrice(offer_id, Money(1, "USD"))]):
        with pytest.raises(Invalid):
            await product.set_prices(ctx, price_list_id=made.id, prices=prices)
    with pytest.raises(Invalid):
        await product.set_price(ctx, offer_id=offer_id, price=Money(1, "USD"))
    for wrong in (
        {"ends_at": now},
        {"starts_at": now.replace(tzinfo=None)},
        {"starts_at": now.replace(year=1)},
        {"priority": 1001},
        {"names": {}},
    ):
        about = {"names": {"en": "x"}, "starts_at": now, "ends_at": None, "priority": 0} | wrong
        with pytest.raises(Invalid):
            await product.create_price_list(ctx, shop_id=opened.id, **about)


async def test_seller_a_cannot_see_or_touch_the_prices_of_seller_b(market, sale):
    (opened, ctx), offer_id, made = sale
    other_shop, other = await market.seller("other")
    theirs = await make((other_shop, other))
    prices = [OfferPrice(offer_id, eur(1))]
    now = market.ctx.now()

    for doing in (
        lambda who: product.set_prices(who, price_list_id=made.id, prices=prices),
        lambda who: product.drop_prices(who, price_list_id=made.id, offer_ids=[offer_id]),
        lambda who: product.clear_price_list(who, price_list_id=made.id),
        lambda who: product.price_list(who, made.id),
        lambda who: product.price_lists(who, shop_id=opened.id),
        lambda who: product.prices_of_list(who, price_list_id=made.id),
        lambda who: product.change_price_list(
            who, price_list_id=made.id, names={"en": "x"}, starts_at=now, ends_at=None, priority=0
        ),
        lambda who: product.create_price_list(
            who, shop_id=opened.id, names={"en": "x"}, starts_at=now, ends_at=None
        ),
    ):
        with pytest.raises(Forbidden):
            await doing(other)
        with pytest.raises(Unauthenticated):
            await doing(market.platform.context("bazaar"))
    with pytest.raises(OfferNotFound):
        await product.set_prices(ctx, price_list_id=made.id, prices=[OfferPrice(theirs.offers[0].id, eur(1))])
    with pytest.raises(PriceListNotFound):
        await product.price_list(market.platform.context("fair", actor=ctx.actor), made.id)
    assert (await product.prices_of_list(ctx, price_list_id=made.id)).items == [
        OfferPrice(offer_id, eur(800))
    ]


async def test_of_two_who_price_at_once_one_is_told(market, sale):
    (_, ctx), offer_id, made = sale
    outcomes = await asyncio.gather(
        *(
            product.set_prices(
                ctx,
                price_list_id=made.id,
                prices=[OfferPrice(offer_id, eur(price))],
                seen_version=made.version,
            )
            for price in (1, 2, 3)
        ),
        return_exceptions=True,
    )
    assert Counter(type(one) for one in outcomes)[PriceListChangedSince] == 2


async def test_prices_lists_and_placements_race_without_a_wrong_price(market, sale):
    """Whatever comes first: what is bought was asked, under its version, at that moment."""
    (_, ctx), offer_id, made = sale
    await pass_time(market, HOUR)

    async def buy():
        offer = await shown(market, offer_id)
        return await check(market, (offer_id, offer.version)), offer.version

    async def price(minor):
        await product.set_prices(ctx, price_list_id=made.id, prices=[OfferPrice(offer_id, eur(minor))])

    outcomes = await asyncio.gather(
        *(buy() for _ in range(6)), *(price(n) for n in range(4)), fire(market), return_exceptions=True
    )

    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert await market.verify() == []
