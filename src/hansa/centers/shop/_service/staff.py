"""Who acts for a shop: letting in, inviting, removing, handing the shop over."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from hansa.centers.shop._rules import staff as rules
from hansa.centers.shop._service.holding import CHANGE, grantable_permissions, held_now
from hansa.centers.shop._service.shops import forget_after, lock_open, locked
from hansa.centers.shop._store import shops
from hansa.centers.shop._store import staff as store
from hansa.centers.shop.errors import (
    InvitationNotFound,
    InvitationsFull,
    OwnerStays,
    PermissionUnknown,
    RoleUnknown,
    StaffFull,
)
from hansa.centers.shop.events import OwnerChanged, StaffChanged, StaffInvited
from hansa.centers.shop.terms import StaffRoles
from hansa.centers.shop.types import (
    INVITATION_ID,
    Invitation,
    InvitationId,
    InvitationState,
    IssuedInvitation,
    Shop,
    ShopId,
    ShopRole,
    Staff,
    StaffStep,
    shop_object,
)
from hansa.centers.user import api as user
from hansa.kernel.context import ActorKind, Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.ids import uuid7
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import Forbidden, NotFound, Unauthenticated

SEE = "shop.staff.see"
TRANSFER = "shop.shop.transfer"
INVITED_FOR = timedelta(days=7)
_SECRET_PREFIX = "hsi_"  # noqa: S105 - says what kind of secret follows
_SECRET_OCTETS = 24


async def add_staff(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    party: UUID,
    permissions: Collection[str] = (),
    roles: Collection[ShopRole] = (),
) -> Staff:
    """Let a party act for a shop, with these roles and permissions in place of what it had.

    Needs `shop.staff.change` in the shop, and nobody grants what they do not hold there themselves.
    Raises `PermissionUnknown`, `RoleUnknown`, `OwnerStays`, `StaffFull`, `ShopNotFound`, `ShopOver`.
    """
    async with ctx.transaction() as tx:
        await user.grants_changed(tx, ctx, [party])
        shop = await locked(tx, ctx, shop_id, permission=CHANGE)
        held = await held_now(tx, ctx, shop)
        member = Staff(
            shop_id=shop_id,
            party=party,
            permissions=_checked(permissions, roles, held),
            added_at=ctx.now(),
            roles=_checked_roles(ctx, roles, held),
        )
        return await _put(tx, ctx, shop, member, cause="put")


async def remove_staff(ctx: Ctx, *, shop_id: ShopId, party: UUID) -> None:
    """End a party's acting for a shop, and the invitations it made; anybody may end their own.

    Else needs `shop.staff.change`. Raises `NotFound`, `OwnerStays`, `ShopNotFound`, `ShopOver`. The owner is
    the administrator who always stays: the shop is handed over first.
    """
    async with ctx.transaction() as tx:
        await user.grants_changed(tx, ctx, [party])
        leaves = party == ctx.actor.party and await store.post_at(tx, shop_id, party) is not None
        if leaves:
            shop = await lock_open(tx, ctx, shop_id)
        else:
            shop = await locked(tx, ctx, shop_id, permission=CHANGE)
            await held_now(tx, ctx, shop)
        if party == shop.owner:
            raise OwnerStays
        if not await store.delete_staff(tx, shop_id, party):
            raise NotFound
        await store.withdraw_invitations(tx, shop_id, invited_by=party)
        await _write_down(tx, ctx, shop_id, party, cause="left" if leaves else "removed")


async def list_staff(ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50) -> Page[Staff]:
    """List a shop's staff, by party id. Needs `shop.staff.see` in the shop."""
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    ctx.require(SEE, of=shop_object(shop_id))
    async with ctx.platform.db.reading() as tx:
        rows = await store.list_staff(tx, shop_id, after=after, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda member: (member.party,))


