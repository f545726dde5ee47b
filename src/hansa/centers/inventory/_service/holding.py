"""What happens to an order's goods, in the lane: lock, decide, write; every statement serves the whole batch."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Generic, TypeVar

from hansa.centers.inventory._gate import SoldOutGate
from hansa.centers.inventory._rules import stock as rules
from hansa.centers.inventory._rules.stock import Change, Hold, Step, StockState
from hansa.centers.inventory._store import holding as store
from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.inventory.events import BackInStock, HoldExpired, LowStock, SoldOut
from hansa.centers.inventory.types import (
    MOVEMENT_ID,
    HoldDemand,
    HoldKey,
    HoldState,
    MoveDemand,
    MovementKind,
    StockDemand,
)
from hansa.kernel.clock import system_now
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.plan import BusinessEnded, UnknownBusiness
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem

_log = logging.getLogger("hansa.inventory")

D = TypeVar("D", StockDemand, MoveDemand)

EXPIRY_GRACE = timedelta(minutes=10)
"""How long after its time a hold is left to trade, whose deadline closes the order and releases it."""


class Holding:
    """Put by what orders want: every line of a demand or none. Safe to repeat for the same orders.

    Refuses with `OutOfStock`, naming each short line, or `HoldConflict`.
    """

    async def lock(self, tx: Transaction, demands: Sequence[HoldDemand]) -> StockState:
        """Lock the stock rows, then read what the orders may already have put by."""
        stocks = {key for demand in demands for key in rules.stock_keys(demand)}
        levels = await store.lock_stock(tx, stocks)
        state = StockState(levels, await self._put_by(tx, demands))
        if demands:
            # Here and not in `write`, which a batch that is refused to the last call never comes to.
            gate = demands[0].ctx.platform.service(SoldOutGate)
            tx.after_commit(lambda: gate.saw({key: state.levels[key].available for key in state.short}))
        return state

    def decide(self, state: StockState, demand: HoldDemand) -> Problem | None:
        """Take all lines from what is available, or say which are short."""
        return rules.hold(state, demand)

    def undo(self, state: StockState, demand: HoldDemand) -> None:
        """Put back what the demand took."""
        rules.undo(state, demand)

    async def write(self, tx: Transaction, state: StockState) -> None:
        """Write the merged stock rows and the new holds; tell what sold out."""
        changes = rules.changes_of(state)
        expiry = {
            id(change): demand.expires_at
            for demand, decided in state.taken
            if isinstance(demand, HoldDemand)
            for change in decided
        }
        await store.place_holds(
            tx, deltas=rules.merged(state), new=[(c, expiry[id(c)], c.ctx.now()) for c in changes]
        )
        last = {c.level.key: c for c in changes if c.level.available <= c.level.low_at}
        for (sku_id, place_id, _), change in last.items():
            if change.level.available == 0:
                tx.emit(change.ctx, SoldOut(sku_id=sku_id, place_id=place_id))
            if change.level.fell_low:
                left = change.level.available
                tx.emit(change.ctx, LowStock(sku_id=sku_id, place_id=place_id, available=left))

    async def _put_by(self, tx: Transaction, demands: Sequence[HoldDemand]) -> dict[HoldKey, Hold]:
        keys = {HoldKey(line.order_id, line.sku_id, line.place_id) for d in demands for line in d.lines}
        return await store.read_holds(tx, keys)


class FirstHolding(Holding):
    """The same for orders that this very transaction makes: they have put nothing by, so nobody looks for it.

    Were one of them not new, the key of its holds would refuse them.
    """

    async def _put_by(self, tx: Transaction, demands: Sequence[HoldDemand]) -> dict[HoldKey, Hold]:  # noqa: ARG002
        return {}


class _Stepping(Generic[D]):
    """What moving holds has in common, whoever names the step. Safe to repeat."""

    async def lock(self, tx: Transaction, demands: Sequence[D]) -> StockState:
        """Lock the stock rows, then read the holds."""
        stocks = {key for demand in demands for key in rules.stock_keys(demand)}
        levels = await store.lock_stock(tx, stocks)
        return StockState(levels, await store.read_holds(tx, {key for d in demands for key in d.holds}))

    def undo(self, state: StockState, demand: D) -> None:
        """Move the demand's holds back."""
        rules.undo(state, demand)

    async def write(self, tx: Transaction, state: StockState) -> None:
        """Write the merged stock rows, the holds' new states, and what left as movements."""
        changes = rules.changes_of(state)
        await store.move_holds(
            tx,
            deltas=rules.merged(state),
            moved=[(one, one.ctx.now()) for one in rules.last_of_each(changes)],
        )
        await store.insert_movements(tx, [_shipped(c) for c in changes if c.to is HoldState.SHIPPED])
        if released := [change for change in changes if change.to is HoldState.RELEASED]:
            back = {change.level.key for change in released}
            for change in {one.level.key: one for one in released}.values():
                if change.level.came_back:
                    sku_id, place_id, _ = change.level.key
                    left = change.level.available
                    tx.emit(change.ctx, BackInStock(sku_id=sku_id, place_id=place_id, available=left))
            gate = released[0].ctx.platform.service(SoldOutGate)
            tx.after_commit(lambda: gate.clear(back))


