"""The questions the center asks of those above it and of businesses. All have working defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from hansa.centers.order import rank_base
from hansa.centers.user.types import Attempt, PartyId, PersonalRecord, Risk
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError, Veto


@dataclass(frozen=True, slots=True)
class Grant:
    """A party holds a permission, over everything or (`...@shop:<uuid>`) over one object.

    `traffic` is where an object lives: the permission holds in that traffic class alone. None: in every one.
    """

    party: UUID
    permission: str
    traffic: Traffic | None = None


class Grants(Protocol):
    """Say which permissions parties hold through a center: shop names those of its staff, per shop.

    Asked when tokens are read that are not known yet, for all of them at once; for an app's token both about
    the app and about its owner. Whoever changes an answer tells `user.api.grants_changed` in the same transaction; else other processes go on with the old one for up to a minute. An answer that
    fails grants nothing: its permissions are missing for a while, and nobody else is shut out.
    """

    async def __call__(self, ctx: Ctx, parties: Sequence[UUID]) -> Sequence[Grant]: ...


class AssessRisk(Protocol):
    """Say whether an attempt (log-in, claim, placement, payout, review) may go on."""

    async def __call__(self, ctx: Ctx, attempt: Attempt) -> Risk: ...


class HoldPersonalData(Protocol):
    """Hand out everything the center holds about a party, for the party itself: all of it, however much that is."""

    async def __call__(self, ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]: ...


@dataclass(frozen=True, slots=True)
class GuestMerge:
    """A guest turns out to be `party`: what the guest gathered goes there, in this transaction."""

    ctx: Ctx
    guest: PartyId
    party: PartyId


class MergeGuest(Protocol):
    """Take over what the guests of these merges had; return per merge what was taken (`trade.cart`)."""

    async def __call__(self, tx: Transaction, commands: Sequence[GuestMerge]) -> Sequence[Sequence[str]]: ...


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody is being forgotten: `parties` are the person and every guest and party that it turned out to be.

    `ctx` is where the person signed up; the erasure concerns every business and traffic.
    """

    ctx: Ctx
    parties: tuple[PartyId, ...]


class MayErase(Protocol):
    """Say what somebody still has to wait for before being forgotten: an open order, money that is owed.

    Asked when erasure is requested and again in the transaction that erases. It reads, and locks nothing.
    """

    async def __call__(self, tx: Transaction, commands: Sequence[Erasure]) -> Sequence[Veto | None]: ...


class Erase(Protocol):
    """Take out of this center's rows whatever tells about these persons: texts they wrote or were sent.

    Free text becomes empty or its row goes; what the books need (ids, amounts, times, states) stays. So free
    text stands in no append-only table, but for columns that it declares erasable. Repeatable: text may arrive late and the same party is erased
    again. Returns per command what was erased, as `<center>.<what>`, and names nothing that was not there.
    """

    async def __call__(self, tx: Transaction, commands: Sequence[Erasure]) -> Sequence[Sequence[str]]: ...


async def no_more(ctx: Ctx, parties: Sequence[UUID]) -> Sequence[Grant]:  # noqa: ARG001 - the point's signature
    """Grant nothing beyond what is each party's own."""
    return ()


async def allow(ctx: Ctx, attempt: Attempt) -> Risk:  # noqa: ARG001 - the point's signature
    """Let every attempt go on."""
    return Risk(allowed=True)


async def nothing_held(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:  # noqa: ARG001 - as above
    """Hold nothing about anybody."""
    return ()


async def nothing_to_take(
    tx: Transaction,  # noqa: ARG001 - the point's signature
    commands: Sequence[GuestMerge],
) -> Sequence[Sequence[str]]:
    """Take nothing over."""
    return [() for _ in commands]


async def nothing_to_erase(
    tx: Transaction,  # noqa: ARG001 - the point's signature
    commands: Sequence[Erasure],
) -> Sequence[Sequence[str]]:
    """Hold no text about anybody."""
    return [() for _ in commands]


GRANTS = ExtensionPoint[Grants](
    "user.grants",
    version=1,
    mode=Mode.ALL,
    effects=Effects.IO,
    budget_ms=50,
    on_error=OnError.OPEN,
    default=no_more,
)
ASSESS_RISK = ExtensionPoint[AssessRisk](
    "user.assess_risk",
    version=1,
    mode=Mode.ONE,
    effects=Effects.IO,
    budget_ms=200,
    on_error=OnError.CLOSED,
    default=allow,
)
PERSONAL_DATA = ExtensionPoint[HoldPersonalData](
    "user.personal_data",
    version=1,
    mode=Mode.ALL,
    effects=Effects.IO,
    budget_ms=60_000,
    on_error=OnError.CLOSED,
    default=nothing_held,
)
MERGE_GUEST = ExtensionPoint[MergeGuest](
    "user.merge_guest",
    version=1,
    mode=Mode.ALL,
    effects=Effects.TX,
    budget_ms=100,
    on_error=OnError.CLOSED,
    default=nothing_to_take,
    lock_slot=rank_base("message"),  # after every row of our own; who answers locks at its own, higher ranks
)
MAY_ERASE = ExtensionPoint[MayErase](
    "user.may_erase",
    version=1,
    mode=Mode.VETO,
    effects=Effects.TX,
    budget_ms=1_000,
    on_error=OnError.CLOSED,
)
ERASE = ExtensionPoint[Erase](
    "user.erase",
    version=1,
    mode=Mode.ALL,
    effects=Effects.TX,
    budget_ms=5_000,
    on_error=OnError.CLOSED,
    default=nothing_to_erase,
    lock_slot=rank_base("message"),  # as above
)

POINTS = (GRANTS, ASSESS_RISK, PERSONAL_DATA, MERGE_GUEST, MAY_ERASE, ERASE)
