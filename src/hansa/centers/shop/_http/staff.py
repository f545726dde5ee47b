"""Staff: who may do what for a shop, invitations, handing a shop over."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post, put

from hansa.centers.shop import api
from hansa.centers.shop._http.views import (
    LISTING,
    WRITING,
    Cursor,
    Limit,
    OwnShopView,
    own_shop_view,
)
from hansa.centers.shop.errors import (
    InvitationNotFound,
    InvitationsFull,
    OwnerStays,
    PermissionUnknown,
    RoleUnknown,
    ShopNotFound,
    ShopOver,
    StaffFull,
)
from hansa.centers.shop.types import (
    INVITATION_ID,
    SHOP_ID,
    Invitation,
    InvitationState,
    ShopRole,
    Staff,
    StaffStep,
)
from hansa.centers.user.types import OwnScope, actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.page import Page
from hansa.kernel.problem import Forbidden, NotFound, Unauthenticated

_GIVING = (PermissionUnknown, RoleUnknown, OwnerStays)

Permissions = Annotated[
    list[str], msgspec.Meta(max_length=100, examples=[["product.offer.price", "inventory.stock.receive"]])
]
Roles = Annotated[list[ShopRole], msgspec.Meta(max_length=10, examples=[["catalogue"]])]


class StaffView(msgspec.Struct, frozen=True, kw_only=True):
    """A party that acts for a shop."""

    party: UUID
    roles: tuple[ShopRole, ...]
    permissions: tuple[str, ...]
    added_at: datetime


class StaffStepView(msgspec.Struct, frozen=True, kw_only=True):
    """One change of what a party is at a shop; neither roles nor permissions means it left or was removed."""

    id: UUID
    party: UUID
    roles: tuple[ShopRole, ...]
    permissions: tuple[str, ...]
    actor: str
    cause: str
    changed_at: datetime


class PutStaff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a party may do for a shop: by roles, by single permissions, or both."""

    permissions: Permissions = []
    roles: Roles = []


class Invite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody is offered; `party` for one person, else it is for whoever has the secret."""

    party: UUID | None = None
    permissions: Permissions = []
    roles: Roles = []


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation."""

    id: str
    party: UUID | None
    roles: tuple[ShopRole, ...]
    permissions: tuple[str, ...]
    state: InvitationState
    invited_by: UUID | None
    invited_at: datetime
    expires_at: datetime
    accepted_by: UUID | None


class IssuedInvitationView(InvitationView, frozen=True, kw_only=True):
    """A new invitation with its secret, which is shown this once."""

    secret: str


