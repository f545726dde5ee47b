"""Every SQL statement of the place center."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from hansa.centers.place._rules.sphere import EARTH_RADIUS_M, Box
from hansa.centers.place._tables import PLACE_RANK, place, place_version
from hansa.centers.place.types import Location, Place, PlaceId, PlaceStatus, PlaceVersion
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.snapshot import CHANGED_XID_NOW

_COLUMNS = tuple(column for column in place.c if column.name not in {"changed_xid", "previous_status"})

PLACES_PER_SHOP_MAX = 500


async def insert_place(tx: Transaction, new: Place, *, actor: str) -> bool:
    """Write a place and its first version; False when its GLN is taken."""
    written = await tx.conn.execute(
        insert(place).values(**_row(new)).on_conflict_do_nothing(constraint="place_gln").returning(place.c.id)
    )
    if written.first() is None:
        return False
    await _keep_version(tx, PlaceVersion(place=new, actor=actor, changed_at=new.added_at))
    return True


async def update_place(tx: Transaction, before: Place, after: PlaceVersion) -> bool:
    """Write a locked place anew, and keep the version; False when its GLN is taken, and the transaction is lost."""
    changed = after.place
    values = _row(changed) | {"changed_xid": CHANGED_XID_NOW}
    if changed.status is not before.status:
        values["previous_status"] = before.status
    try:
        await tx.conn.execute(update(place).where(place.c.id == changed.id).values(**values))
    except IntegrityError as error:
        if "place_gln" not in str(error.orig):
            raise
        return False
    await _keep_version(tx, after)
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


async def platform_places(
    tx: Transaction, *, business: str, traffic: Traffic, after: UUID | None, limit: int
) -> list[Place]:
    """Return places in use that no shop has, oldest first, after the id `after`."""
    query = select(*_COLUMNS).where(
        place.c.shop_id.is_(None),
        place.c.business == business,
        place.c.traffic == traffic,
        place.c.status == PlaceStatus.OPEN,
    )
    if after is not None:
        query = query.where(place.c.id > after)
    rows = await tx.conn.execute(query.order_by(place.c.id).limit(limit))
    return [_place(row) for row in rows.mappings()]


async def count_of_shop(tx: Transaction, shop_id: ShopId) -> int:
    """Count a shop's places, no further than the most it may have."""
    rows = await tx.conn.execute(
        select(place.c.id).where(place.c.shop_id == shop_id).limit(PLACES_PER_SHOP_MAX)
    )
    return len(rows.all())


async def nearby(
    tx: Transaction,
    *,
    business: str,
    traffic: Traffic,
    center: Location,
    radius_m: float,
    boxes: Sequence[Box],
    capability: str | None,
    after: tuple[float, UUID] | None,
    limit: int,
) -> list[tuple[PlaceId, float]]:
    """Return open places within a distance, the nearest first, with their distance in metres.

    `boxes` hold everything within the distance: by them the index finds candidates, which are then measured.
    """
    corners = [corner for box in boxes for corner in (box.west, box.south, box.east, box.north)]
    rows = await tx.raw.fetch(
        nearby_sql(len(boxes)),
        business,
        traffic.value,
        center.lat,
        center.lon,
        radius_m,
        capability,
        *(after or (-1.0, UUID(int=0))),
        limit,
        *corners,
    )
    return [(row["id"], row["distance_m"]) for row in rows]


async def towns(
    tx: Transaction, *, business: str, traffic: Traffic, capability: str, limit: int
) -> list[tuple[PlaceId, int]]:
    """Return the first place of each half degree with open places of a capability, and how many there are."""
    rows = await tx.raw.fetch(
        """SELECT (array_agg(id ORDER BY id))[1] AS id, count(*) AS places FROM place.place
            WHERE status = 'open' AND business = $1 AND traffic = $2 AND $3 = ANY (capabilities) AND lat IS NOT NULL
            GROUP BY floor(lat * 2), floor(lon * 2) ORDER BY count(*) DESC, 1 LIMIT $4""",
        business,
        traffic.value,
        capability,
        limit,
    )
    return [(row["id"], row["places"]) for row in rows]


async def versions_of(
    tx: Transaction, place_id: PlaceId, *, before: int | None, limit: int
) -> list[PlaceVersion]:
    """Return the versions of a place, the latest first."""
    query = select(place_version).where(place_version.c.place_id == place_id)
    if before is not None:
        query = query.where(place_version.c.version < before)
    rows = await tx.conn.execute(query.order_by(place_version.c.version.desc()).limit(limit))
    return [
        PlaceVersion(
            place=msgspec.convert(row["place"], Place), actor=row["actor"], changed_at=row["changed_at"]
        )
        for row in rows.mappings()
    ]


async def first_version_lost(tx: Transaction) -> UUID | None:
    """Return a place of which not every version was kept, which no use case makes."""
    found: UUID | None = await tx.raw.fetchval(
        """SELECT p.id FROM place.place p
             LEFT JOIN (SELECT place_id, count(*) AS kept, max(version) AS last
                          FROM place.place_version GROUP BY place_id) v ON v.place_id = p.id
            WHERE (v.kept, v.last) IS DISTINCT FROM (p.version, p.version) ORDER BY p.id LIMIT 1"""
    )
    return found


def nearby_sql(boxes: int) -> str:
    """Return the statement that looks in so many boxes; their corners are the last parameters."""
    within = " OR ".join(
        f"point(lon, lat) <@ box(point(${n}, ${n + 1}), point(${n + 2}, ${n + 3}))"
        for n in range(10, 10 + 4 * boxes, 4)
    )
    return _NEARBY.format(within=within, diameter_m=2 * EARTH_RADIUS_M)


async def _keep_version(tx: Transaction, version: PlaceVersion) -> None:
    one = version.place
    await tx.conn.execute(
        insert(place_version).values(
            place_id=one.id,
            version=one.version,
            place=msgspec.to_builtins(one),
            actor=version.actor,
            changed_at=version.changed_at,
        )
    )


def _row(one: Place) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.structs.asdict(one)
    location: Location | None = row.pop("location")
    return row | {
        "lat": location.lat if location else None,
        "lon": location.lon if location else None,
        "area": msgspec.to_builtins(one.area),
        "capabilities": sorted(one.capabilities),
        "hours": msgspec.to_builtins(one.hours),
    }


def _place(row: RowMapping) -> Place:
    values = {str(name): value for name, value in row.items()}  # Core's names are a kind of their own
    lat, lon = values.pop("lat"), values.pop("lon")
    values["location"] = None if lat is None else {"lat": lat, "lon": lon}
    return msgspec.convert(values, Place)


_NEARBY = """
SELECT id, distance_m FROM (
  SELECT id, {diameter_m} * asin(least(1, sqrt(
           sin(radians(lat - $3::float8) / 2) ^ 2
           + cos(radians($3::float8)) * cos(radians(lat)) * sin(radians(lon - $4::float8) / 2) ^ 2
         ))) AS distance_m
    FROM place.place
   WHERE status = 'open' AND business = $1 AND traffic = $2
     AND ($6::text IS NULL OR $6 = ANY (capabilities))
     AND ({within})) AS found
 WHERE distance_m <= $5 AND (distance_m, id) > ($7::float8, $8::uuid)
 ORDER BY distance_m, id
 LIMIT $9
"""
