"""Whereabouts goods go: what tax, freight, ways of delivery, vetoes and the choice of the place make of it."""

from __future__ import annotations

import msgspec
import pytest

from centers.trading import staff
from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Receipt
from hansa.centers.place import api as place
from hansa.centers.place.types import Destination, PlaceKind
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import AddressChangesPrice, AddressWanted, PlacementRefused
from hansa.centers.trade.types import DraftLine, FulfilmentOption, LineRequest
from hansa.centers.user import api as user
from hansa.centers.user.types import Address
from hansa.kernel.extension import Veto
from hansa.kernel.problem import Invalid

HANGZHOU = ("CN", "Zhejiang", "310000")
NINGBO = ("CN", "Zhejiang", "315000")
BEIJING = ("CN", "Beijing", "100000")
BERLIN = ("DE", "Berlin", "10115")
NOWHERE = ("AQ", "", "")


async def at_home(buyer, country, region, postcode):
    """An entry of the buyer's address book."""
    return await user.add_address(
        buyer,
        Address(
            recipient="Ada",
            phone="+8613800138000",
            country=country,
            region=region or "Ice",
            city="Somewhere",
            street="Well Lane 1",
            postcode=postcode,
        ),
    )


@pytest.fixture
def abroad(house, monkeypatch):
    """A business that taxes by country, prices freight by province, and rides bicycles in one town."""
    asked = []

    def vat(_ctx, lines, destination):
        asked.append(destination)
        rate = 20 if destination is not None and destination.country == "DE" else 0
        return tuple(
            msgspec.structs.replace(line, tax=(line.gross - line.discount) * rate // 100) for line in lines
        )

    def by_province(_ctx, _lines, option, destination):
        asked.append(destination)
        near = destination is None or destination.region == "Zhejiang"
        return option.price_minor if near else option.price_minor + 1200

    async def ways(_ctx, _lines, place_id, destination):
        asked.append(destination)
        offered = [FulfilmentOption(code="standard", price_minor=300, place_id=place_id)]
        if destination is not None and destination.postcode.startswith("3100"):
            offered.append(FulfilmentOption(code="bicycle", price_minor=490, place_id=place_id))
        return offered

    def not_to_the_ice(_ctx, quote):
        asked.append(quote.destination)
        if quote.destination is not None and quote.destination.country == "AQ":
            return Veto("too_cold", "Nothing is sent there")
        return None

    calls = house.system.plan.calls
    for point, answer in (
        ("trade.tax", vat),
        ("trade.freight", by_province),
        ("trade.fulfilment_options", ways),
        ("trade.may_place", not_to_the_ice),
    ):
        monkeypatch.setitem(calls, point, answer)
    return asked


async def test_tax_freight_ways_and_vetoes_learn_where_it_goes_and_nothing_more(house, abroad):
    good, buyer = await house.good(await house.seller(), price=1000), await house.buyer()
    lines = [LineRequest(good.offer_id)]
    sums = {}
    for where in (HANGZHOU, BEIJING, BERLIN):
        quote = await trade.quote(buyer, lines=lines, address_id=await at_home(buyer, *where))
        sums[where] = (quote.groups[0].freight, quote.groups[0].tax, quote.payable)
    assert sums == {HANGZHOU: (300, 0, 1300), BEIJING: (1500, 0, 2500), BERLIN: (1500, 200, 2700)}

    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    assert placed.payable == 2700
    told = set(abroad)
    assert told == {Destination(country, region, postcode) for country, region, postcode in sums}
    assert {name for one in told for name in one.__struct_fields__} == {
        "country",
        "region",
        "postcode",
        "location",
    }
    ice = await trade.quote(buyer, lines=lines, address_id=await at_home(buyer, *NOWHERE))
    with pytest.raises(PlacementRefused, match="Nothing is sent there"):
        await trade.place(buyer, token=trade.seal(buyer, ice))


async def test_a_way_of_delivery_is_there_where_it_goes(house, abroad):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    lines, wanted = [LineRequest(good.offer_id)], {seller.shop_id: "bicycle"}
    home, away = await at_home(buyer, *HANGZHOU), await at_home(buyer, *NINGBO)
    quote = await trade.quote(buyer, lines=lines, address_id=home, options=wanted)
    assert (quote.groups[0].option.code, quote.groups[0].freight) == ("bicycle", 490)
    assert [[one.code for one in ways] for ways in await trade.delivery_options(buyer, quote)] == [
        ["standard", "bicycle"]
    ]
    with pytest.raises(Invalid):
        await trade.quote(buyer, lines=lines, address_id=away, options=wanted)


async def test_a_quote_learns_later_where_it_goes_and_keeps_its_prices(house, abroad):
    good, buyer = await house.good(await house.seller(), price=1000), await house.buyer()
    before = await trade.quote(buyer, lines=[LineRequest(good.offer_id, 2)])
    assert (before.destination, before.payable) == (None, 2300)
    sent = await trade.quote_to(buyer, before, address_id=await at_home(buyer, *BERLIN))
    assert (sent.id, sent.expires_at, sent.quoted_at) == (before.id, before.expires_at, before.quoted_at)
    assert sent.destination == Destination(*BERLIN)
    assert [line.gross for line in sent.lines] == [2000]
    assert sent.payable == 2000 + 400 + 1500
    back = await trade.quote_to(buyer, sent, address_id=await at_home(buyer, *HANGZHOU))
    assert back.payable == 2300


async def test_an_agreed_order_is_taxed_and_sent_where_its_buyer_is(house, abroad):
    seller, buyer = await house.seller(), await house.person()
    good = await house.good(seller, price=1000)
    await house.place(buyer, good)  # whoever gets an offer had to do with the shop
    for freight, due in ((None, 900 + 180 + 1500), (50, 900 + 180 + 50)):
        made = await trade.make_draft(
            staff(seller),
            shop_id=seller.shop_id,
            buyer=buyer.party(),
            lines=[DraftLine(offer_id=good.offer_id, unit_minor=900, quantity=1)],
            freight=freight,
        )
        home = await at_home(buyer, *BERLIN)
        placed = await trade.accept_draft(buyer, draft_id=made.id, address_id=home)
        assert placed.payable == due
        abroad.clear()
        lowered = await trade.lower_price(staff(seller), order_id=placed.orders[0].id, off_minor=100)
        assert (lowered.tax, set(abroad)) == (160, {Destination(*BERLIN)})


async def test_what_would_cost_something_else_elsewhere_is_not_sent_there(house, abroad):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller, price=1000)
    book = {where: await at_home(buyer, *where) for where in (HANGZHOU, NINGBO, BEIJING, BERLIN)}
    quote = await trade.quote(buyer, lines=[LineRequest(good.offer_id)], address_id=book[HANGZHOU])
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    order_id = placed.orders[0].id
    for paid in (False, True):
        if paid:
            await house.pay(buyer, placed)
        for where in (BEIJING, BERLIN):  # another freight, and tax besides
            before = await trade.order(buyer, order_id=order_id)
            with pytest.raises(AddressChangesPrice):
                await trade.redirect(buyer, order_id=order_id, address_id=book[where])
            assert await trade.order(buyer, order_id=order_id) == before
        for where in (NINGBO, HANGZHOU):
            moved = await trade.redirect(buyer, order_id=order_id, address_id=book[where])
            (found,) = (await trade.addresses(buyer, orders=[moved])).values()
            assert found.postcode == where[2]
    await trade.cancel_order(buyer, order_id=order_id)


