"""Two businesses on the same centers: what differs between them is said by their manifests and extensions alone."""

from datetime import timedelta
from pathlib import Path

import pytest

import hansa.businesses
from hansa.app import CENTERS
from hansa.businesses.bazaar import BAZAAR
from hansa.businesses.flagship import FLAGSHIP, whole_yuan
from hansa.centers.message import api as message
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopStatus
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import PlacementRefused
from hansa.kernel.money import Money
from house import House

SOURCES = sorted(Path(hansa.businesses.__path__[0]).glob("*.py"))


@pytest.fixture
def flagship(house):
    return House(house.platform, "flagship")


async def bought(business, *, price, quantity):
    seller = await business.seller()
    good = await business.good(seller, price=price, stock=20)
    buyer = await business.person()
    placed = await business.place(buyer, (good, quantity))
    await business.pay(buyer, placed)
    return buyer, placed, await trade.order(buyer, order_id=placed.orders[0].id)


async def test_the_same_goods_cost_what_each_business_says(house, flagship):
    _, at_bazaar, _ = await bought(house, price=26_049, quantity=4)
    _, at_flagship, order = await bought(flagship, price=26_049, quantity=4)

    assert at_bazaar.payable == 4 * 26_049
    assert at_flagship.payable == 4 * 26_000 - 2 * 4_000  # whole yuan, and 40 off each full 500
    (allocation,) = order.lines[0].allocations
    assert (allocation.layer, allocation.minor) == ("threshold", 8_000)


async def test_an_order_keeps_the_terms_of_its_business(house, flagship):
    _, _, at_bazaar = await bought(house, price=9_000, quantity=1)
    _, _, at_flagship = await bought(flagship, price=9_000, quantity=1)

    assert (at_bazaar.terms.returns_s, at_bazaar.terms.invoice_wanted) == (7 * 86_400, False)
    assert (at_flagship.terms.returns_s, at_flagship.terms.invoice_wanted) == (30 * 86_400, True)
    assert at_flagship.terms.confirm_s - at_bazaar.terms.confirm_s == timedelta(days=5).total_seconds()
    assert [line.commission_bp for line in at_bazaar.lines + at_flagship.lines] == [500, 200]


async def test_guests_buy_at_the_bazaar_and_log_in_at_the_flagship(house, flagship):
    for business in (house, flagship):
        good = await business.good(await business.seller())
        guest = await business.buyer()
        if business is house:
            assert (await business.place(guest, good)).payable
            continue
        with pytest.raises(PlacementRefused) as refused:
            await business.place(guest, good)
        assert refused.value.extras["reason"] == "flagship.account_wanted"


async def test_anybody_opens_a_shop_at_the_bazaar_and_a_brand_is_reviewed_at_the_flagship(house, flagship):
    for business, status in ((house, ShopStatus.ACTIVE), (flagship, ShopStatus.PENDING)):
        owner = await business.person()
        opened = await shop.open_shop(
            owner, slug=f"s{owner.party().hex[:20]}", name={"en": "A house"}, owner=owner.party()
        )
        assert opened.status is status


async def test_each_thanks_in_its_own_words(house, flagship):
    told = []
    for business in (house, flagship):
        buyer, _, _ = await bought(business, price=9_000, quantity=1)
        await business.deliver()
        told.append([item.text for item in (await message.inbox(buyer)).items])

    assert not any("The house packs" in text for text in told[0])
    (thanked,) = [text for text in told[1] if "The house packs" in text]
    assert "write it from your order" in thanked
    assert not any(word in thanked for word in ("invoice", "send it back")), "the house can do neither yet"


def test_whole_yuan_is_rounded_half_up_and_never_nothing():
    asked = [whole_yuan(None, Money(minor, "CNY"), None).minor for minor in (1, 49, 149, 150, 26_049, 10_000)]
    assert asked == [100, 100, 100, 200, 26_000, 10_000]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_business_is_thin(source):
    assert len(source.read_text().splitlines()) <= 150


def test_both_differ_in_what_a_manifest_can_say():
    assert {type(term) for term in FLAGSHIP.terms} > {type(term) for term in BAZAAR.terms}
    assert FLAGSHIP.look != BAZAAR.look
    assert FLAGSHIP.texts["lede"] != BAZAAR.texts["lede"]
    assert len(CENTERS) >= 12
