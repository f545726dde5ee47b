"""Holding, allocating, releasing and shipping: one state machine over stock rows and holds in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from hansa.centers.inventory.errors import HoldConflict, HoldLost, NotAllocated, NotOnHand, OutOfStock
from hansa.centers.inventory.types import (
    HoldDemand,
    HoldKey,
    HoldLine,
    HoldState,
    MoveDemand,
    StockDemand,
    StockStep,
)
from hansa.centers.product.types import SKU_ID
from hansa.kernel.context import Ctx
from hansa.kernel.problem import FieldError, Invalid, Problem

StockKey = tuple[UUID, UUID, str]
"""(SKU, place, traffic class), in the order of the primary key and of the locks."""


Delta = tuple[int, int, int]
"""What is added to (on hand, held, allocated)."""


@dataclass(slots=True)
class Level:
    """A stock row in memory; `was` is how it was read.

    `safety` pieces are not sold, `backorder` pieces may be promised that are not there yet, and the seller wants
    to know when `low_at` or fewer are left.
    """

    key: StockKey
    was: Delta
    on_hand: int
    held: int
    allocated: int
    safety: int = 0
    backorder: int = 0
    low_at: int = 0

    @classmethod
    def of(
        cls,
        key: StockKey,
        on_hand: int = 0,
        held: int = 0,
        allocated: int = 0,
        safety: int = 0,
        backorder: int = 0,
        low_at: int = 0,
    ) -> Level:
        """Return a row as it was read; one that does not exist is empty."""
        return cls(key, (on_hand, held, allocated), on_hand, held, allocated, safety, backorder, low_at)

    @property
    def available(self) -> int:
        """What can still be sold; below zero where limits were drawn tighter than what was promised."""
        return self.on_hand + self.backorder - self.safety - self.held - self.allocated

    @property
    def fell_low(self) -> bool:
        """Whether what can be sold has just come down to where the seller wants to know."""
        return self.available <= self.low_at < self._before and self.low_at > 0

    @property
    def came_back(self) -> bool:
        """Whether something can be sold again of what was sold out."""
        return self._before <= 0 < self.available

    @property
    def _before(self) -> int:
        on_hand, held, allocated = self.was
        return on_hand + self.backorder - self.safety - held - allocated


@dataclass(slots=True)
class Hold:
    """A hold in memory."""

    traffic: str
    quantity: int
    state: HoldState


@dataclass(slots=True)
class Change:
    """One step of one hold, which may be new, and what it adds to its stock row.

    `moved` pieces went `to` a state; where they were not all of the hold, `after` is what stays of it.
    """

    ctx: Ctx
    key: HoldKey
    level: Level
    before: Hold | None
    after: Hold
    delta: Delta
    moved: int
    to: HoldState


Demand = HoldDemand | StockDemand | MoveDemand


@dataclass(slots=True)
class StockState:
    """What was locked, changed by each decision; `taken` is what each decision did, newest last."""

    levels: dict[StockKey, Level]
    holds: dict[HoldKey, Hold]
    taken: list[tuple[Demand, list[Change]]] = field(default_factory=list)
    short: set[StockKey] = field(default_factory=set)
    """Stock that somebody wanted more of than there was."""


# What a hold in each state means for its stock row: pieces of (on hand, held, allocated) per piece of it.
_EFFECT: Mapping[HoldState, Delta] = MappingProxyType(
    {
        HoldState.HELD: (0, 1, 0),
        HoldState.ALLOCATED: (0, 0, 1),
        HoldState.SHIPPED: (-1, 0, 0),
        HoldState.RELEASED: (0, 0, 0),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """A move of existing holds: from which states, to which; what else is refused with, if it is."""

    moves: frozenset[HoldState]
    to: HoldState
    done: frozenset[HoldState]
    """States in which nothing is left to do: a repeat, or something later that includes it."""
    refusal: type[Problem] | None


ALLOCATE = Step(
    moves=frozenset({HoldState.HELD}),
    to=HoldState.ALLOCATED,
    done=frozenset({HoldState.ALLOCATED, HoldState.SHIPPED}),
    refusal=HoldLost,
)
SHIP = Step(
    moves=frozenset({HoldState.ALLOCATED}),
    to=HoldState.SHIPPED,
    done=frozenset({HoldState.SHIPPED}),
    refusal=NotAllocated,
)
RELEASE = Step(
    moves=frozenset({HoldState.HELD, HoldState.ALLOCATED}),
    to=HoldState.RELEASED,
    done=frozenset(HoldState),
    refusal=None,
)
EXPIRE = Step(
    moves=frozenset({HoldState.HELD}),
    to=HoldState.RELEASED,
    done=frozenset(HoldState),
    refusal=None,
)

STEPS: Mapping[StockStep, Step] = MappingProxyType(
    {StockStep.ALLOCATE: ALLOCATE, StockStep.SHIP: SHIP, StockStep.RELEASE: RELEASE}
)


def wanted(lines: Iterable[HoldLine]) -> dict[HoldKey, int]:
    """Sum lines that share an order, a SKU and a place: together they must fit, not one by one."""
    sums: dict[HoldKey, int] = {}
    for line in lines:
        key = HoldKey(line.order_id, line.sku_id, line.place_id)
        sums[key] = sums.get(key, 0) + line.quantity
    return sums


def stock_keys(demand: Demand) -> set[StockKey]:
    """Return the stock rows a demand touches."""
    traffic = demand.ctx.traffic.value
    named: Iterable[HoldLine | HoldKey] = demand.lines if isinstance(demand, HoldDemand) else demand.holds
    return {(one.sku_id, one.place_id, traffic) for one in named}


def hold(state: StockState, demand: HoldDemand) -> Problem | None:
    """Put by all lines of a demand, or none: the refusal names each line that is short.

    A repeat for the same orders succeeds and changes nothing.
    """
    if any(line.quantity < 1 for line in demand.lines):
        return Invalid(FieldError("lines", "quantity", "A line wants at least one piece"))
    sums = wanted(demand.lines)
    traffic = demand.ctx.traffic.value
    known = {key: held for key in sums if (held := state.holds.get(key)) is not None}
    if known:
        return _repeat(state, demand, sums=sums, known=known)
    levels, changes = state.levels, []
    for key, quantity in sums.items():
        level = levels[key.sku_id, key.place_id, traffic]
        after = Hold(traffic, quantity, HoldState.HELD)
        changes.append(
            Change(demand.ctx, key, level, None, after, (0, quantity, 0), quantity, HoldState.HELD)
        )
    _take(state, demand, changes)
    # Two orders of one demand may want the same stock: only when all is taken does it show.
    short = {change.level.key for change in changes if change.level.available < 0}
    if short:
        undo(state, demand)
        state.short |= short
        return out_of_stock(demand, {stock: levels[stock].available for stock in short})
    return None


def move(state: StockState, demand: StockDemand | MoveDemand, step: Step) -> Problem | None:
    """Move all holds of a demand one step, or so many pieces of each, or none at all.

    Repeats succeed and change nothing, but those of parts.
    """
    changes: list[Change] = []
    traffic = demand.ctx.traffic.value
    parts = demand.pieces if isinstance(demand, MoveDemand) else {}
    for key in dict.fromkeys(demand.holds):
        held = state.holds.get(key)
        if held is not None and held.traffic == traffic and held.state in step.moves:
            level = state.levels[key.sku_id, key.place_id, traffic]
            n = parts.get(key, held.quantity)
            if not 0 < n <= held.quantity:
                return (step.refusal or HoldLost)(sku_id=SKU_ID.show(key.sku_id))
            whole = n == held.quantity
            after = Hold(
                traffic, held.quantity if whole else held.quantity - n, step.to if whole else held.state
            )
            changes.append(
                Change(demand.ctx, key, level, held, after, _delta(held.state, step.to, n), n, step.to)
            )
        elif step.refusal is not None and (
            held is None or held.traffic != traffic or held.state not in step.done
        ):
            return step.refusal(sku_id=SKU_ID.show(key.sku_id))
    _take(state, demand, changes)
    # What was promised beyond what is there cannot leave before it comes.
    if step.to is HoldState.SHIPPED and any(change.level.on_hand < 0 for change in changes):
        missing = {SKU_ID.show(change.key.sku_id) for change in changes if change.level.on_hand < 0}
        undo(state, demand)
        return NotOnHand(sku_ids=sorted(missing))
    return None


def undo(state: StockState, demand: Demand) -> None:
    """Take back what the latest decision for this demand did."""
    for at in range(len(state.taken) - 1, -1, -1):
        if state.taken[at][0] is demand:
            _, changes = state.taken.pop(at)
            for change in reversed(changes):
                level, (on_hand, held, allocated) = change.level, change.delta
                level.on_hand -= on_hand
                level.held -= held
                level.allocated -= allocated
                if change.before is None:
                    del state.holds[change.key]
                else:
                    state.holds[change.key] = change.before
            return


def out_of_stock(demand: HoldDemand, available: Mapping[StockKey, int]) -> OutOfStock:
    """Name each line of a demand that wants what is short, with what there is."""
    traffic = demand.ctx.traffic.value
    return OutOfStock(
        lines=[
            {"line_no": line.line_no, "sku_id": SKU_ID.show(line.sku_id), "available": max(left, 0)}
            for line in demand.lines
            if (left := available.get((line.sku_id, line.place_id, traffic))) is not None
        ]
    )


def changes_of(state: StockState) -> list[Change]:
    """Return everything decided and not undone, as it was decided."""
    return [change for _, decided in state.taken for change in decided]


def last_of_each(changes: Iterable[Change]) -> list[Change]:
    """Return the last change of each hold: what is written. A batch may move a hold more than once."""
    return list({change.key: change for change in changes}.values())


def merged(state: StockState) -> dict[StockKey, Delta]:
    """Return one delta per stock row that is not as it was read, whatever number of demands changed it."""
    deltas = {}
    for key, level in state.levels.items():
        on_hand, held, allocated = level.was
        delta = (level.on_hand - on_hand, level.held - held, level.allocated - allocated)
        if delta != (0, 0, 0):
            deltas[key] = delta
    return deltas


def _repeat(
    state: StockState, demand: HoldDemand, *, sums: dict[HoldKey, int], known: Mapping[HoldKey, Hold]
) -> Problem | None:
    traffic = demand.ctx.traffic.value
    same = len(known) == len(sums) and all(
        held.quantity == sums[key] and held.traffic == traffic and held.state is not HoldState.RELEASED
        for key, held in known.items()
    )
    if not same:
        return HoldConflict()
    _take(state, demand, [])
    return None


def _delta(before: HoldState, after: HoldState, n: int) -> Delta:
    was, now = _EFFECT[before], _EFFECT[after]
    return ((now[0] - was[0]) * n, (now[1] - was[1]) * n, (now[2] - was[2]) * n)


def _take(state: StockState, demand: Demand, changes: list[Change]) -> None:
    for change in changes:
        level, (on_hand, held, allocated) = change.level, change.delta
        level.on_hand += on_hand
        level.held += held
        level.allocated += allocated
        state.holds[change.key] = change.after
    state.taken.append((demand, changes))
