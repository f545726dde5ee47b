"""How what was found can be narrowed: fields with their commonest values, and ranges of prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from hansa.centers.search.types import PriceRange

FIELDS_MAX = 20
FIELD_VALUES_MAX = 20
RANGES = 5

T = TypeVar("T")


def by_field(counts: Mapping[str, int]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Group counts of `field=value`: the fields that tell most of what was found first, values by count."""
    grouped: dict[str, list[tuple[str, int]]] = {}
    for facet, count in counts.items():
        field, _, value = facet.partition("=")
        grouped.setdefault(field, []).append((value, count))
    for values in grouped.values():
        values.sort(key=lambda one: (-one[1], one[0]))
    fields = sorted(grouped.items(), key=lambda one: (-sum(count for _, count in one[1]), one[0]))
    return [(field, values[:FIELD_VALUES_MAX]) for field, values in fields[:FIELDS_MAX]]


def price_ranges(prices: Sequence[int]) -> list[PriceRange]:
    """Cut prices into at most five ranges with about as many products each; equal prices are never parted."""
    ordered = sorted(prices)
    if not ordered:
        return []
    cuts = [ordered[len(ordered) * at // RANGES] for at in range(RANGES)]
    starts = list(dict.fromkeys([ordered[0], *cuts]))
    ends = [*(following - 1 for _, following in pairwise(starts)), ordered[-1]]
    return [
        PriceRange(low, high, count)
        for low, high in zip(starts, ends, strict=True)
        if (count := _between(ordered, low, high))
    ]


def _between(ordered: Iterable[int], low: int, high: int) -> int:
    return sum(low <= price <= high for price in ordered)
