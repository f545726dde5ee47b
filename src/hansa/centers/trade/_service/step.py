"""A step of orders: a call of the moving lane, with what it asks of each participant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hansa.centers.inventory.types import HoldKey, StockStep
from hansa.centers.inventory.types import MoveDemand as StockDemand
from hansa.centers.ledger.types import Posting
from hansa.centers.payment.types import (
    Close,
    NewPayment,
    UnderWay,
)
from hansa.centers.trade._rules.dividing import Split
from hansa.centers.trade._rules.repricing import Repricing
from hansa.centers.trade._rules.rows import LineMove, NewNote, OrderKey
from hansa.centers.trade._rules.timing import due_after
from hansa.centers.trade._service.collected import Collected
from hansa.centers.trade._service.moves import MoveDemand, stuck
from hansa.centers.trade.types import Order, OrderState
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.idempotency import IdempotencyKey

_NO_DETAILS: Mapping[str, int | str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Step:
    """A call of the moving lane: one step of some orders, with what it asks of each participant."""

    ctx: Ctx
    key: IdempotencyKey | None
    demands: tuple[Any, ...]
    moves: MoveDemand


def of_lines(
    ctx: Ctx,
    key: IdempotencyKey | None,
    order: Order,
    moves: tuple[LineMove, ...],
    *,
    state: OrderState,
    cause: str,
    stock: StockDemand | None = None,
    post: Posting | None = None,
    paid: bool = False,
    renewed: bool = False,
    also_due: tuple[Deadline, ...] = (),
    collected: Collected | None = None,
    splits: tuple[Split, ...] = (),
    details: Mapping[str, int | str] = _NO_DETAILS,
    notes: tuple[NewNote, ...] = (),
) -> Step:
    """Move lines of one order as it was read; had it changed since, all of this would be wrong.

    When something happens to it by itself follows (`due_after`).
    """
    return make_step(
        ctx,
        key,
        stock=stock,
        post=post,
        collected=collected,
        moves=MoveDemand(
            ctx=ctx,
            orders=(key_of(order),),
            after=frozenset({order.state}),
            state=state,
            cause=cause,
            due=lambda _row, now: due_after(order, state, now, paid=paid, renewed=renewed),
            paid=paid,
            also_due=also_due,
            versions={key_of(order): order.version},
            lines={key_of(order): moves},
            splits={key_of(order): splits},
            details=details,
            notes=notes,
        ),
    )


def make_step(
    ctx: Ctx,
    key: IdempotencyKey | None,
    *,
    moves: MoveDemand,
    stock: StockDemand | None = None,
    post: Posting | None = None,
    create: NewPayment | None = None,
    close: Close | None = None,
    reprice: Repricing | None = None,
    under_way: UnderWay | None = None,
    collected: Collected | None = None,
) -> Step:
    collect = collected.collect if collected else None
    return Step(
        ctx=ctx,
        key=key,
        moves=moves,
        demands=(stock, post, create, close, under_way, collect, moves, reprice, collected),
    )


def stands(order: Order, within: frozenset[OrderState], wanted: OrderState) -> None:
    if order.state not in within:
        raise stuck(order.state, wanted)


def need_paid(order: Order, wanted: OrderState) -> None:
    """Refuse what would take money out of escrow that this order never put there."""
    if order.paid_at is None:
        raise stuck(order.state, wanted)


def key_of(order: Order) -> OrderKey:
    return (order.buyer, order.id)


def all_holds(order: Order) -> tuple[HoldKey, ...]:
    return tuple(
        HoldKey(order_id=order.id, sku_id=sku_id, place_id=order.place_id)
        for sku_id in dict.fromkeys(line.sku_id for line in order.lines)
    )


def stock_of(ctx: Ctx, step: StockStep, holds: tuple[HoldKey, ...]) -> StockDemand:
    """Ask the step of whole holds."""
    return StockDemand(ctx=ctx, step=step, holds=holds)


def pieces_of(ctx: Ctx, step: StockStep, pieces: Mapping[HoldKey, int]) -> StockDemand | None:
    """Ask the step of so many pieces of each hold; None when there are none."""
    return StockDemand(ctx=ctx, step=step, holds=tuple(pieces), pieces=pieces) if pieces else None
