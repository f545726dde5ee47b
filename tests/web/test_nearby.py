"""What is near somebody: a town is chosen or a position told, and the nearest comes first, on lists and products."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

import pytest

from hansa.centers.place import api as place
from hansa.centers.place.types import (
    Capability,
    Hours,
    Location,
    Opening,
    PlaceKind,
)
from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

ALWAYS = Hours("Asia/Shanghai", tuple(Opening(day, "00:00", "00:00") for day in range(1, 8)))
NORTH = 0.009
"""About a kilometre, in degrees."""


@pytest.fixture
def at_the_sea(front):
    """Two shops where buyers collect, at one and at thirty kilometres from a place at sea; returns it and the goods."""
    lat, lon = -40.0 - uuid4().int % 40_000 / 1000, -20.0

    async def story():
        made = []
        for far in (30, 1):
            seller = await front.house.seller()
            shelf = await place.add_place(
                front.house.system,
                name={"en": f"A counter at {far}"},
                kind=PlaceKind.STORE,
                address=f"Sea {lat} at {far}",
                location=Location(lat + far * NORTH, lon),
                shop_id=seller.shop_id,
                capabilities=(Capability.SHIP, Capability.PICKUP),
                hours=ALWAYS if far == 1 else None,
            )
            good = await front.house.good(replace(seller, place_id=shelf.id) if far == 1 else seller)
            offer = (await product.offers(front.house.system, [good.offer_id]))[good.offer_id]
            made.append((PRODUCT_ID.show(offer.product_id), offer.titles["en"]))
        await front.house.settle_down()
        return f"{lat:.3f},{lon:.3f}", made

    return front.do(story())


def test_a_list_of_what_is_near_has_the_nearest_first_and_says_how_far(surfer, at_the_sea):
    here, ((_, far_name), (near_id, near_name)) = at_the_sea

    page = surfer.open(f"/bazaar/?near={here}&sort=distance").text

    assert page.index(near_name) < page.index(far_name)
    assert re.search(r"1\.0 km · A counter at 1<", page)
    assert "30 km · A counter at 30" in page
    assert f"/bazaar/products/{near_id}?near={here.replace(',', '%2C')}" in page
    assert 'name="within" value="50" checked' in page
    close = surfer.open(f"/bazaar/?near={here}&within=5").text
    assert near_name in close
    assert far_name not in close
    assert f'type="hidden" name="near" value="{here}"' in close


def test_where_one_is_is_asked_on_a_page_that_works_without_scripts(surfer, at_the_sea):
    surfer.open("/bazaar/?q=pear&stock=in")
    (way,) = re.findall(r'href="(/bazaar/near[^"]*)"[^>]*>Near me', surfer.page.text)

    page = surfer.open(way.replace("&amp;", "&")).text

    assert "<near-me " in page
    assert "geolocation=(self)" in surfer.page.headers["permissions-policy"]
    towns = [one.replace("&amp;", "&") for one in re.findall(r'class="chip" href="([^"]+)"', page)]
    assert towns
    assert all("q=pear" in one and "stock=in" in one and "sort=distance" in one for one in towns)
    found = surfer.open(towns[0])
    assert found.status_code == 200
    assert "Near me" in found.text


def test_a_product_says_where_it_is_collected_and_how_far_that_is(surfer, at_the_sea):
    here, (_, (near_id, _)) = at_the_sea

    bare = surfer.open(f"/bazaar/products/{near_id}").text
    told = surfer.open(f"/bazaar/products/{near_id}?near={here}").text

    assert "Where it can be collected" in bare
    assert "A counter at 1" in bare
    assert "open now" in bare
    assert " km</span>" not in bare
    assert "1.0 km</span>" in told
    (way,) = re.findall(r'href="(/bazaar/near[^"]*product=[^"]*)"', bare)
    asked = surfer.open(way.replace("&amp;", "&")).text
    assert f"/bazaar/products/{near_id}?" in asked


@pytest.mark.parametrize(
    "said", ["", "x", "1", "91,0", "0,181", "nan,nan", "1e3,0", "1,2,3", "--1,2", "\uff11,2"]
)
def test_a_position_that_cannot_be_is_as_if_it_were_not_there(surfer, said):
    page = surfer.open(f"/bazaar/?q=pear&near={said}&sort=distance")

    assert page.status_code == 200
    assert 'name="within"' not in page.text


def test_a_product_that_cannot_be_is_not_looked_for(surfer):
    assert surfer.open("/bazaar/near?product=x").status_code in {400, 404}
