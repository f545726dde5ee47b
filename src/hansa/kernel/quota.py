"""Quotas: how much a business, and each of its actors, may use; what is beyond is refused politely.

Token buckets, per process, for each business and traffic class: a rate over all processes is divided by how many are alive. All figures come
from the manifest's `Quota`, inherited along the path and in the end the platform's.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hansa.kernel.business import Quota
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx

BURST_S = 2.0
"""A bucket holds what its rate gives in this time, so that a page with many parts is no flood."""
ACTORS_MAX = 20_000
"""Buckets of actors kept at once; the one that waited longest is forgotten first, and is full again."""


class RateLimited(Problem):
    """Too many calls in too short a time; `retry_after_s` says when the next one may pass."""

    code = "quota.rate_limited"
    status = 429
    title = "Too many requests in a short time, please wait a moment"

    def __init__(self, *, quota: str, retry_after_s: int) -> None:
        super().__init__("", quota=quota, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class QuotaExceeded(Problem):
    """The business has as many requests under way as it may have."""

    code = "quota.exceeded"
    status = 429
    title = "Too much at once for this shop, please try again in a moment"


class _Bucket:
    """Tokens that grow with time up to a burst."""

    __slots__ = ("at_s", "tokens")

    def __init__(self, now_s: float, tokens: float) -> None:
        self.at_s = now_s
        self.tokens = tokens

    def take(self, now_s: float, rate: float) -> float:
        """Take a token; return how many seconds are missing when there is none."""
        burst = max(1.0, rate * BURST_S)
        self.tokens = min(burst, self.tokens + (now_s - self.at_s) * rate)
        self.at_s = now_s
        if self.tokens < 1:
            return (1 - self.tokens) / rate
        self.tokens -= 1
        return 0.0


class Place:
    """One of the places for requests at once, taken with the block and given back after it."""

    __slots__ = ("_key", "_most", "_taken")

    def __init__(self, taken: dict[tuple[str, str], int], key: tuple[str, str], most: int | None) -> None:
        self._taken = taken
        self._key = key
        self._most = most

    def __enter__(self) -> None:
        now = self._taken.get(self._key, 0)
        if self._most is not None and now >= self._most:
            raise QuotaExceeded(quota="concurrency", limit=self._most, retry_after_s=1)
        self._taken[self._key] = now + 1

    def __exit__(self, *_: object) -> None:
        left = self._taken[self._key] - 1
        if left:
            self._taken[self._key] = left
        else:
            del self._taken[self._key]


class Limits:
    """The limits of one process. `processes` tells how many share the platform's rates."""

    def __init__(
        self, *, processes: Callable[[], int], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._processes = processes
        self._monotonic = monotonic
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}
        self._actors: OrderedDict[tuple[str, str, str], _Bucket] = OrderedDict()
        self._under_way: dict[tuple[str, str], int] = {}

    def admit_request(self, ctx: Ctx) -> None:
        """Count one request of the context's business and actor. Raises `RateLimited`."""
        quota = _quota(ctx)
        if ctx.actor.author is not None and quota.actor_requests_per_second is not None:
            self._take_actor(ctx, quota.actor_requests_per_second)
        self._take(ctx, "requests_per_second", quota.requests_per_second)

    def admit_orders(self, contexts: Sequence[Ctx]) -> list[RateLimited | None]:
        """Count one order per context; one verdict each."""
        verdicts: list[RateLimited | None] = []
        for ctx in contexts:
            try:
                self._take(ctx, "orders_per_second", _quota(ctx).orders_per_second)
            except RateLimited as problem:
                verdicts.append(problem)
            else:
                verdicts.append(None)
        return verdicts

    def under_way(self, ctx: Ctx) -> Place:
        """Hold one of the business's places for requests at once, while in the block. Raises `QuotaExceeded`."""
        return Place(self._under_way, _shared(ctx), _quota(ctx).concurrency)

    def _take(self, ctx: Ctx, name: str, rate: float | None) -> None:
        if rate is None:
            return
        key = (ctx.business, ctx.traffic, name)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self._monotonic(), math.inf)
        self._spend(bucket, name, rate)

    def _take_actor(self, ctx: Ctx, rate: float) -> None:
        key = (ctx.business, ctx.traffic, ctx.actor.label)
        bucket = self._actors.get(key)
        if bucket is None:
            bucket = self._actors[key] = _Bucket(self._monotonic(), math.inf)
            if len(self._actors) > ACTORS_MAX:
                self._actors.popitem(last=False)
        else:
            self._actors.move_to_end(key)
        self._spend(bucket, "actor_requests_per_second", rate)

    def _spend(self, bucket: _Bucket, name: str, rate: float) -> None:
        wait_s = bucket.take(self._monotonic(), rate / max(1, self._processes()))
        if wait_s:
            raise RateLimited(quota=name, retry_after_s=math.ceil(wait_s))


def _shared(ctx: Ctx) -> tuple[str, str]:
    """Return who shares a limit: a business's traffic of one class, so that tests never starve what is live."""
    return (ctx.business, ctx.traffic)


def _quota(ctx: Ctx) -> Quota:
    return ctx.plan.business.quotas
