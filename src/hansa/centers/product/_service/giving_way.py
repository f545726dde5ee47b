"""Work that tells of many products at once lets those who are told keep up.

A handler takes events in the order they were told. Whoever tells of a hundred thousand products as quickly as
they can be written puts what others tell at the end of a long queue; so such work waits between its steps until
the queue is short again.
"""

from __future__ import annotations

import asyncio

from hansa.kernel.outbox import HandlerLag, Registry, lags
from hansa.kernel.platform import Platform

BEHIND_MAX = 100
"""How many events a handler may have before it when more is told."""
_LOOK_EVERY_S = 0.05
_STUCK_S = 2.0
"""A handler that takes nothing for so long is not waited for: nobody delivers, or it cannot take what it has."""


class GivesWay:
    """Keeps the queues short of those handlers that are told of products."""

    def __init__(self, platform: Platform, *, center: str) -> None:
        self._platform = platform
        told = {kind for one in platform.centers if one.name == center for kind in one.events}
        every = Registry.of(platform.centers)
        takers = [handler for handler in every.handlers.values() if told & set(handler.events)]
        self._takers = Registry(every.events.values(), takers) if takers else None
        self._stuck: set[str] = set()

    async def wait(self) -> None:
        """Return once every handler that still takes something has caught up, or nearly."""
        waited_s, before = 0.0, dict[str, HandlerLag]()
        while late := await self._late():
            if any(_moved(before.get(one.handler), one) for one in late):
                waited_s = 0.0
            elif waited_s >= _STUCK_S:
                self._stuck |= {one.handler for one in late}
                return
            before = {one.handler: one for one in late}
            await asyncio.sleep(_LOOK_EVERY_S)
            waited_s += _LOOK_EVERY_S

    async def _late(self) -> list[HandlerLag]:
        if self._takers is None:
            return []
        async with self._platform.db.reading() as tx:
            found = await lags(tx, self._takers)
        return [one for one in found if one.behind > BEHIND_MAX and one.handler not in self._stuck]


def _moved(before: HandlerLag | None, now: HandlerLag) -> bool:
    """Tell whether a handler has taken something: fewer are before it, or younger ones."""
    return before is not None and (now.behind < before.behind or now.oldest_s < before.oldest_s)
