"""Building the index anew while it is used: a second slot is filled beside the first, then takes over.

Handlers write to both slots from the moment a rebuild begins: beginning waits for those under way, and whoever comes
later sees it. So what is read here once is either still so, or a handler writes it after us.
"""

from __future__ import annotations

from collections.abc import Callable

from hansa.centers.product import api as product
from hansa.centers.product.types import ProductId
from hansa.centers.search._service.indexing import write
from hansa.centers.search._store import documents as store
from hansa.centers.search._store import generations
from hansa.centers.search.errors import RebuildSuperseded
from hansa.centers.search.events import IndexRebuilt
from hansa.centers.search.types import Progress, Rebuilt
from hansa.kernel.context import PLATFORM_BUSINESS, SYSTEM
from hansa.kernel.db import Database
from hansa.kernel.platform import Platform

BATCH = 200
_EMPTY_BATCH = 5_000

Tell = Callable[[Progress], None]


async def rebuild(
    platform: Platform, *, owner: Database | None = None, on_progress: Tell = lambda _: None
) -> Rebuilt:
    """Read every product again into a new generation of the index, and let it take over.

    Searching and selling go on meanwhile. A rebuild that was interrupted is begun again from the start; of two at
    once the later one goes on. `owner` is a database of the log-in that owns the tables, without the runtime role:
    it has the planner look at the new generation before it takes over. Raises `RebuildSuperseded`.
    """
    number, slot = await _begin(platform, on_progress)
    async with platform.db.transaction() as tx:
        in_all = await product.products_in_all(tx)
    products = documents = 0
    after: ProductId | None = None
    while True:
        async with platform.db.transaction() as tx:
            if await generations.building(tx) != number:
                raise RebuildSuperseded(generation=number)
            ids = await product.product_ids_after(tx, after=after, limit=BATCH)
            if ids:
                documents += await write(tx, await store.lock_products(tx, ids), slots=[slot])
        if not ids:
            break
        products, after = products + len(ids), ids[-1]
        on_progress(Progress("products read", products, in_all))
    if owner is not None:
        async with owner.transaction() as tx:
            await generations.analyze(tx, slot)
    built = Rebuilt(number, products, documents)
    retired = await _take_over(platform, built)
    await _empty(platform, retired, on_progress)
    return built


async def _begin(platform: Platform, tell: Tell) -> tuple[int, int]:
    """Begin a generation in the slot that is not active, once nothing is left in it."""
    now = platform.context(PLATFORM_BUSINESS, actor=SYSTEM).now()
    async with platform.db.transaction() as tx:
        slot = 0
        for found in await generations.lock(tx):
            if found.state == "building":
                await generations.move(tx, found.id, "abandoned", at=now)
            else:
                slot = 1 - found.slot
    await _empty(platform, slot, tell)
    async with platform.db.transaction() as tx:
        for found in await generations.lock(tx):
            if found.state == "building":  # somebody began between the two
                raise RebuildSuperseded(generation=found.id)
            if found.slot == slot:  # and was through already
                raise RebuildSuperseded(generation=found.id)
        return await generations.begin(tx, slot=slot, at=now), slot


async def _take_over(platform: Platform, built: Rebuilt) -> int:
    """Let the new generation answer; return the slot of the one that answered before."""
    ctx = platform.context(PLATFORM_BUSINESS, actor=SYSTEM)
    async with platform.db.transaction() as tx:
        by_state = {found.state: found for found in await generations.lock(tx)}
        mine, before = by_state.get("building"), by_state["active"]
        if mine is None or mine.id != built.generation:
            raise RebuildSuperseded(generation=built.generation)
        await generations.keep_readers_out(tx)
        await generations.move(tx, before.id, "retired", at=ctx.now())
        await generations.move(tx, mine.id, "active", at=ctx.now())
        tx.emit(
            ctx,
            IndexRebuilt(generation=built.generation, products=built.products, documents=built.documents),
        )
    return before.slot


async def _empty(platform: Platform, slot: int, tell: Tell) -> None:
    """Empty a slot that nobody reads or writes, a little at a time."""
    gone = 0
    while True:
        async with platform.db.transaction() as tx:
            if slot in (await generations.hold(tx)).all():
                return  # somebody else's by now
            count = await generations.empty(tx, slot, limit=_EMPTY_BATCH)
        if not count:
            return
        gone += count
        tell(Progress("old rows deleted", gone, None))
