"""Trade's own part in a batch: orders move along their state machine, with history, deadlines, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hansa.centers.trade import _store
from hansa.centers.trade._rules.dividing import Split
from hansa.centers.trade._rules.rows import LineMove, Move, NewNote, OrderKey, Row
from hansa.centers.trade._rules.states import TRANSITIONS
from hansa.centers.trade._rules.timing import CONFIRM_RECEIPT, DEADLINES
from hansa.centers.trade.errors import AlreadyClosed, IllegalMove, OrderChanged, OrderNotFound
from hansa.centers.trade.events import LinesMoved, OrderMoved
from hansa.centers.trade.types import OrderState
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Problem

TIMED = frozenset({OrderState.SHIPPED, OrderState.SIGNED})
"""States in which the time to confirm receipt may be running."""

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


def _nothing() -> Mapping[Any, Any]:
    return _NOTHING


Due = Callable[[Row, datetime], datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDemand:
    """What a call asks of its orders: all of them go to `state`, from one of `after`, because of `cause`.

    None as `state` leaves them where they are; None as `due` leaves their deadline. An order that has a
    version here was read in it: what the demand says of its lines holds for that version alone. `beside`
    are orders that are locked and must be in one of `after`, and otherwise are left alone.
    """

    ctx: Ctx
    orders: tuple[OrderKey, ...]
    after: frozenset[OrderState]
    state: OrderState | None
    cause: str
    due: Due | None = None
    paid: bool = False
    extended: bool = False
    sets_deadline: bool = True
    """False when a deadline that stands already sees to this one: nothing is written for it now."""
    versions: Mapping[OrderKey, int] = field(default_factory=_nothing)
    lines: Mapping[OrderKey, tuple[LineMove, ...]] = field(default_factory=_nothing)
    splits: Mapping[OrderKey, tuple[Split, ...]] = field(default_factory=_nothing)
    details: Mapping[str, int | str] = field(default_factory=_nothing)
    notes: tuple[NewNote, ...] = ()
    """What was written about it."""
    beside: tuple[OrderKey, ...] = ()
    also_due: tuple[Deadline, ...] = ()
    """What falls due besides the order's own time."""


@dataclass(slots=True)
class MoveState:
    """Locked orders, and the moves decided so far, in the order in which they were decided."""

    rows: dict[OrderKey, Row]
    moves: dict[OrderKey, list[tuple[MoveDemand, Move]]] = field(default_factory=dict)

    def decided(self) -> list[tuple[MoveDemand, Move]]:
        """Return every move; those of one order follow each other."""
        return [one for of_order in self.moves.values() for one in of_order]


class OrderMoves:
    """Trade's part in a batch: lock orders, move them if their state allows, write moves and history."""

    async def lock(self, tx: Transaction, demands: Sequence[MoveDemand]) -> MoveState:
        """Lock every order the demands name."""
        return MoveState(
            await _store.lock_orders(
                tx, [key for d in demands for keys in (d.orders, d.beside) for key in keys]
            )
        )

    def decide(self, state: MoveState, demand: MoveDemand) -> Problem | None:
        """Move all orders of the demand, or none.

        Refuses with `OrderNotFound`, `AlreadyClosed`, `IllegalMove`, or `OrderChanged` since it was read.
        """
        now = demand.ctx.now()
        decided = []
        for key in demand.orders:
            last = _last(state, key)
            problem = _hindrance(state, last, key, demand)
            if problem is not None or last is None:
                return problem
            decided.append(_moved(last, state.rows[key], key, demand, now))
        for key in demand.beside:
            problem = _hindrance(state, _last(state, key), key, demand)
            if problem is not None:
                return problem
        for move in decided:
            state.moves.setdefault((move.buyer, move.id), []).append((demand, move))
        return None

    def undo(self, state: MoveState, demand: MoveDemand) -> None:
        """Take back the last move of each order of the demand."""
        for key in demand.orders:
            state.moves[key].pop()

    async def write(self, tx: Transaction, state: MoveState) -> None:
        """Store the moves with their lines, history and deadlines, and tell them."""
        decided = state.decided()
        if not decided:
            return
        await _store.move_orders(
            tx,
            last=[of_order[-1][1] for of_order in state.moves.values() if of_order],
            every=[move for _, move in decided],
        )
        # Orders of one call share its demand.
        demands = {id(demand): demand for demand, _ in decided}
        if notes := [note for demand in demands.values() for note in demand.notes]:
            await _store.insert_notes(tx, notes)
        for demand, move in decided:
            row = state.rows[move.buyer, move.id]
            if move.state is not move.previous:
                tx.emit(demand.ctx, _moved_event(row, move))
            if move.lines:
                tx.emit(demand.ctx, _lines_event(row, move))
        await deadlines.cancel(tx, [(CONFIRM_RECEIPT, move.id) for _, move in decided if _left(move)])
        await deadlines.schedule(
            tx, [d for demand, move in decided for d in due_of(demand, state.rows[move.buyer, move.id], move)]
        )


