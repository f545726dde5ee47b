from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.place.api import distance_m
from hansa.centers.place.types import Location, Place, PlaceId


def nearest(places: Sequence[Place], destination: Location | None) -> list[PlaceId]:
    """Rank places by distance, ties by age; those without a known location come last."""

    def key(place: Place) -> tuple[float, PlaceId]:
        if destination is None or place.location is None:
            return (float("inf"), place.id)
        return (distance_m(place.location, destination), place.id)

    return [place.id for place in sorted(places, key=key)]
