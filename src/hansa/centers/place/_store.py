"""Every SQL statement of the place center."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from hansa.centers.place._tables import PLACE_RANK, place
from hansa.centers.place.types import Location, Place, PlaceId
from hansa.centers.shop.types import ShopId
from hansa.kernel.db import Transaction
from hansa.kernel.snapshot import CHANGED_XID_NOW

_COLUMNS = tuple(column for column in place.c if column.name != "changed_xid")

PLACES_PER_SHOP_MAX = 500


async def insert_place(tx: Transaction, new: Place) -> bool:
    """Write a place; False when its GLN is taken."""
    written = await tx.conn.execute(
        upsert(place).values(**_row(new)).on_conflict_do_nothing(constraint="place_gln").returning(place.c.id)
    )
    return written.first() is not None


async def update_place(tx: Transaction, changed: Place) -> bool:
    """Write a locked place anew; False when its GLN is taken, and the transaction is lost."""
    try:
        await tx.conn.execute(
            update(place).where(place.c.id == changed.id).values(**_row(changed), changed_xid=CHANGED_XID_NOW)
        )
    except IntegrityError:
        return False
    return True


async def lock_place(tx: Transaction, place_id: PlaceId) -> Place | None:
    """Return a place, locked for a change."""
    tx.locks(PLACE_RANK)
    rows = await tx.conn.execute(select(*_COLUMNS).where(place.c.id == place_id).with_for_update())
    row = rows.mappings().first()
    return _place(row) if row else None


async def read_places(tx: Transaction, ids: Sequence[PlaceId]) -> dict[PlaceId, Place]:
    """Return the places that exist among these ids."""
    rows = await tx.conn.execute(select(*_COLUMNS).where(place.c.id.in_(ids)))
    return {row["id"]: _place(row) for row in rows.mappings()}


async def places_of_shops(tx: Transaction, shop_ids: Sequence[ShopId]) -> dict[ShopId, list[Place]]:
    """Return the places of each shop, oldest first."""
    found: dict[ShopId, list[Place]] = {shop_id: [] for shop_id in shop_ids}
    rows = await tx.conn.execute(
        select(*_COLUMNS).where(place.c.shop_id.in_(shop_ids)).order_by(place.c.shop_id, place.c.id)
    )
    for row in rows.mappings():
        found[row["shop_id"]].append(_place(row))
    return found


async def count_of_shop(tx: Transaction, shop_id: ShopId) -> int:
    """Count a shop's places, no further than the most it may have."""
    rows = await tx.conn.execute(
        select(place.c.id).where(place.c.shop_id == shop_id).limit(PLACES_PER_SHOP_MAX)
    )
    return len(rows.all())


def _row(one: Place) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.structs.asdict(one)
    location: Location | None = row.pop("location")
    return row | {
        "lat": location.lat if location else None,
        "lon": location.lon if location else None,
        "capabilities": sorted(one.capabilities),
        "hours": msgspec.to_builtins(one.hours),
    }


def _place(row: RowMapping) -> Place:
    values = {str(name): value for name, value in row.items()}  # Core's names are a kind of their own
    lat, lon = values.pop("lat"), values.pop("lon")
    values["location"] = None if lat is None else {"lat": lat, "lon": lon}
    return msgspec.convert(values, Place)
