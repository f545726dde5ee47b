"""Closings under way."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, select

from hansa.centers.shop._store.shops import plain
from hansa.centers.shop._tables import CLOSING_RANK, closing
from hansa.centers.shop.types import Closing, ShopId
from hansa.kernel.db import Transaction


async def put_closings(tx: Transaction, asked: Sequence[Closing]) -> None:
    """Write who objected when they were asked, in place of who did before; the shops are locked."""
    tx.locks(CLOSING_RANK)
    rows = sorted((one.shop_id, one.asked_at, msgspec.json.encode(one.objections).decode()) for one in asked)
    await tx.raw.execute(_PUT_CLOSINGS, *zip(*rows, strict=True))


async def drop_closing(tx: Transaction, shop_id: ShopId) -> None:
    """Forget a closing that was called off."""
    tx.locks(CLOSING_RANK)
    await tx.conn.execute(delete(closing).where(closing.c.shop_id == shop_id))


async def read_closing(tx: Transaction, shop_id: ShopId) -> Closing | None:
    """Return how far a closing has come; None when nobody was asked yet."""
    rows = await tx.conn.execute(select(closing).where(closing.c.shop_id == shop_id))
    row = rows.mappings().first()
    return msgspec.convert(plain(row), Closing) if row else None


_PUT_CLOSINGS = """
INSERT INTO shop.closing (shop_id, asked_at, objections)
SELECT shop_id, asked_at, objections::jsonb
  FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS w (shop_id, asked_at, objections)
    ON CONFLICT (shop_id) DO UPDATE SET asked_at = excluded.asked_at, objections = excluded.objections
"""
