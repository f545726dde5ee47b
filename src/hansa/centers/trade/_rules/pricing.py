"""From lines to what is paid: layers of discount, freight and tax, and the split into orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from hansa.centers.place.types import PlaceId
from hansa.centers.shop.types import ShopId
from hansa.centers.trade.errors import PricingBroken
from hansa.centers.trade.types import Allocation, FulfilmentOption, Funder, Group, Line, QuotedLine
from hansa.kernel.money import INT64_MAX, split_minor

GroupKey = tuple[ShopId, PlaceId]

LAYERS_IN_ORDER = ("activity", "member", "threshold", "coupon", "points", "seller")
"""The layers of discount, in the order in which they come off a line; freight and tax come after them.

`seller` is what a seller takes off an order that is placed and not paid.
"""
_PLACE = {layer: place for place, layer in enumerate(LAYERS_IN_ORDER)}


def base_of(line: QuotedLine, layer: str) -> int:
    """Return what a percentage of this layer is taken of: what the layers before it leave to pay, in minor units.

    So two percentages never add up to more than the whole, and the order in which layers are asked changes
    nothing about what each is worth. Raises `PricingBroken` for a layer that does not exist.
    """
    if layer not in _PLACE:
        raise PricingBroken("there is no such layer", layer=layer)
    before = (share.minor for share in line.allocations if _PLACE[share.layer] < _PLACE[layer])
    return line.gross - sum(before)


def spread(lines: Sequence[QuotedLine], *, layer: str, funder: Funder, minor: int) -> tuple[QuotedLine, ...]:
    """Spread one discount over lines in proportion to what is left to pay on each.

    Largest remainder, ties by line number, capped at each line's remaining value; what exceeds the room of
    all lines together is not given. Lines come back in their order; the order itself changes nothing.
    """
    by_number = sorted(lines, key=lambda line: line.line_no)
    room = [line.gross - line.discount for line in by_number]
    shares = dict(
        zip(
            (line.line_no for line in by_number),
            split_minor(min(minor, sum(room)), room) if sum(room) else [0] * len(room),
            strict=True,
        ),
    )
    return tuple(
        msgspec.structs.replace(
            line,
            allocations=(*line.allocations, Allocation(layer, funder, shares[line.line_no])),
        )
        if shares[line.line_no]
        else line
        for line in lines
    )


def coupons_pay_all(lines: Sequence[QuotedLine]) -> bool:
    """Tell whether coupons take away everything that the layers before them leave to pay."""
    given = sum(share.minor for line in lines for share in line.allocations if share.layer == "coupon")
    return given > 0 and given >= sum(base_of(line, "coupon") for line in lines)


def freight_shares(lines: Sequence[QuotedLine | Line], freight: int) -> dict[int, int]:
    """Split an order's freight over its lines in proportion to what is paid for the goods, by line number.

    Largest remainder, ties by line number: what arrives is credited line by line, with its share.
    """
    if not freight:
        return {line.line_no: 0 for line in lines}
    by_number = sorted(lines, key=lambda line: line.line_no)
    shares = split_minor(freight, [line.gross - line.discount for line in by_number])
    return {line.line_no: share for line, share in zip(by_number, shares, strict=True)}


def guard_lines(before: Sequence[QuotedLine], after: Sequence[QuotedLine]) -> tuple[QuotedLine, ...]:
    """Return `after` when a layer kept the rules every layer must keep; raise `PricingBroken` if not.

    The same lines with the same goods; no gross or tax below zero or beyond 64 bits; every allocation
    positive and of a layer of `LAYERS_IN_ORDER`, in that order; no line discounted below zero. No business
    can override this.
    """
    if [line.line_no for line in before] != [line.line_no for line in after]:
        raise PricingBroken("a layer lost, added or reordered lines")
    for old, new in zip(before, after, strict=True):
        if _bought(old) != _bought(new):
            raise PricingBroken("a layer changed what is bought", line_no=new.line_no)
        if not (0 <= new.gross <= INT64_MAX and 0 <= new.tax <= INT64_MAX):
            raise PricingBroken("an amount is below zero or too large", line_no=new.line_no)
        if not new.allocations:
            continue
        if any(share.minor <= 0 for share in new.allocations) or new.discount > new.gross:
            raise PricingBroken("a discount is not positive or exceeds its line", line_no=new.line_no)
        places = [_PLACE.get(share.layer, -1) for share in new.allocations]
        if min(places) < 0 or places != sorted(places):
            raise PricingBroken("a layer is unknown, or comes off out of its order", line_no=new.line_no)
    return tuple(after)


def _bought(line: QuotedLine) -> tuple[object, ...]:
    return (line.offer_id, line.sku_id, line.shop_id, line.quantity, line.measure, line.category_ids)


def group_lines(lines: Iterable[QuotedLine]) -> dict[GroupKey, list[QuotedLine]]:
    """Split lines by shop and place, in the order in which each group first appears."""
    groups: dict[GroupKey, list[QuotedLine]] = {}
    for line in lines:
        assert line.place_id is not None  # noqa: S101 - sourcing went before
        groups.setdefault((line.shop_id, line.place_id), []).append(line)
    return groups


def total_group(
    key: GroupKey,
    lines: Sequence[QuotedLine],
    *,
    option: FulfilmentOption,
    freight: int,
) -> Group:
    """Sum the lines of one group with its freight."""
    shop_id, place_id = key
    return Group(
        shop_id=shop_id,
        place_id=place_id,
        option=option,
        line_nos=tuple(line.line_no for line in lines),
        goods=sum(line.gross for line in lines),
        discount=sum(line.discount for line in lines),
        freight=freight,
        tax=sum(line.tax for line in lines),
    )
