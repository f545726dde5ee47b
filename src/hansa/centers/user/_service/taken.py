"""Signing up with an address that somebody has: said to whoever asks, told to the owner, and asked only so often.

Whoever signs up is in at once, so the answer shows whether the address was free: that cannot be hidden without making
everybody wait for a mail first. What can be done is done here: nobody asks about many addresses, and no owner is left
without knowing.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from hansa.centers.user._rules.clients import network_of
from hansa.centers.user._store import parties
from hansa.centers.user.errors import TooManyAttempts
from hansa.centers.user.events import SignUpTried
from hansa.centers.user.types import Accounts
from hansa.kernel.security import Signer

if TYPE_CHECKING:
    from hansa.centers.user._rules.email import EmailAddress
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction

_WINDOW = timedelta(hours=1)


async def count_sign_up(ctx: Ctx) -> bytes | None:
    """Count a sign-up from the caller's network before it is known what becomes of it; return what it is counted by.

    Raises `TooManyAttempts` once too many from there met addresses that were taken: free or not is said no more.
    """
    network = network_of(ctx.client)
    if network is None:
        return None
    # By a keyed hash: there are few enough networks to try them all.
    subject = sha256(
        ctx.platform.service(Signer).sign(network.encode(), purpose="user.sign_up").encode()
    ).digest()
    async with ctx.transaction() as tx:
        facts = await parties.count_attempt(
            tx, email_hash=subject, email_key="", now=ctx.now(), window=_WINDOW
        )
    if facts.attempts > ctx.platform.settings.section(Accounts).sign_ups_taken:
        wait = facts.since + _WINDOW - ctx.now()
        raise TooManyAttempts(retry_after_s=max(1, int(wait.total_seconds()) + 1))
    return subject


async def was_free(tx: Transaction, subject: bytes | None) -> None:
    """Take back what was counted: the address was nobody's."""
    if subject is not None:
        await parties.uncount_attempt(tx, subject)


async def tell_owner(ctx: Ctx, address: EmailAddress) -> None:
    """Let the owner of an address know that somebody signed up with it, once an hour at most."""
    subject = sha256(f"taken {address.key}".encode()).digest()
    async with ctx.transaction() as tx:
        facts = await parties.count_attempt(
            tx, email_hash=subject, email_key=address.key, now=ctx.now(), window=_WINDOW
        )
        if facts.attempts == 1 and facts.party_id is not None:
            tx.emit(ctx, SignUpTried(party=facts.party_id))
