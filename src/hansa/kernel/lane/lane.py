from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic

from hansa.kernel.db.faults import LOCK_NOT_AVAILABLE, repeatable, sqlstate
from hansa.kernel.db.scope import enter, leave
from hansa.kernel.idempotency import KeyReused, recall
from hansa.kernel.lane.commit import Check, Committer, LaneProgram, Overtaken
from hansa.kernel.lane.fair import FairQueue, QueueFull, evenly
from hansa.kernel.lane.seat import Seat
from hansa.kernel.lane.stats import BatchSeen, LaneStats
from hansa.kernel.lane.waiting import C, V, Waiting, in_turn
from hansa.kernel.problem import Busy, Problem
from hansa.kernel.telemetry import span

if TYPE_CHECKING:
    from hansa.kernel.db import Database, Transaction
    from hansa.kernel.idempotency import IdempotencyKey

_log = logging.getLogger("hansa.lane")

_TRIES_TOGETHER = 5  # a batch that fails this often may hold what makes it fail; cut it in two
_TRIES_ALONE = 20
_TRIES_LOCKED = (
    2  # whoever holds the row may be done by then; whoever is not must not hold up the whole batch
)
_SWEEP_S = 0.25
# A worker that stands still in a transaction holds hot rows; the server ends it, and it begins again.
_SESSION = {
    "lock_timeout": "5s",
    "statement_timeout": "20s",
    "idle_in_transaction_session_timeout": "20s",
}


class CallFailed(Problem):
    """The call broke our program. Nothing of it was kept; the calls beside it were not touched."""

    code = "lane.call_failed"
    status = 500
    title = "Something went wrong on our side; nothing was changed"


class Unsettled(Problem):
    """Waiting took too long and it is not known yet whether the call happened; a repeat under its key tells."""

    code = "lane.unsettled"
    status = 503
    title = "It is not certain yet whether this happened; please repeat the same request"

    def __init__(self, detail: str = "", /, *, retry_after_s: int = 2) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class _Part(Generic[C, V]):
    """A batch, or a piece of one, and how often it was tried."""

    __slots__ = ("calls", "tries")

    def __init__(self, calls: list[Waiting[C, V]], *, tries: int = 0) -> None:
        self.calls = calls
        self.tries = tries


