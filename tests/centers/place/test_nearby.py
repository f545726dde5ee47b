"""What is near: boxes, areas, and the same answer as measuring everything."""

import math
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hansa.centers.place import _store as store
from hansa.centers.place import api as place
from hansa.centers.place._rules import boxes_around, covers, distance_m
from hansa.centers.place._rules.sphere import crosses_itself
from hansa.centers.place.extensions import CAPABILITIES
from hansa.centers.place.types import Capability, Location, PlaceStatus
from hansa.kernel.context import Traffic
from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import Invalid

points = st.builds(Location, st.floats(-90, 90), st.floats(-180, 180))
radii = st.floats(0, 1_000_000)
SPOTS = [(90, 0), (-90, 12), (89.99, 170), (0, 180), (0, -180), (52.5, 179.99), (-17, -179.99), (0, 0)]
edges = st.sampled_from([Location(*spot) for spot in SPOTS])


def within(boxes, point):
    return any(box.south <= point.lat <= box.north and box.west <= point.lon <= box.east for box in boxes)


def moved(center, bearing, far_m):
    """The point that lies so far from another in a direction."""
    reach, lat, lon = far_m / 6_371_008.8, math.radians(center.lat), math.radians(center.lon)
    north = math.asin(
        max(-1, min(1, math.sin(lat) * math.cos(reach) + math.cos(lat) * math.sin(reach) * math.cos(bearing)))
    )
    east = lon + math.atan2(
        math.sin(bearing) * math.sin(reach) * math.cos(lat),
        math.cos(reach) - math.sin(lat) * math.sin(north),
    )
    return Location(math.degrees(north), (math.degrees(east) + 180) % 360 - 180)


@given(points | edges, radii, st.floats(0, 2 * math.pi), st.floats(0, 1))
def test_the_boxes_hold_everything_within_the_distance(center, radius, bearing, part):
    point = moved(center, bearing, radius * part)

    if distance_m(center, point) <= radius:
        assert within(boxes_around(center, radius), point)


@given(points | edges, radii)
def test_boxes_lie_on_the_earth_and_there_are_two_at_most(center, radius):
    boxes = boxes_around(center, radius)

    assert 1 <= len(boxes) <= 2
    for box in boxes:
        assert -90 <= box.south <= box.north <= 90
        assert -180 <= box.west <= box.east <= 180
    assert within(boxes, center)


SQUARE = [Location(0, 0), Location(0, 10), Location(10, 10), Location(10, 0)]
PACIFIC = [Location(-5, 175), Location(-5, -175), Location(5, -175), Location(5, 175)]


@pytest.mark.parametrize(
    ("area", "point", "inside"),
    [
        (SQUARE, Location(5, 5), True),
        (SQUARE, Location(5, 11), False),
        (SQUARE, Location(-1, 5), False),
        (PACIFIC, Location(0, 180), True),
        (PACIFIC, Location(0, -180), True),
        (PACIFIC, Location(0, -179), True),
        (PACIFIC, Location(0, 0), False),
        (PACIFIC, Location(0, 174), False),
        ([*SQUARE, Location(5, 5)], Location(5, 2), False),  # a notch
        ([*SQUARE, Location(5, 5)], Location(5, 8), True),
    ],
)
def test_what_an_area_covers(area, point, inside):
    assert covers(area, point) is inside
    assert covers(area[::-1], point) is inside
    assert covers(area[2:] + area[:2], point) is inside


@given(st.floats(-60, 60), st.floats(-180, 180), st.floats(0.1, 20), st.floats(0.1, 20), points)
def test_a_rectangle_covers_what_lies_between_its_sides(south, west, height, width, point):
    south, west, height, width = (round(given, 6) for given in (south, west, height, width))
    east = (west + width + 180) % 360 - 180
    area = [Location(south, west), Location(south, east), Location(south + height, east)]
    area.append(Location(south + height, west))
    along = (point.lon - west) % 360

    if min(abs(along - edge) for edge in (0, width, 360)) > 1e-6:
        assert covers(area, point) is (south < point.lat <= south + height and along < width) or (
            min(abs(point.lat - side) for side in (south, south + height)) < 1e-8
        )


def test_an_area_whose_edges_meet_is_none():
    assert not crosses_itself(SQUARE)
    assert not crosses_itself(PACIFIC)
    assert crosses_itself([Location(0, 0), Location(10, 10), Location(0, 10), Location(10, 0)])


