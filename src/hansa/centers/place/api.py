"""What other centers and faces may ask of places."""

from hansa.centers.place._rules import distance_m, gln_valid, open_at
from hansa.centers.place._service import add_place, change_place, places, places_of_shop, places_within

__all__ = [
    "add_place",
    "change_place",
    "distance_m",
    "gln_valid",
    "open_at",
    "places",
    "places_of_shop",
    "places_within",
]