async def test_a_way_that_does_not_go_there_is_not_sent_there(house, abroad):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller, price=1000)
    home, away = await at_home(buyer, *HANGZHOU), await at_home(buyer, *NINGBO)
    lines, wanted = [LineRequest(good.offer_id)], {seller.shop_id: "bicycle"}
    quote = await trade.quote(buyer, lines=lines, address_id=home, options=wanted)
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    with pytest.raises(AddressChangesPrice):
        await trade.redirect(buyer, order_id=placed.orders[0].id, address_id=away)


async def test_what_is_sent_is_not_placed_while_nobody_said_where_and_what_is_picked_up_is(
    house, monkeypatch
):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller, price=1000)
    quote = await trade.quote(buyer, lines=[LineRequest(good.offer_id)])
    assert quote.groups[0].option.needs_address
    with pytest.raises(AddressWanted):
        await trade.place(buyer, token=trade.seal(buyer, quote))
    assert await house.stock(good) == (10, 0, 0)
    sent = await trade.quote_to(buyer, quote, address_id=await house.home(buyer))
    assert (await trade.place(buyer, token=trade.seal(buyer, sent))).payable == 1000

    async def over_the_counter(_ctx, _lines, place_id, _destination):
        return [FulfilmentOption(code="counter", price_minor=0, place_id=place_id)]

    monkeypatch.setitem(house.system.plan.calls, "trade.fulfilment_options", over_the_counter)
    taken = await trade.quote(buyer, lines=[LineRequest(good.offer_id)])
    assert (await trade.place(buyer, token=trade.seal(buyer, taken))).payable == 1000


async def test_goods_leave_from_the_warehouse_that_is_near(house):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller, stock=9)
    stocked = {}
    for country, postcode in (("CN", "100010"), ("CN", "310012"), ("DE", "10117")):
        one = await place.add_place(
            house.system,
            name={"en": postcode},
            kind=PlaceKind.WAREHOUSE,
            address=f"Hall {postcode}",
            location=None,
            country=country,
            postal_code=postcode,
            shop_id=seller.shop_id,
        )
        receipt = Receipt(sku_id=good.sku_id, place_id=one.id, quantity=9)
        await inventory.receive_stock(house.system, receipts=[receipt])
        stocked[postcode] = one.id
    for where, postcode in ((BEIJING, "100010"), (HANGZHOU, "310012"), (BERLIN, "10117")):
        home = await at_home(buyer, *where)
        quote = await trade.quote(buyer, lines=[LineRequest(good.offer_id)], address_id=home)
        assert quote.groups[0].place_id == stocked[postcode]
    quote = await trade.quote(buyer, lines=[LineRequest(good.offer_id)])
    assert quote.groups[0].place_id == seller.place_id  # nobody said where it goes: the oldest
