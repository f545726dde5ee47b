"""The steps of orders: what each asks of stock, ledger, payment and the orders themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from hansa.centers.inventory.types import StockStep
from hansa.centers.ledger.types import Posting
from hansa.centers.trade._rules.dividing import divide
from hansa.centers.trade._rules.fulfilment import choose, holds_of, line_moves, state_after
from hansa.centers.trade._rules.rows import LineMove, NewNote, Row
from hansa.centers.trade._rules.settlement import refund_journal, settlement_journal
from hansa.centers.trade._rules.states import RECEIVABLE as RECEIVABLE_STATES
from hansa.centers.trade._rules.states import REFUNDABLE, SENDABLE
from hansa.centers.trade._rules.timing import REFUND_UNDECIDED, REMIND_TO_COLLECT, reminded_at
from hansa.centers.trade._service.moves import MoveDemand, stuck, unsent
from hansa.centers.trade._service.step import (
    Step,
    all_holds,
    key_of,
    make_step,
    need_paid,
    of_lines,
    pieces_of,
    stands,
    stock_of,
)
from hansa.centers.trade.types import LinePart, LineState, Order, OrderState, Parcel
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx
from hansa.kernel.idempotency import IdempotencyKey

Lines = Collection[int | LinePart] | None
"""Which lines a step is meant for, by number or so many pieces of them; None for all that it can be."""

_NO_DETAILS: Mapping[str, int | str] = MappingProxyType({})

SENT_FROM = frozenset({LineState.WAITING})
RECEIVED_FROM = frozenset({LineState.WAITING, LineState.SHIPPED})
REFUNDED_FROM = RECEIVED_FROM | {LineState.REFUNDING}


def shipping(
    ctx: Ctx,
    order: Order,
    key: IdempotencyKey | None = None,
    *,
    lines: Lines = None,
    parcel: Parcel | None = None,
) -> Step:
    """Send lines, or all that wait. When everything has left, the time to confirm receipt begins.

    What is paid on delivery is handed over as a whole, and so it is sent.
    """
    stands(order, SENDABLE, OrderState.SHIPPED)
    order, numbers, splits = divide(order, lines, among=SENT_FROM)
    chosen = choose(order, numbers, among=SENT_FROM)
    moves = line_moves(chosen, LineState.SHIPPED, parcel=parcel)
    state = state_after(order, moves)
    if state is OrderState.PARTLY_SHIPPED:
        need_paid(order, state)
    asked: tuple[Deadline, ...] = ()
    if order.paid_at is None:  # to be paid on delivery
        at = reminded_at(order, ctx.now())
        asked = (
            Deadline(
                kind=REMIND_TO_COLLECT,
                subject=order.id,
                business=ctx.business,
                traffic=ctx.traffic,
                due_at=at,
            ),
        )
    return of_lines(
        ctx,
        key,
        order,
        moves,
        state=state,
        cause="shipped",
        also_due=asked,
        stock=pieces_of(ctx, StockStep.SHIP, holds_of(order, chosen)),
        splits=splits,
        details=_details_of(parcel),
    )


def receiving(
    ctx: Ctx,
    order: Order,
    key: IdempotencyKey | None = None,
    *,
    cause: str,
    lines: Lines = None,
) -> Step:
    """Receive lines, or all that may be: each is settled with its seller. What was sent asks no more stock.

    What was never sent is received at a counter alone: elsewhere nobody has it.
    """
    stands(order, RECEIVABLE_STATES, OrderState.FINISHED)
    need_paid(order, OrderState.FINISHED)
    among = RECEIVED_FROM if order.option.counter else RECEIVED_FROM - {LineState.WAITING}
    if not any(line.state in among for line in order.lines):
        raise unsent(order.state)
    order, numbers, splits = divide(order, lines, among=among)
    chosen = choose(order, numbers, among=among)
    moves = line_moves(chosen, LineState.RECEIVED)
    journal = settlement_journal(ctx, order, chosen)
    return of_lines(
        ctx,
        key,
        order,
        moves,
        state=state_after(order, moves),
        cause=cause,
        stock=pieces_of(ctx, StockStep.SHIP, holds_of(order, chosen)),
        post=Posting(ctx=ctx, journals=(journal,)) if journal else None,
        splits=splits,
    )


def refunding(
    ctx: Ctx,
    order: Order,
    key: IdempotencyKey | None = None,
    *,
    cause: str,
    lines: Lines = None,
    among: Collection[LineState] = REFUNDED_FROM,
    details: Mapping[str, int | str] = _NO_DETAILS,
    notes: tuple[NewNote, ...] = (),
) -> Step:
    """Close lines after payment: what was paid for them is owed to the buyer, what waits is free again."""
    stands(order, REFUNDABLE, OrderState.REFUNDED)
    need_paid(order, OrderState.REFUNDED)
    order, numbers, splits = divide(order, lines, among=among)
    chosen = choose(order, numbers, among=among)
    moves = line_moves(chosen, LineState.REFUNDED)
    journal = refund_journal(ctx, order, chosen)
    return of_lines(
        ctx,
        key,
        order,
        moves,
        state=state_after(order, moves),
        cause=cause,
        stock=pieces_of(ctx, StockStep.RELEASE, holds_of(order, chosen)),
        post=Posting(ctx=ctx, journals=(journal,)) if journal else None,
        splits=splits,
        details=details,
        notes=notes,
    )


def deciding(ctx: Ctx, order: Order, *, lines: Collection[int | LinePart], cause: str) -> Step:
    """Keep lines back while somebody decides about their refund; that too has its time."""
    stands(order, REFUNDABLE, OrderState.REFUNDED)
    need_paid(order, OrderState.REFUNDED)
    order, numbers, splits = divide(order, lines, among=RECEIVED_FROM)
    chosen = choose(order, numbers, among=RECEIVED_FROM)
    moves = line_moves(chosen, LineState.REFUNDING)
    undecided = Deadline(
        kind=REFUND_UNDECIDED,
        subject=order.id,
        business=ctx.business,
        traffic=ctx.traffic,
        due_at=ctx.now() + timedelta(seconds=order.terms.decide_s),
    )
    return of_lines(
        ctx,
        None,
        order,
        moves,
        state=state_after(order, moves),
        cause=cause,
        splits=splits,
        also_due=(undecided,),
    )


def resuming(ctx: Ctx, order: Order, *, lines: Collection[int], cause: str) -> Step:
    """Let lines go on from where they stood before their refund was asked for.

    If the time to send or to confirm has run out meanwhile, it begins anew: it ran without them.
    """
    chosen = choose(order, lines, among=frozenset({LineState.REFUNDING}))
    moves = tuple(
        LineMove(line.line_no, line.state, line.previous or LineState.WAITING, line.quantity)
        for line in chosen
    )
    return of_lines(ctx, None, order, moves, state=state_after(order, moves), cause=cause, renewed=True)


def advancing(
    ctx: Ctx,
    order: Order,
    state: OrderState,
    key: IdempotencyKey | None = None,
    *,
    cause: str,
    details: Mapping[str, int | str] = _NO_DETAILS,
    notes: tuple[NewNote, ...] = (),
) -> Step:
    """Move an order as a play or a later center says: its stock is put by, or free again, as that needs."""
    stock = None
    moves: tuple[LineMove, ...] = ()
    waiting = [line for line in order.lines if line.state in RECEIVED_FROM]
    if (order.state, state) in _ALLOCATES:
        stock = stock_of(ctx, StockStep.ALLOCATE, all_holds(order))
    elif state in _ENDS:
        moves = line_moves(waiting, _ENDS[state])
        stock = pieces_of(ctx, StockStep.RELEASE, holds_of(order, waiting))
    if state is OrderState.CLOSED and order.paid_at is not None:
        raise stuck(order.state, state)
    return of_lines(
        ctx,
        key,
        order,
        moves,
        state=state,
        cause=cause,
        stock=stock,
        paid=(order.state, state) in _PAYS,
        details=details,
        notes=notes,
    )


_ALLOCATES = frozenset(
    {
        (OrderState.CREATED, OrderState.AWAITING_SHIPMENT),
        (OrderState.DEPOSIT_UNPAID, OrderState.DEPOSIT_PAID),
    }
)
_PAYS = frozenset(
    {
        (OrderState.FULLY_PAID, OrderState.AWAITING_SHIPMENT),
        (OrderState.FULLY_PAID, OrderState.PAID_ON_HOLD),
    }
)
_ENDS = MappingProxyType({OrderState.CLOSED: LineState.CLOSED, OrderState.REFUNDED: LineState.REFUNDED})


def _details_of(parcel: Parcel | None) -> Mapping[str, int | str]:
    if parcel is None:
        return _NO_DETAILS
    return {"carrier": parcel.carrier} | ({"tracking": parcel.tracking} if parcel.tracking else {})


def extending(ctx: Ctx, order: Order, key: IdempotencyKey | None) -> Step:
    """Give the buyer more time to confirm receipt."""
    stands(order, frozenset({OrderState.SHIPPED}), OrderState.SHIPPED)
    more = timedelta(seconds=order.terms.extension_s)

    def later(row: Row, now: datetime) -> datetime:
        return (row["due_at"] or now) + more

    return make_step(
        ctx,
        key,
        moves=MoveDemand(
            ctx=ctx,
            orders=(key_of(order),),
            after=frozenset({OrderState.SHIPPED}),
            state=None,
            cause="extended",
            due=later,
            extended=True,
            versions={key_of(order): order.version},
        ),
    )
