"""Points to answer, businesses to compile, and houses: processes of one platform on one database."""

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from emptied import Emptied
from hansa.kernel.clock import Clocks
from hansa.kernel.context import GUEST, Ctx, Traffic
from hansa.kernel.db import Database
from hansa.kernel.extension import SUM, Effects, ExtensionPoint, Mode, OnError
from hansa.kernel.metering import Meter
from hansa.kernel.plan import KERNEL_POINTS, Code, Plans, compile_plan
from hansa.kernel.platform import Platform
from hansa.kernel.settings import Settings


class Now(Protocol):
    """What is it worth?"""

    def __call__(self, ctx: Ctx, value: Any) -> Any: ...


class Later(Protocol):
    """What is it worth, outside?"""

    async def __call__(self, ctx: Ctx, value: Any) -> Any: ...


class Together(Protocol):
    """What are these worth?"""

    async def __call__(self, tx: Any, commands: Sequence[Any]) -> Sequence[Any]: ...


@pytest.fixture
def declare():
    """Declare a point as a center would, with defaults that a test overrides where it matters."""

    def declare(name="shop.worth", *, effects=Effects.PURE, mode=Mode.FIRST, **rules):
        settings = {"version": 1, "budget_ms": 1000, "on_error": OnError.CLOSED} | rules
        if mode is Mode.REDUCE:
            settings = {"reducer": SUM} | settings
        if effects is Effects.PURE:
            return ExtensionPoint[Now](name, mode=mode, effects=effects, **settings)
        if effects is Effects.IO:
            return ExtensionPoint[Later](name, mode=mode, effects=effects, **settings)
        return ExtensionPoint[Together](name, mode=mode, effects=effects, **settings)

    return declare


@pytest.fixture
def compiled():
    """Compile businesses that answer some points; everything else is empty unless said."""

    def compiled(points, businesses=(), *, answers=None, terms=(), plays=(), **runtime):
        return compile_plan(points, terms, plays, businesses, answers or {}, **runtime)

    return compiled


@pytest.fixture
def ctx_of():
    """Make a context under a plan, of a platform that nothing below asks for."""

    def ctx_of(plan, path, *, traffic=Traffic.LIVE, actor=GUEST):
        return Ctx(None, plan.of(path, traffic), path, traffic, "house", actor)

    return ctx_of


@dataclass(frozen=True)
class Command:
    """A command of a set-based function."""

    ctx: Ctx
    value: Any


@pytest.fixture
def command():
    return Command


class NoDatabase:
    """As much of a transaction as a set-based call needs that touches no rows."""

    def __init__(self):
        self.ranks = []

    def locks(self, rank):
        self.ranks.append(rank)

    @asynccontextmanager
    async def savepoint(self):
        yield


@pytest.fixture
def no_database():
    return NoDatabase()


class House:
    """One process of a platform that brings `code`."""

    def __init__(self, url, code, **how):
        self.db = Database(url, connections_max=3)
        self.owner = Database(url, connections_max=1, role=None)
        self.plans = Plans(code, self.db, **how)
        self.platform = Platform(Settings(_sections={}), self.db, Clocks(), self.plans, self.plans.meter, [])

    def ctx(self, path, **how):
        return self.plans.context(self.platform, path, **how)

    async def publish(self, *businesses, by="ada"):
        async with self.db.transaction() as tx:
            return await self.plans.publish(tx, businesses, by=by)

    async def rollback(self):
        async with self.db.transaction() as tx:
            return await self.plans.rollback(tx, by="ada")

    async def kill(self, path):
        async with self.db.transaction() as tx:
            await self.plans.kill(tx, path, why="a test says so", by="ada")

    async def unkill(self, path):
        async with self.db.transaction() as tx:
            return await self.plans.unkill(tx, path, why="the test is over", by="bob")

    async def check(self, *commands, **how):
        async with self.db.transaction() as tx:
            return await self.plans.check_batch(tx, *zip(*commands, strict=True), **how)

    async def listeners(self):
        """The server processes of those who listen for changes of the plan on this database."""
        return await self.rows(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'hansa plan' AND datname = current_database()"
        )

    async def wait_for_listeners(self, *, other_than=()):
        """Wait until somebody else listens; the server is asked, so there is nothing to be woken by."""
        async with asyncio.timeout(20):
            while True:
                pids = {pid for (pid,) in await self.listeners()} - set(other_than)
                if pids:
                    return pids
                await asyncio.sleep(0.01)

    async def cut_listeners(self):
        pids = list(await self.wait_for_listeners())
        async with self.db.transaction() as tx:
            await tx.raw.execute("SET LOCAL ROLE NONE")
            await tx.raw.execute("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", pids)
        return pids

    async def rows(self, sql, *args):
        async with self.db.transaction() as tx:
            return [tuple(row) for row in await tx.raw.fetch(sql, *args)]


@pytest.fixture(scope="session")
async def database(server):
    made = await Emptied.made(server, "plan", [])
    yield made
    await made.drop()


@pytest.fixture
async def houses(database):
    """Open processes on one empty database: `await houses(code)`; each call opens another."""
    await database.empty(ending_sessions=True)
    opened = []

    async def open_house(code=None, *, start=True, follow=False, activate=True, **how):
        code = code or Code(points=KERNEL_POINTS)
        house = House(database.url, code, meter=Meter(), **how)
        opened.append(house)
        if start:
            await house.plans.start(follow=follow, activate=activate)
        return house

    yield open_house
    for house in opened:
        await house.plans.stop()
        await house.db.close()
        await house.owner.close()


async def _eventually(holds, *, within_s=10.0):
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not holds():
        assert loop.time() < end, "it never came to that"
        await asyncio.sleep(0.01)


@pytest.fixture
def eventually():
    """Wait for another process to notice; there is no clock to move for that."""
    return _eventually
