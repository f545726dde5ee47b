"""The shops' routes: buyers read, owners and staff write, operators suspend."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import Parameter

from hansa.centers.shop import api
from hansa.centers.shop.errors import (
    OwnerStays,
    PermissionUnknown,
    ShopNotAdmitted,
    ShopNotFound,
    SlugTaken,
    StaffFull,
    StatusUnchangeable,
)
from hansa.centers.shop.types import SHOP_ID, Shop, ShopStatus, Staff
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, NotFound, Unauthenticated
from hansa.kernel.texts import Texts

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]

WRITING = (Unauthenticated, Forbidden, IdMalformed, ShopNotFound)

_NAME = {"en": "Celadon House", "zh": "青瓷馆"}


class ShopView(msgspec.Struct, frozen=True, kw_only=True):
    """A shop as buyers see it."""

    id: str
    slug: str
    name: Texts
    status: ShopStatus
    opened_at: datetime


class OpenShop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shop to be opened for the acting person."""

    slug: Annotated[str, msgspec.Meta(examples=["celadon-house"])]
    name: Annotated[Texts, msgspec.Meta(examples=[{"en": "Celadon House", "zh": "青瓷馆"}])]


class RenameShop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another name for a shop."""

    name: Texts


class ChangeStatus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The status a shop is to have."""

    status: ShopStatus


class StaffView(msgspec.Struct, frozen=True, kw_only=True):
    """A party that acts for a shop."""

    party: UUID
    permissions: tuple[str, ...]
    added_at: datetime


class PutStaff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a party may do for a shop."""

    permissions: Annotated[
        list[str], msgspec.Meta(max_length=100, examples=[["product.offer.price", "inventory.stock.receive"]])
    ]


@get("/shops", summary="List shops", responses=problems(CursorMalformed, Invalid), tags=["shops"])
async def list_shops(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[ShopView]:
    """Return the active shops of the business, newest first."""
    page = await api.list_shops(ctx, cursor=cursor, limit=limit)
    return Page([_shop(shop) for shop in page.items], page.cursor)


@get(
    "/shops/{shop_id:str}",
    summary="Show a shop",
    responses=problems(ShopNotFound, IdMalformed),
    tags=["shops"],
)
async def show_shop(ctx: Ctx, shop_id: str) -> ShopView:
    """Return a shop, also a suspended one."""
    return _shop(await api.require_shop(ctx, SHOP_ID.read(shop_id)))


@get(
    "/shops/by-slug/{slug:str}",
    summary="Find a shop by its slug",
    responses=problems(ShopNotFound),
    tags=["shops"],
)
async def find_shop(ctx: Ctx, slug: str) -> ShopView:
    """Return the shop with this slug."""
    return _shop(await api.shop_by_slug(ctx, slug=slug))


@post(
    "/shops",
    summary="Open a shop",
    responses=problems(Unauthenticated, Forbidden, Invalid, SlugTaken, ShopNotAdmitted),
    tags=["shops"],
    opt={"example": {"slug": "celadon-house", "name": _NAME}},
)
async def open_shop(ctx: Ctx, data: OpenShop) -> ShopView:
    """Open a shop that the acting person owns."""
    return _shop(await api.open_shop(ctx, slug=data.slug, name=data.name, owner=ctx.party()))


@patch(
    "/shops/{shop_id:str}",
    summary="Rename a shop",
    responses=problems(*WRITING, Invalid),
    tags=["shops"],
    opt={"example": {"name": _NAME}},
)
async def rename_shop(ctx: Ctx, shop_id: str, data: RenameShop) -> ShopView:
    """Give a shop another name. Needs `shop.shop.edit` in the shop."""
    return _shop(await api.rename_shop(ctx, shop_id=SHOP_ID.read(shop_id), name=data.name))


@put(
    "/shops/{shop_id:str}/status",
    summary="Suspend or reinstate a shop",
    responses=problems(*WRITING, StatusUnchangeable),
    tags=["shops"],
    opt={"example": {"status": "suspended"}},
)
async def change_status(ctx: Ctx, shop_id: str, data: ChangeStatus) -> ShopView:
    """Suspend a shop or let it sell again. Needs `shop.shop.suspend`, which no shop can give."""
    return _shop(await api.set_status(ctx, shop_id=SHOP_ID.read(shop_id), status=data.status))


@get(
    "/shops/{shop_id:str}/staff",
    summary="List a shop's staff",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, CursorMalformed, Invalid),
    tags=["shops"],
)
async def list_staff(ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[StaffView]:
    """Return who acts for a shop. Needs `shop.staff.see` in the shop."""
    page = await api.list_staff(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_staff(member) for member in page.items], page.cursor)


@put(
    "/shops/{shop_id:str}/staff/{party:uuid}",
    summary="Let a party act for a shop",
    responses=problems(*WRITING, PermissionUnknown, OwnerStays, StaffFull),
    tags=["shops"],
    opt={"example": {"permissions": ["product.offer.price", "inventory.stock.receive"]}},
)
async def put_staff(ctx: Ctx, shop_id: str, party: UUID, data: PutStaff) -> StaffView:
    """Say what a party may do for a shop. Needs `shop.staff.change` and every permission given."""
    return _staff(
        await api.add_staff(ctx, shop_id=SHOP_ID.read(shop_id), party=party, permissions=data.permissions)
    )


@delete(
    "/shops/{shop_id:str}/staff/{party:uuid}",
    summary="End a party's acting for a shop",
    responses=problems(*WRITING, NotFound, OwnerStays),
    tags=["shops"],
)
async def remove_staff(ctx: Ctx, shop_id: str, party: UUID) -> None:
    """Take back everything a party may do for a shop. Needs `shop.staff.change` in the shop."""
    await api.remove_staff(ctx, shop_id=SHOP_ID.read(shop_id), party=party)


def _shop(shop: Shop) -> ShopView:
    return ShopView(
        id=SHOP_ID.show(shop.id), slug=shop.slug, name=shop.name, status=shop.status, opened_at=shop.opened_at
    )


def _staff(member: Staff) -> StaffView:
    return StaffView(party=member.party, permissions=member.permissions, added_at=member.added_at)


ROUTES = (
    list_shops,
    show_shop,
    find_shop,
    open_shop,
    rename_shop,
    change_status,
    list_staff,
    put_staff,
    remove_staff,
)
