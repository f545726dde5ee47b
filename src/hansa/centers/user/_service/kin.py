"""Being one person under several ids: linking accounts, undoing it, and names for outsiders.

Nothing is rewritten when parties become one: who reads asks for `merged_guests` of the party that remains. So a link
is undone by taking it back, and the distribution keys of orders (by buyer) stay as they were written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._service import fresh
from hansa.centers.user._service.entering import forget_after
from hansa.centers.user._store import kin as store
from hansa.centers.user._store import parties, tokens
from hansa.centers.user.errors import LinkRefused, PartyNotFound, ProofInvalid
from hansa.centers.user.events import PartyLinked, PartyUnlinked
from hansa.centers.user.types import PairwiseId, PartyId, PartyKind, PartyState
from hansa.kernel.security import Signer, TokenInvalid

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction

_OFFERED_FOR = "user.link"
_LIFE = timedelta(minutes=10)


async def offer_link(ctx: Ctx) -> str:
    """Return a code with which another account, within ten minutes, makes the acting person's part of itself.

    Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`.
    """
    party = fresh.person(ctx)
    async with ctx.platform.db.reading() as tx:
        await fresh.demand_fresh(tx, ctx)
    return ctx.platform.service(Signer).sign(party.bytes, purpose=_OFFERED_FOR, expires_at=ctx.now() + _LIFE)


async def link_party(ctx: Ctx, *, code: str) -> PartyId:
    """Make the account that offered `code` a part of the acting person's, and return its id.

    What it ordered and was told shows here, its ways in lead here, its sessions and API tokens end. Undone by
    `unlink_party`. An account with roles, apps or linked accounts of its own is not taken in.
    Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`, `ProofInvalid`, `LinkRefused`.
    """
    party = PartyId(fresh.person(ctx))
    try:
        raw = ctx.platform.service(Signer).verify(code, purpose=_OFFERED_FOR, now=ctx.now())
        linked = PartyId(UUID(bytes=raw))
    except (TokenInvalid, ValueError):
        raise ProofInvalid from None
    if linked == party:
        raise LinkRefused(reason="same")
    async with ctx.transaction() as tx:
        await fresh.demand_fresh(tx, ctx)
        states = await parties.lock_states(tx, sorted({party, linked}))
        if states.get(party) is not PartyState.ACTIVE or states.get(linked) is not PartyState.ACTIVE:
            raise LinkRefused(reason="not_active")
        found = await parties.read_party(tx, linked)
        if found is None or found.kind is not PartyKind.PERSON or found.roles:
            raise LinkRefused(reason="has_roles")
        if await store.linked_accounts(tx, linked) or await tokens.apps_of(tx, linked):
            raise LinkRefused(reason="has_others")
        await store.put_link(tx, party_id=linked, into=party)
        forget_after(tx, ctx, await tokens.end_all(tx, party_id=linked, now=ctx.now()))
        await store.note(tx, party_id=linked, into=party, kind="linked", by=ctx.actor.label, now=ctx.now())
        tx.emit(ctx, PartyLinked(party=party, linked=linked))
    return linked


async def unlink_party(ctx: Ctx, *, party: PartyId) -> None:
    """Let an account that became part of the acting person's stand for itself again.

    Its orders and messages leave this account's lists. A guest stays part of who it turned out to be: nobody could
    act for it any more. Raises `Unauthenticated`, `Forbidden`, `FreshLogInWanted`, `PartyNotFound`, `LinkRefused`.
    """
    acting = PartyId(fresh.person(ctx))
    async with ctx.transaction() as tx:
        await fresh.demand_fresh(tx, ctx)
        kind = await store.drop_link(tx, party_id=party, into=acting)
        if kind is None:
            raise PartyNotFound
        if kind == PartyKind.GUEST:  # it has no way in: what it ordered would be nobody's
            raise LinkRefused(reason="guest")
        await store.note(tx, party_id=party, into=acting, kind="unlinked", by=ctx.actor.label, now=ctx.now())
        tx.emit(ctx, PartyUnlinked(party=acting, linked=party))


async def kin_of(tx: Transaction, party_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Return for each party itself, then the guests and linked accounts that turned out to be it. One statement."""
    return await parties.kin_of(tx, party_ids)


async def is_guest(tx: Transaction, party_id: UUID) -> bool:
    """Tell whether a party is a guest still: it turned out to be nobody, and is neither suspended nor forgotten."""
    found = (await parties.read_holders(tx, [party_id])).get(party_id)
    return found is not None and (found.kind, found.state) == (PartyKind.GUEST, PartyState.ACTIVE)


async def linked_parties(ctx: Ctx) -> list[PartyId]:
    """Return the accounts that are part of the acting person's. Raises `Unauthenticated`, `Forbidden`."""
    party = fresh.person(ctx)
    async with ctx.platform.db.reading() as tx:
        return await store.linked_accounts(tx, party)


async def pairwise_ids(
    tx: Transaction, ctx: Ctx, *, party_ids: Sequence[UUID], app: PartyId | None = None
) -> dict[UUID, PairwiseId]:
    """Return what outsiders call these parties: another name in every business, and for every app in it.

    Stable, random, and cut for good at erasure; an erased party is absent. Two outsiders cannot tell from their
    names that they speak of the same person. For whatever leaves the house and names a person: app answers, webhooks,
    partner files. Set-based; announces its own lock rank, so call it before centers above lock.
    """
    return await store.pairwise_ids(tx, sector=_sector(ctx, app), party_ids=party_ids, now=ctx.now())


async def parties_of_pairwise(
    tx: Transaction, ctx: Ctx, *, pairwise_ids: Sequence[PairwiseId], app: PartyId | None = None
) -> dict[PairwiseId, PartyId]:
    """Return whom an outsider means; names that are not of this business and app are absent."""
    return await store.parties_of_pairwise(tx, sector=_sector(ctx, app), pairwise_ids=pairwise_ids)


def _sector(ctx: Ctx, app: PartyId | None) -> str:
    return ctx.business if app is None else f"{ctx.business}|{app}"


async def merged_guests(tx: Transaction, party_id: UUID) -> list[PartyId]:
    """Return the guests and linked accounts that turned out to be this party: what they ordered is its own."""
    return await parties.merged_into(tx, party_id)
