from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.place import _rules as rules
from hansa.centers.place import _store as store
from hansa.centers.place.errors import GlnTaken, PlaceChangedSince, PlaceClosed, PlaceNotFound, PlacesFull
from hansa.centers.place.events import PlaceAdded, PlaceChanged
from hansa.centers.place.extensions import CAPABILITIES
from hansa.centers.place.types import (
    PLACE_ID,
    Capability,
    Hours,
    Location,
    Nearby,
    Place,
    PlaceId,
    PlaceKind,
    PlaceStatus,
    PlaceVersion,
    Town,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.db import Database, Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.snapshot import Snapshot, changes_of
from hansa.kernel.texts import Texts

ADD = "place.place.add"
EDIT = "place.place.edit"
RADIUS_M_MAX = 1_000_000.0

_OPTIONAL = frozenset({"country", "postal_code", "location", "area", "gln", "hours"})


class PlaceSnapshot(Snapshot[PlaceId, Place]):
    """The places this process has met, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(ids: Sequence[PlaceId]) -> Mapping[PlaceId, Place]:
            async with db.reading() as tx:
                return await store.read_places(tx, ids)

        super().__init__(load=load, changed=changes_of(db, "place.place", "id"))


class ShopPlacesSnapshot(Snapshot[ShopId, list[Place]]):
    """The places of the shops this process has met, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(ids: Sequence[ShopId]) -> Mapping[ShopId, list[Place]]:
            async with db.reading() as tx:
                return await store.places_of_shops(tx, ids)

        super().__init__(load=load, changed=changes_of(db, "place.place", "shop_id"))


async def add_place(
    ctx: Ctx,
    *,
    name: Texts,
    kind: PlaceKind,
    address: str,
    location: Location | None,
    shop_id: ShopId | None,
    country: str | None = None,
    postal_code: str | None = None,
    area: Sequence[Location] | None = None,
    gln: str | None = None,
    capabilities: Collection[str] = (Capability.SHIP,),
    hours: Hours | None = None,
) -> Place:
    """Add a place of a shop (needs `place.place.add` there), or of the platform (`shop_id` None).

    Raises `Invalid` with every wrong field, `GlnTaken`, `PlacesFull`, `ShopNotFound`.
    """
    ctx.require(ADD, of=shop_object(shop_id) if shop_id else None)
    new = Place(
        id=PLACE_ID.new(),
        business=ctx.business,
        shop_id=shop_id,
        traffic=ctx.traffic,
        kind=kind,
        name=name,
        address=address,
        country=country,
        postal_code=postal_code,
        location=location,
        area=None if area is None else tuple(area),
        gln=gln,
        capabilities=frozenset(map(str, capabilities)),
        hours=hours,
        status=PlaceStatus.OPEN,
        added_at=ctx.now(),
        version=1,
    )
    _check(ctx, new)
    if shop_id is not None:
        await shop.require_shop(ctx, shop_id)
    async with ctx.transaction() as tx:
        if shop_id is not None and await store.count_of_shop(tx, shop_id) >= store.PLACES_PER_SHOP_MAX:
            raise PlacesFull(places_max=store.PLACES_PER_SHOP_MAX)
        if not await store.insert_place(tx, new, actor=ctx.actor.label):
            raise GlnTaken
        tx.emit(ctx, PlaceAdded(place_id=new.id, shop_id=shop_id, kind=kind))
        tx.after_commit(lambda: _forget(ctx, new))
    return new


async def change_place(
    ctx: Ctx,
    *,
    place_id: PlaceId,
    name: Texts | None = None,
    address: str | None = None,
    country: str | None = None,
    postal_code: str | None = None,
    location: Location | None = None,
    area: Sequence[Location] | None = None,
    gln: str | None = None,
    capabilities: Collection[str] | None = None,
    hours: Hours | None = None,
    active: bool | None = None,
    status: PlaceStatus | None = None,
    without: Collection[str] = (),
    version: int | None = None,
) -> Place:
    """Change what is given of a place; what is None stays, and what `without` names is taken away.

    `active` is short for the statuses open and paused. With a `version` it changes only what it was read at.
    Needs `place.place.edit` of its shop. Raises `PlaceNotFound`, `PlaceClosed`, `PlaceChangedSince`,
    `Invalid` with every wrong field, `GlnTaken`.
    """
    if status is None and active is not None:
        status = PlaceStatus.OPEN if active else PlaceStatus.PAUSED
    stated: dict[str, Any] = {
        "name": name,
        "address": address,
        "country": country,
        "postal_code": postal_code,
        "location": location,
        "area": None if area is None else tuple(area),
        "gln": gln,
        "capabilities": None if capabilities is None else frozenset(map(str, capabilities)),
        "hours": hours,
        "status": status,
    }
    changes = {field: value for field, value in stated.items() if value is not None}
    async with ctx.transaction() as tx:
        before = await store.lock_place(tx, place_id)
        if before is None or not _here(ctx, before):
            raise PlaceNotFound
        ctx.require(EDIT, of=_owner(before))
        _may_change(before, without=without, version=version)
        after = msgspec.structs.replace(
            before, version=before.version + 1, **changes | dict.fromkeys(without)
        )
        _check(ctx, after)
        kept = PlaceVersion(place=after, actor=ctx.actor.label, changed_at=ctx.now())
        if not await store.update_place(tx, before, kept):
            raise GlnTaken
        tx.emit(
            ctx,
            PlaceChanged(
                place_id=place_id, shop_id=after.shop_id, active=after.active, place_version=after.version
            ),
        )
        tx.after_commit(lambda: _forget(ctx, after))
    return after


async def places(ctx: Ctx, ids: Collection[PlaceId]) -> dict[PlaceId, Place]:
    """Return places from the snapshot, at most a second old; unknown ids are absent."""
    return await ctx.platform.service(PlaceSnapshot).get(ids)


async def places_within(tx: Transaction, ids: Collection[PlaceId]) -> dict[PlaceId, Place]:
    """Return places by id in the caller's transaction; unknown ids are absent."""
    return await store.read_places(tx, list(ids))


async def places_of_shop(ctx: Ctx, shop_id: ShopId) -> list[Place]:
    """Return a shop's places in this business, oldest first, closed ones too, from the snapshot; there are at most 500."""
    found = await ctx.platform.service(ShopPlacesSnapshot).get([shop_id])
    return [one for one in found.get(shop_id, ()) if one.business == ctx.business]


async def platform_places(ctx: Ctx, *, cursor: str | None = None, limit: int = 50) -> Page[Place]:
    """List the platform's own places in this business and traffic class that are in use, oldest first."""
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.platform.db.reading() as tx:
        rows = await store.platform_places(
            tx, business=ctx.business, traffic=ctx.traffic, after=after, limit=limit + 1
        )
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def places_nearby(
    ctx: Ctx,
    *,
    center: Location,
    radius_m: float,
    capability: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[Nearby]:
    """List places of the business and traffic class that are in use, within a distance, the nearest first.

    With a capability, those that have it. Raises `Invalid`.
    """
    checked_limit(limit)
    if not 0 <= radius_m <= RADIUS_M_MAX:
        raise Invalid(FieldError("radius_m", "range", f"From 0 to {RADIUS_M_MAX:.0f} metres"))
    if not (-90 <= center.lat <= 90 and -180 <= center.lon <= 180):
        raise Invalid(
            FieldError("location", "range", "Latitude is from -90 to 90, longitude from -180 to 180")
        )
    if capability is not None and capability not in known_capabilities(ctx):
        raise Invalid(FieldError("capability", "unknown", "Nobody knows this capability here"))
    after = decode_cursor(cursor, tuple[float, UUID]) if cursor else None
    async with ctx.platform.db.reading() as tx:
        found = await store.nearby(
            tx,
            business=ctx.business,
            traffic=ctx.traffic,
            center=center,
            radius_m=radius_m,
            boxes=rules.boxes_around(center, radius_m),
            capability=capability,
            after=after,
            limit=limit + 1,
        )
        read = await store.read_places(tx, [place_id for place_id, _ in found])
    rows = [Nearby(place=read[one], distance_m=far) for one, far in found if one in read]
    return page_of(rows, limit=limit, key=lambda row: (row.distance_m, row.place.id))


async def towns(ctx: Ctx, *, capability: str, limit: int = 20) -> list[Town]:
    """List where there are open places with a capability, about fifty kilometres apart, those with most first.

    Raises `Invalid`.
    """
    checked_limit(limit)
    async with ctx.platform.db.reading() as tx:
        found = await store.towns(
            tx, business=ctx.business, traffic=ctx.traffic, capability=capability, limit=limit
        )
        read = await store.read_places(tx, [place_id for place_id, _ in found])
    return [Town(place=read[one], places=places) for one, places in found if one in read]


async def versions_of_place(
    ctx: Ctx, *, place_id: PlaceId, cursor: str | None = None, limit: int = 50
) -> Page[PlaceVersion]:
    """List what a place was and is, the latest first. Needs `place.place.edit` of its shop.

    Raises `PlaceNotFound`.
    """
    checked_limit(limit)
    before = decode_cursor(cursor, tuple[int])[0] if cursor else None
    found = (await places(ctx, [place_id])).get(place_id)
    if found is None or not _here(ctx, found):
        raise PlaceNotFound
    ctx.require(EDIT, of=_owner(found))
    async with ctx.platform.db.reading() as tx:
        rows = await store.versions_of(tx, place_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda row: (row.place.version,))


def known_capabilities(ctx: Ctx) -> frozenset[str]:
    """Return the vocabulary of capabilities in a business."""
    return frozenset(map(str, Capability)) | CAPABILITIES.of(ctx)(ctx)


def _may_change(before: Place, *, without: Collection[str], version: int | None) -> None:
    if unknown := sorted(set(without) - _OPTIONAL):
        raise Invalid(FieldError("without", "unknown", f"{unknown[0][:40]!r} cannot be left out"))
    if before.status is PlaceStatus.CLOSED:
        raise PlaceClosed
    if version is not None and version != before.version:
        raise PlaceChangedSince(version=before.version)


def _check(ctx: Ctx, place: Place) -> None:
    errors = rules.place_errors(
        name=place.name,
        address=place.address,
        location=place.location,
        gln=place.gln,
        hours=place.hours,
        country=place.country,
        postal_code=place.postal_code,
        area=place.area,
        capabilities=place.capabilities,
        vocabulary=known_capabilities(ctx),
    )
    if errors:
        raise Invalid(*errors)


def _here(ctx: Ctx, place: Place) -> bool:
    return place.business == ctx.business and place.traffic is ctx.traffic


def _owner(place: Place) -> str | None:
    return shop_object(place.shop_id) if place.shop_id else None


def _forget(ctx: Ctx, place: Place) -> None:
    ctx.platform.service(PlaceSnapshot).forget([place.id])
    if place.shop_id is not None:
        ctx.platform.service(ShopPlacesSnapshot).forget([place.shop_id])
