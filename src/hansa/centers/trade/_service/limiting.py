"""Limits: how many of an offer one buyer may have. A hint at the cart and the quote; what holds is decided at placing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from hansa.centers.product.types import OFFER_ID, OfferId
from hansa.centers.trade import _store, extensions
from hansa.centers.trade._service.reading import kin
from hansa.centers.trade.errors import LimitExceeded
from hansa.centers.trade.types import Limit, LineRequest, QuotedLine
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Problem


@dataclass(frozen=True, slots=True, eq=False)
class Purchase:
    """A placement with goods of which its buyer may have so many."""

    ctx: Ctx
    buyers: tuple[UUID, ...]
    """The buyer first, then the guests it was."""
    wanted: dict[OfferId, int]
    limits: tuple[Limit, ...]


@dataclass(slots=True)
class LimitState:
    """What was bought before this batch, by purchase and limit, and what was taken within it."""

    had: dict[tuple[Purchase, int], int]
    taken: dict[tuple[UUID, OfferId], int] = field(default_factory=dict)

    def left(self, purchase: Purchase, at: int) -> int:
        """Return how much of an offer the buyer of a purchase may still have under one of its limits."""
        limit = purchase.limits[at]
        now = sum(self.taken.get((buyer, limit.offer_id), 0) for buyer in purchase.buyers)
        return limit.quantity - self.had.get((purchase, at), 0) - now

    def add(self, purchase: Purchase, sign: int) -> None:
        """Count a purchase, or take it back."""
        for offer_id, quantity in purchase.wanted.items():
            key = purchase.buyers[0], offer_id
            self.taken[key] = self.taken.get(key, 0) + sign * quantity


class PurchaseLimits:
    """Hold limits where orders are placed: trade's first part in a batch. Most batches have none and ask nothing."""

    async def lock(self, tx: Transaction, demands: Sequence[Purchase]) -> LimitState:
        """Have purchases of one offer by one buyer wait for each other, then count what was bought."""
        if not demands:
            return LimitState({})
        rows = [
            (demand, at, buyer)
            for demand in demands
            for at in range(len(demand.limits))
            for buyer in demand.buyers
        ]
        await _store.lock_purchases(
            tx,
            {(buyer, demand.limits[at].offer_id): demand.ctx.business for demand, at, buyer in rows},
        )
        counted = await _store.bought(
            tx,
            [(buyer, demand.limits[at].offer_id, demand.limits[at].since) for demand, at, buyer in rows],
        )
        had: dict[tuple[Purchase, int], int] = {}
        for (demand, at, _), quantity in zip(rows, counted, strict=True):
            had[demand, at] = had.get((demand, at), 0) + quantity
        return LimitState(had)

    def decide(self, state: LimitState, demand: Purchase) -> Problem | None:
        """Take it, or refuse with `LimitExceeded`: each line over its limit with what is left of that."""
        over = [
            _over(limit.offer_id, left)
            for at, limit in enumerate(demand.limits)
            if demand.wanted[limit.offer_id] > (left := state.left(demand, at))
        ]
        if over:
            return LimitExceeded(lines=over)
        state.add(demand, 1)
        return None

    def undo(self, state: LimitState, demand: Purchase) -> None:
        """Leave it out again."""
        state.add(demand, -1)

    async def write(self, tx: Transaction, state: LimitState) -> None:
        """Write nothing: the lines of the orders are what is counted."""


PURCHASES = PurchaseLimits()


async def purchase_of(ctx: Ctx, lines: Sequence[QuotedLine]) -> Purchase | None:
    """Return what placing these lines asks of the limits, None where there are none."""
    wanted = _wanted(lines)
    limits = await extensions.LIMITS.of(ctx)(ctx, list(wanted))
    if not limits:
        return None
    async with ctx.transaction() as tx:
        buyers = await kin(tx, ctx.party())
    return Purchase(ctx, tuple(buyers), wanted, tuple(one for one in limits if one.offer_id in wanted))


async def limits_of(ctx: Ctx, offer_ids: Sequence[OfferId]) -> dict[OfferId, int]:
    """Return how many of these offers the acting buyer may still have, where there is a limit; the strictest counts."""
    limits = await extensions.LIMITS.of(ctx)(ctx, offer_ids)
    if not limits:
        return {}
    async with ctx.transaction() as tx:
        buyers = await kin(tx, ctx.party())
        counted = await _store.bought(
            tx, [(buyer, limit.offer_id, limit.since) for limit in limits for buyer in buyers]
        )
    left: dict[OfferId, int] = {}
    for at, limit in enumerate(limits):
        had = sum(counted[at * len(buyers) : (at + 1) * len(buyers)])
        still = max(limit.quantity - had, 0)
        left[limit.offer_id] = min(still, left.get(limit.offer_id, still))
    return left


async def within_limits(ctx: Ctx, lines: Sequence[LineRequest]) -> None:
    """Refuse what a buyer could not have anyway: `LimitExceeded`. Only placing holds a limit."""
    wanted = _wanted(lines)
    limits = await limits_of(ctx, list(wanted))
    if over := [
        _over(offer_id, limits[offer_id])
        for offer_id, quantity in wanted.items()
        if offer_id in limits and quantity > limits[offer_id]
    ]:
        raise LimitExceeded(lines=over)


def _wanted(lines: Sequence[LineRequest] | Sequence[QuotedLine]) -> dict[OfferId, int]:
    wanted: dict[OfferId, int] = {}
    for line in lines:
        wanted[line.offer_id] = wanted.get(line.offer_id, 0) + line.wanted
    return wanted


def _over(offer_id: OfferId, left: int) -> dict[str, int | str]:
    return {"offer_id": OFFER_ID.show(offer_id), "limit": max(left, 0)}