async def invite(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    party: UUID | None = None,
    permissions: Collection[str] = (),
    roles: Collection[ShopRole] = (),
) -> IssuedInvitation:
    """Offer somebody to act for a shop: `party`, or whoever has the secret. It holds for seven days.

    The role `owner` hands the shop over when it is accepted: it stands alone and names a party, and only the
    owner offers it, or whoever holds `shop.shop.transfer` for the platform. Raises what `add_staff` raises,
    and `InvitationsFull`.
    """
    async with ctx.transaction() as tx:
        if ShopRole.OWNER in roles:
            shop = await lock_open(tx, ctx, shop_id)
            if shop.owner != ctx.actor.party:
                ctx.require(TRANSFER)
            if len(roles) > 1 or permissions or party is None:
                raise RoleUnknown(roles=[ShopRole.OWNER])
            offered: tuple[ShopRole, ...] = (ShopRole.OWNER,)
            single: tuple[str, ...] = ()
        else:
            shop = await locked(tx, ctx, shop_id, permission=CHANGE)
            held = await held_now(tx, ctx, shop)
            offered, single = _checked_roles(ctx, roles, held), _checked(permissions, roles, held)
        if party == shop.owner:
            raise OwnerStays
        if await store.count_pending(tx, shop_id) >= rules.INVITATIONS_MAX:
            raise InvitationsFull(invitations_max=rules.INVITATIONS_MAX)
        now, secret = ctx.now(), _SECRET_PREFIX + secrets.token_urlsafe(_SECRET_OCTETS)
        invitation = Invitation(
            id=INVITATION_ID.new(),
            shop_id=shop_id,
            party=party,
            roles=offered,
            permissions=single,
            state=InvitationState.PENDING,
            invited_by=ctx.actor.author,
            invited_at=now,
            expires_at=now + INVITED_FOR,
        )
        await store.insert_invitation(tx, invitation, secret_hash=_hash(secret))
        tx.emit(ctx, StaffInvited(shop_id=shop_id, invitation_id=invitation.id, party=party, roles=offered))
    return IssuedInvitation(invitation=invitation, secret=secret)


async def accept(ctx: Ctx, *, secret: str) -> Shop:
    """Take up an invitation, as the person who acts, and return the shop.

    Raises `InvitationNotFound` (also when whoever invited may no more give what was offered), `StaffFull`,
    `OwnerStays`, `ShopOver`, `Unauthenticated`, `Forbidden`.
    """
    party = _acting_person(ctx)
    async with ctx.transaction() as tx:
        found = await _offered(tx, ctx, secret, party)
        seen = await shops.read_shops(tx, [found.shop_id])
        transfer = ShopRole.OWNER in found.roles
        concerned = {party, seen[found.shop_id].owner} if transfer else {party}
        await user.grants_changed(tx, ctx, sorted(concerned))
        shop = await lock_open(tx, ctx, found.shop_id)
        invitation = await _offered(tx, ctx, secret, party)  # again, now that nobody can end it
        if shop.owner not in {invitation.invited_by, *concerned} and transfer:
            raise InvitationNotFound  # handed over to somebody else in the meantime
        if party == shop.owner:
            raise OwnerStays
        await _check_inviter(tx, ctx, shop, invitation)
        if transfer:
            shop = await _hand_over(tx, ctx, shop, party)
        else:
            member = Staff(
                shop_id=shop.id,
                party=party,
                permissions=invitation.permissions,
                added_at=ctx.now(),
                roles=invitation.roles,
            )
            await _put(tx, ctx, shop, member, cause="accepted")
        await store.settle_invitation(tx, invitation.id, InvitationState.ACCEPTED, accepted_by=party)
    return shop


async def decline(ctx: Ctx, *, secret: str) -> None:
    """Turn an invitation down, as the person who acts. Raises `InvitationNotFound`, `Unauthenticated`."""
    party = _acting_person(ctx)
    async with ctx.transaction() as tx:
        found = await _offered(tx, ctx, secret, party)
        await shops.lock_shops(tx, [found.shop_id])
        found = await _offered(tx, ctx, secret, party)
        await store.settle_invitation(tx, found.id, InvitationState.DECLINED)


async def withdraw_invitation(ctx: Ctx, *, shop_id: ShopId, invitation_id: InvitationId) -> None:
    """Take an offer back. Needs `shop.staff.change` in the shop. Raises `InvitationNotFound`, `ShopNotFound`."""
    async with ctx.transaction() as tx:
        shop = await locked(tx, ctx, shop_id, permission=CHANGE)
        await held_now(tx, ctx, shop)
        invitation = await store.read_invitation(tx, invitation_id)
        if (
            invitation is None
            or invitation.shop_id != shop_id
            or invitation.state is not InvitationState.PENDING
        ):
            raise InvitationNotFound
        await store.settle_invitation(tx, invitation.id, InvitationState.WITHDRAWN)


