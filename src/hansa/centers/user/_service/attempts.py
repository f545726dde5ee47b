"""How often a log-in may be tried: nobody guesses for long, and nobody keeps the owner out by guessing.

Tries count together by network and address, by network, and by address from everywhere. A browser that logged in
before shows so by a signed token, and has a budget of its own: what others try is no matter of its.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from hansa.centers.user._rules.clients import network_of
from hansa.centers.user._rules.email import EmailAddress
from hansa.centers.user._store import attempts as store
from hansa.centers.user._store import kin
from hansa.centers.user.errors import TooManyAttempts
from hansa.centers.user.types import Accounts, PartyId
from hansa.kernel.security import Signer, TokenInvalid

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction

_DEVICE = "user.device"
_DEVICE_LIFE = timedelta(days=400)
_UUID_OCTETS = 16


class Tried(NamedTuple):
    """A try that was counted: what is known under the address, what is forgotten and what taken back if it is right."""

    party_id: PartyId | None
    password_hash: str | None
    forgotten: bytes
    taken_back: tuple[bytes, ...]


async def count_log_in(ctx: Ctx, address: EmailAddress, *, device: str) -> Tried:
    """Count a log-in before the password is looked at, so that many at once are counted too.

    Raises `TooManyAttempts`.
    """
    settings, now = ctx.platform.settings.section(Accounts), ctx.now()
    window = settings.log_in_window
    async with ctx.transaction() as tx:
        known = await store.known_under(tx, address.key)
        if known is not None and await _is_known_to(tx, ctx, device, known.party_id):
            limits = {sha256(b"device " + device.encode()).digest(): settings.log_in_attempts}
        else:
            limits = _limits(ctx, address, settings)
        counted = await store.count(tx, list(limits), now=now, window=window)
    over = [since for subject, (tries, since) in counted.items() if tries > limits[subject]]
    if over:
        raise TooManyAttempts(retry_after_s=_wait_s(max(over) + window - now))
    first, *others = limits
    return Tried(
        known.party_id if known else None, known.password_hash if known else None, first, tuple(others)
    )


async def was_right(tx: Transaction, tried: Tried) -> None:
    """Start counting anew where the right password came from; elsewhere take back what this try counted."""
    await store.forget_and_take_back(tx, forgotten=tried.forgotten, taken_back=tried.taken_back)


def known_device(ctx: Ctx, party: UUID) -> str:
    """Return what a browser shows the next time, so that its tries count for themselves."""
    payload = party.bytes + secrets.token_bytes(_UUID_OCTETS)
    return ctx.platform.service(Signer).sign(payload, purpose=_DEVICE, expires_at=ctx.now() + _DEVICE_LIFE)


async def _is_known_to(tx: Transaction, ctx: Ctx, device: str, party: PartyId) -> bool:
    """Tell whether somebody logged in to this account, or to the one it is part of, with this token in hand."""
    if not device:
        return False
    try:
        payload = ctx.platform.service(Signer).verify(device, purpose=_DEVICE, now=ctx.now())
    except TokenInvalid:
        return False
    shown = payload[:_UUID_OCTETS]
    return shown == party.bytes or shown == (await kin.root_of(tx, party)).bytes


def _limits(ctx: Ctx, address: EmailAddress, settings: Accounts) -> dict[bytes, int]:
    """Return what a try from a browser nobody knows counts for, the narrowest first, with how many each takes.

    Networks go by a keyed hash: there are few enough to try them all. A proxy that everybody comes from names no
    network: an address is then tried from one place.
    """
    network = network_of(ctx.client)
    signer = ctx.platform.service(Signer)

    def subject(*parts: bytes) -> bytes:
        return sha256(signer.sign(b"\0".join(parts), purpose="user.log_in").encode()).digest()

    limits = {subject((network or "").encode(), address.key_hash()): settings.log_in_attempts}
    if network is not None:
        limits[subject(network.encode())] = settings.log_in_attempts_network
        limits[address.key_hash()] = settings.log_in_attempts_everywhere
    return limits


def _wait_s(wait: timedelta) -> int:
    return max(1, int(wait.total_seconds()) + 1)
