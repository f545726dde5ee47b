"""The places' routes: buyers read a shop's places, its staff adds and changes them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, patch, post

from hansa.centers.place import api
from hansa.centers.place.errors import GlnTaken, PlaceNotFound, PlacesFull
from hansa.centers.place.types import PLACE_ID, Capability, Hours, Location, Place, PlaceKind
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import Texts

_KILN = {"en": "Longquan kiln", "zh": "龙泉窑"}


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A place; `open_now` is None where nobody said when it is open."""

    id: str
    shop_id: str | None
    kind: PlaceKind
    name: Texts
    address: str
    location: Location | None
    gln: str | None
    capabilities: list[Capability]
    hours: Hours | None
    open_now: bool | None
    active: bool


class AddPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place to be added to a shop."""

    name: Annotated[Texts, msgspec.Meta(examples=[{"en": "Longquan kiln", "zh": "龙泉窑"}])]
    kind: PlaceKind
    address: str
    location: Location | None = None
    gln: Annotated[str | None, msgspec.Meta(examples=["4012345000009"])] = None
    capabilities: tuple[Capability, ...] = (Capability.SHIP,)
    hours: Hours | None = None


class ChangePlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a place; what is left out stays."""

    name: Texts | None = None
    address: str | None = None
    location: Location | None = None
    gln: str | None = None
    capabilities: list[Capability] | None = None
    hours: Hours | None = None
    active: bool | None = None


@get(
    "/shops/{shop_id:str}/places",
    summary="List a shop's places",
    responses=problems(IdMalformed, ShopNotFound),
    tags=["places"],
)
async def list_places(ctx: Ctx, shop_id: str) -> list[PlaceView]:
    """Return the places of a shop that are in use, oldest first; there are at most 500."""
    places = await api.places_of_shop(ctx, SHOP_ID.read(shop_id))
    return [_place(ctx, place) for place in places if place.active]


@get(
    "/places/{place_id:str}",
    summary="Show a place",
    responses=problems(IdMalformed, PlaceNotFound),
    tags=["places"],
)
async def show_place(ctx: Ctx, place_id: str) -> PlaceView:
    """Return a place, also one that is not in use any more."""
    key = PLACE_ID.read(place_id)
    place = (await api.places(ctx, [key])).get(key)
    if place is None or place.business != ctx.business:
        raise PlaceNotFound
    return _place(ctx, place)


@post(
    "/shops/{shop_id:str}/places",
    summary="Add a place to a shop",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, ShopNotFound, Invalid, GlnTaken, PlacesFull),
    tags=["places"],
    opt={"example": {"name": _KILN, "kind": "warehouse", "address": "Longquan, Zhejiang"}},
)
async def add_place(ctx: Ctx, shop_id: str, data: AddPlace) -> PlaceView:
    """Add a place. Needs `place.place.add` in the shop."""
    place = await api.add_place(
        ctx,
        name=data.name,
        kind=data.kind,
        address=data.address,
        location=data.location,
        shop_id=SHOP_ID.read(shop_id),
        gln=data.gln,
        capabilities=data.capabilities,
        hours=data.hours,
    )
    return _place(ctx, place)


@patch(
    "/places/{place_id:str}",
    summary="Change a place",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, PlaceNotFound, Invalid, GlnTaken),
    tags=["places"],
    opt={"example": {"address": "Longquan, Zhejiang", "active": True}},
)
async def change_place(ctx: Ctx, place_id: str, data: ChangePlace) -> PlaceView:
    """Change what is given of a place. Needs `place.place.edit` in its shop."""
    place = await api.change_place(
        ctx,
        place_id=PLACE_ID.read(place_id),
        name=data.name,
        address=data.address,
        location=data.location,
        gln=data.gln,
        capabilities=data.capabilities,
        hours=data.hours,
        active=data.active,
    )
    return _place(ctx, place)


def _place(ctx: Ctx, place: Place) -> PlaceView:
    return PlaceView(
        id=PLACE_ID.show(place.id),
        shop_id=SHOP_ID.show(place.shop_id) if place.shop_id else None,
        kind=place.kind,
        name=place.name,
        address=place.address,
        location=place.location,
        gln=place.gln,
        capabilities=sorted(place.capabilities),
        hours=place.hours,
        open_now=api.open_at(place.hours, ctx.now()) if place.hours else None,
        active=place.active,
    )


ROUTES = (list_places, show_place, add_place, change_place)
