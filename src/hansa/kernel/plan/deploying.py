"""Deploying: which code's reading of the published configurations is the current one.

Code that was never active before takes over when its first process starts to serve. Code that was superseded
does not come back by a restart, or processes of a rolling deploy would take the plan back and forth; it comes
back once no process carries the code that superseded it any more. Commands take nothing over.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

from hansa.kernel.plan import _store as store
from hansa.kernel.plan.errors import CodeSuperseded, CompileError, PlanInvalid
from hansa.kernel.plan.plan import Plan
from hansa.kernel.plan.publishing import Publishing

if TYPE_CHECKING:
    from hansa.kernel.db import Database, Transaction

ALIVE = timedelta(seconds=30)
"""A process whose last heartbeat is older than this is dead."""


class Deploying(Publishing):
    """Decides what a process starts with, and when its code takes over."""

    _db: Database

    async def _serving(self, tx: Transaction, row: store.GenerationRow | None) -> Plan:
        """Return the plan that a serving process starts with; a new one where its code may take over."""
        if row is None:
            return await self._deploy(tx, row)
        served = row if row.code_hash == self.code.hash else await store.latest_of(tx, self.code.hash)
        if served is None or (served is not row and await self._deserted(tx, row)):
            return await self._deploy(tx, row)
        if served.state != "active":
            raise CodeSuperseded(
                f"Generation {row.id} needs code {row.code_hash}, which is at work; this process has"
                f" {self.code.hash}, of which no generation is good any more",
                generation=row.id,
            )
        plan = self.compile(await store.manifests(tx, served.id), await store.statuses(tx))
        if served is row:
            await store.ensure_businesses(tx, list(plan.businesses), now=await self._clock(tx))
        return plan.as_generation(served.id)

    async def _read(self, tx: Transaction, row: store.GenerationRow | None) -> Plan:
        """Return this code's reading of what is published; of no generation where the current has other code.

        On a database where nothing was ever active there is nothing to take over, so this code begins.
        """
        if row is None:
            return await self._deploy(tx, row)
        plan = self.compile(await store.manifests(tx, row.id), await store.statuses(tx))
        return plan.as_generation(row.id) if row.code_hash == self.code.hash else plan

    async def _take_over(self) -> None:
        """Make this code's reading the current one when the current one's code is at work nowhere any more."""
        async with self._db.transaction() as tx:
            await store.lock_publishing(tx)
            row = await store.current(tx)
            if row is not None and row.code_hash != self.code.hash and await self._deserted(tx, row):
                await self._deploy(tx, row)

    async def _deserted(self, tx: Transaction, row: store.GenerationRow) -> bool:
        return not await store.carried(tx, row.code_hash, alive_since=await self._clock(tx) - ALIVE)

    async def _deploy(self, tx: Transaction, row: store.GenerationRow | None) -> Plan:
        """Make this code's reading of the published configurations the current generation.

        Raises `PlanInvalid` when a business would be gone that traded live and was not ended: its package was
        uninstalled, and nobody would see to its open orders.
        """
        manifests = await store.manifests(tx, row.id) if row else {}
        plan = self.compile(manifests, await store.statuses(tx))
        _refuse_abandoning(plan, await store.trading(tx))
        number = await store.insert_generation(
            tx,
            hash=plan.hash,
            code_hash=plan.code_hash,
            manifests=manifests,
            base=row.id if row else None,
            by="deploy",
            now=await self._clock(tx),
        )
        return await self._activate(tx, plan.as_generation(number))


def _refuse_abandoning(plan: Plan, trading: Collection[str]) -> None:
    gone = [path for path in sorted(trading) if path not in plan.businesses]
    if gone:
        raise PlanInvalid(
            [
                CompileError(
                    "package_missing",
                    f"{path} traded live and no installed package brings it any more: install its package again"
                    f" and end it first (`hansa business end {path}`)",
                    path,
                )
                for path in gone
            ]
        )
