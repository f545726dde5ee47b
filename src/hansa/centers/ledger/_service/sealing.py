"""Sealing what was posted, after it was committed: nobody who posts waits for it."""

from __future__ import annotations

from hansa.centers.ledger import _store
from hansa.centers.ledger._rules import sealing as rules
from hansa.kernel.clock import system_now
from hansa.kernel.platform import Platform

CHUNK = 2_000
_ROUNDS_MAX = 100


async def seal_posted(platform: Platform, *, limit: int = CHUNK) -> int:
    """Seal the next journals whose transactions are over; returns how many. Repeat until it is 0.

    The moment is real time: a seal says when somebody outside could have noted its hash.
    """
    async with platform.db.transaction() as tx:
        after = await _store.claim_sealing(tx)
        journals, through = await _store.unsealed(tx, after=after, limit=limit)
        if journals:
            heads = await _store.heads(tx, {journal.chain for journal in journals})
            seals = rules.seal(journals, heads, sealed_at=system_now())
            await _store.append_seals(tx, seals, through=through)
    return len(journals)


async def seal_all(platform: Platform, _: bytes) -> None:
    """Seal in rounds; the next run takes up what is left."""
    for _round in range(_ROUNDS_MAX):
        if await seal_posted(platform) < CHUNK:
            return
