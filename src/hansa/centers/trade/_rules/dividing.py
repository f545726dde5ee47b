"""Part of a line: some of its pieces go their own way, with their share of everything the line's price is made of.

The share of a piece follows from what is stored for its line: largest remainder, ties by the place of the piece.
So a piece's share is the same whichever pieces went before it, and parts always sum to the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from hansa.centers.trade.errors import LineNotFound, PiecesExceeded, TooManyParts
from hansa.centers.trade.types import LINE_NUMBERS_MAX, Allocation, Line, LinePart, LineState, Order
from hansa.kernel.problem import FieldError, Invalid


class Split(msgspec.Struct, frozen=True):
    """So many pieces of a line become a line of their own; the amounts are theirs, the rest stays."""

    line_no: int
    part: Line


def wanted_pieces(lines: Collection[int | LinePart] | None) -> tuple[Collection[int] | None, dict[int, int]]:
    """Return which lines are named, and of which of them so many pieces. Raises `Invalid` for a line named twice."""
    if lines is None:
        return None, {}
    pieces = {one.line_no: one.quantity for one in lines if isinstance(one, LinePart)}
    numbers = [one.line_no if isinstance(one, LinePart) else one for one in lines]
    if pieces and len(set(numbers)) < len(numbers):
        raise Invalid(FieldError("lines", "twice", "A line is named once"))
    return numbers, pieces


def divide(
    order: Order, lines: Collection[int | LinePart] | None, *, among: Collection[LineState]
) -> tuple[Order, Collection[int] | None, tuple[Split, ...]]:
    """Return the order as it is once the pieces that are named are lines of their own, and the lines that are meant.

    The pieces get the next free line number, what is left of their line keeps its own. Lines that stand in none
    of `among` are left whole. Raises `Invalid`, `LineNotFound`, `PiecesExceeded`, `TooManyParts`.
    """
    numbers, pieces = wanted_pieces(lines)
    by_number = {line.line_no: line for line in order.lines}
    if missing := sorted(set(pieces) - set(by_number)):
        raise LineNotFound(lines=missing)
    meant = {no: n for no, n in pieces.items() if by_number[no].state in among}
    if short := [no for no, n in sorted(meant.items()) if n > by_number[no].quantity]:
        raise PiecesExceeded(lines=[{"line_no": no, "quantity": by_number[no].quantity} for no in short])
    divided = {no: n for no, n in meant.items() if n < by_number[no].quantity}
    if not divided:
        return order, numbers, ()
    next_no = max(by_number) + 1
    if next_no + len(divided) - 1 > LINE_NUMBERS_MAX:
        raise TooManyParts(lines_max=LINE_NUMBERS_MAX)
    splits, renamed = [], {}
    for at, (no, n) in enumerate(sorted(divided.items())):
        part, rest = _parted(by_number[no], n, number=next_no + at)
        splits.append(Split(no, part))
        by_number[no], renamed[no] = rest, part.line_no
    by_number |= {split.part.line_no: split.part for split in splits}
    meant_lines = [renamed.get(no, no) for no in numbers or ()]
    after = msgspec.structs.replace(order, lines=tuple(by_number[no] for no in sorted(by_number)))
    return after, meant_lines, tuple(splits)


def share_of(minor: int, *, units: int, first: int, count: int) -> int:
    """Return what `count` pieces from `first` on (from 0) have of an amount over `units` pieces.

    Every piece has the whole minor units that all have; the first pieces have one more, while there are any.
    """
    return _first_have(minor, units, first + count) - _first_have(minor, units, first)


def share_allocations(
    allocations: Sequence[Allocation], *, units: int, first: int, count: int
) -> tuple[Allocation, ...]:
    """Return what some pieces have of each discount. What is nothing is left out.

    The running sum of the discounts is shared, not each by itself: so no piece is discounted below zero.
    """
    shares, before, had = [], 0, 0
    for one in allocations:
        before += one.minor
        have = share_of(before, units=units, first=first, count=count)
        if have > had:
            shares.append(Allocation(one.layer, one.funder, have - had))
        had = have
    return tuple(shares)


def _first_have(minor: int, units: int, count: int) -> int:
    each, over = divmod(minor, units)
    return each * count + min(count, over)


def _parted(line: Line, count: int, *, number: int) -> tuple[Line, Line]:
    """Return (so many pieces of a line under a number of their own, what is left of it)."""
    return (
        _pieces(line, first=0, count=count, number=number, part_of=line.part_of or line.line_no),
        _pieces(
            line,
            first=count,
            count=line.quantity - count,
            number=line.line_no,
            part_of=line.part_of,
        ),
    )


def _pieces(line: Line, *, first: int, count: int, number: int, part_of: int | None) -> Line:
    amounts: Mapping[str, int] = {
        name: share_of(getattr(line, name), units=line.quantity, first=first, count=count)
        for name in ("gross", "discount", "tax", "freight")
    }
    return msgspec.structs.replace(
        line,
        line_no=number,
        quantity=count,
        part_of=part_of,
        units=line.units or line.quantity,
        first_unit=line.first_unit + first,
        allocations=share_allocations(line.allocations, units=line.quantity, first=first, count=count),
        **amounts,
    )
