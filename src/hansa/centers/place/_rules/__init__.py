"""The arithmetic of places: pure, no await."""

from hansa.centers.place._rules.checking import place_errors
from hansa.centers.place._rules.hours import next_opening, open_at, open_until
from hansa.centers.place._rules.sphere import boxes_around, covers, distance_m
from hansa.centers.place._rules.words import gln_valid

__all__ = [
    "boxes_around",
    "covers",
    "distance_m",
    "gln_valid",
    "next_opening",
    "open_at",
    "open_until",
    "place_errors",
]
