"""Many products and offers at once: all or none, and as if they had been made one by one."""

from __future__ import annotations

from uuid import uuid4

import pytest

from hansa.centers.product import api as product
from hansa.centers.product.errors import OfferExists, ProductCodeTaken, SkuUnknown
from hansa.centers.product.types import NewOffer, NewProduct, NewSku, ProductState, SkuId
from hansa.kernel.context import GUEST
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated


def pears(count):
    return [
        NewProduct(
            titles={"en": f"Pear {number}"},
            skus=[NewSku(price=Money(100 + number, "CNY"), code=f"p{number}")],
            code=f"p{number}",
        )
        for number in range(count)
    ]


async def test_products_come_at_once_and_are_on_sale(house):
    seller = await house.seller()

    pages = await product.create_products(house.system, shop_id=seller.shop_id, products=pears(3))

    assert [page.offers[0].price.minor for page in pages] == [100, 101, 102]
    assert all(page.product.state is ProductState.PUBLISHED for page in pages)
    found = await product.skus_by_code(house.system, {(seller.shop_id, "p1")})
    assert found == {(seller.shop_id, "p1"): [pages[1].skus[0].id]}


async def test_drafts_are_on_sale_nowhere(house):
    seller = await house.seller()

    (page,) = await product.create_products(
        house.system, shop_id=seller.shop_id, products=pears(1), draft=True
    )

    assert page.product.state is ProductState.DRAFT
    assert not page.offers[0].active


async def test_one_number_that_is_taken_keeps_all_out(house):
    seller = await house.seller()
    await product.create_products(house.system, shop_id=seller.shop_id, products=pears(1))

    with pytest.raises(ProductCodeTaken):
        await product.create_products(house.system, shop_id=seller.shop_id, products=pears(2))

    assert await product.skus_by_code(house.system, {(seller.shop_id, "p1")}) == {}


async def test_what_is_wrong_is_said_of_each(house):
    seller = await house.seller()
    wrong = [
        *pears(1),
        NewProduct(titles={"en": ""}, skus=[NewSku(price=Money(-1, "CNY"))]),
    ]

    with pytest.raises(Invalid) as refused:
        await product.create_products(house.system, shop_id=seller.shop_id, products=wrong)
    with pytest.raises(Invalid):
        await product.create_products(house.system, shop_id=seller.shop_id, products=[])

    assert {error.field.split(".")[1] for error in refused.value.errors} == {"1"}


async def test_other_shops_offer_what_is_there(house):
    keeper, first, second = [await house.seller() for _ in range(3)]
    pages = await product.create_products(house.system, shop_id=keeper.shop_id, products=pears(2))
    skus = [page.skus[0].id for page in pages]
    wanted = [
        NewOffer(shop_id=one.shop_id, sku_id=sku_id, price=Money(90, "CNY"))
        for one in (first, second)
        for sku_id in skus
    ]

    ids = await product.make_offers(house.system, offers=wanted)

    made = await product.offers_by_sku(house.system, [(one.shop_id, one.sku_id) for one in wanted])
    assert [made[one.shop_id, one.sku_id] for one in wanted] == ids
    offers = await product.offers(house.system, ids)
    assert all(offer.active and offer.price.minor == 90 for offer in offers.values())
    with pytest.raises(OfferExists):
        await product.make_offers(house.system, offers=wanted[:1])
    with pytest.raises(SkuUnknown):
        await product.make_offers(
            house.system,
            offers=[NewOffer(shop_id=first.shop_id, sku_id=SkuId(uuid4()), price=Money(1, "CNY"))],
        )


async def test_a_seller_brings_nothing_into_the_shop_of_another(house):
    mine, other = await house.seller(), await house.seller()
    (page,) = await product.create_products(house.system, shop_id=other.shop_id, products=pears(1))
    wanted = [NewOffer(shop_id=other.shop_id, sku_id=page.skus[0].id, price=Money(1, "CNY"))]

    with pytest.raises(Forbidden):
        await product.create_products(mine.ctx, shop_id=other.shop_id, products=pears(1))
    with pytest.raises(Forbidden):
        await product.make_offers(mine.ctx, offers=wanted)
    with pytest.raises(Unauthenticated):
        await product.make_offers(mine.ctx.with_(actor=GUEST), offers=wanted)


async def test_nothing_is_offered_in_a_currency_the_business_does_not_sell_in(house):
    seller = await house.seller()
    pages = await product.create_products(house.system, shop_id=seller.shop_id, products=pears(1))
    other = await house.seller()
    wanted = NewOffer(shop_id=other.shop_id, sku_id=pages[0].skus[0].id, price=Money(90, "USD"))

    with pytest.raises(Invalid) as refused:
        await product.make_offers(house.system, offers=[wanted])

    assert [error.field for error in refused.value.errors] == ["offers.0.price.currency"]