@pytest.fixture
async def scattered(market):
    """Places at edges of the world and in one city, of a shop."""
    opened, seller = await market.seller()
    spots = [
        (90, 0), (-90, 0), (89.9, -170), (0, 180), (0, -180), (0, 179.95), (0, -179.95), (10, 0), (30.27, 120.15),
        (30.28, 120.16), (30.20, 120.10), (30.9, 120.9), (31.23, 121.47), (-33.8, 151.2), (52.5, 13.4),
    ]  # fmt: skip
    made = [await market.place_of(seller, opened.id, location=Location(*spot)) for spot in spots]
    await market.place_of(seller, opened.id, location=None)
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(center=points | edges | st.just(Location(30.25, 120.17)), radius=radii)
async def test_what_is_found_is_what_measuring_everything_finds(market, scattered, center, radius):
    found = (await place.places_nearby(market.ctx, center=center, radius_m=radius, limit=100)).items
    far = {one.id: distance_m(center, one.location) for one in scattered}

    shown = {one.place.id: one.distance_m for one in found}
    assert {one for one in far if far[one] <= radius - 0.001} <= set(shown)
    assert set(shown) <= {one for one in far if far[one] <= radius + 0.001}
    for one, distance in shown.items():
        assert distance == pytest.approx(far[one], abs=0.001)
    assert list(shown.values()) == sorted(shown.values())


async def test_pages_go_on_where_the_last_one_ended(market, scattered):
    center, seen, cursor = Location(30.25, 120.15), [], None
    while True:
        page = await place.places_nearby(market.ctx, center=center, radius_m=200_000, cursor=cursor, limit=2)
        seen += page.items
        if (cursor := page.cursor) is None:
            break
    whole = await place.places_nearby(market.ctx, center=center, radius_m=200_000, limit=100)

    assert seen == whole.items
    assert len({one.place.id for one in seen}) == 5
    with pytest.raises(CursorMalformed):
        await place.places_nearby(market.ctx, center=center, radius_m=1, cursor="x")


async def test_only_what_is_in_use_here_and_can_do_it_is_found(market):
    opened, seller = await market.seller()
    here = Location(30, 120)
    ships = await market.place_of(seller, opened.id, location=here)
    collects = await market.place_of(
        seller, opened.id, location=here, capabilities=[Capability.PICKUP, Capability.RETURNS]
    )
    paused = await market.place_of(seller, opened.id, location=here)
    await place.change_place(seller, place_id=paused.id, active=False)

    async def found(ctx=market.ctx, **about):
        page = await place.places_nearby(ctx, center=here, radius_m=10, **about)
        return {one.place.id for one in page.items}

    assert await found() == {ships.id, collects.id}
    assert await found(capability="pickup") == {collects.id}
    assert await found(market.platform.context("fair", actor=market.ctx.actor)) == set()
    assert await found(market.acting(market.ctx.actor, traffic=Traffic.LIVE)) == set()
    await place.change_place(seller, place_id=paused.id, status=PlaceStatus.OPEN)
    assert paused.id in await found()


@pytest.mark.parametrize(
    "about",
    [
        {"radius_m": -1},
        {"radius_m": 1_000_001},
        {"radius_m": math.nan},
        {"center": Location(91, 0)},
        {"center": Location(math.nan, 0)},
        {"capability": "juggling"},
        {"limit": 0},
    ],
)
async def test_what_cannot_be_asked_is_refused(market, about):
    with pytest.raises(Invalid):
        await place.places_nearby(market.ctx, **{"center": Location(0, 0), "radius_m": 10} | about)


async def test_a_business_adds_to_the_vocabulary(markets):
    market = await markets(extends=[CAPABILITIES.by(lambda ctx: frozenset({"tea_tasting"}), name="tasting")])
    opened, seller = await market.seller()

    added = await market.place_of(seller, opened.id, capabilities=["tea_tasting", Capability.SALE])
    assert added.capabilities == {"tea_tasting", "sale"}
    assert "tea_tasting" not in place.known_capabilities(market.platform.context("fair"))
    with pytest.raises(Invalid):
        await place.change_place(seller, place_id=added.id, capabilities=["juggling"])


@pytest.mark.parametrize("center", [Location(30, 120), Location(30, 179.999)])
async def test_the_index_finds_the_few_among_many(markets, market, center):
    await market.rows(
        """INSERT INTO place.place
             (id, business, traffic, kind, name, address, lat, lon, capabilities, status, added_at, version)
           SELECT gen_random_uuid(), 'bazaar', 'sandbox', 'store', '{}', 'x', (n * 7919 % 18000) / 100.0 - 90,
                  (n * 104729 % 36000) / 100.0 - 180, '{}', 'open', now(), 1 FROM generate_series(1, 20000) n"""
    )
    async with markets.owner.transaction() as tx:
        await tx.raw.execute("ANALYZE place.place")
    boxes = boxes_around(center, 20_000)
    corners = [corner for box in boxes for corner in (box.west, box.south, box.east, box.north)]
    plan = await market.rows(
        f"EXPLAIN {store.nearby_sql(len(boxes))}",
        "bazaar", "sandbox", center.lat, center.lon, 20_000.0, None, -1.0, uuid4(), 20, *corners,
    )  # fmt: skip

    assert any("place_nearby" in row["QUERY PLAN"] for row in plan)
