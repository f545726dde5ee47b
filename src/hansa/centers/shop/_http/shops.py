"""Shops: opening, showing, describing, suspending, closing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import Parameter

from hansa.centers.shop import api
from hansa.centers.shop._http.views import (
    DECIDING,
    LISTING,
    NAME,
    WRITING,
    Cursor,
    Limit,
    OwnShopView,
    Reasons,
    ShopView,
    own_shop_view,
    shop_view,
)
from hansa.centers.shop.errors import (
    ProfileChangedSince,
    ReturnPlaceRefused,
    ShopNotAdmitted,
    ShopNotFound,
    SlugsFull,
    SlugTaken,
    StatusUnchangeable,
)
from hansa.centers.shop.types import SHOP_ID, Objection, Reason, ShopProfile, ShopStatus, StatusChange
from hansa.centers.user.types import OwnScope, actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, NotFound, Unauthenticated
from hansa.kernel.texts import Texts


class OpenShop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shop to be opened for the acting person."""

    slug: Annotated[str, msgspec.Meta(examples=["celadon-house"])]
    name: Annotated[Texts, msgspec.Meta(examples=[NAME])]


class RenameShop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another name for a shop."""

    name: Texts


class ChangeSlug(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another address for a shop."""

    slug: Annotated[str, msgspec.Meta(examples=["celadon-house"])]


class ChangeStatus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The status a shop is to have: `active` or `suspended`; and why."""

    status: ShopStatus
    reasons: Reasons = []


class CloseShop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a shop closes."""

    reasons: Reasons = []


class StatusChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a shop's life."""

    version: int
    previous: ShopStatus | None
    status: ShopStatus
    actor: str
    cause: str
    reasons: tuple[Reason, ...]
    changed_at: datetime


class ClosingView(msgspec.Struct, frozen=True, kw_only=True):
    """Who objected to a closing when they were last asked."""

    asked_at: datetime
    objections: tuple[Objection, ...]