class Moving(_Stepping[StockDemand]):
    """Move what orders have put by one step, the same for all demands: allocate, ship or release it.

    A transaction that does several of these takes part once, as `Mixed`: its rows are locked together.
    """

    def __init__(self, step: Step) -> None:
        self.step = step

    def decide(self, state: StockState, demand: StockDemand) -> Problem | None:
        """Move all holds of the demand, or say what stands in the way."""
        return rules.move(state, demand, self.step)


class Mixed(_Stepping[MoveDemand]):
    """Move what orders have put by, each demand by the step it names; all stock rows are locked in one order."""

    def decide(self, state: StockState, demand: MoveDemand) -> Problem | None:
        """Move all holds of the demand, or say what stands in the way."""
        return rules.move(state, demand, rules.STEPS[demand.step])


HOLD = Holding()
HOLD_FIRST = FirstHolding()
ALLOCATE = Moving(rules.ALLOCATE)
RELEASE = Moving(rules.RELEASE)
SHIP = Moving(rules.SHIP)
MOVE = Mixed()
_EXPIRE = Moving(rules.EXPIRE)


def sold_out_gate(ctx: Ctx, demand: HoldDemand) -> OutOfStock | None:
    """Refuse at once what this process has just seen sold out; None when only the lane can tell.

    For fresh placements only: a repeat of one that succeeded must go to the lane, which knows it.
    """
    return ctx.platform.service(SoldOutGate).refuse(demand)


async def release_expired(platform: Platform, *, limit: int = 1_000) -> int:
    """Take back holds that are `EXPIRY_GRACE` past their time; returns how many. Repeat until it is 0.

    The deadline of an unpaid order is trade's, which releases its holds; this catches what was lost on
    the way. Each (business, traffic class) is judged by its own clock. Holds of a business that this process
    does not know stay, with a warning in the log: its package may come back.
    """
    async with platform.db.transaction() as tx:
        demands = await _forgotten(tx, limit)
        if not demands:
            return 0
        state = await _EXPIRE.lock(tx, demands)
        for demand in demands:
            _EXPIRE.decide(state, demand)
        await _EXPIRE.write(tx, state)
        released = rules.changes_of(state)
        for change in released:
            tx.emit(change.ctx, _expired(change))
    return len(released)


async def _forgotten(tx: Transaction, limit: int) -> list[StockDemand]:
    """Return what is to be taken back. Unknown businesses are left out when asking again, or they fill the batch."""
    clocks = tx.platform.clocks
    moved = {key: clocks.now(key[0], Traffic(key[1])) - EXPIRY_GRACE for key in clocks.moved()}
    unknown: set[str] = set()
    while True:
        found = await store.expired(
            tx, clocks=moved, otherwise=system_now() - EXPIRY_GRACE, but_of=unknown, limit=limit
        )
        by_origin: dict[tuple[str, Traffic], list[HoldKey]] = {}
        for key, business, traffic in found:
            by_origin.setdefault((business, traffic), []).append(key)
        demands, before = [], len(unknown)
        for (business, traffic), keys in by_origin.items():
            try:
                demands.append(StockDemand(tx.context(business, traffic), tuple(keys)))
            except (UnknownBusiness, BusinessEnded) as problem:
                unknown.add(business)
                _log.warning("cannot release expired holds: business=%s %s", business, problem.code)
        if len(unknown) == before:
            return demands


def _shipped(change: Change) -> tuple[object, ...]:
    ctx = change.ctx
    return (
        *change.level.key,
        MOVEMENT_ID.new(),
        MovementKind.SHIPPED.value,
        -change.moved,
        str(change.key.order_id),
        "",
        "",
        ctx.business,
        ctx.actor.label,
        ctx.now(),
    )


def _expired(change: Change) -> HoldExpired:
    return HoldExpired(
        sku_id=change.key.sku_id,
        place_id=change.key.place_id,
        order_id=change.key.order_id,
        quantity=change.moved,
    )
