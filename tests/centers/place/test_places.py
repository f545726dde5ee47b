"""Places of shops and of the platform, and who may change them."""

import asyncio
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace

from hansa.centers.place import api as place
from hansa.centers.place.errors import GlnTaken, PlaceChangedSince, PlaceClosed
from hansa.centers.place.types import (
    Capability,
    Hours,
    Location,
    Opening,
    PlaceKind,
    PlaceStatus,
    SpecialDay,
    Stretch,
)
from hansa.centers.shop import api as shops
from hansa.centers.shop.errors import ReturnPlaceRefused, ShopNotFound
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

GLN = "4012345000009"
AREA = (Location(28, 119), Location(28, 120), Location(29, 120), Location(29, 119))


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


async def test_every_version_of_a_place_is_kept_with_who_made_it(market, shop):
    shop_id, seller = shop
    added = await market.place_of(seller, shop_id, gln=GLN, country="CN", postal_code="323700")
    operator = market.person("place.place.edit")

    changed = await place.change_place(
        operator, place_id=added.id, address="2 Kiln Road", area=AREA, without=["gln", "postal_code"]
    )

    assert (changed.gln, changed.postal_code, changed.country, changed.area) == (None, None, "CN", AREA)
    versions = (await place.versions_of_place(seller, place_id=added.id)).items
    assert [(one.place, one.actor) for one in versions] == [
        (changed, operator.actor.label),
        (added, seller.actor.label),
    ]
    _, other = await market.seller("other")
    with pytest.raises(Forbidden):
        await place.versions_of_place(other, place_id=added.id)
    assert '"place_version": 2' in (await market.told("place.changed"))[0]
    assert await market.verify() == []


async def test_of_two_who_change_what_they_saw_one_is_told_to_look_again(market, shop):
    shop_id, seller = shop
    added = await market.place_of(seller, shop_id)

    outcomes = await asyncio.gather(
        *(
            place.change_place(seller, place_id=added.id, address=f"{n} Kiln Road", version=1)
            for n in range(5)
        ),
        return_exceptions=True,
    )

    assert [isinstance(one, PlaceChangedSince) for one in outcomes].count(False) == 1
    assert (await place.places(market.ctx, [added.id]))[added.id].version == 2


async def test_a_place_that_was_given_up_stays_as_it_is(market, shop):
    shop_id, seller = shop
    added = await market.place_of(seller, shop_id)
    paused = await place.change_place(seller, place_id=added.id, active=False)
    assert (paused.status, paused.active) == (PlaceStatus.PAUSED, False)

    await place.change_place(seller, place_id=added.id, status=PlaceStatus.CLOSED)

    with pytest.raises(PlaceClosed):
        await place.change_place(seller, place_id=added.id, active=True)
    assert [one.status for one in await place.places_of_shop(market.ctx, shop_id)] == [PlaceStatus.CLOSED]
    assert await market.verify() == []


async def test_goods_come_back_to_the_shops_own_places_alone(market, shop):
    shop_id, seller = shop
    own = await market.place_of(seller, shop_id)
    opened, other = await market.seller("other")
    theirs = await market.place_of(other, opened.id)
    said = await shops.profile(market.ctx, shop_id=shop_id)

    kept = await shops.change_profile(seller, profile=replace(said, return_place=own.id))
    assert (kept.return_place, kept.version) == (own.id, 1)
    for wrong in (theirs.id, uuid4()):
        with pytest.raises(ReturnPlaceRefused):
            await shops.change_profile(seller, profile=replace(kept, return_place=wrong))
    await place.change_place(seller, place_id=own.id, active=False)
    with pytest.raises(ReturnPlaceRefused):
        await shops.change_profile(seller, profile=kept)
    with pytest.raises(Forbidden):
        await shops.change_profile(other, profile=kept)


@pytest.mark.parametrize(
    ("about", "fields"),
    [
        ({"country": "cn"}, ["country"]),
        ({"postal_code": ""}, ["postal_code"]),
        ({"area": AREA[:2]}, ["area"]),
        ({"area": (*AREA[:2], Location(91, 0))}, ["area"]),
        ({"area": (AREA[0], AREA[2], AREA[1], AREA[3])}, ["area"]),
        ({"capabilities": ["juggling"]}, ["capabilities"]),
        ({"capabilities": [f"c{n}" for n in range(41)]}, ["capabilities"]),
    ],
)
async def test_wrong_fields_are_named(market, shop, about, fields):
    shop_id, seller = shop
    with pytest.raises(Invalid) as refusal:
        await market.place_of(seller, shop_id, **about)
    assert [error.field for error in refusal.value.errors] == fields


async def test_what_every_place_has_cannot_be_left_out(market, shop):
    shop_id, seller = shop
    added = await market.place_of(seller, shop_id)
    for wrong in ("address", "status", "nobody"):
        with pytest.raises(Invalid):
            await place.change_place(seller, place_id=added.id, without=[wrong])


@pytest.mark.parametrize("kind", [Location, Opening, Stretch, SpecialDay, Hours])
def test_what_is_nested_refuses_what_nobody_asks(kind):
    right = {
        Location: {"lat": 1, "lon": 2},
        Opening: {"day": 1, "opens": "09:00", "closes": "10:00"},
        Stretch: {"opens": "09:00", "closes": "10:00"},
        SpecialDay: {"date": "2026-10-01"},
        Hours: {"timezone": "UTC", "week": []},
    }[kind]

    msgspec.convert(right, kind)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(right | {"nobody_asks_this": 1}, kind)


async def test_verify_names_a_place_whose_version_was_lost(market, shop):
    shop_id, seller = shop
    await market.place_of(seller, shop_id)
    await market.rows("UPDATE place.place SET version = 2")

    [sentence] = await market.verify()

    assert "version" in sentence