class ProfileView(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop presents itself."""

    tagline: Texts
    story: Texts
    returns: Texts
    logo: UUID | None
    return_place: UUID | None
    version: int


class PutProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a shop is to present itself. `version` is the one it was read at; 0 for the first time."""

    tagline: Texts = {}
    story: Texts = {}
    returns: Texts = {}
    logo: UUID | None = None
    return_place: UUID | None = None
    version: Annotated[int, msgspec.Meta(ge=0)]


@get("/shops", summary="List shops", responses=problems(CursorMalformed, Invalid), tags=["shops"])
async def list_shops(
    ctx: Ctx,
    words: Annotated[
        str, Parameter(description="Only those that have these words in a name or the slug.", max_length=200)
    ] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ShopView]:
    """Return the active shops of the business, newest first."""
    page = await api.list_shops(ctx, words=words, cursor=cursor, limit=limit)
    return Page([shop_view(shop) for shop in page.items], page.cursor)


@get("/me/shops", summary="List my shops", responses=problems(Unauthenticated), tags=["shops"])
async def list_own_shops(ctx: Ctx) -> list[OwnShopView]:
    """Return the shops that the acting person owns or is staff of, in whatever status, oldest first."""
    return [own_shop_view(shop) for shop in await api.own_shops(ctx)]


@get(
    "/shops/{shop_id:str}",
    summary="Show a shop",
    responses=problems(ShopNotFound, IdMalformed),
    tags=["shops"],
)
async def show_shop(ctx: Ctx, shop_id: str) -> ShopView:
    """Return a shop, also one that does not sell."""
    return shop_view(await api.require_shop(ctx, SHOP_ID.read(shop_id)))


@get(
    "/shops/by-slug/{slug:str}",
    summary="Find a shop by its slug",
    responses=problems(ShopNotFound),
    tags=["shops"],
)
async def find_shop(ctx: Ctx, slug: str) -> ShopView:
    """Return the shop that has this slug or had it; where the answer's `slug` is another, that is the address."""
    return shop_view(await api.shop_by_slug(ctx, slug=slug))


@post(
    "/shops",
    summary="Open a shop",
    responses=problems(Unauthenticated, Forbidden, Invalid, SlugTaken, ShopNotAdmitted),
    tags=["shops"],
    opt={"own": OwnScope.CHANGE, "example": {"slug": "celadon-house", "name": NAME}},
)
async def open_shop(ctx: Ctx, data: OpenShop) -> ShopView:
    """Open a shop that the acting person owns; where the business reviews shops, it is pending first."""
    return shop_view(await api.open_shop(ctx, slug=data.slug, name=data.name, owner=ctx.party()))


@patch(
    "/shops/{shop_id:str}",
    summary="Rename a shop",
    responses=problems(*WRITING, Invalid),
    tags=["shops"],
    opt={"example": {"name": NAME}},
)
async def rename_shop(ctx: Ctx, shop_id: str, data: RenameShop) -> ShopView:
    """Give a shop another name. Needs `shop.shop.edit` in the shop."""
    return shop_view(await api.rename_shop(ctx, shop_id=SHOP_ID.read(shop_id), name=data.name))


@put(
    "/shops/{shop_id:str}/slug",
    summary="Move a shop to another address",
    responses=problems(*WRITING, Invalid, SlugTaken, SlugsFull),
    tags=["shops"],
    opt={"example": {"slug": "celadon-house"}},
)
async def change_slug(ctx: Ctx, shop_id: str, data: ChangeSlug) -> ShopView:
    """Give a shop another slug; the old ones lead to it. Needs `shop.shop.edit` in the shop."""
    return shop_view(await api.change_slug(ctx, shop_id=SHOP_ID.read(shop_id), slug=data.slug))


@get(
    "/shops/{shop_id:str}/profile",
    summary="Show how a shop presents itself",
    responses=problems(ShopNotFound, IdMalformed),
    tags=["shops"],
)
async def show_profile(ctx: Ctx, shop_id: str) -> ProfileView:
    """Return a shop's texts, logo and return place."""
    return _profile(await api.profile(ctx, shop_id=SHOP_ID.read(shop_id)))


@put(
    "/shops/{shop_id:str}/profile",
    summary="Say how a shop presents itself",
    responses=problems(*WRITING, Invalid, ReturnPlaceRefused, ProfileChangedSince),
    tags=["shops"],
    opt={"example": {"tagline": {"en": "Glazes of the south", "zh": "南方的釉"}, "version": 0}},
)
async def put_profile(ctx: Ctx, shop_id: str, data: PutProfile) -> ProfileView:
    """Write a shop's texts, logo and return place anew. Needs `shop.shop.edit` in the shop."""
    said = ShopProfile(shop_id=SHOP_ID.read(shop_id), **msgspec.structs.asdict(data))
    return _profile(await api.change_profile(ctx, profile=said))


@put(
    "/shops/{shop_id:str}/status",
    summary="Suspend or reinstate a shop",
    responses=problems(*DECIDING, StatusUnchangeable, Invalid),
    tags=["shops"],
    opt={"example": {"status": "suspended", "reasons": [{"code": "counterfeit_goods"}]}},
)
async def change_status(ctx: Ctx, shop_id: str, data: ChangeStatus) -> ShopView:
    """Suspend a shop or let it sell again. Needs `shop.shop.suspend`, which no shop can give."""
    return shop_view(
        await api.set_status(ctx, shop_id=SHOP_ID.read(shop_id), status=data.status, reasons=data.reasons)
    )


@get(
    "/shops/{shop_id:str}/status-changes",
    summary="Show a shop's life",
    responses=problems(*LISTING, ShopNotFound),
    tags=["shops"],
)
async def list_status_changes(
    ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[StatusChangeView]:
    """Return the steps of a shop's life with who took them and why, the latest first. Needs `shop.shop.see`."""
    page = await api.status_history(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_status_change(one) for one in page.items], page.cursor)


def _status_change(one: StatusChange) -> StatusChangeView:
    view = msgspec.convert(one, StatusChangeView, from_attributes=True)
    return msgspec.structs.replace(view, actor=actor_shown(one.actor))


@post(
    "/shops/{shop_id:str}/closing",
    summary="Close a shop",
    responses=problems(*WRITING, StatusUnchangeable, Invalid),
    tags=["shops"],
    opt={"example": {"reasons": [{"code": "retiring"}]}},
)
async def close_shop(ctx: Ctx, shop_id: str, data: CloseShop) -> ShopView:
    """Stop selling now, and close once orders and payouts are done. Needs `shop.shop.close` in the shop."""
    return shop_view(await api.close_shop(ctx, shop_id=SHOP_ID.read(shop_id), reasons=data.reasons))


@get(
    "/shops/{shop_id:str}/closing",
    summary="Show how far a closing has come",
    responses=problems(*DECIDING, NotFound),
    tags=["shops"],
)
async def show_closing(ctx: Ctx, shop_id: str) -> ClosingView:
    """Return what a closing waits for. Needs `shop.shop.see` in the shop."""
    closing = await api.closing_of(ctx, shop_id=SHOP_ID.read(shop_id))
    return ClosingView(asked_at=closing.asked_at, objections=closing.objections)


@delete(
    "/shops/{shop_id:str}/closing",
    summary="Call a closing off",
    responses=problems(*WRITING, StatusUnchangeable),
    tags=["shops"],
)
async def keep_open(ctx: Ctx, shop_id: str) -> None:
    """Have a shop stand where it stood before its closing began. Needs `shop.shop.close` in the shop."""
    await api.keep_open(ctx, shop_id=SHOP_ID.read(shop_id))


def _profile(said: ShopProfile) -> ProfileView:
    return msgspec.convert(said, ProfileView, from_attributes=True)


ROUTES = (
    list_shops,
    list_own_shops,
    show_shop,
    find_shop,
    open_shop,
    rename_shop,
    change_slug,
    show_profile,
    put_profile,
    change_status,
    list_status_changes,
    close_shop,
    show_closing,
    keep_open,
)
