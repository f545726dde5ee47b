"""Which lines a step concerns, how they move, and what of the stock goes with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from hansa.centers.inventory.types import HoldKey
from hansa.centers.trade._rules.rows import LineMove
from hansa.centers.trade._rules.states import LINE_TRANSITIONS, order_state
from hansa.centers.trade.errors import LineMoved, LineNotFound, LinesTogether
from hansa.centers.trade.types import Line, LineState, Order, OrderState


def choose(order: Order, numbers: Collection[int] | None, *, among: Collection[LineState]) -> list[Line]:
    """Return the lines a step is meant for: those named, or all that stand in one of `among`.

    Raises `LineNotFound`, or `LineMoved` when one that is named, or every line, stands elsewhere.
    """
    if numbers is not None:
        known = {line.line_no for line in order.lines}
        if missing := sorted(set(numbers) - known):
            raise LineNotFound(lines=missing)
    chosen = [line for line in order.lines if numbers is None or line.line_no in numbers]
    elsewhere = [line for line in chosen if line.state not in among]
    if numbers is None:
        chosen = [line for line in chosen if line.state in among]
    if (numbers is not None and elsewhere) or not chosen:
        raise LineMoved(lines=[{"line_no": line.line_no, "state": line.state} for line in elsewhere])
    return chosen


def line_moves(lines: Iterable[Line], state: LineState) -> tuple[LineMove, ...]:
    """Say that each line goes to `state`. Raises `LineMoved` when one may not."""
    lines = list(lines)
    if stuck := [line for line in lines if state not in LINE_TRANSITIONS[line.state]]:
        raise LineMoved(lines=[{"line_no": line.line_no, "state": line.state} for line in stuck])
    return tuple(LineMove(line.line_no, line.state, state) for line in lines)


def state_after(order: Order, moves: Sequence[LineMove]) -> OrderState:
    """Return where a paid order stands once these lines have moved."""
    moved = {move.line_no: (move.state, move.previous) for move in moves}
    return order_state(
        order.state, [moved.get(line.line_no, (line.state, line.previous)) for line in order.lines]
    )


def holds_of(order: Order, lines: Sequence[Line]) -> tuple[HoldKey, ...]:
    """Return the holds of lines that wait; lines that were sent have none any more.

    Lines of one item share a hold. Raises `LinesTogether` when one that still waits would be left behind.
    """
    waiting = [line for line in lines if _unsent(line)]
    items, chosen = {line.sku_id for line in waiting}, {line.line_no for line in lines}
    left = [
        line.line_no
        for line in order.lines
        if line.line_no not in chosen and line.sku_id in items and _unsent(line)
    ]
    if left:
        raise LinesTogether(lines=left)
    return tuple(
        HoldKey(order_id=order.id, sku_id=sku_id, place_id=order.place_id) for sku_id in sorted(items)
    )


def _unsent(line: Line) -> bool:
    stands = line.previous if line.state is LineState.REFUNDING else line.state
    return stands is LineState.WAITING
