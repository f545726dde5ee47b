"""How long a request may take. Almost none takes that long, so all share one timer instead of setting one each."""

from __future__ import annotations

import asyncio


class Attempt:
    """A task that is given a time to do its work in."""

    __slots__ = ("due", "over", "task")

    def __init__(self, task: asyncio.Task[object], due: float) -> None:
        self.task = task
        self.due = due
        self.over = False
        """Whether its time ran out, and the task was cancelled for it."""


class Patience:
    """Cancels what takes longer than `limit_s`. All attempts have the same time, so the oldest ends first."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._attempts: dict[Attempt, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> Attempt:
        """Give the running task its time from now on; whoever begins ends."""
        task: asyncio.Task[object] | None = asyncio.current_task()
        assert task is not None  # noqa: S101 - a request is a task
        loop = task.get_loop()
        attempt = Attempt(task, loop.time() + self._limit_s)
        self._attempts[attempt] = None
        if self._timer is None:
            self._timer = loop.call_at(attempt.due, self._ring, loop)
        return attempt

    def end(self, attempt: Attempt) -> None:
        """Let a task take as long as it likes from now on; harmless to repeat."""
        self._attempts.pop(attempt, None)

    def was_it(self, attempt: Attempt) -> bool:
        """Tell whether a cancellation that reached the caller was for its time, and for nothing else."""
        return attempt.over and attempt.task.uncancel() == 0

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        for attempt in list(self._attempts):
            if attempt.due > now:
                self._timer = loop.call_at(attempt.due, self._ring, loop)
                return
            del self._attempts[attempt]
            attempt.over = True
            attempt.task.cancel()
