"""Publishing: proposals, activation, the way back, and the kill switch. The writing half of `Plans`.

Everything happens in the caller's transaction, one publisher at a time over all processes; this process
takes the change over when the transaction commits, the others when they are notified or poll.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hansa.kernel.breaker import Breakers
from hansa.kernel.business import Business
from hansa.kernel.metering import Meter
from hansa.kernel.plan import _store as store
from hansa.kernel.plan._state import PlanState
from hansa.kernel.plan.code import Code
from hansa.kernel.plan.codec import Codec
from hansa.kernel.plan.errors import (
    CompileError,
    NothingToRollBackTo,
    PlanInvalid,
    ProposalOutdated,
    UnknownBusiness,
)
from hansa.kernel.plan.plan import Plan
from hansa.kernel.plan.reading import Difference, diff

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

Clock = Callable[["Transaction"], Awaitable[datetime]]
"""Tells the time within a transaction."""

PIN = timedelta(hours=1)
"""How long a generation stays good after the next one took its place: longer than any quote."""

SWITCHED_MAX = 20
"""How many uses of a kill switch are told; all are kept."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A compiled generation that is not active yet, and what it would change."""

    plan: Plan
    difference: Difference


@dataclass(frozen=True, slots=True)
class _Changed:
    """The published configurations with changes, compiled; `base` is the generation they were made from."""

    plan: Plan
    manifests: store.Manifests
    base: int | None


