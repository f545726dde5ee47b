"""The places' routes: buyers read a shop's places, its staff adds and changes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, patch, post
from litestar.params import Parameter

from hansa.centers.place import api
from hansa.centers.place.errors import GlnTaken, PlaceChangedSince, PlaceClosed, PlaceNotFound, PlacesFull
from hansa.centers.place.types import PLACE_ID, Capability, Hours, Location, Place, PlaceKind, PlaceStatus
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID, ShopId
from hansa.centers.user.types import actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import FieldError, Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import Texts

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
Area = Annotated[tuple[Location, ...], msgspec.Meta(max_length=100)]

_KILN = {"en": "Longquan kiln", "zh": "龙泉窑"}


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A place; `open_now` is None where nobody said when it is open."""

    id: str
    shop_id: str | None
    kind: PlaceKind
    name: Texts
    address: str
    country: str | None
    postal_code: str | None
    location: Location | None
    area: tuple[Location, ...] | None
    gln: str | None
    capabilities: list[str]
    hours: Hours | None
    open_now: bool | None
    active: bool
    status: PlaceStatus
    version: int


class NearbyView(msgspec.Struct, frozen=True, kw_only=True):
    """A place, and how far it is."""

    place: PlaceView
    distance_m: float


class TownView(msgspec.Struct, frozen=True, kw_only=True):
    """A place that stands for those around it, and how many they are."""

    place: PlaceView
    places: int


class OpeningView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a place is open at a moment; `open` is None where nobody said when it is."""

    at: datetime
    open: bool | None
    open_until: datetime | None
    """When it closes, if it is open and closes within a year."""
    next_opening: datetime | None
    """When it opens next, if it does within a year."""


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """What a place was in one version, and who made it so."""

    place: PlaceView
    actor: str
    changed_at: datetime


class AddPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place to be added to a shop."""

    name: Annotated[Texts, msgspec.Meta(examples=[{"en": "Longquan kiln", "zh": "龙泉窑"}])]
    kind: PlaceKind
    address: str
    country: Annotated[str | None, msgspec.Meta(examples=["CN"])] = None
    postal_code: str | None = None
    location: Location | None = None
    area: Area | None = None
    gln: Annotated[str | None, msgspec.Meta(examples=["4012345000009"])] = None
    capabilities: Annotated[tuple[str, ...], msgspec.Meta(max_length=40)] = (Capability.SHIP,)
    hours: Hours | None = None


class ChangePlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a place; what is left out stays."""

    name: Texts | None = None
    address: str | None = None
    country: str | None = None
    postal_code: str | None = None
    location: Location | None = None
    area: Area | None = None
    gln: str | None = None
    capabilities: Annotated[list[str], msgspec.Meta(max_length=40)] | None = None
    hours: Hours | None = None
    active: bool | None = None
    """Short for the statuses `open` and `paused`."""
    status: PlaceStatus | None = None
    without: Annotated[list[str], msgspec.Meta(max_length=10, examples=[["gln"]])] = []
    """What is to be taken away: `country`, `postal_code`, `location`, `area`, `gln`, `hours`."""
    version: int | None = None
    """The version it was read at; without one, the last change wins."""


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
    "/places",
    summary="List the platform's places",
    responses=problems(CursorMalformed, Invalid),
    tags=["places"],
)
async def list_platform_places(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[PlaceView]:
    """Return the places that belong to no shop and are in use, oldest first."""
    page = await api.platform_places(ctx, cursor=cursor, limit=limit)
    return Page([_place(ctx, one) for one in page.items], page.cursor)


@get(
    "/places/{place_id:str}",
    summary="Show a place",
    responses=problems(IdMalformed, PlaceNotFound),
    tags=["places"],
)
async def show_place(ctx: Ctx, place_id: str) -> PlaceView:
    """Return a place, also one that is not in use any more."""
    return _place(ctx, await _found(ctx, place_id))


@get(
    "/places/nearby",
    summary="Find places nearby",
    responses=problems(Invalid, CursorMalformed),
    tags=["places"],
)
async def find_nearby(
    ctx: Ctx,
    lat: Annotated[float, Parameter(description="Degrees north.", ge=-90, le=90)],
    lon: Annotated[float, Parameter(description="Degrees east.", ge=-180, le=180)],
    radius_m: Annotated[float, Parameter(description="How far, in metres.", ge=0, le=1_000_000)] = 10_000,
    capability: Annotated[
        str | None, Parameter(description="What can be done there: `pickup`, `returns`.", max_length=40)
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[NearbyView]:
    """Return places in use within a distance, the nearest first."""
    page = await api.places_nearby(
        ctx,
        center=Location(lat, lon),
        radius_m=radius_m,
        capability=capability,
        cursor=cursor,
        limit=limit,
    )
    return Page(
        [NearbyView(place=_place(ctx, one.place), distance_m=one.distance_m) for one in page.items],
        page.cursor,
    )


@get("/places/towns", summary="List where there are places", responses=problems(Invalid), tags=["places"])
async def list_towns(
    ctx: Ctx,
    capability: Annotated[
        str, Parameter(description="What can be done there: `pickup`, `returns`.", max_length=40)
    ] = Capability.PICKUP,
    limit: Limit = 20,
) -> list[TownView]:
    """Return one place of each stretch of about fifty kilometres that has any, for who does not say where they are."""
    return [
        TownView(place=_place(ctx, one.place), places=one.places)
        for one in await api.towns(ctx, capability=capability, limit=limit)
    ]


@get("/place-capabilities", summary="List what can be done at places", tags=["places"])
async def list_capabilities(ctx: Ctx) -> list[str]:
    """Return the vocabulary of capabilities in the business."""
    return sorted(api.known_capabilities(ctx))


@get(
    "/places/{place_id:str}/opening",
    summary="Tell whether a place is open",
    responses=problems(IdMalformed, PlaceNotFound, Invalid),
    tags=["places"],
)
async def show_opening(
    ctx: Ctx,
    place_id: str,
    at: Annotated[datetime | None, Parameter(description="When; now, when it is left out.")] = None,
) -> OpeningView:
    """Return whether a place is open at a moment, until when, and when it opens next."""
    place = await _found(ctx, place_id)
    moment = at or ctx.now()
    if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
        raise Invalid(
            FieldError("at", "moment", "A moment has an offset from UTC, and lies within our calendar")
        )
    if place.hours is None:
        return OpeningView(at=moment, open=None, open_until=None, next_opening=None)
    return OpeningView(
        at=moment,
        open=api.open_at(place.hours, moment),
        open_until=api.open_until(place.hours, moment),
        next_opening=api.next_opening(place.hours, moment),
    )


@get(
    "/places/{place_id:str}/versions",
    summary="Show what a place was",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, PlaceNotFound, Invalid, CursorMalformed),
    tags=["places"],
)
async def list_versions(
    ctx: Ctx, place_id: str, cursor: Cursor = None, limit: Limit = 50
) -> Page[VersionView]:
    """Return the versions of a place, the latest first. Needs `place.place.edit` in its shop."""
    page = await api.versions_of_place(ctx, place_id=PLACE_ID.read(place_id), cursor=cursor, limit=limit)
    return Page(
        [
            VersionView(place=_place(ctx, one.place), actor=actor_shown(one.actor), changed_at=one.changed_at)
            for one in page.items
        ],
        page.cursor,
    )


@post(
    "/shops/{shop_id:str}/places",
    summary="Add a place to a shop",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, ShopNotFound, Invalid, GlnTaken, PlacesFull),
    tags=["places"],
    opt={"example": {"name": _KILN, "kind": "warehouse", "address": "Longquan, Zhejiang"}},
)
async def add_place(ctx: Ctx, shop_id: str, data: AddPlace) -> PlaceView:
    """Add a place. Needs `place.place.add` in the shop."""
    return await _added(ctx, data, SHOP_ID.read(shop_id))


@post(
    "/places",
    summary="Add a place of the platform",
    responses=problems(Unauthenticated, Forbidden, Invalid, GlnTaken),
    tags=["places"],
    opt={"example": {"name": _KILN, "kind": "warehouse", "address": "Longquan, Zhejiang"}},
)
async def add_platform_place(ctx: Ctx, data: AddPlace) -> PlaceView:
    """Add a place that belongs to no shop: a warehouse or pick-up point of the platform's own. Needs `place.place.add`."""
    return await _added(ctx, data, None)


async def _added(ctx: Ctx, data: AddPlace, shop_id: ShopId | None) -> PlaceView:
    place = await api.add_place(
        ctx,
        name=data.name,
        kind=data.kind,
        address=data.address,
        country=data.country,
        postal_code=data.postal_code,
        location=data.location,
        area=data.area,
        shop_id=shop_id,
        gln=data.gln,
        capabilities=data.capabilities,
        hours=data.hours,
    )
    return _place(ctx, place)


@patch(
    "/places/{place_id:str}",
    summary="Change a place",
    responses=problems(
        Unauthenticated,
        Forbidden,
        IdMalformed,
        PlaceNotFound,
        Invalid,
        GlnTaken,
        PlaceClosed,
        PlaceChangedSince,
    ),
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
        country=data.country,
        postal_code=data.postal_code,
        location=data.location,
        area=data.area,
        gln=data.gln,
        capabilities=data.capabilities,
        hours=data.hours,
        active=data.active,
        status=data.status,
        without=data.without,
        version=data.version,
    )
    return _place(ctx, place)


async def _found(ctx: Ctx, place_id: str) -> Place:
    key = PLACE_ID.read(place_id)
    place = (await api.places(ctx, [key])).get(key)
    if place is None or (place.business, place.traffic) != (ctx.business, ctx.traffic):
        raise PlaceNotFound
    return place


def _place(ctx: Ctx, place: Place) -> PlaceView:
    return PlaceView(
        id=PLACE_ID.show(place.id),
        shop_id=SHOP_ID.show(place.shop_id) if place.shop_id else None,
        kind=place.kind,
        name=place.name,
        address=place.address,
        country=place.country,
        postal_code=place.postal_code,
        location=place.location,
        area=place.area,
        gln=place.gln,
        capabilities=sorted(place.capabilities),
        hours=place.hours,
        open_now=api.open_at(place.hours, ctx.now()) if place.hours else None,
        active=place.active,
        status=place.status,
        version=place.version,
    )


ROUTES = (
    list_platform_places,
    add_platform_place,
    list_places,
    show_place,
    find_nearby,
    list_towns,
    list_capabilities,
    show_opening,
    list_versions,
    add_place,
    change_place,
)