_Last = tuple[OrderState, int, OrderState | None, datetime | None]
"""Where an order stands within the batch: state, version, origin, due."""


def _last(state: MoveState, key: OrderKey) -> _Last | None:
    earlier = state.moves.get(key)
    if earlier:
        move = earlier[-1][1]
        return move.state, move.version, move.origin, move.due_at
    row = state.rows.get(key)
    if row is None:
        return None
    origin = row["previous_state"]
    return OrderState(row["state"]), row["version"], OrderState(origin) if origin else None, row["due_at"]


def _hindrance(state: MoveState, last: _Last | None, key: OrderKey, demand: MoveDemand) -> Problem | None:
    if last is None or not _of(state.rows[key], demand.ctx):
        return OrderNotFound()
    problem = refusal(last[0], demand)
    if problem is None and demand.versions and demand.versions.get(key, last[1]) != last[1]:
        return OrderChanged()
    return problem


def _of(row: Row, ctx: Ctx) -> bool:
    """Tell whether an order is of the business and traffic class that books what moves: the platform's acts too."""
    return (row["business"], row["traffic"]) == (ctx.business, ctx.traffic)


def _moved(last: _Last, row: Row, key: OrderKey, demand: MoveDemand, now: datetime) -> Move:
    current, version, origin, due_at = last
    state = demand.state or current
    return Move(
        *key,
        previous=current,
        state=state,
        version=version + 1,
        at=now,
        actor=demand.ctx.actor.label,
        cause=demand.cause,
        due_at=demand.due(row, now) if demand.due else due_at if state is current else None,
        origin=origin if state is current else current,
        paid=demand.paid,
        extended=demand.extended,
        lines=demand.lines.get(key, ()) if demand.lines else (),
        splits=demand.splits.get(key, ()) if demand.splits else (),
        details=dict(demand.details) if demand.details else {},
    )


def refusal(current: OrderState, demand: MoveDemand) -> Problem | None:
    """Return why an order in this state cannot make the move, or None."""
    return None if current in demand.after else stuck(current, demand.state)


def stuck(current: OrderState, wanted: OrderState | None) -> Problem:
    """Return the refusal of what cannot be done from where an order stands."""
    if current is OrderState.CLOSED:
        return AlreadyClosed(state=current)
    named = {} if wanted is None else {"wanted": wanted}
    return IllegalMove(state=current, may=sorted(TRANSITIONS[current]), **named)


def unsent(current: OrderState) -> Problem:
    """Return the refusal of a receipt of what was not sent."""
    may = sorted(TRANSITIONS[current] - {OrderState.FINISHED})
    return IllegalMove(state=current, may=may, wanted=OrderState.FINISHED)


def _left(move: Move) -> bool:
    """Tell whether the time to confirm receipt is no longer running."""
    return move.previous in TIMED and move.state not in TIMED


def due_of(demand: MoveDemand, row: Row, move: Move) -> list[Deadline]:
    """Say what falls due after a move, as far as it is not being seen to already."""
    kind = DEADLINES.get(move.state)
    stands = (DEADLINES.get(OrderState(row["state"])), row["due_at"]) == (kind, move.due_at)
    if kind is None or move.due_at is None or not demand.sets_deadline or stands:
        return [*demand.also_due]
    ctx = demand.ctx
    own = Deadline(kind=kind, subject=move.id, business=ctx.business, traffic=ctx.traffic, due_at=move.due_at)
    return [own, *demand.also_due]


def _moved_event(row: Row, move: Move) -> OrderMoved:
    return OrderMoved(
        order_id=move.id,
        checkout_id=row["checkout_id"],
        buyer=move.buyer,
        shop_id=row["shop_id"],
        seller=row["seller"],
        previous=move.previous.value,
        state=move.state.value,
        order_version=move.version,
        cause=move.cause,
        payable=row["payable"],
        currency=row["currency"],
        reason=str(move.details.get("reason", "")),
    )


def _lines_event(row: Row, move: Move) -> LinesMoved:
    return LinesMoved(
        order_id=move.id,
        buyer=move.buyer,
        shop_id=row["shop_id"],
        seller=row["seller"],
        lines=tuple(line.line_no for line in move.lines),
        previous=tuple(line.previous.value for line in move.lines),
        states=tuple(line.state.value for line in move.lines),
        order_version=move.version,
        cause=move.cause,
        quantities=tuple(line.quantity for line in move.lines),
        carrier=str(move.details.get("carrier", "")),
        tracking=str(move.details.get("tracking", "")),
        reason=str(move.details.get("reason", "")),
    )


MOVES = OrderMoves()
