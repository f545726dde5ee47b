"""Trade's part in a batch of placements: draft orders that are accepted by being placed, once each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from hansa.centers.trade import _store
from hansa.centers.trade._rules.rows import Row
from hansa.centers.trade.errors import DraftEnded, DraftNotFound
from hansa.centers.trade.types import CheckoutId, DraftId, DraftState
from hansa.centers.user import api as user
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Problem


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A placement that accepts a draft order."""

    ctx: Ctx
    draft_id: DraftId
    buyer: UUID
    checkout_id: CheckoutId


@dataclass(slots=True)
class AcceptState:
    """Locked drafts, who the buyers were before (guests, linked accounts), and who took which."""

    rows: dict[UUID, Row]
    kin: Mapping[UUID, Collection[UUID]]
    taken: dict[UUID, Acceptance] = field(default_factory=dict)


class DraftAcceptances:
    """Accept drafts. Most batches accept none and ask the database nothing."""

    async def lock(self, tx: Transaction, demands: Sequence[Acceptance]) -> AcceptState:
        """Lock the drafts that are accepted."""
        if not demands:
            return AcceptState({}, {})
        kin = await user.kin_of(tx, [demand.buyer for demand in demands])
        return AcceptState(await _store.lock_drafts(tx, [demand.draft_id for demand in demands]), kin)

    def decide(self, state: AcceptState, demand: Acceptance) -> Problem | None:
        """Accept a draft that is open, or refuse: `DraftNotFound`, `DraftEnded`."""
        row = state.rows.get(demand.draft_id)
        if row is None or row["buyer"] not in state.kin[demand.buyer]:
            return DraftNotFound()
        standing = DraftState.ACCEPTED if demand.draft_id in state.taken else standing_of(demand.ctx, row)
        if standing is not DraftState.OPEN:
            return DraftEnded(state=standing)
        state.taken[demand.draft_id] = demand
        return None

    def undo(self, state: AcceptState, demand: Acceptance) -> None:
        """Leave the draft open."""
        state.taken.pop(demand.draft_id, None)

    async def write(self, tx: Transaction, state: AcceptState) -> None:
        """Store which checkouts the drafts became."""
        if state.taken:
            taken = list(state.taken.values())
            await _store.end_drafts(
                tx,
                ids=[one.draft_id for one in taken],
                state=DraftState.ACCEPTED,
                by=[one.ctx.actor.label for one in taken],
                at=[one.ctx.now() for one in taken],
                checkouts=[one.checkout_id for one in taken],
            )


def standing_of(ctx: Ctx, row: Row) -> DraftState:
    """Return where a draft stands now: one that nobody accepted in time is over."""
    state = DraftState(row["state"])
    return DraftState.EXPIRED if state is DraftState.OPEN and row["expires_at"] <= ctx.now() else state


DRAFTS = DraftAcceptances()
