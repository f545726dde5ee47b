"""The only place that wires everything: which centers stand in the house, and how a process runs them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from hansa.centers.interconnect.plug import INTERCONNECT
from hansa.centers.inventory.plug import INVENTORY
from hansa.centers.ledger.plug import LEDGER
from hansa.centers.message.plug import MESSAGE
from hansa.centers.payment.plug import PAYMENT
from hansa.centers.place.plug import PLACE
from hansa.centers.product.plug import PRODUCT
from hansa.centers.review.plug import REVIEW
from hansa.centers.search.plug import SEARCH
from hansa.centers.shop.plug import SHOP
from hansa.centers.trade import api as trade
from hansa.centers.trade.plug import TRADE
from hansa.centers.trade.types import ORDER_ID, Explanation
from hansa.centers.user.plug import USER
from hansa.complete_journey.manifest import COMPLETE_JOURNEY
from hansa.demo import load_demo as demo
from hansa.demo import welcome
from hansa.kernel.clock import Clocks
from hansa.kernel.context import PLATFORM_BUSINESS, SYSTEM
from hansa.kernel.db import Database
from hansa.kernel.gauges import ProcessGauges
from hansa.kernel.lane.observing import batch_observer
from hansa.kernel.metering import Meter
from hansa.kernel.plan import KERNEL_POINTS, Bounds, Code, Plans, installed_businesses
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem
from hansa.kernel.quota import Limits
from hansa.kernel.security import Signer, signing_keys
from hansa.kernel.settings import Settings
from hansa.kernel.telemetry import Metrics
from hansa.kernel.welcome import Reception
from hansa.plays.history import history
from hansa.served import SERVED
from hansa.web.i18n import LANGUAGES
from hansa.web.still_lifes import LOOKS

if TYPE_CHECKING:
    from litestar.types import ASGIApp

__all__ = ["CENTERS", "asgi", "code", "demo", "explain", "running", "welcome"]

CENTERS = (
    USER,
    MESSAGE,
    SHOP,
    PLACE,
    PRODUCT,
    INVENTORY,
    LEDGER,
    PAYMENT,
    TRADE,
    REVIEW,
    SEARCH,
    INTERCONNECT,
)
"""In their order: each calls only those before it."""

PLAYS = (history,)

_UPKEEP_S = 2.0
_log = logging.getLogger("hansa.app")


def code(settings: Settings | None = None) -> Code:
    """Return what this installation brings to a plan; `settings` add what they decide of its bounds.

    Raises `PlanInvalid` for packages that do not load.
    """
    told = settings or Settings()
    bounds = Bounds(
        reserved=SERVED,
        hosts=told.own_hosts() if settings else frozenset(),
        spoken=frozenset(LANGUAGES),
        looks=LOOKS,
        entities=frozenset({COMPLETE_JOURNEY.entity, *told.entities}),
    )
    return Code.of(
        CENTERS,
        plays=PLAYS,
        packages=installed_businesses(),
        points=KERNEL_POINTS,
        bounds=bounds,
    )


@asynccontextmanager
async def running(settings: Settings, *, activate: bool = True) -> AsyncIterator[Platform]:
    """Run the platform in this process, on the migrated database of the settings, until the block ends.

    Without `activate` its code takes nothing over and it follows nobody: for commands that read, or write by
    functions that say so.
    """
    if settings.database_url is None:
        raise ValueError("the platform runs on a database: settings.database_url is empty")
    meter = Meter()
    db = Database(settings.database_url.reveal(), connections_max=settings.database_connections)
    plans = Plans(code(settings), db, meter=meter)
    platform = Platform(settings=settings, db=db, clocks=Clocks(), plans=plans, meter=meter, centers=CENTERS)
    platform.add(Signer(signing_keys(settings)))
    platform.add(Metrics())
    platform.add(Limits(processes=lambda: plans.processes))
    platform.add(Reception(welcome))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        async with db.transaction() as tx:
            await platform.clocks.refresh(tx)
        await plans.start(follow=activate, activate=activate)
        stack.push_async_callback(plans.stop)
        for center in CENTERS:
            for start in center.starts:
                await start(platform)
        for lane in platform.lanes.values():
            lane.stats.on_batch = batch_observer(platform.service(Metrics), lane.name)
            await lane.start()
            stack.push_async_callback(lane.stop)
        upkeep = asyncio.create_task(_keep_up(platform), name="upkeep")
        stack.push_async_callback(_end, upkeep, platform)
        yield platform


def asgi(settings: Settings) -> ASGIApp:
    """Return the application that a server process serves; it runs the platform for its lifespan.

    API and pages come in with it: nothing else needs them, and they weigh as much as the rest.
    """
    from hansa.asgi import Faces  # noqa: PLC0415 - as said

    return Faces(settings, running, CENTERS)


async def explain(platform: Platform, shown: str) -> Explanation:
    """Tell why an order is as it is. Raises `OrderNotFound`."""
    ctx = platform.context(PLATFORM_BUSINESS, actor=SYSTEM)
    return await trade.explain(ctx, order_id=ORDER_ID.read(shown))


async def _keep_up(platform: Platform) -> None:
    """Follow clocks that other processes moved, write down what this one has metered, show how its lanes are."""
    gauges = ProcessGauges(platform)
    while True:
        await asyncio.sleep(_UPKEEP_S)
        try:
            gauges.look()
            async with platform.db.transaction() as tx:
                await platform.clocks.refresh(tx)
                await platform.meter.flush(tx)
        except Exception as error:  # noqa: BLE001 - it goes on as long as the process does, whatever it was
            if not platform.db.presence.explains(error):
                known = isinstance(error, Problem)
                _log.warning("upkeep has to wait: %s", error, exc_info=not known)


async def _end(upkeep: asyncio.Task[None], platform: Platform) -> None:
    upkeep.cancel()
    await asyncio.gather(upkeep, return_exceptions=True)
    try:
        async with platform.db.transaction() as tx:
            await platform.meter.flush(tx)
    except Problem as problem:
        _log.warning("the last figures were not written: %s", problem)