async def list_invitations(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50
) -> Page[Invitation]:
    """List a shop's invitations, the latest first. Needs `shop.staff.see` in the shop."""
    checked_limit(limit)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    ctx.require(SEE, of=shop_object(shop_id))
    async with ctx.platform.db.reading() as tx:
        rows = await store.list_invitations(tx, shop_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def staff_history(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50
) -> Page[StaffStep]:
    """List what changed about a shop's staff, the latest first. Needs `shop.staff.see` in the shop."""
    checked_limit(limit)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    ctx.require(SEE, of=shop_object(shop_id))
    async with ctx.platform.db.reading() as tx:
        rows = await store.staff_steps(tx, shop_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


def _checked(
    permissions: Collection[str], roles: Collection[ShopRole], held: Collection[str]
) -> tuple[str, ...]:
    """Return single permissions in order. Raises `PermissionUnknown` for what the giver does not hold."""
    wanted = tuple(sorted(set(permissions)))
    if refused := [one for one in wanted if one not in held]:
        raise PermissionUnknown(permissions=[one[:80] for one in refused[:20]])
    if not (wanted or roles):
        raise PermissionUnknown(permissions=[])
    return wanted


def _checked_roles(ctx: Ctx, roles: Collection[ShopRole], held: Collection[str]) -> tuple[ShopRole, ...]:
    """Return roles in order. Raises `RoleUnknown` for one that carries what the giver does not hold."""
    terms, grantable = ctx.term(StaffRoles), grantable_permissions(ctx.platform)
    refused = [
        role
        for role in sorted(set(roles))
        if role is ShopRole.OWNER or not rules.role_permissions(role, terms, grantable=grantable) <= set(held)
    ]
    if refused:
        raise RoleUnknown(roles=refused)
    return tuple(sorted(set(roles)))


async def _put(tx: Transaction, ctx: Ctx, shop: Shop, member: Staff, *, cause: str) -> Staff:
    if member.party == shop.owner:
        raise OwnerStays
    if await store.count_staff(tx, shop.id, besides=member.party) >= rules.STAFF_MAX:
        raise StaffFull(staff_max=rules.STAFF_MAX)
    member = await store.put_staff(tx, member)
    await _write_down(
        tx, ctx, shop.id, member.party, cause=cause, roles=member.roles, permissions=member.permissions
    )
    return member


async def _hand_over(tx: Transaction, ctx: Ctx, shop: Shop, party: UUID) -> Shop:
    """Make a party the owner of a locked shop; the former one stays as a manager."""
    await store.delete_staff(tx, shop.id, party)
    former = Staff(
        shop_id=shop.id, party=shop.owner, permissions=(), added_at=ctx.now(), roles=(ShopRole.MANAGER,)
    )
    await store.put_staff(tx, former)
    await _write_down(tx, ctx, shop.id, party, cause="handed_over", roles=(ShopRole.OWNER,))
    await _write_down(tx, ctx, shop.id, shop.owner, cause="handed_over", roles=former.roles)
    after = await shops.change_shop(tx, shop.id, owner=party)
    tx.emit(ctx, OwnerChanged(shop_id=shop.id, owner=party, former=shop.owner))
    forget_after(tx, ctx, shop.id)
    return after


async def _write_down(
    tx: Transaction,
    ctx: Ctx,
    shop_id: ShopId,
    party: UUID,
    *,
    cause: str,
    roles: tuple[ShopRole, ...] = (),
    permissions: tuple[str, ...] = (),
) -> None:
    """Keep what changed about a party at a shop, and tell it."""
    step = StaffStep(
        id=uuid7(),
        shop_id=shop_id,
        party=party,
        roles=roles,
        permissions=permissions,
        actor=ctx.actor.label,
        cause=cause,
        changed_at=ctx.now(),
    )
    await store.insert_step(tx, step)
    tx.emit(ctx, StaffChanged(shop_id=shop_id, party=party, permissions=permissions, roles=roles))


async def _offered(tx: Transaction, ctx: Ctx, secret: str, party: UUID) -> Invitation:
    """Return the open invitation a secret belongs to. Raises `InvitationNotFound`."""
    found = await store.find_invitation(tx, _hash(secret))
    if (
        found is None
        or found.party not in {None, party}
        or found.state is not InvitationState.PENDING
        or ctx.now() >= found.expires_at
    ):
        raise InvitationNotFound
    return found


async def _check_inviter(tx: Transaction, ctx: Ctx, shop: Shop, invitation: Invitation) -> None:
    """See that whoever invited may still give what is offered; an operator, who has no post, may."""
    inviter = invitation.invited_by
    post = None if inviter is None else await store.post_at(tx, shop.id, inviter)
    if post is None:
        return
    terms, grantable = ctx.term(StaffRoles), grantable_permissions(ctx.platform)
    offers = rules.carried(
        rules.Post(
            shop.owner, shop.id, shop.business, shop.traffic, invitation.roles, invitation.permissions
        ),
        terms,
        grantable=grantable,
    )
    if not offers | {CHANGE} <= rules.carried(post, terms, grantable=grantable):
        raise InvitationNotFound


def _acting_person(ctx: Ctx) -> UUID:
    if ctx.actor.kind is ActorKind.GUEST:
        raise Unauthenticated
    if ctx.actor.kind is not ActorKind.PERSON:
        raise Forbidden("Only a person acts for a shop by invitation.")
    return ctx.party()


def _hash(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()
