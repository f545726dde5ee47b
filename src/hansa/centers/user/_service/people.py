"""Looking after people: who is who, who holds which role, who may not act. Whatever is done is kept with who did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.user._rules.email import EmailAddress, read_email
from hansa.centers.user._service.entering import forget_after
from hansa.centers.user._store import parties, tokens
from hansa.centers.user._store import people as store
from hansa.centers.user.errors import LastOperator, PartyNotFound
from hansa.centers.user.events import RoleGranted, RoleRevoked
from hansa.centers.user.extensions import Erasure
from hansa.centers.user.types import Act, AuditEntry, PartyId, PartyOnFile, PartyState, Role
from hansa.kernel.extension import Veto
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Forbidden, Invalid

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction

GRANT_ROLES = "user.role.grant"
SUSPEND = "user.party.suspend"
READ_PARTIES = "user.party.read"

_ENTRIES_MAX = 100


async def party_by_email(ctx: Ctx, *, email: str, by: str = "") -> PartyOnFile | None:
    """Return who logs in with an e-mail address; None when nobody does. That it was asked is kept.

    `by` names who asks where the platform itself acts for somebody (a command). Wants `user.party.read`. Raises
    `Invalid`.
    """
    ctx.require(READ_PARTIES)
    address = read_email(email)
    if isinstance(address, FieldError):
        raise Invalid(address)
    return await _seen(ctx, address, by=by or ctx.actor.label)


async def _seen(ctx: Ctx, address: EmailAddress, *, by: str) -> PartyOnFile | None:
    async with ctx.transaction() as tx:
        party = await store.party_of_email(tx, address.key)
        await store.note_seen(tx, party_id=party, by=by, now=ctx.now())
        found = await store.on_file(tx, [party] if party else [])
    return found[0] if found else None


async def party_by_id(ctx: Ctx, *, party: PartyId) -> tuple[PartyOnFile, list[AuditEntry]]:
    """Return a party, and what was done with it (the latest 100 first). That it was asked is kept.

    Wants `user.party.read`. Raises `PartyNotFound`.
    """
    ctx.require(READ_PARTIES)
    async with ctx.transaction() as tx:
        found = await store.on_file(tx, [party])
        if not found:
            raise PartyNotFound
        entries = await store.entries(tx, party, limit=_ENTRIES_MAX)
        await store.note_seen(tx, party_id=party, by=ctx.actor.label, now=ctx.now())
    return found[0], entries


async def role_holders(
    ctx: Ctx, *, role: Role | None = None, cursor: str | None = None, limit: int = 50
) -> Page[PartyOnFile]:
    """Return who holds a role of the house, or any of them. Wants `user.party.read`. Raises `CursorMalformed`."""
    ctx.require(READ_PARTIES)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor is not None else None
    async with ctx.platform.db.reading() as tx:
        ids = await store.holders(tx, role=role, after=after, limit=checked_limit(limit) + 1)
        found = await store.on_file(tx, ids)
    return page_of(found, limit=limit, key=lambda one: (one.id,))


async def count_operators(tx: Transaction) -> int:
    """Return how many people hold the operator role and can act."""
    return len(await store.operators(tx))


async def grant_role(ctx: Ctx, *, party: PartyId, role: Role, by: str = "") -> None:
    """Give a party a role; `by` as in `party_by_email`. Wants `user.role.grant`. Raises `PartyNotFound`."""
    ctx.require(GRANT_ROLES)
    by, now = by or ctx.actor.label, ctx.now()
    async with ctx.transaction() as tx:
        states = await parties.lock_states(tx, [party])
        if states.get(party) is not PartyState.ACTIVE:
            raise PartyNotFound
        if await parties.put_role(tx, party_id=party, role=role, granted_by=by, now=now):
            await store.note(tx, party_id=party, act=Act.GRANTED, role=role, by=by, now=now)
            tx.emit(ctx, RoleGranted(party=party, role=role))
            forget_after(tx, ctx, await tokens.touch_of(tx, [party]))


async def revoke_role(ctx: Ctx, *, party: PartyId, role: Role, by: str = "") -> None:
    """Take a role from a party; `by` as in `party_by_email`. Wants `user.role.grant`. Raises `LastOperator`."""
    ctx.require(GRANT_ROLES)
    by, now = by or ctx.actor.label, ctx.now()
    async with ctx.transaction() as tx:
        await _lock_with_operators(tx, party)
        if await parties.drop_role(tx, party_id=party, role=role):
            if role is Role.OPERATOR:
                await _demand_an_operator(tx)
            await store.note(tx, party_id=party, act=Act.REVOKED, role=role, by=by, now=now)
            tx.emit(ctx, RoleRevoked(party=party, role=role))
            forget_after(tx, ctx, await tokens.touch_of(tx, [party]))


async def suspend(ctx: Ctx, *, party: PartyId) -> None:
    """Keep a party from logging in and from acting; of whoever holds a role only who may give roles does.

    Wants `user.party.suspend`. Raises `PartyNotFound`, `LastOperator`.
    """
    await _switch(ctx, party, before=PartyState.ACTIVE, after=PartyState.SUSPENDED, act=Act.SUSPENDED)


async def reinstate(ctx: Ctx, *, party: PartyId) -> None:
    """Let a suspended party act again, with the roles it holds: then only who may give roles does.

    Wants `user.party.suspend`. Raises `PartyNotFound`.
    """
    await _switch(ctx, party, before=PartyState.SUSPENDED, after=PartyState.ACTIVE, act=Act.REINSTATED)


async def operators_hand_over(tx: Transaction, commands: Sequence[Erasure]) -> list[Veto | None]:
    """Answer `user.may_erase`: whoever runs the house gives the role up first, and is asked then who has it next."""
    running = set(await store.operators(tx))
    return [
        Veto("user.runs_the_house", "the operator role has to be given up first")
        if running & set(command.parties)
        else None
        for command in commands
    ]


async def _switch(ctx: Ctx, party: PartyId, *, before: PartyState, after: PartyState, act: Act) -> None:
    ctx.require(SUSPEND)
    async with ctx.transaction() as tx:
        state = (await _lock_with_operators(tx, party)).get(party)
        if state is not None and not ctx.may(GRANT_ROLES) and await store.has_role(tx, party):
            raise Forbidden("Of whoever holds a role, this is done by somebody who may give roles.")
        if state is after:
            return
        if state is not before:
            raise PartyNotFound
        ran_the_house = party in await store.operators(tx)
        await parties.put_state(tx, party_id=party, state=after)
        if ran_the_house:
            await _demand_an_operator(tx)
        await store.note(tx, party_id=party, act=act, by=ctx.actor.label, now=ctx.now())
        forget_after(tx, ctx, await tokens.touch_of(tx, [party]))


async def _lock_with_operators(tx: Transaction, party: PartyId) -> dict[PartyId, PartyState]:
    """Lock a party together with everybody who runs the house: of two who go at once, the other waits and then looks.

    Who becomes an operator after this look is one more; who stops being one has locked `party` too, if it is one.
    """
    return await parties.lock_states(tx, sorted({party, *await store.operators(tx)}))


async def _demand_an_operator(tx: Transaction) -> None:
    if not await store.operators(tx):
        raise LastOperator
