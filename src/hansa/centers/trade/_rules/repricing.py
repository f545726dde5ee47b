"""Lowering what an unpaid order costs: the shop bears it, as one more stored allocation per line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.payment.types import NewPayment
from hansa.centers.product.types import CategoryId
from hansa.centers.trade._rules.pricing import freight_shares
from hansa.centers.trade._rules.rows import OrderKey
from hansa.centers.trade.errors import LineNotFound, PriceNotLowered
from hansa.centers.trade.types import Allocation, Funder, FunderKind, Line, Order, QuotedLine
from hansa.kernel.money import split_minor

LAYER = "seller"
SHOP = Funder(FunderKind.SHOP)


class AsQuoted(msgspec.Struct, frozen=True):
    """What a line was quoted with besides what its order shows: what rates and a business's own words go by."""

    offer_version: int
    inputs: dict[str, int | str]
    category_ids: tuple[CategoryId, ...]


@dataclass(frozen=True, slots=True)
class Repricing:
    """What is written when an order is repriced: its lines as they are now, and its checkout's new payment."""

    order: Order
    lines: tuple[Line, ...]
    freight: int
    checkout: OrderKey
    checkout_payable: int
    orders: tuple[UUID, ...]
    """All orders of the checkout: they are paid together."""
    payment: NewPayment
    pay_by: datetime

    @property
    def discount(self) -> int:
        """The order's discount now."""
        return sum(line.discount for line in self.lines)

    @property
    def tax(self) -> int:
        """The order's tax now."""
        return sum(line.tax for line in self.lines)

    @property
    def payable(self) -> int:
        """What the order costs now."""
        return sum(line.total for line in self.lines)

    @property
    def added(self) -> tuple[tuple[int, int, int], ...]:
        """The allocations that are new: line number, ordinal, minor units."""
        return tuple(
            (line.line_no, len(line.allocations), line.allocations[-1].minor)
            for line, before in zip(self.lines, self.order.lines, strict=True)
            if len(line.allocations) > len(before.allocations)
        )


def offs(order: Order, *, off_minor: int, line_offs: Mapping[int, int]) -> dict[int, int]:
    """Return how much comes off each line: what is named for it, and its share of what is for all.

    Shares go by what is left to pay on each line, largest remainder, ties by line number.
    Raises `LineNotFound`, `PriceNotLowered` when more would come off than there is.
    """
    by_number = sorted(order.lines, key=lambda line: line.line_no)
    if missing := sorted(set(line_offs) - {line.line_no for line in by_number}):
        raise LineNotFound(lines=missing)
    room = [line.gross - line.discount - line_offs.get(line.line_no, 0) for line in by_number]
    if off_minor < 0 or min(line_offs.values(), default=0) < 0 or min(room) < 0 or off_minor > sum(room):
        raise PriceNotLowered(goods=sum(line.gross - line.discount for line in by_number))
    shares = split_minor(off_minor, room) if off_minor else [0] * len(room)
    return {
        line.line_no: line_offs.get(line.line_no, 0) + share
        for line, share in zip(by_number, shares, strict=True)
    }


def lower(
    order: Order, *, off: Mapping[int, int], taxes: Mapping[int, int], freight: int
) -> tuple[Line, ...]:
    """Return the lines with so much off, their tax anew and their shares of the freight; the sums hold."""
    lowered = [
        msgspec.structs.replace(
            line,
            discount=line.discount + off[line.line_no],
            tax=taxes[line.line_no],
            allocations=(*line.allocations, Allocation(LAYER, SHOP, off[line.line_no]))
            if off[line.line_no]
            else line.allocations,
        )
        for line in order.lines
    ]
    shares = freight_shares(lowered, freight)
    return tuple(msgspec.structs.replace(line, freight=shares[line.line_no]) for line in lowered)


def quoted_again(
    order: Order, quoted: Mapping[int, AsQuoted], off: Mapping[int, int]
) -> tuple[QuotedLine, ...]:
    """Return an order's lines as the tax was asked about them at first, but lowered, and with no tax yet."""
    return tuple(
        QuotedLine(
            line_no=line.line_no,
            offer_id=line.offer_id,
            offer_version=quoted[line.line_no].offer_version,
            sku_id=line.sku_id,
            product_id=line.product_id,
            shop_id=order.shop_id,
            title=line.title,
            options=line.options,
            art=line.art,
            quantity=line.quantity,
            unit_minor=line.unit_minor,
            gross=line.gross,
            place_id=order.place_id,
            measure=line.measure,
            allocations=(*line.allocations, Allocation(LAYER, SHOP, off[line.line_no]))
            if off[line.line_no]
            else line.allocations,
            attribution=line.attribution,
            inputs=quoted[line.line_no].inputs,
            category_ids=quoted[line.line_no].category_ids,
        )
        for line in order.lines
    )
