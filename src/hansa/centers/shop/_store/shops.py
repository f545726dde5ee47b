"""Shops, the addresses they have and had, and the steps of their lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping, Text, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from hansa.centers.shop._tables import SHOP_RANK, shop, slug, status_change
from hansa.centers.shop.types import Reason, SellerId, Shop, ShopId, ShopStatus, StatusChange
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.snapshot import CHANGED_XID_NOW
from hansa.kernel.texts import Texts

_SHOP = tuple(column for column in shop.c if column.name not in {"previous_status", "changed_xid"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a locked shop's life, with who took it and why."""

    shop_id: ShopId
    status: ShopStatus
    actor: str
    cause: str
    at: datetime
    reasons: tuple[Reason, ...] = ()


def plain(row: RowMapping) -> dict[str, Any]:
    """Return a row with names that are nothing but strings: Core's are a kind of their own."""
    return {str(name): value for name, value in row.items()}


def _shop(row: RowMapping) -> Shop:
    return msgspec.convert(plain(row), Shop)


def digest_of(slug: str) -> str:
    """Return the SQL of what stands for an address that was forgotten; `slug` is SQL too. It can be no address."""
    return f"'gone-' || left(encode(sha256(convert_to({slug}, 'UTF8')), 'hex'), 50)"


async def take_slug(
    tx: Transaction, *, business: str, traffic: Traffic, wanted: str, shop_id: ShopId, at: datetime
) -> bool:
    """Take an address for a shop, for good; False when another shop has it or had it, though it be forgotten."""
    gone = await tx.raw.fetchval(
        f"SELECT true FROM shop.slug WHERE business = $1 AND traffic = $2 AND slug = {digest_of('$3::text')}",
        business,
        traffic.value,
        wanted,
    )
    if gone:
        return False
    await tx.conn.execute(
        insert(slug)
        .values(business=business, traffic=traffic, slug=wanted, shop_id=shop_id, taken_at=at)
        .on_conflict_do_nothing()
    )
    rows = await tx.conn.execute(
        select(slug.c.shop_id).where(
            slug.c.business == business, slug.c.traffic == traffic, slug.c.slug == wanted
        )
    )
    return bool(rows.scalar_one() == shop_id)


async def insert_shop(tx: Transaction, new: Shop, *, actor: str) -> None:
    """Write a shop whose slug is taken, and the first step of its life."""
    await tx.conn.execute(insert(shop).values(**msgspec.structs.asdict(new)))
    await tx.conn.execute(
        insert(status_change).values(
            shop_id=new.id,
            version=new.version,
            previous=None,
            status=new.status,
            actor=actor,
            cause="opened",
            reasons=[],
            changed_at=new.opened_at,
        )
    )


async def read_shops(tx: Transaction, ids: Sequence[ShopId]) -> dict[ShopId, Shop]:
    """Return the shops that exist among these ids."""
    rows = await tx.conn.execute(select(*_SHOP).where(shop.c.id.in_(ids)))
    return {row["id"]: _shop(row) for row in rows.mappings()}


async def keep_shops(tx: Transaction, ids: Sequence[ShopId]) -> dict[ShopId, Shop]:
    """Return shops, locked so that nobody changes them until the transaction ends, in key order."""
    tx.locks(SHOP_RANK)
    rows = await tx.conn.execute(
        select(*_SHOP).where(shop.c.id.in_(ids)).order_by(shop.c.id).with_for_update(read=True)
    )
    return {row["id"]: _shop(row) for row in rows.mappings()}


async def lock_shops(tx: Transaction, ids: Sequence[ShopId]) -> dict[ShopId, Shop]:
    """Return shops, locked for a change, in key order."""
    tx.locks(SHOP_RANK)
    rows = await tx.conn.execute(
        select(*_SHOP).where(shop.c.id.in_(ids)).order_by(shop.c.id).with_for_update()
    )
    return {row["id"]: _shop(row) for row in rows.mappings()}


async def shop_by_slug(tx: Transaction, *, business: str, traffic: Traffic, wanted: str) -> Shop | None:
    """Return the shop that has this slug, or had it."""
    rows = await tx.conn.execute(
        select(*_SHOP)
        .join(slug, slug.c.shop_id == shop.c.id)
        .where(slug.c.business == business, slug.c.traffic == traffic, slug.c.slug == wanted)
    )
    row = rows.mappings().first()
    return _shop(row) if row else None


async def count_slugs(tx: Transaction, shop_id: ShopId) -> int:
    """Count the slugs a shop has and had."""
    rows = await tx.conn.execute(select(func.count()).select_from(slug).where(slug.c.shop_id == shop_id))
    return int(rows.scalar_one())


