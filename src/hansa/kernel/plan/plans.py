"""The plans of one process: the current one, the earlier ones still pinned, and how it keeps up with the others.

Swapping is one assignment; a context made before goes on with the plan it was made under. The row of a
generation is the truth: processes hear of a change by NOTIFY and poll in case they did not. A process
whose code differs from the current generation's keeps its own plan and says so in `behind`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hansa.kernel.breaker import Breakers
from hansa.kernel.business import Business, levels
from hansa.kernel.context import GUEST, Actor, ActorKind, Ctx, Traffic
from hansa.kernel.db.database import driver_connection
from hansa.kernel.extension import HasCtx
from hansa.kernel.ids import uuid7
from hansa.kernel.metering import Meter
from hansa.kernel.plan import _store as store
from hansa.kernel.plan.code import Code
from hansa.kernel.plan.deploying import ALIVE, Deploying
from hansa.kernel.plan.errors import (
    BusinessEnded,
    BusinessStopped,
    GenerationElsewhere,
    GenerationRetired,
    UnknownBusiness,
)
from hansa.kernel.plan.plan import Plan
from hansa.kernel.plan.publishing import PIN, Clock
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from hansa.kernel.db import Database, Transaction
    from hansa.kernel.platform import Platform

log = logging.getLogger("hansa.plan")


class Plans(Deploying):
    """The plans of this process. `start` it before the first context is made."""

    def __init__(
        self,
        code: Code,
        db: Database,
        *,
        meter: Meter | None = None,
        breakers: Breakers | None = None,
        poll_s: float = 2.0,
        pin: timedelta = PIN,
        clock: Clock = store.clock,
    ) -> None:
        super().__init__(code, meter=meter or Meter(), breakers=breakers or Breakers(), pin=pin, clock=clock)
        self.processes = 1
        """How many processes are alive, as last seen: rate limits are shared by them."""
        self.behind = ""
        """Why this process does not work under the current generation; empty when it does."""
        self.outdated = ""
        """Why nothing can be sold under the generation this process works under; empty while it is good."""
        self._db = db
        self._poll_s = poll_s
        self._id = uuid7()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._traded: set[str] = set()

    @property
    def current(self) -> Plan:
        """The plan that new contexts are made under."""
        return self._state.current

    async def start(self, *, follow: bool = True, activate: bool = True) -> None:
        """Take the current generation, or make a new one when this code was never active before.

        With `activate`, code that was superseded serves the last generation it compiled, and takes over only
        once no live process carries the newer code. Without, nothing is taken over: this process reads what
        is published with its own code, and is not counted among the living.
        With `follow`, keep up with other processes until `stop`. Raises `PlanInvalid` when the published
        configurations do not fit this code, `CodeSuperseded` when nothing it compiled is good any more.
        """
        async with self._db.transaction() as tx:
            await store.lock_publishing(tx)
            row = await store.current(tx)
            statuses = await store.statuses(tx)
            plan = await (self._serving(tx, row) if activate else self._read(tx, row))
            if activate:
                await self._beat_as(tx, plan.generation)  # at once, so that no older code takes over
            top = await store.current(tx)
        self._adopt(plan)
        self._set_state(self._state.with_statuses(statuses))
        if top is not None and top.id != plan.generation:
            self._fall_behind(top, accepted=activate)
        if follow:
            self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._listen())]

    async def stop(self) -> None:
        """Stop keeping up, and take this process off the list of the living."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        with contextlib.suppress(Problem):
            async with self._db.transaction() as tx:
                await store.leave(tx, self._id)

    def context(
        self,
        platform: Platform,
        business: str,
        *,
        traffic: Traffic | None = None,
        actor: Actor | None = None,
        locale: str = "",
        trace: str = "",
    ) -> Ctx:
        """Make a context under the current plan.

        Raises `UnknownBusiness`, `BusinessEnded`, or `BusinessStopped`; the platform itself (an actor of
        kind system) may still work in a stopped business, so that obligations drain.
        """
        state = self._state
        system = actor is not None and actor.kind is ActorKind.SYSTEM
        if business in state.closed and not system:
            raise BusinessStopped(business=business)
        return self._context(
            state.current, platform, business, traffic=traffic, actor=actor, locale=locale, trace=trace
        )

    async def pinned(self, platform: Platform, generation: int, business: str, **how: Any) -> Ctx:
        """Make a context under an earlier generation, as a quote remembers it; arguments as for `context`.

        Raises `GenerationRetired` when it is over, `GenerationElsewhere` when this process lacks its code,
        and what `context` raises.
        """
        self.context(platform, business, **how)  # a stopped business is stopped under every plan
        plan = self._state.plans.get(generation)
        if plan is None:
            plan = await self._load(generation)
        return self._context(plan, platform, business, **how)

    def resolve(self, path: str) -> Business:
        """Return the effective manifest at a path. Raises `UnknownBusiness` or `BusinessEnded`."""
        found = self._state.current.businesses.get(path)
        if found is None:
            raise self._absent(path)
        return found

    def named(self, path: str) -> str | None:
        """Return the path when a business has it, else None."""
        return path if path in self._state.current.businesses else None

    def at_host(self, host: str) -> str | None:
        """Return the path of the business at a host, else None."""
        return self._state.current.hosts.get(host.lower())

    def weight_of(self, path: str) -> float:
        """Return a business's share of a busy lane beside the others."""
        business = self._state.current.businesses.get(path)
        return (business.quotas.weight if business else None) or 1.0

    def status(self, path: str) -> str:
        """Return what this process knows of a business: live, stopped, killed, winding or tombstone."""
        return self._state.closed.get(path) or self._state.statuses.get(path, "live")

    async def check_batch(
        self, tx: Transaction, generations: Sequence[int], businesses: Sequence[str], *, selling: bool = True
    ) -> list[Problem | None]:
        """Check commands inside the lane's transaction: one verdict each, in one statement for all.

        Refuses killed and retired generations (`GenerationRetired`: ask for a new quote) and stopped
        businesses; with `selling`, businesses that are winding down as well.
        """
        above = {path: levels(path)[1:] for path in set(businesses)}
        good, statuses = await store.states(
            tx, generations=set(generations), paths={level for path in above for level in above[path]}
        )
        shut = {"stopped", "killed", "draft", "winding"} if selling else {"stopped", "killed", "draft"}
        refused: dict[str, Problem] = {}
        for path, lineage in above.items():
            if path not in statuses:
                refused[path] = UnknownBusiness(business=path)
            elif statuses[path] == "tombstone":
                refused[path] = BusinessEnded(business=path)
            elif any(statuses.get(level) in shut for level in lineage):
                refused[path] = BusinessStopped(business=path)
        verdicts: list[Problem | None] = []
        for generation, path in zip(generations, businesses, strict=True):
            retired = None if generation in good else GenerationRetired(generation=generation)
            verdicts.append(refused.get(path) or retired)
        return verdicts

    async def check_commands(self, tx: Transaction, commands: Sequence[HasCtx]) -> list[Problem | None]:
        """Check commands by the contexts they bring; what a lane takes as its `check`."""
        contexts = [command.ctx for command in commands]
        return await self.check_batch(
            tx, [c.plan.generation for c in contexts], [c.business for c in contexts]
        )

    async def mark_traded(self, tx: Transaction, businesses: Sequence[str]) -> None:
        """Note that businesses took live money; from then on they can be wound down, not removed.

        Costs a statement only the first time. Raises `UnknownBusiness` for one that was just removed.
        """
        new = set(businesses) - self._traded
        if not new:
            return
        found = await store.mark_traded(tx, sorted(new))
        if found != new:
            raise UnknownBusiness(business=min(new - found))
        tx.after_commit(lambda: self._traded.update(new))

    async def refresh(self) -> None:
        """Look at the rows again and catch up with what other processes published or killed."""
        state = self._state
        async with self._db.transaction() as tx:
            rows = await store.active(tx)
            statuses = await store.statuses(tx)
            top = rows[0] if rows else None
            unknown = top is not None and top.id not in state.plans and top.code_hash == self.code.hash
            manifests = await store.manifests(tx, top.id) if top is not None and unknown else {}
        compiled = None
        if top is not None and unknown:
            compiled = (await asyncio.to_thread(self.compile, manifests, statuses)).as_generation(top.id)
        # From here on nothing waits, so what this process itself did in the meantime is not undone.
        if top is not None and self._state is state:
            good = {row.id for row in rows}
            self._follow_to(top, compiled, good=good)
            self._set_state(self._state.with_statuses(statuses).only(good))
        else:
            self._wake.set()

    def _follow_to(self, top: store.GenerationRow, compiled: Plan | None, *, good: set[int]) -> None:
        if top.code_hash != self.code.hash:
            self._fall_behind(top, accepted=self.current.generation in good)
            return
        self.behind = self.outdated = ""
        plan = compiled or self._state.plans[top.id]
        if plan is not self.current:
            self._adopt(plan)

    def _fall_behind(self, top: store.GenerationRow, *, accepted: bool) -> None:
        number = self.current.generation
        goes_on = (
            f"it goes on with generation {number}; restart it with the new code"
            if number
            else "it reads what is published in its own way, and takes nothing over"
        )
        behind = (
            f"generation {top.id} needs code {top.code_hash}, this process has {self.code.hash}: {goes_on}"
        )
        if behind != self.behind:
            log.warning(behind)
        self.behind, self.outdated = behind, "" if accepted else behind

    async def _load(self, generation: int) -> Plan:
        async with self._db.transaction() as tx:
            row = await store.generation(tx, generation)
            if row is None or row.state != "active":
                raise GenerationRetired(generation=generation)
            if row.code_hash != self.code.hash:
                raise GenerationElsewhere(generation=generation)
            manifests, statuses = await store.manifests(tx, generation), await store.statuses(tx)
        plan = (await asyncio.to_thread(self.compile, manifests, statuses)).as_generation(generation)
        self._set_state(self._state.with_pinned(plan))
        return plan

    def _context(
        self,
        plan: Plan,
        platform: Platform,
        business: str,
        *,
        traffic: Traffic | None = None,
        actor: Actor | None = None,
        locale: str = "",
        trace: str = "",
    ) -> Ctx:
        manifest = plan.manifest(business)
        if manifest is None:
            raise self._absent(business)
        kind = traffic or manifest.traffic or Traffic.LIVE
        return Ctx(
            platform=platform,
            plan=plan.of(business, kind),
            business=business,
            traffic=kind,
            entity=manifest.entity,
            actor=actor or GUEST,
            locale=locale or manifest.languages[0],
            trace=trace,
        )

    def _absent(self, path: str) -> Problem:
        if self._state.statuses.get(path) == "tombstone":
            return BusinessEnded(business=path)
        return UnknownBusiness(business=path[:255])

    async def _beat(self) -> None:
        """Say that this process lives, and retire what nobody works under any more."""
        async with self._db.transaction() as tx:
            await self._beat_as(tx, self.current.generation)
            now = await self._clock(tx)
            await store.retire(tx, now=now, alive_since=now - ALIVE)

    async def _beat_as(self, tx: Transaction, generation: int) -> None:
        now = await self._clock(tx)
        self.processes = await store.beat(
            tx,
            process=self._id,
            host=socket.gethostname(),
            pid=os.getpid(),
            generation=generation,
            code_hash=self.code.hash,
            now=now,
            alive_since=now - ALIVE,
        )

    async def _follow(self) -> None:
        """Catch up whenever told to, and every `poll_s` seconds."""
        while True:
            # Not wait_for: before Python 3.12 it forgets a cancellation that comes with what it waits for.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self.refresh()
                if self.behind:
                    await self._take_over()
                await self._beat()
            except Exception as error:
                # A process that stopped here would sell under a killed plan; so it goes on, whatever it was.
                if not self._db.presence.explains(error):
                    known = isinstance(error, Problem)
                    log.warning("the plan could not be refreshed: %s", error, exc_info=not known)
                await asyncio.sleep(self._poll_s)

    async def _listen(self) -> None:
        """Hear of changes at once; while the connection is down, the poll does."""
        engine = self._db.connections_of_its_own("plan", 1)
        while True:
            try:
                await self._listen_once(engine)
            except Exception as error:  # noqa: BLE001 - whatever broke the connection, connect again
                if not self._db.presence.missed(error):
                    log.warning("the plan's listener lost its connection: %s", error)
            await asyncio.sleep(self._poll_s)

    async def _listen_once(self, engine: AsyncEngine) -> None:
        """Listen on one connection until it is lost."""
        lost = asyncio.Event()
        async with engine.connect() as conn:
            raw = await driver_connection(conn)
            raw.add_termination_listener(lambda _: lost.set())
            await raw.add_listener(store.CHANNEL, lambda *_: self._wake.set())
            self._wake.set()  # for what was said while nobody listened
            try:
                await lost.wait()
            finally:
                await conn.invalidate()