class Secret(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secret of an invitation."""

    secret: Annotated[str, msgspec.Meta(max_length=100, examples=["hsi_3fJx0Qk8mB1vT5nY7rWz2cLd9aPg4sEh"])]


@get(
    "/shops/{shop_id:str}/staff",
    summary="List a shop's staff",
    responses=problems(*LISTING),
    tags=["shops"],
)
async def list_staff(ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[StaffView]:
    """Return who acts for a shop. Needs `shop.staff.see` in the shop."""
    page = await api.list_staff(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_staff(member) for member in page.items], page.cursor)


@put(
    "/shops/{shop_id:str}/staff/{party:uuid}",
    summary="Let a party act for a shop",
    responses=problems(*WRITING, *_GIVING, StaffFull),
    tags=["shops"],
    opt={"example": {"permissions": ["product.offer.price"], "roles": ["fulfilment"]}},
)
async def put_staff(ctx: Ctx, shop_id: str, party: UUID, data: PutStaff) -> StaffView:
    """Say what a party may do for a shop. Needs `shop.staff.change` and every permission given."""
    return _staff(
        await api.add_staff(
            ctx,
            shop_id=SHOP_ID.read(shop_id),
            party=party,
            permissions=data.permissions,
            roles=data.roles,
        )
    )


@delete(
    "/shops/{shop_id:str}/staff/{party:uuid}",
    summary="End a party's acting for a shop",
    responses=problems(*WRITING, NotFound, OwnerStays),
    tags=["shops"],
)
async def remove_staff(ctx: Ctx, shop_id: str, party: UUID) -> None:
    """Take back everything a party may do. Needs `shop.staff.change` in the shop; anybody may leave."""
    await api.remove_staff(ctx, shop_id=SHOP_ID.read(shop_id), party=party)


@get(
    "/shops/{shop_id:str}/staff-changes",
    summary="Show what changed about a shop's staff",
    responses=problems(*LISTING),
    tags=["shops"],
)
async def list_staff_changes(
    ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[StaffStepView]:
    """Return every change with who made it and why, the latest first. Needs `shop.staff.see` in the shop."""
    page = await api.staff_history(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_step(one) for one in page.items], page.cursor)


@post(
    "/shops/{shop_id:str}/invitations",
    summary="Invite somebody to act for a shop",
    responses=problems(*WRITING, *_GIVING, InvitationsFull),
    tags=["shops"],
    opt={"example": {"roles": ["catalogue"]}},
)
async def invite(ctx: Ctx, shop_id: str, data: Invite) -> IssuedInvitationView:
    """Offer roles and permissions; the answer holds the secret that accepts them, this once.

    The role `owner` offers the shop itself: it stands alone and names a party, and only the owner offers it.
    Else needs `shop.staff.change` in the shop and every permission offered.
    """
    issued = await api.invite(
        ctx,
        shop_id=SHOP_ID.read(shop_id),
        party=data.party,
        permissions=data.permissions,
        roles=data.roles,
    )
    shown = msgspec.structs.asdict(_invitation(issued.invitation))
    return IssuedInvitationView(**shown, secret=issued.secret)


@get(
    "/shops/{shop_id:str}/invitations",
    summary="List a shop's invitations",
    responses=problems(*LISTING),
    tags=["shops"],
)
async def list_invitations(
    ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[InvitationView]:
    """Return what was offered, the latest first. Needs `shop.staff.see` in the shop."""
    page = await api.list_invitations(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_invitation(one) for one in page.items], page.cursor)


@delete(
    "/shops/{shop_id:str}/invitations/{invitation_id:str}",
    summary="Take an invitation back",
    responses=problems(*WRITING, InvitationNotFound),
    tags=["shops"],
)
async def withdraw_invitation(ctx: Ctx, shop_id: str, invitation_id: str) -> None:
    """End an open invitation. Needs `shop.staff.change` in the shop."""
    await api.withdraw_invitation(
        ctx, shop_id=SHOP_ID.read(shop_id), invitation_id=INVITATION_ID.read(invitation_id)
    )


@post(
    "/shop-invitations/acceptance",
    summary="Accept an invitation",
    responses=problems(
        Unauthenticated, Forbidden, InvitationNotFound, ShopNotFound, ShopOver, OwnerStays, StaffFull
    ),
    tags=["shops"],
    opt={"own": OwnScope.CHANGE, "example": {"secret": "hsi_3fJx0Qk8mB1vT5nY7rWz2cLd9aPg4sEh"}},
)
async def accept(ctx: Ctx, data: Secret) -> OwnShopView:
    """Begin to act for a shop, or become its owner, as the person who is logged in."""
    return own_shop_view(await api.accept(ctx, secret=data.secret))


@post(
    "/shop-invitations/refusal",
    summary="Turn an invitation down",
    responses=problems(Unauthenticated, Forbidden, InvitationNotFound),
    tags=["shops"],
    status_code=204,
    opt={"own": OwnScope.CHANGE, "example": {"secret": "hsi_3fJx0Qk8mB1vT5nY7rWz2cLd9aPg4sEh"}},
)
async def decline(ctx: Ctx, data: Secret) -> None:
    """End an invitation that is not wanted, as the person who is logged in."""
    await api.decline(ctx, secret=data.secret)


def _staff(member: Staff) -> StaffView:
    return StaffView(
        party=member.party, roles=member.roles, permissions=member.permissions, added_at=member.added_at
    )


def _step(step: StaffStep) -> StaffStepView:
    view = msgspec.convert(step, StaffStepView, from_attributes=True)
    return msgspec.structs.replace(view, actor=actor_shown(step.actor))


def _invitation(one: Invitation) -> InvitationView:
    shown = msgspec.structs.asdict(one)
    del shown["shop_id"]
    return InvitationView(**shown | {"id": INVITATION_ID.show(one.id)})


ROUTES = (
    list_staff,
    put_staff,
    remove_staff,
    list_staff_changes,
    invite,
    list_invitations,
    withdraw_invitation,
    accept,
    decline,
)
