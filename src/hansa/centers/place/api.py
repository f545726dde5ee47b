"""What other centers and faces may ask of places."""

from hansa.centers.place._rules import (
    covers,
    distance_m,
    gln_valid,
    next_opening,
    open_at,
    open_until,
)
from hansa.centers.place._service import (
    add_place,
    change_place,
    known_capabilities,
    places,
    places_nearby,
    places_of_shop,
    places_within,
    platform_places,
    towns,
    versions_of_place,
)

__all__ = [
    "add_place",
    "change_place",
    "covers",
    "distance_m",
    "gln_valid",
    "known_capabilities",
    "next_opening",
    "open_at",
    "open_until",
    "places",
    "places_nearby",
    "places_of_shop",
    "places_within",
    "platform_places",
    "towns",
    "versions_of_place",
]
