"""Goods are sold in currencies: those of ISO 4217, and of these the ones that the business names."""

import pytest

from centers.product.kiln import eur, make
from hansa.centers.product import api as product
from hansa.centers.product.types import Currencies, NewSku
from hansa.kernel.money import Money
from hansa.kernel.problem import Invalid


async def refused(call):
    """What is wrong, by its field."""
    with pytest.raises(Invalid) as said:
        await call
    return [(one["field"], one["code"]) for one in said.value.extras["errors"]]


@pytest.mark.parametrize(("currency", "code"), [("ZZZ", "unknown"), ("eur", "pattern"), ("USD", "unsold")])
async def test_a_price_is_in_a_currency_that_the_business_sells_in(market, currency, code):
    seller, rival = await market.seller(), await market.seller("rival")
    page = await make(seller)
    wrong = Money(100, currency)

    assert ("skus.0.price.currency", code) in await refused(make(seller, skus=[NewSku(price=wrong)]))
    offer_id, sku_id = page.offers[0].id, page.skus[0].id
    assert await refused(product.set_price(seller[1], offer_id=offer_id, price=wrong)) == [
        ("price.currency", code)
    ]
    assert await refused(product.make_offer(rival[1], shop_id=rival[0].id, sku_id=sku_id, price=wrong)) == [
        ("price.currency", code)
    ]


async def test_a_business_may_sell_in_more_currencies_than_its_own(markets):
    market = await markets(terms=[Currencies(also=("USD",))])
    seller = await market.seller()

    page = await make(seller, skus=[NewSku(price=Money(100, "USD"))])
    again = await product.set_price(seller[1], offer_id=page.offers[0].id, price=eur(100))

    assert (page.offers[0].price, again.price) == (Money(100, "USD"), eur(100))
    assert [*Currencies(also=("ZZZ",)).wrong()] == ["also names 'ZZZ', which is no ISO 4217 currency code"]