async def list_shops(
    tx: Transaction,
    *,
    business: str,
    traffic: Traffic,
    status: ShopStatus,
    words: Sequence[str] = (),
    after: UUID | None,
    limit: int,
) -> list[Shop]:
    """Return shops of a status, newest first, that come after the id `after`, and have these words in what they are called."""
    query = select(*_SHOP).where(
        shop.c.business == business, shop.c.traffic == traffic, shop.c.status == status
    )
    called = func.concat_ws(
        " ", shop.c.slug, func.jsonb_path_query_array(shop.c.name, literal_column("'$.*'")).cast(Text)
    )
    query = query.where(*(called.icontains(word, autoescape=True) for word in words))
    if after is not None:
        query = query.where(shop.c.id < after)
    rows = await tx.conn.execute(query.order_by(shop.c.id.desc()).limit(limit))
    return [_shop(row) for row in rows.mappings()]


async def shops_of_party(
    tx: Transaction, *, business: str, traffic: Traffic, ids: Sequence[UUID]
) -> list[Shop]:
    """Return those of these shops that belong to the business and traffic class, oldest first."""
    rows = await tx.conn.execute(
        select(*_SHOP)
        .where(shop.c.id.in_(ids), shop.c.business == business, shop.c.traffic == traffic)
        .order_by(shop.c.id)
    )
    return [_shop(row) for row in rows.mappings()]


async def to_review(
    tx: Transaction, *, business: str, traffic: Traffic, after: tuple[datetime, UUID] | None, limit: int
) -> list[Shop]:
    """Return shops that wait for a decision, those first that have waited longest."""
    query = select(*_SHOP).where(
        shop.c.business == business,
        shop.c.traffic == traffic,
        shop.c.status == ShopStatus.READY_FOR_REVIEW,
    )
    if after is not None:
        at, last = after
        query = query.where((shop.c.submitted_at > at) | ((shop.c.submitted_at == at) & (shop.c.id > last)))
    rows = await tx.conn.execute(query.order_by(shop.c.submitted_at, shop.c.id).limit(limit))
    return [_shop(row) for row in rows.mappings()]


async def take_steps(tx: Transaction, steps: Sequence[Step]) -> None:
    """Move locked shops to another status, and write each step down; the database refuses an illegal one."""
    rows = [
        (
            step.shop_id,
            step.status.value,
            step.actor,
            step.cause,
            msgspec.json.encode(step.reasons).decode(),
            step.at,
        )
        for step in steps
    ]
    await tx.raw.execute(_TAKE_STEPS, *zip(*rows, strict=True))


async def change_shop(
    tx: Transaction,
    shop_id: ShopId,
    *,
    name: Texts | None = None,
    slug: str | None = None,
    owner: UUID | None = None,
    seller: SellerId | None = None,
) -> Shop:
    """Write what is given of a locked shop."""
    said = {"name": name, "slug": slug, "owner": owner, "seller": seller}
    rows = await tx.conn.execute(
        update(shop)
        .where(shop.c.id == shop_id)
        .values(
            **{column: value for column, value in said.items() if value is not None},
            version=shop.c.version + 1,
            changed_xid=CHANGED_XID_NOW,
        )
        .returning(*_SHOP)
    )
    return _shop(rows.mappings().one())


async def status_changes(
    tx: Transaction, shop_id: ShopId, *, before: int | None, limit: int
) -> list[StatusChange]:
    """Return the steps of a shop's life, the latest first, those before version `before`."""
    query = select(status_change).where(status_change.c.shop_id == shop_id)
    if before is not None:
        query = query.where(status_change.c.version < before)
    rows = await tx.conn.execute(query.order_by(status_change.c.version.desc()).limit(limit))
    return [msgspec.convert(plain(row), StatusChange) for row in rows.mappings()]


async def first_status_untold(tx: Transaction) -> UUID | None:
    """Return a shop whose last step is not the one it stands at, which no use case makes."""
    found: UUID | None = await tx.raw.fetchval(_STATUS_UNTOLD)
    return found


# A handed-in shop counts its submissions; every other step leaves the count as it is.
_TAKE_STEPS = """
WITH wanted AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
    AS w (shop_id, status, actor, cause, reasons, at)),
moved AS (
  UPDATE shop.shop s
     SET previous_status = s.status, status = w.status, version = s.version + 1,
         submission = s.submission + (w.status = 'ready_for_review')::int,
         submitted_at = CASE WHEN w.status = 'ready_for_review' THEN w.at ELSE s.submitted_at END,
         changed_xid = pg_current_xact_id()
    FROM wanted w
   WHERE s.id = w.shop_id
  RETURNING s.id, s.version, s.previous_status, s.status)
INSERT INTO shop.status_change (shop_id, version, previous, status, actor, cause, reasons, changed_at)
SELECT m.id, m.version, m.previous_status, m.status, w.actor, w.cause, w.reasons::jsonb, w.at
  FROM moved m JOIN wanted w ON w.shop_id = m.id
"""

_STATUS_UNTOLD = """
SELECT s.id FROM shop.shop s
  LEFT JOIN LATERAL (SELECT c.status, c.previous FROM shop.status_change c
                      WHERE c.shop_id = s.id ORDER BY c.version DESC LIMIT 1) last ON true
 WHERE (last.status, last.previous) IS DISTINCT FROM (s.status, s.previous_status)
 ORDER BY s.id LIMIT 1
"""
