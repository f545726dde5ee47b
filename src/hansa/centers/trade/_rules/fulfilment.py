"""Which lines a step concerns, how they move, and what of the stock goes with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from hansa.centers.inventory.types import HoldKey
from hansa.centers.trade._rules.rows import LineMove
from hansa.centers.trade._rules.states import LINE_TRANSITIONS, order_state
from hansa.centers.trade.errors import LineMoved, LineNotFound
from hansa.centers.trade.types import (
    CARRIER_LETTERS_MAX,
    TRACKING_PATTERN,
    Line,
    LineState,
    Order,
    OrderState,
    Parcel,
)
from hansa.kernel.problem import FieldError, Invalid


def check_parcel(parcel: Parcel | None) -> None:
    """Refuse with `Invalid` what is no carrier's name or no tracking number."""
    if parcel is None:
        return
    wrong = []
    if not (1 <= len(parcel.carrier) <= CARRIER_LETTERS_MAX and parcel.carrier.isprintable()):
        wrong.append(FieldError("parcel.carrier", "name", f"From 1 to {CARRIER_LETTERS_MAX} letters"))
    if parcel.tracking is not None and not re.fullmatch(TRACKING_PATTERN, parcel.tracking):
        wrong.append(FieldError("parcel.tracking", "number", "Letters, digits and . / _ - of ASCII"))
    if wrong:
        raise Invalid(*wrong)


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


def line_moves(
    lines: Iterable[Line], state: LineState, *, parcel: Parcel | None = None
) -> tuple[LineMove, ...]:
    """Say that each line goes to `state`. Raises `LineMoved` when one may not."""
    lines = list(lines)
    if stuck := [line for line in lines if state not in LINE_TRANSITIONS[line.state]]:
        raise LineMoved(lines=[{"line_no": line.line_no, "state": line.state} for line in stuck])
    return tuple(LineMove(line.line_no, line.state, state, line.quantity, parcel) for line in lines)


def state_after(order: Order, moves: Sequence[LineMove]) -> OrderState:
    """Return where a paid order stands once these lines have moved."""
    moved = {move.line_no: (move.state, move.previous) for move in moves}
    return order_state(
        order.state, [moved.get(line.line_no, (line.state, line.previous)) for line in order.lines]
    )


def holds_of(order: Order, lines: Sequence[Line]) -> dict[HoldKey, int]:
    """Return the holds of lines that wait, with how many pieces of each; what was sent has none any more."""
    pieces: dict[HoldKey, int] = {}
    for line in sorted(lines, key=lambda one: one.sku_id):
        if _unsent(line):
            key = HoldKey(order_id=order.id, sku_id=line.sku_id, place_id=order.place_id)
            pieces[key] = pieces.get(key, 0) + line.wanted
    return pieces


def _unsent(line: Line) -> bool:
    stands = line.previous if line.state is LineState.REFUNDING else line.state
    return stands is LineState.WAITING
