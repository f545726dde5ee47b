"""The dispatcher: what is due leaves, many at once, and no endpoint waits for another.

A delivery is leased, sent outside of any transaction, and settled in one. Whoever dies in between leaves the
lease to run out; then the same octets leave again under the same `webhook-id`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.interconnect._rules import patience
from hansa.centers.interconnect._rules.signing import sign
from hansa.centers.interconnect._service.endpoints import disable
from hansa.centers.interconnect._service.outbound import Answer, Outbound
from hansa.centers.interconnect._service.vault import Vault
from hansa.centers.interconnect._store import deliveries as store
from hansa.centers.interconnect._store import endpoints as endpoint_store
from hansa.centers.interconnect._store.deliveries import Claimed
from hansa.centers.interconnect.errors import SecretUnreadable
from hansa.centers.interconnect.types import (
    MESSAGE_ID,
    Attempt,
    DeliveryState,
    EndpointState,
    Outcome,
    Webhooks,
)
from hansa.kernel.center import Deadline
from hansa.kernel.context import PLATFORM_BUSINESS, Traffic
from hansa.kernel.db import DatabaseUnavailable

if TYPE_CHECKING:
    from hansa.kernel.platform import Platform

RETRY = "interconnect.retry"
GONE, FAILING = "gone", "failing"
"""Why the platform itself disables an endpoint: it said so (410), or failed for too long."""
_POLL_S = 0.5
_PAUSE_S = 1.0
_LEASE_SPARE = timedelta(seconds=30)  # beyond the time a request may take: for the database, before and after

_log = logging.getLogger("hansa.webhooks")


class Dispatcher:
    """Sends what is due, in this process, for as long as it runs."""

    def __init__(
        self, platform: Platform, settings: Webhooks, *, jitter: Callable[[], float] = random.random
    ) -> None:
        self._platform = platform
        self._settings = settings
        self._jitter = jitter
        self._lease = settings.timeout + _LEASE_SPARE
        self._called = asyncio.Event()
        self._under_way: Counter[UUID] = Counter()
        self._failing = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Have the dispatcher look at once, if it runs in this process; others see it at their next poll."""
        self._called.set()

    async def run(self) -> None:
        """Send until cancelled; what is under way then is left to its lease."""
        try:
            while True:
                self._called.clear()
                try:
                    found = await self._start_due()
                except DatabaseUnavailable:
                    found = 0
                    await asyncio.sleep(_PAUSE_S)
                if not found:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_POLL_S):
                            await self._called.wait()
        finally:
            await self._stop()

    async def run_all(self) -> None:
        """Send what is due, and wait for it, until nothing is: for tests, demos and scripts."""
        try:
            while True:
                # What was under way while we looked kept others of its endpoint back, and may be over by now.
                kept_back = bool(self._tasks)
                if not await self._start_due() and not kept_back:
                    return
                if self._tasks:
                    await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._stop()

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _start_due(self) -> int:
        """Take as many deliveries as there is room for, and start sending them; return how many."""
        room = self._settings.parallel - len(self._tasks)
        if room <= 0:
            return 0
        async with self._platform.db.transaction() as tx:
            claimed = await store.claim(
                tx,
                room=room,
                # Endpoints that fail take their time over it: half of the room is never theirs.
                failing_room=min(room, self._settings.parallel // 2 - self._failing),
                per_endpoint=self._settings.parallel_per_endpoint,
                under_way=self._under_way,
                lease=self._lease,
            )
        for one in claimed:
            task = asyncio.create_task(self._deliver(one), name=f"webhook {one.delivery_id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(claimed)

    async def _deliver(self, one: Claimed) -> None:
        self._under_way[one.endpoint_id] += 1
        self._failing += one.failing
        try:
            answer = await self._send(one)
            await settle(self._platform, self._settings, one, answer, jitter=self._jitter())
        except DatabaseUnavailable as lost:
            _log.warning("delivery %s was not settled and leaves again: %s", one.delivery_id, lost)
        except Exception:  # noqa: BLE001 - one delivery's trouble is not the dispatcher's
            _log.exception("delivery %s was not settled and leaves again", one.delivery_id)
        finally:
            self._failing -= one.failing
            self._under_way[one.endpoint_id] -= 1
            if not self._under_way[one.endpoint_id]:
                del self._under_way[one.endpoint_id]
            self.wake()

    async def _send(self, one: Claimed) -> Answer:
        body, webhook_id = one.payload.encode(), MESSAGE_ID.show(one.message_id)
        # Receivers compare it with their own clock, so it is real time, whatever clock the traffic runs on.
        timestamp_s = int(self._platform.clocks.now(PLATFORM_BUSINESS, Traffic.LIVE).timestamp())
        vault, now = self._platform.service(Vault), self._platform.clocks.now(one.business, one.traffic)
        sealed = [one.secret]
        if one.old_secret is not None and one.old_secret_until is not None and now < one.old_secret_until:
            sealed.append(one.old_secret)
        try:
            secrets = [vault.open(secret) for secret in sealed]
        except SecretUnreadable:
            _log.error("the secret of endpoint %s cannot be opened: a key is missing", one.endpoint_id)
            return Answer(outcome=Outcome.FORBIDDEN, duration_ms=0, response="Its secret cannot be read")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Hansa-Webhooks",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp_s),
            "webhook-signature": sign(secrets, webhook_id=webhook_id, timestamp_s=timestamp_s, body=body),
        }
        outbound = self._platform.service(Outbound)
        return await outbound.post(one.url, headers=headers, body=body, plain=one.traffic is not Traffic.LIVE)


async def settle(
    platform: Platform, settings: Webhooks, one: Claimed, answer: Answer, *, jitter: float
) -> None:
    """Write down what came of an attempt: delivered, to be tried again at a time, given up; tell the owner."""
    now = platform.clocks.now(one.business, one.traffic)
    tries = one.tries + 1
    pause = patience.pause(tries, jitter=jitter, asked_s=patience.retry_after_s(answer.retry_after))
    state = DeliveryState.WAITING if pause is not None and not answer.is_gone else DeliveryState.FAILED
    if answer.outcome is Outcome.DELIVERED:
        state = DeliveryState.DELIVERED
    attempt = Attempt(
        at=now,
        outcome=answer.outcome,
        status=answer.status,
        duration_ms=answer.duration_ms,
        response=answer.response,
    )
    async with platform.db.transaction() as tx:
        if state is DeliveryState.DELIVERED:
            await store.mark_well(tx, one.endpoint_id)
            await store.record(tx, one, attempt, state=state)
            return
        # The endpoint's row comes before its deliveries' in the lock order.
        endpoint = await endpoint_store.lock_endpoint(tx, one.endpoint_id)
        since = await store.mark_failing(tx, one.endpoint_id, now=now)
        moved = await store.record(tx, one, attempt, state=state)
        if moved and state is DeliveryState.WAITING and pause is not None:
            tx.set_deadline(one.delivery_id, RETRY, _retry(one, now + pause))
        given_up = patience.is_given_up(since, now=now, after=settings.disable_after)
        if endpoint is not None and endpoint.state is EndpointState.ACTIVE and (given_up or answer.is_gone):
            ctx = tx.context(one.business, one.traffic)
            await disable(tx, ctx, endpoint, reason=GONE if answer.is_gone else FAILING)


def _retry(one: Claimed, due_at: datetime) -> Deadline:
    return Deadline(
        kind=RETRY, subject=one.delivery_id, business=one.business, traffic=one.traffic, due_at=due_at
    )
