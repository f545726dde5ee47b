"""How what was found can be narrowed: fields with their commonest values, and ranges of prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from hansa.centers.search.types import PriceRange

FIELDS_MAX = 20
FIELD_VALUES_MAX = 20
RANGES = 5

_OF_IDS = frozenset({"category", "shop"})
"""Fields whose values are ids: only those that something has are known to be some."""


def by_field(
    counts: Mapping[str, int], *, chosen: Mapping[str, Sequence[str]]
) -> list[tuple[str, list[tuple[str, int]]]]:
    """Group counts of `field=value`: the fields that tell most of what was found first, values by count.

    What is chosen is always there, or it could not be given up again, even where nothing has it.
    """
    grouped: dict[str, dict[str, int]] = {
        field: dict.fromkeys(values, 0) for field, values in chosen.items() if field not in _OF_IDS
    }
    for facet, count in counts.items():
        field, _, value = facet.partition("=")
        grouped.setdefault(field, {})[value] = count
    fields = sorted(grouped.items(), key=lambda one: (one[0] not in chosen, -sum(one[1].values()), one[0]))
    return [
        (field, _commonest(values, always=chosen.get(field, ()))) for field, values in fields[:FIELDS_MAX]
    ]


def _commonest(values: Mapping[str, int], *, always: Sequence[str]) -> list[tuple[str, int]]:
    ordered = sorted(values.items(), key=lambda one: (-one[1], one[0]))
    kept = {value for value, _ in ordered[:FIELD_VALUES_MAX]}.union(always)
    return [one for one in ordered if one[0] in kept]


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
