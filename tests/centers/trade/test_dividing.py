"""Lines go in parts: whatever is taken first, the parts have together what the line had, to the cent."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.trade._rules.dividing import divide, share_of
from hansa.centers.trade._rules.settlement import seller_share
from hansa.centers.trade.errors import LineNotFound, PiecesExceeded, TooManyParts
from hansa.centers.trade.types import Allocation, Funder, FunderKind, Line, LinePart, LineState
from hansa.kernel.problem import Invalid

WAITING = frozenset({LineState.WAITING})
FUNDERS = (Funder(FunderKind.SHOP), Funder(FunderKind.PLATFORM), Funder(FunderKind.BRAND, uuid4()))
LAYERS = ("activity", "member", "threshold", "coupon")


class Bought(msgspec.Struct, frozen=True):
    """As much of an order as dividing looks at."""

    lines: tuple[Line, ...]


@st.composite
def lines(draw: st.DrawFn, number: int = 1) -> Line:
    gross = draw(st.integers(0, 10**6))
    left, allocations = gross, []
    for layer in LAYERS:
        minor = draw(st.integers(0, left))
        if minor:
            allocations.append(Allocation(layer, draw(st.sampled_from(FUNDERS)), minor))
            left -= minor
    anything = uuid4()
    quantity = draw(st.integers(1, 40))
    return Line(
        line_no=number,
        offer_id=anything,
        sku_id=anything,
        product_id=anything,
        title="Pear",
        options="",
        art="pears",
        quantity=quantity,
        unit_minor=gross // quantity,
        gross=gross,
        discount=gross - left,
        tax=draw(st.integers(0, 10**5)),
        freight=draw(st.integers(0, 10**5)),
        commission_bp=500,
        allocations=tuple(allocations),
    )


def amounts(*parts: Line) -> dict[str, int]:
    """What some lines come to: pieces, amounts, and each discount by its layer and who bears it."""
    sums = {
        name: sum(getattr(part, name) for part in parts)
        for name in ("quantity", "gross", "discount", "tax", "freight", "total")
    }
    for part in parts:
        for one in part.allocations:
            named = f"{one.layer} by {one.funder.kind} {one.funder.party}"
            sums[named] = sums.get(named, 0) + one.minor
    return sums


def take(order: Bought, *wanted: LinePart) -> tuple[Bought, list[Line]]:
    after, numbers, _ = divide(order, list(wanted), among=WAITING)
    return after, [line for line in after.lines if line.line_no in numbers]


@given(lines(), st.data())
def test_the_refunds_of_parts_sum_to_the_whole_whatever_the_order(line, data):
    order, gone, left = Bought((line,)), [], line.quantity
    while left:
        n = data.draw(st.integers(1, left))
        order, (part,) = take(order, LinePart(1, n))
        gone.append(part)
        order = Bought(
            tuple(
                msgspec.structs.replace(one, state=LineState.REFUNDED) if one is part else one
                for one in order.lines
            )
        )
        left -= n
        assert all(0 <= one.discount <= one.gross for one in order.lines)
        assert all(one.discount == sum(share.minor for share in one.allocations) for one in order.lines)
        assert amounts(*order.lines) == amounts(line)

    assert amounts(*gone) == amounts(line)


@given(lines(), st.data())
def test_what_so_many_pieces_are_worth_does_not_hang_on_how_they_went(line, data):
    together = data.draw(st.integers(1, line.quantity))
    first = data.draw(st.integers(1, together))

    _, at_once = take(Bought((line,)), LinePart(1, together))
    order, one_by_one = take(Bought((line,)), LinePart(1, first))
    if together > first:
        gone = tuple(
            msgspec.structs.replace(one, state=LineState.REFUNDED) if one in one_by_one else one
            for one in order.lines
        )
        _, later = take(Bought(gone), LinePart(1, together - first))
        one_by_one += later

    assert amounts(*one_by_one) == amounts(*at_once)


@given(lines(), st.integers(0, 10_000), st.data())
def test_the_commission_of_parts_is_that_of_the_whole_whichever_go_first(line, basis_points, data):
    """However it is divided, and whatever happens to which part: each part's commission is the same."""
    line = msgspec.structs.replace(line, commission_bp=basis_points)
    (whole,) = commissions(line)
    order, left = Bought((line,)), line.quantity
    seen: dict[int, int] = {}
    while left > 1 and data.draw(st.booleans()):
        n = data.draw(st.integers(1, left - 1))
        order, (part,) = take(order, LinePart(1, n))
        seen[part.line_no] = seller_share(part, order.lines)[1]
        left -= n

    fees = commissions(*order.lines)
    assert sum(fees) == whole
    assert all(0 <= fee <= one.gross for fee, one in zip(fees, order.lines, strict=True))
    numbers = [one.line_no for one in order.lines]
    assert {number: fee for number, fee in zip(numbers, fees, strict=True) if number in seen} == seen


def commissions(*among: Line) -> list[int]:
    """The commission of each line of an order."""
    return [seller_share(one, among)[1] for one in among]


@given(st.integers(0, 10**12), st.integers(1, 1000))
def test_no_piece_has_more_than_one_minor_unit_over_another(minor, units):
    shares = [share_of(minor, units=units, first=at, count=1) for at in range(units)]

    assert sum(shares) == minor
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)


def test_ten_over_three_pieces():
    shares = [share_of(1000, units=3, first=at, count=1) for at in range(3)]
    assert shares == [334, 333, 333]


@given(lines(1), lines(2))
def test_parts_take_the_next_numbers_and_say_whose_they_were(first, second):
    first, second = (msgspec.structs.replace(one, quantity=one.quantity + 1) for one in (first, second))

    after, numbers, splits = divide(Bought((first, second)), [LinePart(2, 1), LinePart(1, 1)], among=WAITING)

    assert numbers == [4, 3]
    assert [(one.line_no, one.part_of, one.quantity) for one in after.lines] == [
        (1, None, first.quantity - 1),
        (2, None, second.quantity - 1),
        (3, 1, 1),
        (4, 2, 1),
    ]
    assert [split.line_no for split in splits] == [1, 2]


@given(lines())
def test_all_pieces_are_the_line_itself(line):
    after, numbers, splits = divide(Bought((line,)), [LinePart(1, line.quantity)], among=WAITING)
    assert (after.lines, numbers, splits) == ((line,), [1], ())


@given(lines())
def test_what_cannot_be_divided_is_refused(line):
    order = Bought((line,))
    with pytest.raises(PiecesExceeded) as refused:
        divide(order, [LinePart(1, line.quantity + 1)], among=WAITING)
    assert refused.value.extras["lines"] == [{"line_no": 1, "quantity": line.quantity}]
    with pytest.raises(LineNotFound):
        divide(order, [LinePart(2, 1)], among=WAITING)
    with pytest.raises(Invalid):
        divide(order, [1, LinePart(1, 1)], among=WAITING)
    last = msgspec.structs.replace(line, line_no=1000, quantity=2)
    with pytest.raises(TooManyParts):
        divide(SimpleNamespace(lines=(last,)), [LinePart(1000, 1)], among=WAITING)
