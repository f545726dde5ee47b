"""Which places are near: by what is known of them and of where the goods go."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.place.api import distance_m
from hansa.centers.place.types import Destination, Place, PlaceId

_FAR = float("inf")


def nearest(places: Sequence[Place], destination: Destination | None) -> list[PlaceId]:
    """Rank places: by distance, those without a known location last; then by country and postcode; ties by age."""
    if destination is None:
        return sorted(place.id for place in places)

    def key(place: Place) -> tuple[float, int, int, PlaceId]:
        return (_distance(place, destination), *_parts(place, destination), place.id)

    return [place.id for place in sorted(places, key=key)]


def _distance(place: Place, destination: Destination) -> float:
    if destination.location is None or place.location is None:
        return _FAR
    return distance_m(place.location, destination.location)


def _parts(place: Place, destination: Destination) -> tuple[int, int]:
    """Return whether the place lies abroad (nobody said: between), and how little of the postcode it shares, negated."""
    if place.country is None:
        return (1, 0)
    if place.country != destination.country:
        return (2, 0)
    return (0, -_shared(_plain(place.postal_code or ""), _plain(destination.postcode)))


def _plain(postcode: str) -> str:
    return "".join(letter for letter in postcode if letter.isalnum()).upper()


def _shared(one: str, other: str) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
