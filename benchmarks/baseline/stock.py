from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from sqlalchemy import Table, Update, bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.baseline.models import Stock

_STOCK = cast("Table", Stock.__table__)
_BY_SKU = update(_STOCK).where(_STOCK.c.sku_id == bindparam("sku"))
_HOLD = _BY_SKU.values(held=_STOCK.c.held + bindparam("quantity"))
_ALLOCATE = _BY_SKU.values(
    held=_STOCK.c.held - bindparam("quantity"), allocated=_STOCK.c.allocated + bindparam("quantity")
)


async def hold(session: AsyncSession, quantities: Mapping[UUID, int]) -> None:
    """Hold stock, in key order. `IntegrityError` of the CHECK when there is not enough."""
    await _move(session, _HOLD, quantities)


async def allocate(session: AsyncSession, quantities: Mapping[UUID, int]) -> None:
    """Turn what is held into what is sold, in key order."""
    await _move(session, _ALLOCATE, quantities)


async def _move(session: AsyncSession, statement: Update, quantities: Mapping[UUID, int]) -> None:
    connection = await session.connection()
    await connection.execute(
        statement, [{"sku": sku, "quantity": quantity} for sku, quantity in sorted(quantities.items())]
    )
