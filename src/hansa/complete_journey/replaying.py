"""Replaying: every basket is quoted, placed, paid and received, as its household would, at its own moment.

Many baskets are under way at once, and so the lanes commit them in large batches. Those of one household do not
wait for each other: each happens at its own moment, and a few households shop so often that all would wait for
them in the end. A basket's checkout has an id made of the basket's number: placing it again
places nothing, paying and receiving go on from where it stands. So a replay that was killed is run again.

The clock of (business, replay) stands at the earliest basket that is still under way, in whichever process:
several may share a replay, each with stores of its own, since two of them never want the same stock.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.payment import api as payment
from hansa.centers.payment.types import PaymentId, TestCard
from hansa.centers.product import api as product
from hansa.centers.product.types import OfferId
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import IllegalMove, NoPlaceServes
from hansa.centers.trade.types import (
    CheckoutId,
    LineRequest,
    Measure,
    OrderId,
    OrderState,
    PayState,
    StandingCheckout,
)
from hansa.complete_journey import loading, manifest, names
from hansa.complete_journey.files import MEASURE_UNIT, Basket, Files, SoldLine, Weeks
from hansa.complete_journey.loading import batched
from hansa.complete_journey.progress import Progress, Replayed
from hansa.kernel.context import Actor, ActorKind, Ctx, Traffic
from hansa.kernel.extension import ExtensionFailed
from hansa.kernel.lane import Unsettled
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Busy, Problem
from hansa.plays.history import TELL

UNDER_WAY = 768
"""So many baskets are on their way at once: five lanes, each with a batch of about 150."""
QUOTED_AT_ONCE = 64
"""What is quoted asks extensions, whose time is limited: a crowd would wait for itself."""
TRIES_MAX = 10
PAUSE_S, PAUSE_S_MAX = 0.2, 2.0
TELL_EVERY_S = 1.0
_MAY_PASS = (Busy, Unsettled, ExtensionFailed, IllegalMove, NoPlaceServes, OutOfStock)
"""The first three are of the moment. The others come when a call that was unsettled, or of a process that was
killed, happened after all: the order has moved on, and its goods are its own. Looking again tells."""
_UNPAID = frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAYMENT_PENDING})


class NotLoaded(Problem):
    """Something that is sold is not in the house; `hansa load complete-journey` brings it."""

    code = "complete_journey.not_loaded"
    status = 409
    title = "What is to be replayed was not loaded"


class Strange(Problem):
    """A basket came out otherwise than history has it: `basket` names it."""

    code = "complete_journey.strange"
    status = 500
    title = "A basket did not come out as it was"


Tell = Callable[[Progress], None]
Hear = Callable[[Progress], Awaitable[None]]


async def replay(
    platform: Platform, files: Files, *, weeks: Weeks, speed: float | None = None, tell: Tell
) -> Replayed:
    """Replay the baskets of some weeks that are not finished yet, `speed` times quicker than they happened.

    Without a speed as quickly as it goes. Raises `NotLoaded`, and what refuses a basket.
    """

    async def hear(progress: Progress) -> None:
        await move_clock(platform, progress.at)
        tell(progress)

    return Replayed.of(await sell(platform, files, weeks=weeks, speed=speed, hear=hear))


async def sell(
    platform: Platform,
    files: Files,
    *,
    weeks: Weeks,
    stores: Collection[int] | None = None,
    speed: float | None = None,
    hear: Hear,
) -> Progress:
    """Replay the baskets of all stores or of some, and say how far it is; the clock is moved by who hears it.

    Raises as `replay`.
    """
    baskets, lines = files.count(weeks, stores)
    progress = Progress(baskets=baskets, lines=lines)
    run = _Run(platform, manifest.context(platform), files, progress, hear, stores=stores, speed=speed)
    await run.prepare()
    telling = asyncio.create_task(run.keep_telling())
    try:
        for week in range(weeks.first, weeks.last + 1):
            await run.week(week)
        await run.finish()
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await run.stop()
    await hear(progress)
    return progress


async def move_clock(platform: Platform, at: datetime | None) -> None:
    """Move the clock of (business, replay) to the earliest basket that is under way; None while nobody knows it."""
    if at is not None:
        async with platform.db.transaction() as tx:
            await platform.clocks.move(tx, business=manifest.PATH, traffic=Traffic.REPLAY, frozen_at=at)


class _Run:
    """One replay: what it knows of the house, and what is under way."""

    def __init__(
        self,
        platform: Platform,
        ctx: Ctx,
        files: Files,
        progress: Progress,
        hear: Hear,
        *,
        stores: Collection[int] | None,
        speed: float | None,
    ) -> None:
        self._platform = platform
        self._ctx = ctx
        self._files = files
        self._progress = progress
        self._hear = hear
        self._card = TestCard(payment.sandbox_cards()["success"])
        self._share = stores
        self._stores: dict[int, loading.Store] = {}
        self._room = asyncio.Semaphore(UNDER_WAY)
        self._quoting = asyncio.Semaphore(QUOTED_AT_ONCE)
        self._order: deque[tuple[datetime, asyncio.Task[None]]] = deque()
        self._failure: BaseException | None = None
        self._latest: datetime | None = None
        self._speed = speed
        self._began: tuple[float, datetime] | None = None

    async def prepare(self) -> None:
        """Learn which shop and place each store is."""
        self._stores = await loading.stores(self._ctx)

    async def week(self, number: int) -> None:
        """Start the baskets of a week, each as soon as there is room."""
        baskets = list(self._files.baskets(number, self._share))
        standing = await self._standing(baskets)
        offers = await self._offers(baskets)
        for basket in baskets:
            self._latest = basket.at
            there = standing.get(names.checkout(basket.id, basket.at))
            if there is not None and all(one.state is OrderState.FINISHED for one in there.orders):
                self._progress.found += 1
                self._progress.lines_found += len(basket.lines)
                self._count(basket)
                continue
            await self._wait_for(basket.at)
            await self._room.acquire()
            if self._failure is not None:
                raise self._failure
            self._start(basket, there, offers)

    async def _wait_for(self, at: datetime) -> None:
        """Wait until it is a basket's turn, where the replay has a speed."""
        if self._speed is not None:
            real, first = self._began = self._began or (time.monotonic(), at)
            due = real + (at - first).total_seconds() / self._speed
            await asyncio.sleep(max(due - time.monotonic(), 0))

    async def finish(self) -> None:
        """Wait for everything that is under way; then the last basket is the time."""
        while self._order:
            _, task = self._order[0]
            await task
            if self._failure is not None:
                raise self._failure
            if self._order and self._order[0][1] is task:
                self._order.popleft()
        self._progress.at = self._latest

    async def stop(self) -> None:
        """Leave nothing running."""
        tasks = [task for _, task in self._order]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def keep_telling(self) -> None:
        """Say how far it is, and which basket is the earliest under way; ends with the replay."""
        try:
            await self._keep_telling()
        except Exception as failure:  # noqa: BLE001 - as with baskets, the first one ends the replay
            self._failure = self._failure or failure

    async def _keep_telling(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            while self._order and self._order[0][1].done():
                self._order.popleft()
            if self._order:
                self._progress.at = self._order[0][0]
            await self._hear(self._progress)

    def _start(
        self, basket: Basket, there: StandingCheckout | None, offers: Mapping[tuple[int, int], OfferId]
    ) -> None:
        self._progress.set_out = self._progress.set_out or time.monotonic()
        task = asyncio.create_task(self._sell(basket, there, offers))
        self._order.append((basket.at, task))

    async def _sell(
        self,
        basket: Basket,
        there: StandingCheckout | None,
        offers: Mapping[tuple[int, int], OfferId],
    ) -> None:
        """Bring one basket to its end."""
        try:
            if self._failure is None:
                await self._until_done(basket, there, offers)
                self._count(basket)
        except Exception as failure:  # noqa: BLE001 - the first one ends the replay, and is told there
            self._failure = self._failure or failure
        finally:
            self._room.release()

    async def _until_done(
        self, basket: Basket, there: StandingCheckout | None, offers: Mapping[tuple[int, int], OfferId]
    ) -> None:
        """Go on from where the basket stands; what may pass is tried again."""
        household = names.household(basket.household)
        actor = Actor(ActorKind.PERSON, household, frozenset({TELL}))
        ctx = self._ctx.with_(actor=actor).happened(basket.at)
        for tries in range(TRIES_MAX):
            try:
                await self._go_on(ctx, basket, there, offers)
            except _MAY_PASS:
                if tries + 1 == TRIES_MAX:
                    raise
                await asyncio.sleep(min(PAUSE_S * 2**tries, PAUSE_S_MAX))
                there = (await self._standing([basket])).get(names.checkout(basket.id, basket.at))
            else:
                return

    async def _go_on(
        self,
        ctx: Ctx,
        basket: Basket,
        there: StandingCheckout | None,
        offers: Mapping[tuple[int, int], OfferId],
    ) -> None:
        if there is None:
            async with self._quoting:
                quote = await trade.quote(ctx, lines=_requests(basket, offers, self._files.measured))
            quote = msgspec.structs.replace(quote, id=names.checkout(basket.id, basket.at))
            placed = await trade.place(ctx, token=trade.seal(ctx, quote))
            payment_id, (order,) = placed.payment_id, placed.orders
            order_id, unpaid = order.id, placed.payable > 0
        else:
            (moved,) = there.orders
            payment_id, order_id, unpaid = there.payment_id, moved.order_id, moved.state in _UNPAID
            if moved.state is OrderState.FINISHED:
                return
        if unpaid:
            await self._pay(ctx, basket, PaymentId(payment_id))
        await self._receive(ctx, basket, order_id)

    async def _pay(self, ctx: Ctx, basket: Basket, payment_id: PaymentId) -> None:
        paid = await trade.pay(ctx, payment_id=payment_id, source=self._card)
        if paid.state is not PayState.PAID:
            raise Strange("It is not paid", basket=basket.id)

    async def _receive(self, ctx: Ctx, basket: Basket, order_id: OrderId) -> None:
        moved = await trade.receive(ctx, order_id=order_id)
        if moved.state is not OrderState.FINISHED:
            raise Strange("It is not finished", basket=basket.id, state=moved.state)

    def _count(self, basket: Basket) -> None:
        self._progress.orders_done += 1
        self._progress.lines_done += len(basket.lines)

    async def _standing(self, baskets: Sequence[Basket]) -> dict[CheckoutId, StandingCheckout]:
        keys = [(names.household(one.household), names.checkout(one.id, one.at)) for one in baskets]
        async with self._platform.db.reading() as tx:
            return await trade.checkouts_in(tx, keys=keys)

    async def _offers(self, baskets: Sequence[Basket]) -> dict[tuple[int, int], OfferId]:
        """Return the offers that are bought, by (store, product). Raises `NotLoaded`."""
        wanted = sorted({(basket.store, line.product) for basket in baskets for line in basket.lines})
        skus = await loading.skus(self._ctx, {number for _, number in wanted})
        pairs = {
            (self._stores[store].shop_id, skus[number]): (store, number)
            for store, number in wanted
            if store in self._stores and number in skus
        }
        found: dict[tuple[int, int], OfferId] = {}
        for some in batched(pairs, 5_000):
            offers = await product.offers_by_sku(self._ctx, some)
            found |= {pairs[pair]: offer_id for pair, offer_id in offers.items()}
        if missing := [pair for pair in wanted if pair not in found]:
            raise NotLoaded(store=missing[0][0], product=missing[0][1], missing=len(missing))
        return found


def _requests(
    basket: Basket, offers: Mapping[tuple[int, int], OfferId], measured: frozenset[int]
) -> list[LineRequest]:
    """Return what the basket wants, with what history says of each line."""
    requests = [
        LineRequest(
            offer_id=offers[basket.store, line.product],
            quantity=1 if line.product in measured else line.quantity,
            measure=Measure(line.quantity, MEASURE_UNIT) if line.product in measured else None,
            inputs=_history(line),
        )
        for line in basket.lines
    ]
    if not basket.coupon:
        return requests
    return [
        msgspec.structs.replace(requests[0], inputs={**requests[0].inputs, "coupon": basket.coupon}),
        *requests[1:],
    ]


def _history(line: SoldLine) -> dict[str, int | str]:
    said: dict[str, int | str] = {"gross": line.gross}
    if line.member:
        said["member"] = line.member
    if line.match:
        said["match"] = line.match
    return said
