"""One attempt at a batch: check, look up keys, decide, keep answers, tell events, commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from hansa.kernel.db.faults import LOCK_NOT_AVAILABLE, sqlstate
from hansa.kernel.idempotency import Answer, IdempotencyKey, InFlight, KeyReused, find, keep
from hansa.kernel.lane.waiting import C, LaneCall, V, Waiting
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

C_contra = TypeVar("C_contra", bound=LaneCall, contravariant=True)
V_co = TypeVar("V_co", covariant=True)

Check = Callable[["Transaction", Sequence[LaneCall]], Awaitable[Sequence[Problem | None]]]


class LaneProgram(Protocol[C_contra, V_co]):
    """What a lane commits: decides a batch of calls inside one transaction, one verdict per call, in order.

    It may run more than once for the same calls (in smaller batches, after a lost connection): it keeps
    nothing outside the transaction. A returned `Problem` refuses one call; what it raises breaks the batch,
    which is then cut in two until the call that breaks it stands alone.
    """

    async def __call__(self, tx: Transaction, calls: Sequence[C_contra], /) -> Sequence[V_co | Problem]:
        """Decide the calls."""
        ...


class Overtaken(Exception):
    """Another transaction stored one of our keys after we had looked."""


@dataclass(frozen=True, slots=True)
class Committer(Generic[C, V]):
    """What a lane does with a batch once it has a transaction."""

    program: LaneProgram[C, V]
    encode: Callable[[V], bytes]
    decode: Callable[[bytes], V]
    check: Check | None

    async def commit(self, tx: Transaction, batch: Sequence[Waiting[C, V]]) -> list[V | Problem]:
        """Commit the batch and return its verdicts. Whatever it raises, nothing was acknowledged.

        A repeat is answered with what was stored, even where the plan has been retired since.
        """
        verdicts = await self._settled_already(tx, batch)
        fresh = [place for place, verdict in enumerate(verdicts) if verdict is None]
        decided = await self.program(tx, [batch[place].call for place in fresh]) if fresh else ()
        answers: list[tuple[IdempotencyKey, Answer]] = []
        for place, verdict in zip(fresh, decided, strict=True):
            verdicts[place] = verdict
            key = batch[place].key
            if key is not None and not isinstance(verdict, Problem):
                answers.append((key, Answer(200, self.encode(verdict))))
        await tx.flush_deadlines()  # before keys, as in every other transaction
        if answers:
            await self._keep(tx, answers)  # what was told rides along
        await tx.flush()
        await tx.raw.execute("COMMIT")
        return [verdict for verdict in verdicts if verdict is not None]

    async def _settled_already(
        self, tx: Transaction, batch: Sequence[Waiting[C, V]]
    ) -> list[V | Problem | None]:
        verdicts: list[V | Problem | None]
        if self.check is not None:
            verdicts = list(await self.check(tx, [waiting.call for waiting in batch]))
        else:
            verdicts = [None] * len(batch)
        known = await find(tx, [waiting.key for waiting in batch if waiting.key is not None])
        if known:
            for place, waiting in enumerate(batch):
                before = known.get(waiting.key.scope) if waiting.key is not None else None
                if before is not None and waiting.key is not None:
                    body, answer = before
                    verdicts[place] = self.decode(answer.body) if body == waiting.key.body else KeyReused()
        return verdicts

    async def _keep(self, tx: Transaction, answers: Sequence[tuple[IdempotencyKey, Answer]]) -> None:
        try:
            kept = await keep(tx, answers)
        except Exception as error:
            if sqlstate(error) == LOCK_NOT_AVAILABLE:  # waited for the other transaction for too long
                raise InFlight from error
            raise
        if not kept:
            raise Overtaken