class Lane(Generic[C, V]):
    """Gathers calls and commits them together; see the package's docstring.

    `encode` and `decode` turn a verdict into the bytes kept under its idempotency key and back. `check`
    is the plan's check of a batch. `weight_of` is a business's share against the others.
    """

    def __init__(
        self,
        name: str,
        db: Database,
        program: LaneProgram[C, V],
        *,
        encode: Callable[[V], bytes],
        decode: Callable[[bytes], V],
        check: Check | None = None,
        workers: int = 1,
        batch_max: int = 256,
        queue_max: int = 4096,
        wait_s_max: float = 15,
        weight_of: Callable[[str], float] = evenly,
    ) -> None:
        self.name = name
        self.stats = LaneStats()
        self._db = db
        self._committer = Committer(program=program, encode=encode, decode=decode, check=check)
        self._workers_count = workers
        self._batch_max = batch_max
        self._wait_s_max = wait_s_max
        self._queue: FairQueue[Waiting[C, V]] = FairQueue(length_max=queue_max, weight_of=weight_of)
        self._by_scope: dict[bytes, Waiting[C, V]] = {}
        self._under_way: dict[int, Waiting[C, V]] = {}
        self._asleep: deque[asyncio.Future[None]] = deque()
        self._turns = db.turns
        self._turn = 0
        self._open = False
        self._tasks: list[asyncio.Task[None]] = []
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to work."""
        engine = self._db.connections_of_its_own(f"lane {self.name}", self._workers_count, **_SESSION)
        self._open = True
        self._tasks = [
            asyncio.create_task(self._work(Seat(self._db, engine)), name=f"lane {self.name} {n}")
            for n in range(self._workers_count)
        ]
        self._sweeper = asyncio.create_task(self._sweep(), name=f"lane {self.name} sweep")

    async def stop(self) -> None:
        """Take no more calls, answer those that wait, then end."""
        self._open = False
        while self._asleep:
            self._wake()
        await asyncio.gather(*self._tasks)
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper

    def queue_lengths(self) -> dict[str, int]:
        """Return how many calls each business waits with."""
        return self._queue.lengths()

    async def submit(self, call: C) -> V:
        """Have a call decided; returns its verdict or raises the problem that refused it.

        Raises `Busy` when the queue is full or the wait too long (nothing happened), `Unsettled` when it is
        not known yet whether it happened, `KeyReused` for another body under the same key.
        """
        future: asyncio.Future[V | Problem] = asyncio.get_running_loop().create_future()
        key = call.key
        running = self._by_scope.get(key.scope) if key is not None else None
        if running is None:
            self._enter(call, future)
        else:
            self._join(running, call, future)
        verdict = await future
        if isinstance(verdict, Problem):
            raise verdict
        return verdict

    async def recall(self, key: IdempotencyKey | None) -> V | None:
        """Return what was decided under a key, None when nothing was: a repeat may be refused before it gets here.

        Raises `KeyReused`.
        """
        answer = await recall(self._db, key) if key is not None else None
        return None if answer is None else self._committer.decode(answer.body)

    def _enter(self, call: C, future: asyncio.Future[V | Problem]) -> None:
        if not self._open:
            raise Busy("This process is shutting down.")
        self._turn += 1
        waiting = Waiting(call, self._turn, time.monotonic(), future)
        try:
            pushed_out = self._queue.push(call.ctx.business, waiting)
        except QueueFull:
            self.stats.busy += 1
            raise Busy from None
        if pushed_out is not None:
            self._turn_away(pushed_out)
        if waiting.key is not None:
            self._by_scope[waiting.key.scope] = waiting
        if self._asleep:
            self._wake()

    def _join(self, running: Waiting[C, V], call: C, future: asyncio.Future[V | Problem]) -> None:
        """Wait with the call that is under way under the same key."""
        if running.key is not None and call.key is not None and running.key.body != call.key.body:
            raise KeyReused
        self.stats.repeats += 1
        running.join(future)

    def _wake(self) -> None:
        sleeper = self._asleep.popleft()
        if not sleeper.done():
            sleeper.set_result(None)

    def _answer(self, waiting: Waiting[C, V], verdict: V | Problem) -> None:
        """End a call: whoever comes under its key from now on finds the stored answer, or starts anew."""
        self._under_way.pop(waiting.turn, None)
        key = waiting.key
        if key is not None and self._by_scope.get(key.scope) is waiting:
            del self._by_scope[key.scope]
        waiting.answer(verdict)

    def _turn_away(self, waiting: Waiting[C, V]) -> None:
        self.stats.busy += 1
        self._answer(waiting, Busy())

    async def _work(self, seat: Seat) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                if self._queue:
                    async with self._turns.turn():
                        if batch := self._take():
                            await self._settle(seat, batch)
                elif self._open:
                    sleeper: asyncio.Future[None] = loop.create_future()
                    self._asleep.append(sleeper)
                    await sleeper
                else:
                    return
        finally:
            await seat.close()

    def _take(self) -> list[Waiting[C, V]]:
        """Take what queued up, without those that nobody waits for any more."""
        while self._queue:
            batch = self._attended(self._queue.take(self._batch_max))
            if batch:
                batch.sort(key=in_turn)  # fairness chose who is in it; inside, who came first comes first
                for waiting in batch:
                    self._under_way[waiting.turn] = waiting
                return batch
        return []

    def _attended(self, calls: list[Waiting[C, V]]) -> list[Waiting[C, V]]:
        """Drop the calls whose waiters have gone: not begun, or rolled back, or to be found by their key."""
        kept: list[Waiting[C, V]] = []
        for waiting in calls:
            if waiting.deserted:
                self.stats.dropped += 1
                self._answer(waiting, Unsettled())  # nobody hears it; the key becomes free
            else:
                kept.append(waiting)
        return kept

    async def _settle(self, seat: Seat, batch: list[Waiting[C, V]]) -> None:
        """Answer every call of a batch, whatever happens: sent again, or cut in two, until each has its verdict."""
        parts = [_Part(batch)]
        try:
            while parts:
                part = parts.pop()
                part.calls = self._attended(part.calls) if part.tries else part.calls
                if part.calls:
                    parts += await self._try(seat, part)
        except BaseException:
            # Our own fault or the end of the process: nobody may be left waiting for ever.
            for waiting in [call for left in [part, *parts] for call in left.calls]:
                self._answer(waiting, Unsettled())
            raise

    async def _try(self, seat: Seat, part: _Part[C, V]) -> list[_Part[C, V]]:
        """Try to commit a part; return what is left to do, the earlier calls last."""
        began = time.monotonic()
        try:
            tx = await seat.begin()
        except Exception as error:  # noqa: BLE001 - whatever keeps us from beginning may pass
            if not self._db.presence.missed(error):
                _log.warning("lane %s cannot begin: %s", self.name, error)
            await seat.close()
            await seat.pause()
            part.tries = max(part.tries, 1)
            return [part]
        before = enter()
        try:
            with span(f"lane {self.name}", calls=len(part.calls)):
                verdicts = await self._committer.commit(tx, part.calls)
        except Exception as error:  # noqa: BLE001 - sorted out by kind in `_again`
            await seat.rollback()
            if sqlstate(error) == LOCK_NOT_AVAILABLE:
                await seat.pause()
            return self._again(part, error, lost=seat.lost)
        except BaseException:
            await seat.close()
            raise
        finally:
            leave(before)
        self._done(tx, part.calls, verdicts, began)
        return []

    def _done(
        self, tx: Transaction, calls: list[Waiting[C, V]], verdicts: list[V | Problem], began: float
    ) -> None:
        stats = self.stats
        stats.batches += 1
        stats.calls += len(calls)
        for waiting, verdict in zip(calls, verdicts, strict=True):
            if isinstance(verdict, Problem):
                stats.refused += 1
            self._answer(waiting, verdict)
        try:
            if stats.on_batch is not None:
                stats.on_batch(BatchSeen(len(calls), began - calls[0].since, time.monotonic() - began))
            self._db.after(tx)
        except Exception:  # noqa: BLE001 - committed and answered; only caches and metrics are late
            _log.exception("lane %s: what waited for the commit failed", self.name)

    def _again(self, part: _Part[C, V], error: Exception, *, lost: bool) -> list[_Part[C, V]]:
        """Decide what becomes of a part that failed: the same again, two halves, or the call's own error."""
        part.tries += 1
        calls = part.calls
        alone = len(calls) == 1
        tries_max = _TRIES_ALONE if alone else _TRIES_TOGETHER
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            tries_max = _TRIES_LOCKED
        if (lost or _may_pass(error)) and part.tries < tries_max:
            self.stats.resent += 1
            return [part]
        if alone:
            self._answer(calls[0], self._fault(error, lost=lost))
            return []
        self.stats.split += 1
        middle = len(calls) // 2
        return [_Part(calls[middle:], tries=1), _Part(calls[:middle], tries=1)]

    def _fault(self, error: Exception, *, lost: bool) -> Problem:
        """Return what a call is told that failed by itself."""
        if isinstance(error, Problem):
            self.stats.refused += 1
            return error
        self.stats.failed += 1
        if lost:
            return Unsettled()
        if _may_pass(error):
            return Busy()
        _log.error("lane %s: a call failed", self.name, exc_info=error)
        return CallFailed()

    async def _sweep(self) -> None:
        """Answer those who have waited too long: turned away if not begun, else told that it is not known."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            oldest = time.monotonic() - self._wait_s_max
            for waiting in self._queue.take_before(oldest):
                self._turn_away(waiting)
            for waiting in list(self._under_way.values()):
                if waiting.since < oldest and not waiting.deserted:
                    waiting.answer(Unsettled())


def _may_pass(error: Exception) -> bool:
    """Tell whether the same batch may succeed when it is sent again."""
    if isinstance(error, Overtaken) or sqlstate(error) == LOCK_NOT_AVAILABLE:
        return True
    return not isinstance(error, Problem) and repeatable(error)
