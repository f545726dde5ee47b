"""The worker: everything a process does without being asked, started together and stopped together."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from hansa.kernel import idempotency
from hansa.kernel.center import Job
from hansa.kernel.deadlines import watch
from hansa.kernel.gauges import ASK_EVERY, StandingGauges
from hansa.kernel.outbox import Courier, Registry, retain
from hansa.kernel.runner import Runner

if TYPE_CHECKING:
    from hansa.kernel.db.presence import Presence
    from hansa.kernel.platform import Platform

_log = logging.getLogger("hansa.worker")

Loop = Callable[[], Awaitable[None]]

_HOUR_S = 3600
KERNEL_JOBS = (
    Job("kernel.idempotency.forget", idempotency.forget, every_s=_HOUR_S),
    Job("kernel.outbox.retain", retain, every_s=_HOUR_S),
)
_PAUSE_S_MIN, _PAUSE_S_MAX = 0.2, 30.0
_LASTED_S = 60.0  # a loop that ran this long was well; its next failure is a new one


class Worker:
    """Delivers events, fires deadlines, runs jobs and the centers' loops; `loops` are whatever else must go round.

    A loop that fails is started again, after a pause that grows while it keeps failing; the others go on.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        loops: Mapping[str, Loop] | None = None,
        deadline_poll: timedelta = timedelta(milliseconds=500),
    ) -> None:
        self._presence = platform.db.presence
        kinds = {kind.kind: kind for center in platform.centers for kind in center.deadlines}
        jobs = [*KERNEL_JOBS, *(job for center in platform.centers for job in center.jobs)]
        self._loops: dict[str, Loop] = {
            "outbox": Courier(platform, Registry.of(platform.centers)).run,
            "deadlines": lambda: watch(platform, kinds, poll=deadline_poll),
            "jobs": Runner(platform, jobs).run,
            "gauges": lambda: every(ASK_EVERY, StandingGauges(platform).look),
            **{
                name: partial(loop, platform)
                for center in platform.centers
                for name, loop in center.loops.items()
            },
            **(loops or {}),
        }

    async def run(self) -> None:
        """Work until cancelled; returns when every loop has come to its end."""
        async with asyncio.TaskGroup() as group:
            for name, loop in self._loops.items():
                going = keep_going(name, loop, presence=self._presence)
                group.create_task(going, name=f"worker {name}")


async def keep_going(name: str, loop: Loop, *, presence: Presence) -> None:
    """Run a loop until it ends by itself, starting it again whenever it fails."""
    pause_s = _PAUSE_S_MIN
    clock = asyncio.get_running_loop()
    while True:
        began = clock.time()
        try:
            await loop()
        except Exception as error:  # noqa: BLE001 - a loop goes on, whatever it was
            if not presence.explains(error):
                _log.exception("%s stopped and is started again", name)
        else:
            return
        if clock.time() - began > _LASTED_S:
            pause_s = _PAUSE_S_MIN
        await asyncio.sleep(pause_s * random.uniform(0.5, 1))  # noqa: S311 - spreads load, keeps no secret
        pause_s = min(pause_s * 2, _PAUSE_S_MAX)


async def every(period: timedelta, call: Callable[[], Awaitable[object]]) -> None:
    """Make calls at an interval, without end.

    As a worker's loop: `lambda: every(timedelta(seconds=1), meter.flush)`.
    """
    while True:
        await call()
        await asyncio.sleep(period.total_seconds())
