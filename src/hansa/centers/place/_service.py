from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from hansa.centers.place import _rules as rules
from hansa.centers.place import _store as store
from hansa.centers.place.errors import GlnTaken, PlaceNotFound, PlacesFull
from hansa.centers.place.events import PlaceAdded, PlaceChanged
from hansa.centers.place.types import PLACE_ID, Capability, Hours, Location, Place, PlaceId, PlaceKind
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.db import Database, Transaction
from hansa.kernel.problem import Invalid
from hansa.kernel.snapshot import Snapshot, changes_of
from hansa.kernel.texts import Texts


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
    gln: str | None = None,
    capabilities: Collection[Capability] = (Capability.SHIP,),
    hours: Hours | None = None,
) -> Place:
    """Add a place of a shop (needs `place.place.add` there), or of the platform (`shop_id` None).

    Raises `Invalid` with every wrong field, `GlnTaken`, `PlacesFull`, `ShopNotFound`.
    """
    ctx.require("place.place.add", of=shop_object(shop_id) if shop_id else None)
    if errors := rules.place_errors(name=name, address=address, location=location, gln=gln, hours=hours):
        raise Invalid(*errors)
    if shop_id is not None:
        await shop.require_shop(ctx, shop_id)
    new = Place(
        id=PLACE_ID.new(),
        business=ctx.business,
        shop_id=shop_id,
        kind=kind,
        name=name,
        address=address,
        location=location,
        gln=gln,
        capabilities=frozenset(capabilities),
        hours=hours,
        active=True,
        added_at=ctx.now(),
        version=1,
    )
    async with ctx.transaction() as tx:
        if shop_id is not None and await store.count_of_shop(tx, shop_id) >= store.PLACES_PER_SHOP_MAX:
            raise PlacesFull(places_max=store.PLACES_PER_SHOP_MAX)
        if not await store.insert_place(tx, new):
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
    location: Location | None = None,
    gln: str | None = None,
    capabilities: Collection[Capability] | None = None,
    hours: Hours | None = None,
    active: bool | None = None,
) -> Place:
    """Change what is given of a place; what is None stays. Needs `place.place.edit` of its shop.

    Raises `PlaceNotFound`, `Invalid` with every wrong field, `GlnTaken`.
    """
    stated = {
        "name": name,
        "address": address,
        "location": location,
        "gln": gln,
        "capabilities": None if capabilities is None else frozenset(capabilities),
        "hours": hours,
        "active": active,
    }
    async with ctx.transaction() as tx:
        before = await store.lock_place(tx, place_id)
        if before is None:
            raise PlaceNotFound
        ctx.require("place.place.edit", of=_owner(before))
        after = msgspec.structs.replace(
            before, version=before.version + 1, **{k: v for k, v in stated.items() if v is not None}
        )
        if errors := rules.place_errors(
            name=after.name, address=after.address, location=after.location, gln=after.gln, hours=after.hours
        ):
            raise Invalid(*errors)
        if not await store.update_place(tx, after):
            raise GlnTaken
        tx.emit(ctx, PlaceChanged(place_id=place_id, shop_id=after.shop_id, active=after.active))
        tx.after_commit(lambda: _forget(ctx, after))
    return after


async def places(ctx: Ctx, ids: Collection[PlaceId]) -> dict[PlaceId, Place]:
    """Return places from the snapshot, at most a second old; unknown ids are absent."""
    return await ctx.platform.service(PlaceSnapshot).get(ids)


async def places_within(tx: Transaction, ids: Collection[PlaceId]) -> dict[PlaceId, Place]:
    """Return places by id in the caller's transaction; unknown ids are absent."""
    return await store.read_places(tx, list(ids))


async def places_of_shop(ctx: Ctx, shop_id: ShopId) -> list[Place]:
    """Return a shop's places, oldest first, closed ones too, from the snapshot; there are at most 500."""
    found = await ctx.platform.service(ShopPlacesSnapshot).get([shop_id])
    return found.get(shop_id, [])


def _owner(place: Place) -> str | None:
    return shop_object(place.shop_id) if place.shop_id else None


def _forget(ctx: Ctx, place: Place) -> None:
    ctx.platform.service(PlaceSnapshot).forget([place.id])
    if place.shop_id is not None:
        ctx.platform.service(ShopPlacesSnapshot).forget([place.shop_id])
