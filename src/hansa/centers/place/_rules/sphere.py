"""Distances, boxes and areas on a sphere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from hansa.centers.place.types import Location

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG): a sphere is at most 0.5 % off, enough to rank places."""

_MARGIN_DEG = 1e-7  # about a centimetre: a box must not lose to rounding what the distance would let in


class Box(NamedTuple):
    """A stretch of latitudes and longitudes, in degrees, bounds included."""

    south: float
    north: float
    west: float
    east: float


def distance_m(a: Location, b: Location) -> float:
    """Return the great-circle distance in metres (haversine, which keeps its digits for near points)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.lon - a.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def boxes_around(center: Location, radius_m: float) -> list[Box]:
    """Return one box, or two at the date line, that hold every point within a distance.

    A circle is widest east and west not at its own latitude but nearer to the pole: half its width is
    asin(sin(r) / cos(lat)). Around a pole every longitude is within.
    """
    reach = radius_m / EARTH_RADIUS_M
    lat = math.radians(center.lat)
    south, north = math.degrees(lat - reach) - _MARGIN_DEG, math.degrees(lat + reach) + _MARGIN_DEG
    if south <= -90 or north >= 90:
        return [Box(max(south, -90.0), min(north, 90.0), -180.0, 180.0)]
    half = math.degrees(math.asin(min(1.0, math.sin(reach) / math.cos(lat)))) + _MARGIN_DEG
    west, east = center.lon - half, center.lon + half
    if west < -180:
        return [Box(south, north, -180.0, east), Box(south, north, west + 360, 180.0)]
    if east > 180:
        return [Box(south, north, west, 180.0), Box(south, north, -180.0, east - 360)]
    return [Box(south, north, west, east)]


def covers(area: Sequence[Location], point: Location) -> bool:
    """Tell whether a point lies within an area, edges straight in degrees (as in GeoJSON), by counting crossings.

    Each edge goes the short way round, so an area may cross the date line; none holds a pole.
    """
    corners = _laid_out(area)
    west, east = min(lon for lon, _ in corners), max(lon for lon, _ in corners)
    lon = west + (point.lon - west) % 360  # where the point lies on the strip that the area was laid out on
    if lon > east:
        return False
    inside = False
    for (lon_a, lat_a), (lon_b, lat_b) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (lat_a > point.lat) != (lat_b > point.lat):
            crossing = lon_a + (lon_b - lon_a) * (point.lat - lat_a) / (lat_b - lat_a)
            if crossing > lon:
                inside = not inside
    return inside


def turn(a: float, b: float) -> float:
    """Return how far east it is from one longitude to another by the short way, from -180 to below 180."""
    return (b - a + 180) % 360 - 180


def crosses_itself(area: Sequence[Location]) -> bool:
    """Tell whether two edges of an area that are no neighbours meet."""
    corners = _laid_out(area)
    count = len(corners)
    edges = [(corners[at], corners[(at + 1) % count]) for at in range(count)]
    return any(
        _meet(edges[at], edges[other])
        for at in range(count)
        for other in range(at + 2, count)
        if not (at == 0 and other == count - 1)
    )


_Point = tuple[float, float]
"""Longitude, latitude."""


def _laid_out(area: Sequence[Location]) -> list[_Point]:
    """Return the corners of an area with longitudes that run on where it crosses the date line."""
    lon = area[0].lon
    corners = []
    for at, corner in enumerate(area):
        lon += turn(area[at - 1].lon, corner.lon) if at else 0.0
        corners.append((lon, corner.lat))
    return corners


def _side(a: _Point, b: _Point, c: _Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _meet(one: tuple[_Point, _Point], other: tuple[_Point, _Point]) -> bool:
    (a, b), (c, d) = one, other
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0
