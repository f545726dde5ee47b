"""Lanes of one process take turns: while one works, the calls of the others gather.

Side by side they would cut a crowd into many small batches, and a batch costs about the same statements
whether it holds five calls or fifty. Nobody waits for a clock: a lane that finds no other at work begins at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PATIENCE_S = 0.5
"""A lane that has waited this long goes ahead: another's transaction may itself be waiting for a lock."""


class Turns:
    """Who works now. First come, first served."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._taken = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, or until patience ends, and work."""
        in_turn = await self._wait()
        try:
            yield
        finally:
            if in_turn:
                self._taken.release()

    async def _wait(self) -> bool:
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._taken.acquire()
        except TimeoutError:
            return False
