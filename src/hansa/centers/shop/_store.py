"""Every SQL statement of the shop center."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from hansa.centers.shop._rules import Post
from hansa.centers.shop._tables import SHOP_RANK, STAFF_RANK, shop, staff
from hansa.centers.shop.types import Shop, ShopId, ShopStatus, Staff
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.snapshot import CHANGED_XID_NOW
from hansa.kernel.texts import Texts

_SHOP = (
    shop.c.id,
    shop.c.slug,
    shop.c.name,
    shop.c.business,
    shop.c.traffic,
    shop.c.owner,
    shop.c.entity,
    shop.c.status,
    shop.c.opened_at,
    shop.c.version,
)


def _plain(row: RowMapping) -> dict[str, Any]:
    """Return a row with names that are nothing but strings: Core's are a kind of their own."""
    return {str(name): value for name, value in row.items()}


def _shop(row: RowMapping) -> Shop:
    return msgspec.convert(_plain(row), Shop)


async def insert_shop(tx: Transaction, new: Shop) -> bool:
    """Write a shop; False when its slug is taken."""
    written = await tx.conn.execute(
        upsert(shop)
        .values(**msgspec.structs.asdict(new))
        .on_conflict_do_nothing(constraint="shop_slug")
        .returning(shop.c.id)
    )
    return written.first() is not None


async def read_shops(tx: Transaction, ids: Sequence[ShopId]) -> dict[ShopId, Shop]:
    """Return the shops that exist among these ids."""
    rows = await tx.conn.execute(select(*_SHOP).where(shop.c.id.in_(ids)))
    return {row["id"]: _shop(row) for row in rows.mappings()}


async def lock_shop(tx: Transaction, shop_id: ShopId) -> Shop | None:
    """Return a shop, locked for a change."""
    tx.locks(SHOP_RANK)
    rows = await tx.conn.execute(select(*_SHOP).where(shop.c.id == shop_id).with_for_update())
    row = rows.mappings().first()
    return _shop(row) if row else None


async def shop_by_slug(tx: Transaction, *, business: str, traffic: Traffic, slug: str) -> Shop | None:
    """Return the shop with this slug."""
    rows = await tx.conn.execute(
        select(*_SHOP).where(shop.c.business == business, shop.c.traffic == traffic, shop.c.slug == slug)
    )
    row = rows.mappings().first()
    return _shop(row) if row else None


async def list_shops(
    tx: Transaction, *, business: str, traffic: Traffic, after: UUID | None, limit: int
) -> list[Shop]:
    """Return active shops, newest first, that come after the id `after`."""
    query = select(*_SHOP).where(
        shop.c.business == business, shop.c.traffic == traffic, shop.c.status == ShopStatus.ACTIVE
    )
    if after is not None:
        query = query.where(shop.c.id < after)
    rows = await tx.conn.execute(query.order_by(shop.c.id.desc()).limit(limit))
    return [_shop(row) for row in rows.mappings()]


async def set_status(tx: Transaction, shop_id: ShopId, status: ShopStatus) -> Shop:
    """Move a locked shop to another status; the database refuses an illegal transition."""
    rows = await tx.conn.execute(
        update(shop)
        .where(shop.c.id == shop_id)
        .values(
            previous_status=shop.c.status,
            status=status,
            version=shop.c.version + 1,
            changed_xid=CHANGED_XID_NOW,
        )
        .returning(*_SHOP)
    )
    return _shop(rows.mappings().one())


async def set_name(tx: Transaction, shop_id: ShopId, name: Texts) -> Shop:
    """Give a locked shop another name."""
    rows = await tx.conn.execute(
        update(shop)
        .where(shop.c.id == shop_id)
        .values(name=name, version=shop.c.version + 1, changed_xid=CHANGED_XID_NOW)
        .returning(*_SHOP)
    )
    return _shop(rows.mappings().one())


async def put_staff(tx: Transaction, member: Staff) -> Staff:
    """Write what a party may do for a shop, in place of what it might before."""
    tx.locks(STAFF_RANK)
    values: dict[str, Any] = msgspec.structs.asdict(member) | {"permissions": list(member.permissions)}
    rows = await tx.conn.execute(
        upsert(staff)
        .values(**values)
        .on_conflict_do_update(
            index_elements=[staff.c.shop_id, staff.c.party], set_={"permissions": values["permissions"]}
        )
        .returning(staff)
    )
    return msgspec.convert(_plain(rows.mappings().one()), Staff)


async def count_staff(tx: Transaction, shop_id: ShopId, *, besides: UUID) -> int:
    """Count a shop's staff but for one party."""
    rows = await tx.conn.execute(
        select(func.count()).select_from(staff).where(staff.c.shop_id == shop_id, staff.c.party != besides)
    )
    return int(rows.scalar_one())


async def delete_staff(tx: Transaction, shop_id: ShopId, party: UUID) -> bool:
    """Remove a party from a shop's staff; False when it was not there."""
    tx.locks(STAFF_RANK)
    rows = await tx.conn.execute(
        delete(staff).where(staff.c.shop_id == shop_id, staff.c.party == party).returning(staff.c.party)
    )
    return rows.first() is not None


async def list_staff(tx: Transaction, shop_id: ShopId, *, after: UUID | None, limit: int) -> list[Staff]:
    """Return a shop's staff by party id, those after `after`."""
    query = select(staff).where(staff.c.shop_id == shop_id)
    if after is not None:
        query = query.where(staff.c.party > after)
    rows = await tx.conn.execute(query.order_by(staff.c.party).limit(limit))
    return [msgspec.convert(_plain(row), Staff) for row in rows.mappings()]


async def posts_of(tx: Transaction, parties: Sequence[UUID]) -> list[Post]:
    """Return what parties are at which shops."""
    rows = await tx.raw.fetch(
        """SELECT owner AS party, id AS shop_id, NULL::text[] AS permissions
             FROM shop.shop WHERE owner = ANY($1::uuid[])
           UNION ALL
           SELECT party, shop_id, permissions FROM shop.staff WHERE party = ANY($1::uuid[])""",
        list(parties),
    )
    return [Post(*row) for row in rows]


async def holders_of(tx: Transaction, shop_id: UUID, *, permission: str) -> list[UUID]:
    """Return who holds a permission in a shop: its owner, and staff that were given it."""
    rows = await tx.raw.fetch(
        """SELECT owner AS party FROM shop.shop WHERE id = $1
           UNION ALL
           SELECT party FROM shop.staff WHERE shop_id = $1 AND $2 = ANY(permissions)""",
        shop_id,
        permission,
    )
    return [row["party"] for row in rows]


async def first_owner_on_staff(tx: Transaction) -> UUID | None:
    """Return a shop whose owner is also its staff, which no use case makes."""
    rows = await tx.conn.execute(
        select(shop.c.id)
        .join(staff, (staff.c.shop_id == shop.c.id) & (staff.c.party == shop.c.owner))
        .order_by(shop.c.id)
        .limit(1)
    )
    return rows.scalar_one_or_none()
