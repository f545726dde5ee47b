"""What is near somebody: found by the places where buyers collect, the nearest first."""

from __future__ import annotations

from uuid import uuid4

import pytest

from callers import Caller, door_of, good
from centers.searching import made_up
from hansa.centers.place import api as place
from hansa.centers.place.types import PLACE_ID, Capability, Location, PlaceKind, PlaceStatus
from hansa.centers.product import api as product
from hansa.centers.search.types import Filters, Near, Sort
from hansa.kernel.money import Money
from hansa.kernel.problem import Invalid

CENTER = Location(10.0, 20.0)
KM = 0.009
"""About a kilometre northwards, in degrees."""


@pytest.fixture
def collecting(library):
    """Opens shops with a place at so many kilometres where buyers collect."""

    async def shop_at(*kilometres, capabilities=(Capability.SHIP, Capability.PICKUP)):
        seller = await library.house.seller()
        added = [
            await place.add_place(
                library.ctx,
                name={"en": f"{far} km"},
                kind=PlaceKind.STORE,
                address="Somewhere",
                location=Location(CENTER.lat + far * KM, CENTER.lon),
                shop_id=seller.shop_id,
                capabilities=capabilities,
            )
            for far in kilometres
        ]
        return seller, added

    return shop_at


def near(radius_m=50_000.0, **about):
    return Filters(near=Near(CENTER, radius_m), **about)


async def test_what_is_near_is_found_the_nearest_first_and_says_where(library, collecting):
    word = made_up()
    sellers = {far: (await collecting(far, far + 9))[0] for far in (7, 2, 30)}
    for far, seller in sellers.items():
        await library.put(f"{word} {far}", seller=seller, deliver=False)
    await library.put(f"{word} nowhere")

    found = await library.find(word, filters=near(), sort=Sort.DISTANCE)

    assert [hit.titles["en"] for hit in found.hits] == [f"{word} 2", f"{word} 7", f"{word} 30"]
    assert [hit.nearest.place.name["en"] for hit in found.hits] == ["2 km", "7 km", "30 km"]
    assert [round(hit.nearest.distance_m / 1000) for hit in found.hits] == [2, 7, 30]
    close = await library.find(word, filters=near(10_000), sort=Sort.PRICE_UP, with_facets=True)
    assert {hit.titles["en"] for hit in close.hits} == {f"{word} 2", f"{word} 7"}
    assert close.facets.count == 2
    assert all(hit.nearest is None for hit in (await library.find(word)).hits)


async def test_pages_by_distance_lose_nothing_and_tell_nothing_twice(library, collecting):
    word = made_up()
    made = []
    for far in (5, 1, 3):
        seller, _ = await collecting(far)
        made += [(far, (await library.put(word, seller=seller, deliver=False)).product.id) for _ in range(2)]
    await library.house.deliver()

    found = await library.all_pages(word, filters=near(), sort=Sort.DISTANCE)

    assert found == [product_id for _, product_id in sorted(made)]


async def test_of_several_sellers_the_nearest_counts(library, collecting):
    word = made_up()
    (near_one, _), (maker, _) = await collecting(1), await collecting(20)
    page = await library.put(word, seller=maker)
    price = Money(2000, "CNY")
    await product.make_offer(library.ctx, shop_id=near_one.shop_id, sku_id=page.skus[0].id, price=price)
    await library.house.deliver()

    (hit,) = (await library.find(word, filters=near(), sort=Sort.DISTANCE)).hits

    assert hit.nearest.place.name == {"en": "1 km"}


async def test_only_places_in_use_where_buyers_collect_are_near(library, collecting):
    word = made_up()
    sends, _ = await collecting(1, capabilities=(Capability.SHIP,))
    paused, (closed,) = await collecting(2)
    await library.put(word, seller=sends)
    await library.put(word, seller=paused)
    await place.change_place(library.ctx, place_id=closed.id, status=PlaceStatus.PAUSED)

    found = await library.find(word, filters=near(), with_facets=True)

    assert found.hits == []
    assert found.facets.count == 0


async def test_nothing_is_far_or_near_without_a_position(library):
    with pytest.raises(Invalid):
        await library.find(sort=Sort.DISTANCE)
    for radius_m in (-1.0, 2_000_000.0, float("nan")):
        with pytest.raises(Invalid):
            await library.find(filters=near(radius_m))


@pytest.fixture
async def anybody(house):
    door = door_of(house.platform)
    yield Caller(door)
    await door.aclose()


async def test_a_program_finds_what_is_near(anybody, library, collecting):
    word = made_up()
    seller, (shelf,) = await collecting(4)
    await library.put(word, seller=seller)

    here = {"q": word, "lat": CENTER.lat, "lon": CENTER.lon, "radius_m": 9_000, "sort": "distance"}
    found = good(await anybody.get("/search", params=here))
    towns = good(await anybody.get("/places/towns"))
    half = await anybody.get("/search", params={"q": word, "lat": CENTER.lat})
    nowhere = await anybody.get("/search", params={"sort": "distance"})
    beyond = await anybody.get("/search", params=here | {"lat": 91})

    (item,) = found["items"]
    assert item["nearest"]["place_id"] == PLACE_ID.show(shelf.id)
    assert 3_900 < item["nearest"]["distance_m"] < 4_100
    assert towns
    assert towns[0]["places"] >= 1
    for refused in (half, nowhere, beyond):
        assert refused.status_code == 422, refused.text


async def test_towns_are_told_to_whoever_does_not_say_where_they_are(library):
    capability = Capability.RETURNS
    seller, edge = await library.house.seller(), uuid4().int % 60
    for lat, lon in ((edge + 0.1, -100.2), (edge + 0.2, -100.3), (edge + 5.1, -100.2)):
        await place.add_place(
            library.ctx,
            name={"en": "A counter"},
            kind=PlaceKind.STORE,
            address=f"Town at {lat:.0f}",
            location=Location(lat, lon),
            shop_id=seller.shop_id,
            capabilities=(capability,),
        )

    towns = [
        (one.place.address, one.places)
        for one in await place.towns(library.ctx, capability=capability, limit=100)
        if one.place.shop_id == seller.shop_id
    ]

    assert towns == [(f"Town at {edge}", 2), (f"Town at {edge + 5}", 1)]
