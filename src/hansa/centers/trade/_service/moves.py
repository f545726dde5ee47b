"""Trade's own part in a batch: orders move along their state machine, with history, deadlines, events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hansa.centers.trade import _store
from hansa.centers.trade._rules.rows import Move, OrderKey, Row
from hansa.centers.trade._rules.states import TRANSITIONS
from hansa.centers.trade.errors import AlreadyClosed, IllegalMove, OrderNotFound
from hansa.centers.trade.events import OrderMoved
from hansa.centers.trade.types import OrderState
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Problem

CONFIRM_RECEIPT = "trade.confirm_receipt"


@dataclass(frozen=True, slots=True)
class MoveDemand:
    """What a call asks of its orders: all of them go to `state`, from one of `after`, because of `cause`."""

    ctx: Ctx
    orders: tuple[OrderKey, ...]
    after: frozenset[OrderState]
    state: OrderState
    cause: str
    due: Callable[[Row, datetime], datetime | None] = lambda _row, _now: None


@dataclass(slots=True)
class MoveState:
    """Locked orders, and the moves decided so far, in the order in which they were decided."""

    rows: dict[OrderKey, Row]
    moves: dict[OrderKey, list[tuple[Ctx, Move]]] = field(default_factory=dict)

    def decided(self) -> list[tuple[Ctx, Move]]:
        """Return every move; those of one order follow each other."""
        return [one for of_order in self.moves.values() for one in of_order]


class OrderMoves:
    """Trade's part in a batch: lock orders, move them if their state allows, write moves and history."""

    async def lock(self, tx: Transaction, demands: Sequence[MoveDemand]) -> MoveState:
        """Lock every order the demands name."""
        return MoveState(await _store.lock_orders(tx, [key for d in demands for key in d.orders]))

    def decide(self, state: MoveState, demand: MoveDemand) -> Problem | None:
        """Move all orders of the demand, or none: `OrderNotFound`, `AlreadyClosed` or `IllegalMove`."""
        now = demand.ctx.now()
        decided = []
        for key in demand.orders:
            row = state.rows.get(key)
            if row is None:
                return OrderNotFound()
            earlier = state.moves.get(key)
            current, version = (
                (earlier[-1][1].state, earlier[-1][1].version)
                if earlier
                else (OrderState(row["state"]), row["version"])
            )
            problem = refusal(current, demand)
            if problem is not None:
                return problem
            decided.append(
                Move(
                    *key,
                    previous=current,
                    state=demand.state,
                    version=version + 1,
                    at=now,
                    actor=demand.ctx.actor.label,
                    cause=demand.cause,
                    due_at=demand.due(row, now),
                )
            )
        for move in decided:
            state.moves.setdefault((move.buyer, move.id), []).append((demand.ctx, move))
        return None

    def undo(self, state: MoveState, demand: MoveDemand) -> None:
        """Take back the last move of each order of the demand."""
        for key in demand.orders:
            state.moves[key].pop()

    async def write(self, tx: Transaction, state: MoveState) -> None:
        """Store the moves with their history and deadlines, and tell them."""
        decided = state.decided()
        if not decided:
            return
        await _store.move_orders(
            tx,
            last=[of_order[-1][1] for of_order in state.moves.values() if of_order],
            every=[move for _, move in decided],
        )
        for ctx, move in decided:
            tx.emit(ctx, _moved_event(state.rows[move.buyer, move.id], move))
        await deadlines.cancel(
            tx,
            [(CONFIRM_RECEIPT, move.id) for _, move in decided if move.previous is OrderState.SHIPPED],
        )
        await deadlines.schedule(tx, [d for ctx, move in decided if (d := _confirmation(ctx, move))])


def refusal(current: OrderState, demand: MoveDemand) -> Problem | None:
    """Return why an order in this state cannot make the move, or None."""
    if current in demand.after:
        return None
    if current is OrderState.CLOSED:
        return AlreadyClosed(state=current)
    return IllegalMove(state=current, wanted=demand.state, may=sorted(TRANSITIONS[current]))


def _confirmation(ctx: Ctx, move: Move) -> Deadline | None:
    """Receipt is taken as confirmed some time after the goods were sent."""
    if move.state is not OrderState.SHIPPED or move.due_at is None:
        return None
    return Deadline(
        kind=CONFIRM_RECEIPT, subject=move.id, business=ctx.business, traffic=ctx.traffic, due_at=move.due_at
    )


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
        payable=row["goods"] - row["discount"] + row["freight"] + row["tax"],
        currency=row["currency"],
    )


MOVES = OrderMoves()
