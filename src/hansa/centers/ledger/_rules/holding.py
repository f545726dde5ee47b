"""The life of one hold: placed, then posted, voided or expired, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from hansa.centers.ledger.errors import HoldConflict, HoldResolved
from hansa.centers.ledger.types import HOLD_ID, AccountId, Hold, HoldId, HoldState, JournalId, account_id
from hansa.kernel.problem import Problem


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A row of `ledger.hold`, in the order of its columns; its account is locked."""

    id: HoldId
    account_id: AccountId
    traffic: str
    business: str
    minor: int
    kind: str
    reference: UUID
    expires_at: datetime | None
    payload_hash: bytes
    actor: str
    placed_at: datetime
    state: HoldState = HoldState.HELD
    posted_minor: int = 0
    journal_id: JournalId | None = None
    resolved_at: datetime | None = None

    @property
    def open_minor(self) -> int:
        """What the hold keeps from leaving its account."""
        return self.minor if self.state is HoldState.HELD else 0

    def resolved(self, state: HoldState, *, at: datetime) -> StandingHold:
        """Return the hold as it is after all: `at` is never before it was placed."""
        return replace(self, state=state, resolved_at=max(at, self.placed_at))


def hold_hash(hold: Hold) -> bytes:
    """Return what makes two holds of one id the same: all but actor and the time it was placed."""
    ctx = hold.ctx
    stated = [
        ctx.traffic.value,
        ctx.entity,
        ctx.business,
        account_id(hold.account),
        hold.minor,
        hold.kind,
        hold.reference,
        hold.expires_at,
    ]
    return sha256(msgspec.msgpack.encode(stated)).digest()


def place(hold: Hold, known: StandingHold | None) -> StandingHold | Problem | None:
    """Return the new hold; None when it was placed before, `HoldConflict` when that was another one."""
    hashed = hold_hash(hold)
    if known is not None:
        return None if known.payload_hash == hashed else HoldConflict(hold=HOLD_ID.show(hold.id))
    ctx = hold.ctx
    return StandingHold(
        id=hold.id,
        account_id=account_id(hold.account),
        traffic=ctx.traffic.value,
        business=ctx.business,
        minor=hold.minor,
        kind=hold.kind,
        reference=hold.reference,
        expires_at=hold.expires_at,
        payload_hash=hashed,
        actor=ctx.actor.label,
        placed_at=ctx.now(),
    )


def posted(held: StandingHold, *, journal: JournalId, minor: int, at: datetime) -> StandingHold | Problem:
    """Return the hold as a journal takes `minor` of it; the rest is free. Refuses with `HoldResolved`."""
    if held.state is not HoldState.HELD:
        return HoldResolved(hold=HOLD_ID.show(held.id), state=held.state)
    if held.expires_at is not None and held.expires_at <= at:  # its deadline may be late, its time is not
        return HoldResolved(hold=HOLD_ID.show(held.id), state=HoldState.EXPIRED)
    return replace(held.resolved(HoldState.POSTED, at=at), posted_minor=minor, journal_id=journal)


def voided(held: StandingHold, *, at: datetime) -> StandingHold | Problem:
    """Return the hold as nobody wants it any more; what is free already stays as it is.

    Refuses with `HoldResolved` when it was posted.
    """
    if held.state is HoldState.POSTED:
        return HoldResolved(hold=HOLD_ID.show(held.id), state=held.state)
    return held.resolved(HoldState.VOIDED, at=at) if held.state is HoldState.HELD else held
