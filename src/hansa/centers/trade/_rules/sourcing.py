"""Which place serves which line: as few parcels per shop as the ranking of places allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hansa.centers.place.types import PlaceId
from hansa.centers.product.types import SkuId
from hansa.centers.trade.types import QuotedLine

Stock = Mapping[SkuId, Mapping[PlaceId, int]]
"""What is available now, per SKU and place. A hint: only the hold decides."""


def choose_places(
    lines: Sequence[QuotedLine],
    *,
    ranking: Sequence[PlaceId],
    stock: Stock,
) -> dict[int, PlaceId | None]:
    """Choose a place for each line of one shop, by line number; None where no place has enough.

    The best-ranked place that has everything serves everything; when there is none, each line goes to its
    best-ranked place that has enough of it. Lines that share a SKU are summed first.
    """
    wanted: dict[SkuId, int] = {}
    for line in lines:
        wanted[line.sku_id] = wanted.get(line.sku_id, 0) + line.wanted
    for place in ranking:
        if all(stock.get(sku, {}).get(place, 0) >= quantity for sku, quantity in wanted.items()):
            return {line.line_no: place for line in lines}
    by_sku = {
        sku: next((place for place in ranking if stock.get(sku, {}).get(place, 0) >= quantity), None)
        for sku, quantity in wanted.items()
    }
    return {line.line_no: by_sku[line.sku_id] for line in lines}
