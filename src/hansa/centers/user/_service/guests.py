"""Guests who have not been here for long are forgotten as people are who asked for it.

A guest has no way to come back once its session is over, and nobody but its session could ask; so nobody is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hansa.centers.user._service.erasing import forget, home_of
from hansa.centers.user._store import privacy
from hansa.centers.user._store.guests import Quiet, QuietGuest, quiet_guests, still_quiet
from hansa.centers.user.extensions import MAY_ERASE, Erasure
from hansa.centers.user.types import Accounts, PartyId
from hansa.kernel.context import PLATFORM_BUSINESS, Traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

_BATCH = 100


async def forget_guests(platform: Platform, _payload: bytes) -> None:
    """Erase guests whose last visit is longer ago than `HANSA_USER_GUEST_KEPT`; a periodic job.

    By the clock of where each began. Whoever has something open is passed over, and looked at again the next time. A
    batch is a transaction; another process that comes to the same guests waits for it and finds nothing left to do.
    """
    quiet = _quiet(platform)
    last: QuietGuest | None = None
    while True:
        async with platform.db.transaction() as tx:
            found = await quiet_guests(tx, quiet, after=last, limit=_BATCH)
            await _forget(tx, quiet, found)
        if len(found) < _BATCH:
            return
        last = found[-1]


async def _forget(tx: Transaction, quiet: Quiet, found: Sequence[QuietGuest]) -> None:
    if not found:
        return
    asked = [one.party_id for one in found]
    await privacy.drop_attempts(tx, asked)
    await privacy.lock_whole(tx, asked)
    guests = await still_quiet(tx, quiet, asked)
    commands = [Erasure(home_of(tx.platform, one.traffic), (PartyId(one.party_id),)) for one in guests]
    vetoes = await MAY_ERASE.of_batch(tx, commands)
    free = [command for command, veto in zip(commands, vetoes, strict=True) if veto is None]
    await privacy.note_erasures(tx, [(one.parties[0], one.ctx.traffic, one.ctx.now()) for one in free])
    await forget(tx, free)


def _quiet(platform: Platform) -> Quiet:
    kept, clocks = platform.settings.section(Accounts).guest_kept, platform.clocks
    return Quiet(
        before=clocks.now(PLATFORM_BUSINESS, Traffic.LIVE) - kept,
        by_clock={
            (business, traffic): clocks.now(business, Traffic(traffic)) - kept
            for business, traffic in clocks.moved()
        },
    )
