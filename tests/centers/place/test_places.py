"""Places of shops and of the platform, and who may change them."""

from uuid import uuid4

import asyncpg
import pytest

from hansa.centers.place import api as place
from hansa.centers.place.errors import GlnTaken
from hansa.centers.place.types import Capability, Hours, Location, Opening, PlaceKind
from hansa.centers.shop.errors import ShopNotFound
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

GLN = "4012345000009"


@pytest.fixture
async def shop(market):
    opened, seller = await market.seller()
    return opened.id, seller


async def test_a_place_is_read_back_as_it_was_added(market, markets, shop):
    shop_id, seller = shop
    added = await market.place_of(
        seller,
        shop_id,
        location=Location(30.2741, 120.1551),
        gln=GLN,
        capabilities=[Capability.SHIP, Capability.PICKUP],
        hours=Hours("Asia/Shanghai", (Opening(1, "09:00", "18:00"),)),
    )
    elsewhere = await markets()

    assert await place.places(elsewhere.ctx, [added.id, uuid4()]) == {added.id: added}
    assert await place.places_of_shop(elsewhere.ctx, shop_id) == [added]
    assert len(await market.told("place.added")) == 1


async def test_a_change_is_seen_here_at_once_and_its_version_grows(market, shop):
    shop_id, seller = shop
    added = await market.place_of(seller, shop_id)
    await place.places(market.ctx, [added.id])
    await place.places_of_shop(market.ctx, shop_id)

    changed = await place.change_place(seller, place_id=added.id, address="2 Kiln Road", active=False)

    assert changed.version == 2
    assert (await place.places(market.ctx, [added.id]))[added.id] == changed
    assert await place.places_of_shop(market.ctx, shop_id) == [changed]


async def test_a_gln_names_one_place(market, shop):
    shop_id, seller = shop
    first = await market.place_of(seller, shop_id, gln=GLN)
    second = await market.place_of(seller, shop_id)

    with pytest.raises(GlnTaken):
        await market.place_of(seller, shop_id, gln=GLN)
    with pytest.raises(GlnTaken):
        await place.change_place(seller, place_id=second.id, gln=GLN)

    assert (await place.change_place(seller, place_id=first.id, gln=GLN)).gln == GLN


async def test_seller_a_cannot_touch_a_place_of_seller_b(market, shop):
    shop_id, seller = shop
    added = await market.place_of(seller, shop_id)
    _, other = await market.seller("other")

    with pytest.raises(Forbidden):
        await market.place_of(other, shop_id)
    with pytest.raises(Forbidden):
        await place.change_place(other, place_id=added.id, active=False)
    with pytest.raises(Unauthenticated):
        await market.place_of(market.platform.context("bazaar"), shop_id)


async def test_the_platforms_places_are_the_operators(market, shop):
    _, seller = shop
    with pytest.raises(Forbidden):
        await market.place_of(seller, None, kind=PlaceKind.PICKUP_POINT)

    operator = market.person("place.place.add")
    assert (await market.place_of(operator, None, kind=PlaceKind.PICKUP_POINT)).shop_id is None
    with pytest.raises(ShopNotFound):
        await market.place_of(operator, uuid4())


async def test_wrong_places_are_refused_by_field(market, shop):
    shop_id, seller = shop

    with pytest.raises(Invalid) as refusal:
        await market.place_of(seller, shop_id, address="", gln="123", location=Location(91, 0))

    assert [error.field for error in refusal.value.errors] == ["address", "location", "gln"]


async def test_the_database_keeps_places_on_earth(market, shop):
    shop_id, seller = shop
    await market.place_of(seller, shop_id, location=Location(1, 2))

    for wrong in ("lat = 91", "lon = 'NaN'", "lon = NULL", "gln = '12'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await market.rows(f"UPDATE place.place SET {wrong}")