class Publishing:
    """Changes the plan. `code` is what this process brings; `clock` tells real time."""

    def __init__(
        self,
        code: Code,
        *,
        meter: Meter,
        breakers: Breakers,
        pin: timedelta,
        clock: Clock = store.clock,
    ) -> None:
        self.code = code
        self.codec = Codec(terms=code.terms, plays=code.plays, spoken=code.bounds.spoken)
        self.meter = meter
        self.breakers = breakers
        self._pin = pin
        self._clock = clock
        self._state = PlanState.empty()

    async def compare(
        self, tx: Transaction, changes: Sequence[Business], *, remove: Iterable[str] = ()
    ) -> Difference:
        """Tell what publishing these changes would change; nothing is written. Raises what `propose` raises."""
        changed = await self._changed_by(tx, changes, remove=remove)
        return diff(self._state.current, changed.plan)

    async def propose(
        self, tx: Transaction, changes: Sequence[Business], *, by: str, remove: Iterable[str] = ()
    ) -> Proposal:
        """Compile the published configurations with these changes, and keep the result as a proposal.

        Raises `PlanInvalid` with everything that is wrong, or `Invalid` for a manifest with functions.
        """
        await store.lock_publishing(tx)
        now = await self._clock(tx)
        changed = await self._changed_by(tx, changes, remove=remove)
        plan = changed.plan
        number = await store.insert_generation(
            tx,
            hash=plan.hash,
            code_hash=plan.code_hash,
            manifests=changed.manifests,
            base=changed.base,
            by=by,
            now=now,
        )
        await store.draft_businesses(tx, [business.path for business in changes], now=now)
        proposed = plan.as_generation(number)
        return Proposal(proposed, diff(self._state.current, proposed))

    async def activate(self, tx: Transaction, generation: int) -> Plan:
        """Make a proposal the current plan. Raises `ProposalOutdated` when it is not made from the current one."""
        await store.lock_publishing(tx)
        current, proposed = await store.current(tx), await store.generation(tx, generation)
        if (
            proposed is None
            or proposed.state != "proposed"
            or proposed.base != (current.id if current else None)
        ):
            raise ProposalOutdated(generation=generation)
        if proposed.code_hash != self.code.hash:
            raise ProposalOutdated("It was proposed by a process with other code", generation=generation)
        statuses = await store.statuses(tx)
        plan = self.compile(await store.manifests(tx, generation), statuses).as_generation(generation)
        return await self._activate(tx, plan)

    async def publish(
        self, tx: Transaction, changes: Sequence[Business], *, by: str, remove: Iterable[str] = ()
    ) -> Plan:
        """Propose and activate at once: new and changed configurations go live for every new context."""
        proposal = await self.propose(tx, changes, by=by, remove=remove)
        return await self._activate(tx, proposal.plan)

    async def rollback(self, tx: Transaction, *, by: str) -> Plan:
        """Go back to the plan before the current one; killed generations are passed over.

        Where the code has changed since, the configurations of that time are published under today's
        code. A business that has traded live meanwhile stays as it is now: its orders need it. Raises `NothingToRollBackTo`.
        """
        await store.lock_publishing(tx)
        current = await store.current(tx)
        if current is None:
            raise NothingToRollBackTo
        statuses = await store.statuses(tx)
        now_manifests = await store.manifests(tx, current.id)
        trading = await store.trading(tx)
        kept = {path: plain for path, plain in now_manifests.items() if path in trading}
        base = current.base
        while base is not None:
            earlier = await store.generation(tx, base)
            if earlier is None:
                break
            stored = await store.manifests(tx, earlier.id)
            manifests = kept | stored
            unchanged = manifests == stored and earlier.code_hash == self.code.hash
            if earlier.state in ("active", "retired") and unchanged:
                return await self._activate(tx, self.compile(manifests, statuses).as_generation(earlier.id))
            if earlier.state != "killed" and manifests != now_manifests:
                plan = self.compile(manifests, statuses)
                number = await store.insert_generation(
                    tx,
                    hash=plan.hash,
                    code_hash=plan.code_hash,
                    manifests=manifests,
                    base=earlier.base,
                    by=by,
                    now=await self._clock(tx),
                )
                return await self._activate(tx, plan.as_generation(number))
            base = earlier.base
        raise NothingToRollBackTo

    async def kill_generation(self, tx: Transaction, generation: int, *, why: str, by: str) -> None:
        """Refuse everything quoted under a generation; the current one is rolled back first."""
        await store.lock_publishing(tx)
        current = await store.current(tx)
        if current is not None and current.id == generation:
            await self.rollback(tx, by=by)
        await store.kill_generation(tx, generation, why=why)
        await store.notify(tx)
        tx.after_commit(lambda: self._set_state(self._state.without_generation(generation)))

    async def kill(self, tx: Transaction, path: str, *, why: str, by: str) -> None:
        """Switch a business off, with everything below it, at once and whatever was quoted."""
        self._known(path)
        await store.kill(tx, path, why=why, by=by, now=await self._clock(tx))
        await self._changed(tx, path, "killed")

    async def unkill(self, tx: Transaction, path: str, *, why: str, by: str) -> bool:
        """Take the kill switch back; the business is what it was before. Tells whether it was off at all.

        Who switched it off and on again, when and why stays in `kernel.kill_history`.
        """
        self._known(path)
        undone = await store.unkill(tx, path, why=why, by=by, now=await self._clock(tx))
        held = await store.lock_business(tx, path)
        await self._changed(tx, path, held[0] if held else "live")
        return undone

    async def switched(self, tx: Transaction, path: str) -> Sequence[store.Switched]:
        """Return who switched a business off and on again, when and why: the latest uses of its kill switch."""
        return await store.switched(tx, path, limit=SWITCHED_MAX)

    async def set_status(self, tx: Transaction, path: str, status: str) -> None:
        """Set a business live, stopped or winding. Raises `UnknownBusiness`."""
        self._known(path)
        await store.set_status(tx, path, status, now=await self._clock(tx))
        await self._changed(tx, path, status)

    async def forget(self, tx: Transaction, path: str) -> Mapping[str, int]:
        """Delete every row of the kernel about a business that was taken out of the plan; returns how many."""
        await store.forget_manifest(tx, path)
        deleted = await store.delete_rows(tx, path)
        await self._changed(tx, path, "live")  # nothing is said of it any more
        return deleted

    async def _changed_by(
        self, tx: Transaction, changes: Sequence[Business], *, remove: Iterable[str]
    ) -> _Changed:
        base = await store.current(tx)
        manifests = await store.manifests(tx, base.id) if base else {}
        books = self.code.entities | {plain["entity"] for plain in manifests.values() if "entity" in plain}
        manifests |= {business.path: self.codec.plain(business) for business in changes}
        for path in remove:
            manifests.pop(path, None)
        statuses = await store.statuses(tx)
        _refuse_tombstones(changes, statuses)
        return _Changed(
            self.compile(manifests, statuses, entities=books), manifests, base.id if base else None
        )

    def compile(
        self, manifests: store.Manifests, statuses: dict[str, str], *, entities: Collection[str] = ()
    ) -> Plan:
        """Compile code and configurations, without the businesses that ended. Raises `PlanInvalid`.

        A change names the legal entities that keep books; what was published once is not asked again.
        """
        return self.code.compile(
            [self.codec.business(plain) for plain in manifests.values()],
            without=[path for path, status in statuses.items() if status == "tombstone"],
            entities=entities,
            meter=self.meter,
            breakers=self.breakers,
        )

    def _known(self, path: str) -> None:
        if path not in self._state.current.businesses:
            raise UnknownBusiness(business=path)

    async def _activate(self, tx: Transaction, plan: Plan) -> Plan:
        now = await self._clock(tx)
        await store.activate(tx, plan.generation, now=now, grace=self._pin)
        await store.ensure_businesses(tx, list(plan.businesses), now=now)
        await store.notify(tx)
        tx.after_commit(lambda: self._adopt(plan))
        return plan

    async def _changed(self, tx: Transaction, path: str, status: str) -> None:
        await store.notify(tx)
        tx.after_commit(lambda: self._set_state(self._state.with_status(path, status)))

    def _adopt(self, plan: Plan) -> None:
        """Put a plan in the place of the current one: a single assignment, so nobody sees half of it."""
        for path in self._state.current.businesses.keys() - plan.businesses.keys():
            self.meter.forget(path)
            self.breakers.forget(path)
        self._set_state(self._state.with_plan(plan))

    def _set_state(self, state: PlanState) -> None:
        self._state = state


def _refuse_tombstones(changes: Sequence[Business], statuses: dict[str, str]) -> None:
    ended = [business.path for business in changes if statuses.get(business.path) in ("winding", "tombstone")]
    if ended:
        raise PlanInvalid(
            [
                CompileError("path_ended", f"{path} is the name of a business that was wound down", path)
                for path in ended
            ]
        )
